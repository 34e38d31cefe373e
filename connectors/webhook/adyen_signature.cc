// Standard webhooks carry a signature in each item: additionalData.hmacSignature, base64 of
// HMAC-SHA256 with the key (hexadecimal) over "pspReference:originalReference:merchantAccountCode:
// merchantReference:amount.value:amount.currency:eventCode:success", absent fields empty. It covers
// these fields only, and nothing else of an item may be believed. All other webhooks (balance
// platform, reports) carry a header HmacSignature over the whole body. No time is signed. Source:
// docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures;
// adyen-node-api-library hmacValidator.ts.
#include <vector>

#include "absl/strings/escaping.h"
#include "connectors/lex/json.h"
#include "connectors/webhook/hmac.h"
#include "fmt/format.h"

namespace tieout::connectors::webhook {
namespace {

bool IsHex(std::string_view text) {
  return !text.empty() && text.size() % 2 == 0 &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::string SignedPart(const JsonFields& fields, const std::string& item) {
  std::string text;
  for (const std::string_view name :
       {"pspReference", "originalReference", "merchantAccountCode", "merchantReference",
        "amount.value", "amount.currency", "eventCode", "success"}) {
    if (!text.empty() || name != "pspReference") text += ':';
    text += fields.Any(item + std::string(name));
  }
  return text;
}

}  // namespace

absl::Status CheckAdyen(const Request& request, Secrets secrets) {
  std::vector<std::string> keys;
  for (const std::string& secret : secrets) {
    if (IsHex(secret)) keys.push_back(absl::HexStringToBytes(secret));
  }
  if (const std::string signature = request.header("HmacSignature"); !signature.empty()) {
    if (IsSignedBase64(keys, {request.body}, signature)) return absl::OkStatus();
    return Unauthenticated("the signature is none of the secrets'");
  }
  const auto fields = JsonFields::Parse(request.body, JsonFields::Arrays::kFlatten);
  if (!fields.ok()) return Unauthenticated("neither HmacSignature nor a standard webhook");
  size_t items = 0;
  for (;; ++items) {
    const std::string item = fmt::format("notificationItems.{}.NotificationRequestItem.", items);
    if (!fields->HasBelow(item.substr(0, item.size() - 1))) break;
    if (!IsSignedBase64(keys, {SignedPart(*fields, item)},
                        fields->Text(item + "additionalData.hmacSignature"))) {
      return Unauthenticated(fmt::format("item {}: its signature is none of the secrets'", items));
    }
  }
  if (items == 0) return Unauthenticated("neither HmacSignature nor a standard webhook");
  return absl::OkStatus();
}

}  // namespace tieout::connectors::webhook
