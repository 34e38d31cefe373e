// PAYPAL-TRANSMISSION-SIG: base64 of RSA-SHA256 over "<PAYPAL-TRANSMISSION-ID>|<-TIME>|<webhook
// id>|<CRC32 of the body, decimal>" by the certificate at PAYPAL-CERT-URL. Source:
// developer.paypal.com/api/rest/webhooks/rest ("Self verification method"); PayPal-Python-SDK
// notifications.py.
//
// Certificates are files, not fetched: a check that goes out for each new URL in a header is slow,
// and asks whoever wrote the header. PayPal changes them about once a year. One that isn't here is
// asked for by name while PayPal sends again (25 times in three days): save what the URL answers
// as <its last part>.pem. The certificate must be PayPal's, valid now, and lead to an authority of
// this machine (or of ca.pem in the folder).
//
// The time is signed but not held against a window: a webhook that is sent again three days later
// may carry its first time. A replay has no second effect.
#include <isa-l/crc.h>
#include <openssl/x509_vfy.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "connectors/webhook/hmac.h"
#include "connectors/webhook/public_key.h"
#include "engine/base/day.h"
#include "engine/base/read_file.h"
#include "engine/base/text.h"
#include "fmt/format.h"

namespace tieout::connectors::webhook {
namespace {

struct FreeStore {
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using StorePtr = std::unique_ptr<X509_STORE, FreeStore>;

// "https://api.paypal.com/v1/notifications/certs/CERT-360caa42" -> "CERT-360caa42"; empty: not
// PayPal's.
std::string CertificateName(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  if (!url.starts_with(kScheme)) return "";
  url.remove_prefix(kScheme.size());
  const size_t slash = url.find('/');
  if (slash == std::string_view::npos) return "";
  const std::string host = absl::AsciiStrToLower(std::string(url.substr(0, slash)));
  const std::string_view name = url.substr(url.rfind('/') + 1);
  if (!host.ends_with(".paypal.com") || host.find_first_of("@:") != std::string::npos) return "";
  return IsPlainName(name) ? std::string(name) : "";
}

bool IsPayPals(X509* certificate) {
  char name[256] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  return absl::AsciiStrToLower(name).ends_with(".paypal.com");
}

// A hundred and more certificates: read once.
X509_STORE* WhomThisMachineTrusts() {
  static const StorePtr store([] {
    X509_STORE* const made = X509_STORE_new();
    X509_STORE_set_default_paths(made);
    return made;
  }());
  return store.get();
}

// Does it lead to somebody this machine, or ca.pem, trusts, at that time?
absl::Status CheckChain(const std::vector<CertificatePtr>& chain, const std::string& folder,
                        int64_t now_us) {
  const auto authorities = base::ReadFile(folder + "/ca.pem");
  const StorePtr own(authorities ? X509_STORE_new() : nullptr);
  if (authorities) {
    for (const auto& one : CertificatesOf(*authorities)) X509_STORE_add_cert(own.get(), one.get());
  }
  X509_STORE* const store = authorities ? own.get() : WhomThisMachineTrusts();
  const std::unique_ptr<STACK_OF(X509), FreeStore> between(sk_X509_new_null());
  for (size_t i = 1; i < chain.size(); ++i) sk_X509_push(between.get(), chain[i].get());
  const std::unique_ptr<X509_STORE_CTX, FreeStore> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store, chain.front().get(), between.get());
  X509_STORE_CTX_set_time(context.get(), 0, now_us / base::kMicrosPerSecond);
  if (X509_verify_cert(context.get()) == 1) return absl::OkStatus();
  return Unauthenticated(
      fmt::format("the certificate isn't trusted: {}",
                  X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()))));
}

}  // namespace

absl::Status CheckPayPal(const Request& request, std::string_view webhook_id,
                         const std::string& folder, int64_t now_us) {
  const std::string id = request.header("PAYPAL-TRANSMISSION-ID");
  const std::string time = request.header("PAYPAL-TRANSMISSION-TIME");
  const std::string url = request.header("PAYPAL-CERT-URL");
  std::string signature;
  if (id.empty() || time.empty() ||
      !absl::Base64Unescape(request.header("PAYPAL-TRANSMISSION-SIG"), &signature)) {
    return Unauthenticated("no PAYPAL-TRANSMISSION-ID, -TIME or -SIG");
  }
  if (request.header("PAYPAL-AUTH-ALGO") != "SHA256withRSA") {
    return Unauthenticated("PAYPAL-AUTH-ALGO is another than SHA256withRSA");
  }
  const std::string name = CertificateName(url);
  if (name.empty()) return Unauthenticated("PAYPAL-CERT-URL is none of PayPal's");
  const auto pem = base::ReadFile(fmt::format("{}/{}.pem", folder, name));
  if (!pem) {
    return base::Unavailable(fmt::format("{}/{}.pem isn't there: save the certificate at {} as it",
                                         folder, name, base::Quoted(url, 200)));
  }
  const std::vector<CertificatePtr> chain = CertificatesOf(*pem);
  if (chain.empty()) {
    return base::Unavailable(fmt::format("{}/{}.pem holds no certificate", folder, name));
  }
  if (!IsPayPals(chain.front().get())) return Unauthenticated("the certificate isn't PayPal's");
  TIEOUT_RETURN_IF_ERROR(CheckChain(chain, folder, now_us));
  const uint32_t crc = crc32_gzip_refl(
      0, reinterpret_cast<const unsigned char*>(request.body.data()), request.body.size());
  const std::string text = fmt::format("{}|{}|{}|{}", id, time, webhook_id, crc);
  const KeyPtr key(X509_get_pubkey(chain.front().get()));
  if (key != nullptr && IsSignedBy(key.get(), EVP_sha256(), text, signature)) {
    return absl::OkStatus();
  }
  return Unauthenticated("the signature isn't the certificate's: is `webhook_id` the right one?");
}

}  // namespace tieout::connectors::webhook
