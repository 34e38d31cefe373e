// Is a webhook from who it says? Each provider signs in its own way; each check below is a pure
// function of the request's raw bytes, the keys and the time given.
//
// Scheme, header and source of each stand in its file. Secrets: any of those given may have signed,
// so that one can be rotated. Comparisons take the same time whatever differs.
//
// Errors: kUnauthenticated: not signed, or wrongly. kOutOfRange: signed, but long ago or in the
// future (a replay). kUnavailable: signed with a key that isn't here; the message says which file
// is missing, and the provider sends again. Messages never hold a secret or a signature.
// Thread safety: all.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace tieout::connectors::webhook {

struct Request {
  std::string_view body;  // as it came over the wire
  // A header's value by its name, in any case; empty: there is none.
  std::function<std::string(std::string_view name)> header;
};

using Secrets = std::span<const std::string>;

// How old a signature may be, and how far ahead: Stripe's own libraries' default.
inline constexpr int64_t kReplayWindowSeconds = 300;

absl::Status CheckStripe(const Request& request, Secrets secrets, int64_t now_us);
absl::Status CheckShopify(const Request& request, Secrets secrets);
// `url`: the notification URL as registered with Square, byte for byte.
absl::Status CheckSquare(const Request& request, Secrets secrets, std::string_view url);
// Secrets are hexadecimal, as Adyen shows them.
absl::Status CheckAdyen(const Request& request, Secrets secrets);
// `folder`: PayPal's certificates, <name in the certificate's URL>.pem.
absl::Status CheckPayPal(const Request& request, std::string_view webhook_id,
                         const std::string& folder, int64_t now_us);
// `folder`: eBay's public keys, <key id>.pem.
absl::Status CheckEbay(const Request& request, const std::string& folder);

// What eBay wants answered when it asks whether an endpoint is ours, in hex.
std::string EbayChallengeResponse(std::string_view challenge_code,
                                  std::string_view verification_token, std::string_view url);

}  // namespace tieout::connectors::webhook
