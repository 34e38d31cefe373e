// Etsy: the payment account's ledger.
//
// developers.etsy.com/documentation/tutorials/payments and /reference (getShopPaymentAccountLedger-
// Entries): min_created and max_created in seconds, limit and offset with a count, 100 a page. The
// window is held to 31 days. The account is the shop's numeric id. Ten requests a second.
// /documentation/essentials/authentication: each refresh gives a new refresh token; the application
// is named by x-api-key, its keystring (client_id), with its shared secret behind a colon where it
// has one (secret_file).
#include <array>

#include "absl/strings/numbers.h"
#include "engine/pull/providers.h"
#include "fmt/format.h"

namespace tieout::pull {
namespace etsy {
namespace {

constexpr int64_t kSecond = 1'000'000;

std::optional<std::string> Next(const Page& page) {
  int64_t count = 0, offset = 0;
  if (page.rows == 0 || !absl::SimpleAtoi(std::string(page.fields.Any("count")), &count)) {
    return std::nullopt;
  }
  // Etsy's pages don't say where they stand; their own request does.
  const size_t at = page.path.find("&offset=");
  if (at != std::string_view::npos &&
      !absl::SimpleAtoi(std::string(page.path.substr(at + 8)), &offset)) {
    return std::nullopt;
  }
  offset += static_cast<int64_t>(page.rows);
  if (offset >= count) return std::nullopt;
  return WithParameter(page.first, "offset", std::to_string(offset));
}

constexpr std::array<Stream, 1> kStreams = {{
    {.name = "ledger",
     .paging = {.first =
                    [](const Ask& ask) {
                      return fmt::format(
                          "/v3/application/shops/{}/payment-account/ledger-entries?min_created={}"
                          "&max_created={}&limit=100",
                          Encoded(ask.account), ask.from_us / kSecond, ask.to_us / kSecond - 1);
                    },
                .next = Next,
                .list = "results"},
     .overlap_s = kDay,
     .longest_s = 31 * kDay},
}};

}  // namespace
}  // namespace etsy

const Provider& Etsy() {
  static const Provider kEtsy = {
      .name = "etsy",
      .base_url = [](std::string_view) { return std::string("https://openapi.etsy.com"); },
      .auth = Auth::kRefreshToken,
      .auth_header = "x-api-key",
      .token_url = "https://api.etsy.com/v3/public/oauth/token",
      .public_client = true,
      .per_second = 5,
      .streams = etsy::kStreams};
  return kEtsy;
}

}  // namespace tieout::pull
