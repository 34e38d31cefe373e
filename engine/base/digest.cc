// SHA-256 by OpenSSL, and sums of digests. A digest is read as a big-endian number of 256 bits.
#include <openssl/evp.h>

#include <memory>

#include "engine/base/check.h"
#include "engine/base/hash.h"

namespace tieout::base {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Looked up once: OpenSSL 3 searches its providers at each EVP_sha256() use, which costs more than
// hashing a short entry. Never freed, so that late destructors may still hash.
const EVP_MD* Algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  TIEOUT_CHECK(algorithm != nullptr);
  return algorithm;
}

void Begin(EVP_MD_CTX* context) {
  TIEOUT_CHECK(EVP_DigestInit_ex2(context, Algorithm(), nullptr) == 1);
}

void Update(EVP_MD_CTX* context, std::string_view bytes) {
  TIEOUT_CHECK(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
}

Digest Finish(EVP_MD_CTX* context) {
  Digest digest;
  unsigned int size = 0;
  TIEOUT_CHECK(EVP_DigestFinal_ex(context, digest.bytes.data(), &size) == 1);
  TIEOUT_CHECK(size == digest.bytes.size());
  return digest;
}

// One context a thread for whole-string hashes; its state never outlives a call.
EVP_MD_CTX* ThreadContext() {
  static thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  TIEOUT_CHECK(context != nullptr);
  Begin(context.get());
  return context.get();
}

}  // namespace

void Digest::Add(const Digest& other) {
  uint32_t carry = 0;
  for (size_t i = bytes.size(); i-- > 0;) {
    carry += uint32_t{bytes[i]} + other.bytes[i];
    bytes[i] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
}

void Digest::Subtract(const Digest& other) {
  uint32_t borrow = 0;
  for (size_t i = bytes.size(); i-- > 0;) {
    const uint32_t difference = uint32_t{bytes[i]} - other.bytes[i] - borrow;
    bytes[i] = static_cast<uint8_t>(difference);
    borrow = (difference >> 8) & 1;
  }
}

std::string Digest::hex() const { return HexEncode(view()); }

Digest Sha256(std::string_view bytes) {
  EVP_MD_CTX* const context = ThreadContext();
  Update(context, bytes);
  return Finish(context);
}

Digest EntryDigest(std::string_view key, std::string_view value) {
  char length[8];
  for (int i = 0; i < 8; ++i) length[i] = static_cast<char>(uint64_t{key.size()} >> (56 - 8 * i));
  EVP_MD_CTX* const context = ThreadContext();
  Update(context, {length, sizeof length});
  Update(context, key);
  Update(context, value);
  return Finish(context);
}

Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new()) {
  TIEOUT_CHECK(context_ != nullptr);
  Begin(static_cast<EVP_MD_CTX*>(context_));
}

Sha256Stream::~Sha256Stream() { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context_)); }

void Sha256Stream::Update(std::string_view bytes) {
  base::Update(static_cast<EVP_MD_CTX*>(context_), bytes);
}

Digest Sha256Stream::Finish() {
  auto* const context = static_cast<EVP_MD_CTX*>(context_);
  const Digest digest = base::Finish(context);
  Begin(context);  // ready for the next stream
  return digest;
}

}  // namespace tieout::base
