#include "connectors/webhook/public_key.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>

#include "absl/strings/ascii.h"

namespace tieout::connectors::webhook {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};

std::unique_ptr<BIO, FreeContext> Open(const std::string& pem) {
  return std::unique_ptr<BIO, FreeContext>(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

bool IsSignedBy(EVP_PKEY* key, const EVP_MD* digest, std::string_view text,
                std::string_view signature) {
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  const bool good = context != nullptr &&
                    EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) == 1 &&
                    EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(text),
                                     text.size()) == 1;
  ERR_clear_error();  // a wrong signature leaves one behind
  return good;
}

bool IsPlainName(std::string_view name) {
  return !name.empty() && name.size() <= 128 && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  });
}

KeyPtr PublicKeyOf(const std::string& pem) {
  KeyPtr key(PEM_read_bio_PUBKEY(Open(pem).get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  return key;
}

std::vector<CertificatePtr> CertificatesOf(const std::string& pem) {
  std::vector<CertificatePtr> certificates;
  const auto bio = Open(pem);
  while (X509* one = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    certificates.emplace_back(one);
  }
  ERR_clear_error();  // the end is an error too
  return certificates;
}

}  // namespace tieout::connectors::webhook
