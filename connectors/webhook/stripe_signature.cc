// Stripe-Signature: t=<seconds since 1970>,v1=<hex>[,v1=…]: HMAC-SHA256 with the endpoint's secret
// (whsec_…) over "<t>.<body>". While a secret is rotated Stripe signs with both. v0 is for test
// events of old and is not believed. Source: docs.stripe.com/webhooks/signature; stripe-python
// _webhook.py, whose tolerance is 300 seconds.
#include <charconv>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "connectors/webhook/hmac.h"
#include "engine/base/day.h"
#include "engine/base/hash.h"
#include "fmt/format.h"

namespace tieout::connectors::webhook {

absl::Status CheckStripe(const Request& request, Secrets secrets, int64_t now_us) {
  const std::string header = request.header("Stripe-Signature");
  if (header.empty()) return Unauthenticated("no Stripe-Signature");
  std::string time;
  std::vector<std::string> signatures;
  for (const auto part : absl::StrSplit(header, ',')) {
    const std::vector<std::string> pair = absl::StrSplit(part, absl::MaxSplits('=', 1));
    if (pair.size() != 2) continue;
    if (pair[0] == "t") time = pair[1];
    if (pair[0] == "v1") signatures.push_back(pair[1]);
  }
  int64_t seconds = 0;
  const auto [end, code] = std::from_chars(time.data(), time.data() + time.size(), seconds);
  if (code != std::errc() || end != time.data() + time.size() || signatures.empty()) {
    return Unauthenticated("Stripe-Signature without t or v1");
  }
  bool found = false;
  for (const std::string& secret : secrets) {
    const std::string wanted = base::HexEncode(HmacSha256(secret, {time, ".", request.body}));
    for (const std::string& given : signatures) found |= EqualInConstantTime(wanted, given);
  }
  if (!found) return Unauthenticated("the signature is none of the secrets'");
  // Only now: what isn't signed says nothing of time either.
  const int64_t age = now_us / base::kMicrosPerSecond - seconds;
  if (age > kReplayWindowSeconds || age < -kReplayWindowSeconds) {
    return base::OutOfRange(
        fmt::format("signed {} seconds {}: at most {} are allowed. If that goes on, set this "
                    "machine's clock right",
                    age < 0 ? -age : age, age < 0 ? "in the future" : "ago", kReplayWindowSeconds));
  }
  return absl::OkStatus();
}

}  // namespace tieout::connectors::webhook
