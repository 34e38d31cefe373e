#include "connectors/webhook/hmac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>

#include "absl/strings/escaping.h"
#include "engine/base/check.h"

namespace tieout::connectors::webhook {
namespace {

struct Free {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

// Looked up once: OpenSSL 3 searches its providers at each look-up.
EVP_MAC* Hmac() {
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  TIEOUT_CHECK(mac != nullptr);
  return mac;
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string HmacSha256(std::string_view key, std::initializer_list<std::string_view> parts) {
  const std::unique_ptr<EVP_MAC_CTX, Free> context(EVP_MAC_CTX_new(Hmac()));
  TIEOUT_CHECK(context != nullptr);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_END};
  // A null key would mean: the one set before.
  TIEOUT_CHECK(EVP_MAC_init(context.get(), key.empty() ? Bytes("") : Bytes(key), key.size(),
                            parameters) == 1);
  for (const std::string_view part : parts) {
    TIEOUT_CHECK(EVP_MAC_update(context.get(), Bytes(part), part.size()) == 1);
  }
  std::string out(32, '\0');
  size_t size = 0;
  TIEOUT_CHECK(EVP_MAC_final(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                             out.size()) == 1);
  TIEOUT_CHECK(size == out.size());
  return out;
}

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool IsSignedBase64(Secrets secrets, std::initializer_list<std::string_view> parts,
                    std::string_view signature) {
  std::string given;
  if (!absl::Base64Unescape({signature.data(), signature.size()}, &given)) return false;
  bool found = false;
  for (const std::string& secret : secrets) {
    found |= EqualInConstantTime(HmacSha256(secret, parts), given);
  }
  return found;
}

}  // namespace tieout::connectors::webhook
