// Stripe: balance transactions, payouts, and the balance transactions of each automatic payout.
//
// docs.stripe.com/api/balance_transactions/list, /api/payouts/list, /api/pagination: newest first,
// 100 a page, `starting_after` an id, has_more. /payouts/reconciliation: an automatic payout's list
// is final when its reconciliation_status is `completed`; of manual ones Stripe doesn't know it. A
// payout may fail five business days after it was paid, and get its trace id ten days after it
// arrived: payouts are read again for thirty days. docs.stripe.com/rate-limits: 25 a second in a
// sandbox, 100 live.
#include <array>

#include "engine/pull/providers.h"
#include "fmt/format.h"

namespace tieout::pull {
namespace stripe {
namespace {

constexpr int64_t kSecond = 1'000'000;

std::string Created(const Ask& ask) {
  return fmt::format("limit=100&created%5Bgte%5D={}&created%5Blt%5D={}", ask.from_us / kSecond,
                     ask.to_us / kSecond);
}

std::optional<std::string> Next(const Page& page) {
  if (page.fields.Token("has_more") != "true" || page.last == nullptr) return std::nullopt;
  return WithParameter(page.first, "starting_after", page.last->Text("id"));
}

constexpr std::string_view kExpand = "&expand%5B%5D=data.source";

constexpr EntryList kPayout = {
    .name = "payout",
    .id =
        [](const connectors::JsonFields& payout) {
          const bool is_final = payout.Token("automatic") == "true" &&
                                payout.Text("reconciliation_status") == "completed";
          return std::string(is_final ? payout.Text("id") : "");
        },
    .paging = {.first =
                   [](const Ask& ask) {
                     return fmt::format("/v1/balance_transactions?payout={}&limit=100{}",
                                        Encoded(ask.entry), kExpand);
                   },
               .next = Next,
               .list = "data"}};

constexpr std::array<Stream, 2> kStreams = {{
    {.name = "balance_transactions",
     .paging = {.first =
                    [](const Ask& ask) {
                      return fmt::format("/v1/balance_transactions?{}{}", Created(ask), kExpand);
                    },
                .next = Next,
                .list = "data"},
     .overlap_s = 3600,
     .longest_s = 64 * kDay},
    {.name = "payouts",
     .paging = {.first = [](const Ask& ask) { return "/v1/payouts?" + Created(ask); },
                .next = Next,
                .list = "data"},
     .overlap_s = 30 * kDay,
     .longest_s = 64 * kDay,
     .entry_list = &kPayout},
}};

}  // namespace
}  // namespace stripe

const Provider& Stripe() {
  static const Provider kStripe = {
      .name = "stripe",
      .base_url = [](std::string_view) { return std::string("https://api.stripe.com"); },
      .auth = Auth::kBearer,
      .headers = "Stripe-Version: 2024-06-20",
      .per_second = 20,
      .streams = stripe::kStreams};
  return kStripe;
}

}  // namespace tieout::pull
