// What the checks share: HMAC-SHA256 by OpenSSL, and comparing without telling where texts differ.
// Thread safety: all.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "connectors/webhook/signature.h"

namespace tieout::connectors::webhook {

// 32 bytes; of the parts one after another.
std::string HmacSha256(std::string_view key, std::initializer_list<std::string_view> parts);

bool EqualInConstantTime(std::string_view a, std::string_view b);

// Does one of the secrets sign the parts as `signature` (base64) says? All are tried, always.
bool IsSignedBase64(Secrets secrets, std::initializer_list<std::string_view> parts,
                    std::string_view signature);

inline absl::Status Unauthenticated(std::string message) {
  return absl::UnauthenticatedError(message);
}

}  // namespace tieout::connectors::webhook
