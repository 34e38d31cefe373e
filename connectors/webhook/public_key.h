// Signatures by public keys, by OpenSSL. Thread safety: all.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"

namespace tieout::connectors::webhook {

struct FreeOpenSsl {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeOpenSsl>;
using CertificatePtr = std::unique_ptr<X509, FreeOpenSsl>;

bool IsSignedBy(EVP_PKEY* key, const EVP_MD* digest, std::string_view text,
                std::string_view signature);

// A name that came with the request may name a file: letters, digits, '-', '_' only.
bool IsPlainName(std::string_view name);

KeyPtr PublicKeyOf(const std::string& pem);                          // null: is none
std::vector<CertificatePtr> CertificatesOf(const std::string& pem);  // in the file's order

}  // namespace tieout::connectors::webhook
