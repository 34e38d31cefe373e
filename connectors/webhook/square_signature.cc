// x-square-hmacsha256-signature: base64 of HMAC-SHA256 with the subscription's signature key over
// notification URL and body, the URL exactly as it was registered (a proxy in front changes what
// the server sees, so it is configured). No time is signed. Source:
// developer.squareup.com/docs/webhooks/step3validate; square-python-sdk webhooks_helper.py.
#include "connectors/webhook/hmac.h"

namespace tieout::connectors::webhook {

absl::Status CheckSquare(const Request& request, Secrets secrets, std::string_view url) {
  const std::string signature = request.header("x-square-hmacsha256-signature");
  if (signature.empty()) return Unauthenticated("no x-square-hmacsha256-signature");
  if (IsSignedBase64(secrets, {url, request.body}, signature)) return absl::OkStatus();
  return Unauthenticated(
      "the signature is none of the secrets': is `url` the notification URL, byte for byte?");
}

}  // namespace tieout::connectors::webhook
