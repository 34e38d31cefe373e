// PayPal: the transaction search.
//
// developer.paypal.com/docs/api/transaction-search/v1 (transactions_get): at most 31 days and
// 10,000 transactions at once (RESULTSET_TOO_LARGE beyond: the window is halved), page and
// total_pages, 500 a page. A transaction shows up to three hours late, so the last three are not
// said to be covered; one that is pending is a known no-op until it is completed, so three days are
// read again. Of what moved no balance nothing is asked. Tokens:
// /docs/api/reference/get-an-access-token, client credentials.
#include <array>

#include "absl/strings/numbers.h"
#include "engine/base/day.h"
#include "engine/pull/providers.h"
#include "fmt/format.h"

namespace tieout::pull {
namespace paypal {
namespace {

std::optional<std::string> Next(const Page& page) {
  int64_t now = 0, pages = 0;
  if (!absl::SimpleAtoi(std::string(page.fields.Any("page")), &now) ||
      !absl::SimpleAtoi(std::string(page.fields.Any("total_pages")), &pages) || now >= pages) {
    return std::nullopt;
  }
  return WithParameter(page.first, "page", std::to_string(now + 1));
}

constexpr std::array<Stream, 1> kStreams = {{
    {.name = "transactions",
     .paging = {.first =
                    [](const Ask& ask) {
                      return fmt::format(
                          "/v1/reporting/transactions?start_date={}&end_date={}&fields=all"
                          "&balance_affecting_records_only=Y&page_size=500",
                          base::FormatInstant(ask.from_us), base::FormatInstant(ask.to_us));
                    },
                .next = Next,
                .list = "transaction_details"},
     .overlap_s = 3 * kDay,
     .longest_s = 31 * kDay,
     .lag_s = 3 * 3600,
     .too_much = "RESULTSET_TOO_LARGE"},
}};

}  // namespace
}  // namespace paypal

const Provider& PayPal() {
  static const Provider kPayPal = {
      .name = "paypal",
      .base_url = [](std::string_view) { return std::string("https://api-m.paypal.com"); },
      .auth = Auth::kClientCredentials,
      .token_url = "/v1/oauth2/token",
      .per_second = 2,
      .streams = paypal::kStreams};
  return kPayPal;
}

}  // namespace tieout::pull
