// Shopify Payments: payouts, the balance transactions of each that was sent, and those still
// pending.
//
// shopify.dev/docs/api/admin-rest (payouts, transactions) and /docs/api/usage/pagination-rest:
// pages follow by the header Link, whose page_info says all. Payouts are listed by their day;
// balance transactions by no time at all, but by payout: those of a payout once it was sent, and
// those that no payout has yet with every pull. Read again: payouts for thirty days. The token is
// the custom app's (X-Shopify-Access-Token), scope read_shopify_payments_payouts. The account is
// the shop's name before .myshopify.com. Shopify calls this API legacy and keeps it for apps there
// are.
#include <array>

#include "engine/base/day.h"
#include "engine/pull/providers.h"
#include "fmt/format.h"

namespace tieout::pull {
namespace shopify {
namespace {

constexpr std::string_view kRoot = "/admin/api/2025-01/shopify_payments";

// <https://shop/path?page_info=a>; rel="previous", <https://shop/path?page_info=b>; rel="next"
std::optional<std::string> Next(const Page& page) {
  const size_t rel = page.link.find("rel=\"next\"");
  if (rel == std::string_view::npos) return std::nullopt;
  const std::string_view before = page.link.substr(0, rel);
  const size_t open = before.rfind('<');
  const size_t close = before.rfind('>');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::nullopt;
  }
  std::string_view url = before.substr(open + 1, close - open - 1);
  if (const size_t host = url.find("://"); host != std::string_view::npos) {
    const size_t path = url.find('/', host + 3);
    if (path == std::string_view::npos) return std::nullopt;
    url.remove_prefix(path);
  }
  return std::string(url);
}

constexpr EntryList kPayout = {
    .name = "payout",
    .id =
        [](const connectors::JsonFields& payout) {
          const std::string_view status = payout.Text("status");
          const bool waits = status == "scheduled" || status == "pending";
          return std::string(waits ? "" : payout.Any("id"));
        },
    .paging = {.first =
                   [](const Ask& ask) {
                     return fmt::format("{}/balance/transactions.json?payout_id={}&limit=250",
                                        kRoot, Encoded(ask.entry));
                   },
               .next = Next,
               .list = "transactions"},
    .with_entry = true};

constexpr std::array<Stream, 2> kStreams = {{
    {.name = "payouts",
     .paging = {.first =
                    [](const Ask& ask) {
                      const base::Day last = base::DayOf(ask.to_us - 1);
                      return fmt::format("{}/payouts.json?date_min={}&date_max={}&limit=250", kRoot,
                                         base::FormatDay(base::DayOf(ask.from_us)),
                                         base::FormatDay(last));
                    },
                .next = Next,
                .list = "payouts"},
     .overlap_s = 30 * kDay,
     .longest_s = 180 * kDay,
     .entry_list = &kPayout},
    {.name = "pending",
     .paging = {.first =
                    [](const Ask&) {
                      return fmt::format(
                          "{}/balance/transactions.json?payout_status=pending&limit=250", kRoot);
                    },
                .next = Next,
                .list = "transactions"}},
}};

}  // namespace
}  // namespace shopify

const Provider& Shopify() {
  static const Provider kShopify = {
      .name = "shopify",
      .base_url =
          [](std::string_view shop) {
            return fmt::format("https://{}{}", shop,
                               shop.find('.') == std::string_view::npos ? ".myshopify.com" : "");
          },
      .auth = Auth::kHeader,
      .auth_header = "X-Shopify-Access-Token",
      .per_second = 2,
      .streams = shopify::kStreams};
  return kShopify;
}

}  // namespace tieout::pull
