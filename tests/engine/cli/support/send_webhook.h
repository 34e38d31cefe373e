// A shell script that sends a file as Stripe does, signed by openssl and sent by curl:
// `sh send BODY_FILE SECRET` prints the answer's status. The port stands in the file `port`.
#pragma once

namespace tieout::cli {

inline constexpr char kSendWebhook[] = R"(t=$(date +%s)
sig=$( (printf '%s.' "$t"; cat "$1") | openssl dgst -sha256 -hmac "$2" | sed 's/.*= //')
curl -s -m 10 -o /dev/null -w '%{http_code}' -H "Stripe-Signature: t=$t,v1=$sig" \
  -H 'Content-Type: application/json; charset=utf-8' --data-binary "@$1" \
  "http://127.0.0.1:$(cat port)/webhooks/stripe"
)";

}  // namespace tieout::cli
