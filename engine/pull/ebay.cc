// eBay: the Finances API's transactions, payouts, and the transactions of each payout that
// succeeded.
//
// developer.ebay.com/api-docs/sell/finances (getTransactions, getPayouts): filter by date, limit
// and offset with a total, 204 where nothing is found. A transaction's payout id is set once its
// payout begins: the payout's own list tells it, so transactions are read again for a day only,
// payouts for thirty. Tokens: /api-docs/static/oauth-refresh-token-request.html; a refresh token
// lives 18 months and stays. eBay asks sellers of the EU and the UK for signed requests besides,
// which aren't made here: theirs it refuses.
#include <array>

#include "absl/strings/numbers.h"
#include "engine/base/day.h"
#include "engine/pull/providers.h"
#include "fmt/format.h"

namespace tieout::pull {
namespace ebay {
namespace {

constexpr std::string_view kRoot = "/sell/finances/v1";

std::optional<std::string> Next(const Page& page) {
  int64_t offset = 0, total = 0;
  if (!absl::SimpleAtoi(std::string(page.fields.Any("total")), &total) || page.rows == 0) {
    return std::nullopt;
  }
  if (!absl::SimpleAtoi(std::string(page.fields.Any("offset")), &offset)) offset = 0;
  offset += static_cast<int64_t>(page.rows);
  if (offset >= total) return std::nullopt;
  return WithParameter(page.first, "offset", std::to_string(offset));
}

// "2026-03-01T00:00:00.000Z..…", both included.
std::string Within(const Ask& ask) {
  const auto instant = [](int64_t us) {
    std::string text = base::FormatInstant(us);
    text.insert(text.size() - 1, ".000");
    return text;
  };
  return Encoded(fmt::format("[{}..{}]", instant(ask.from_us), instant(ask.to_us)));
}

constexpr EntryList kPayout = {
    .name = "payout",
    .id =
        [](const connectors::JsonFields& payout) {
          return std::string(payout.Text("payoutStatus") == "SUCCEEDED" ? payout.Any("payoutId")
                                                                        : "");
        },
    .paging = {.first =
                   [](const Ask& ask) {
                     return fmt::format("{}/transaction?filter={}&limit=1000", kRoot,
                                        Encoded(fmt::format("payoutId:{{{}}}", ask.entry)));
                   },
               .next = Next,
               .list = "transactions",
               .may_lack_list = true}};

constexpr std::array<Stream, 2> kStreams = {{
    {.name = "transactions",
     .paging = {.first =
                    [](const Ask& ask) {
                      return fmt::format("{}/transaction?filter=transactionDate%3A{}&limit=1000",
                                         kRoot, Within(ask));
                    },
                .next = Next,
                .list = "transactions",
                .may_lack_list = true},
     .overlap_s = kDay,
     .longest_s = 90 * kDay},
    {.name = "payouts",
     .paging = {.first =
                    [](const Ask& ask) {
                      return fmt::format("{}/payout?filter=payoutDate%3A{}&limit=200", kRoot,
                                         Within(ask));
                    },
                .next = Next,
                .list = "payouts",
                .may_lack_list = true},
     .overlap_s = 30 * kDay,
     .longest_s = 90 * kDay,
     .entry_list = &kPayout},
}};

}  // namespace
}  // namespace ebay

const Provider& Ebay() {
  static const Provider kEbay = {
      .name = "ebay",
      .base_url = [](std::string_view) { return std::string("https://apiz.ebay.com"); },
      .auth = Auth::kRefreshToken,
      .token_url = "https://api.ebay.com/identity/v1/oauth2/token",
      .token_scope = "https://api.ebay.com/oauth/api_scope/sell.finances",
      .per_second = 2,
      .streams = ebay::kStreams};
  return kEbay;
}

}  // namespace tieout::pull
