// X-Shopify-Hmac-Sha256: base64 of HMAC-SHA256 with the app's client secret over the body. No time
// is signed, so a replay is known by its body only (it has no second effect). Source:
// shopify.dev/docs/apps/build/webhooks/subscribe/https, "Validate the origin"; shopify-api-ruby.
#include "connectors/webhook/hmac.h"

namespace tieout::connectors::webhook {

absl::Status CheckShopify(const Request& request, Secrets secrets) {
  const std::string signature = request.header("X-Shopify-Hmac-Sha256");
  if (signature.empty()) return Unauthenticated("no X-Shopify-Hmac-Sha256");
  if (IsSignedBase64(secrets, {request.body}, signature)) return absl::OkStatus();
  return Unauthenticated("the signature is none of the secrets'");
}

}  // namespace tieout::connectors::webhook
