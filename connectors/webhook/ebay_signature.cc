// X-EBAY-SIGNATURE: base64 of {"alg":"ecdsa","kid":KEY ID,"signature":BASE64 DER,"digest":"SHA1"}:
// ECDSA over SHA-1 of the body, with the key that getPublicKey tells for the key id. That call
// needs an app token, so the keys are kept as files, <key id>.pem, as getPublicKey's `key` or as a
// proper PEM file; they change rarely, and one that isn't here is asked for by name. No time is
// signed. Source: developer.ebay.com/api-docs/commerce/notification/overview.html;
// event-notification-nodejs-sdk lib/validator.js.
#include "absl/strings/escaping.h"
#include "connectors/lex/json.h"
#include "connectors/webhook/hmac.h"
#include "connectors/webhook/public_key.h"
#include "engine/base/hash.h"
#include "engine/base/read_file.h"
#include "fmt/format.h"

namespace tieout::connectors::webhook {
namespace {

constexpr std::string_view kBegin = "-----BEGIN PUBLIC KEY-----";
constexpr std::string_view kEnd = "-----END PUBLIC KEY-----";

// getPublicKey's answer has the lines of a PEM file without their ends.
std::string InLines(std::string pem) {
  const size_t begin = pem.find(kBegin);
  if (begin != std::string::npos) pem.insert(begin + kBegin.size(), "\n");
  const size_t end = pem.find(kEnd);
  if (end != std::string::npos) pem.insert(end, "\n");
  return pem;
}

}  // namespace

absl::Status CheckEbay(const Request& request, const std::string& folder) {
  const std::string header = request.header("X-EBAY-SIGNATURE");
  if (header.empty()) return Unauthenticated("no X-EBAY-SIGNATURE");
  std::string json, signature;
  if (!absl::Base64Unescape(header, &json)) {
    return Unauthenticated("X-EBAY-SIGNATURE is no base64");
  }
  const auto fields = JsonFields::Parse(json);
  if (!fields.ok()) return Unauthenticated("X-EBAY-SIGNATURE holds no JSON");
  const std::string id(fields->Text("kid"));
  const std::string given(fields->Text("signature"));
  if (!IsPlainName(id) || !absl::Base64Unescape(given, &signature)) {
    return Unauthenticated("X-EBAY-SIGNATURE without a key id or a signature");
  }
  if (const std::string_view digest = fields->Text("digest"); !digest.empty() && digest != "SHA1") {
    return Unauthenticated("X-EBAY-SIGNATURE by another digest than SHA1");
  }
  const auto pem = base::ReadFile(fmt::format("{}/{}.pem", folder, id));
  if (!pem) {
    return base::Unavailable(fmt::format(
        "{}/{}.pem isn't there: put the `key` that eBay's getPublicKey/{} tells into it", folder,
        id, id));
  }
  const KeyPtr key = PublicKeyOf(InLines(*pem));
  if (key == nullptr) {
    return base::Unavailable(fmt::format("{}/{}.pem holds no public key", folder, id));
  }
  if (IsSignedBy(key.get(), EVP_sha1(), request.body, signature)) return absl::OkStatus();
  return Unauthenticated("the signature isn't the key's");
}

std::string EbayChallengeResponse(std::string_view challenge_code,
                                  std::string_view verification_token, std::string_view url) {
  return base::Sha256(fmt::format("{}{}{}", challenge_code, verification_token, url)).hex();
}

}  // namespace tieout::connectors::webhook
