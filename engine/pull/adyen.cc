// Adyen: the settlement details reports, batch by batch.
//
// docs.adyen.com/reporting/automatically-get-reports: a report that was generated is had by GET
// from /reports/download/MerchantAccount/<account>/<file>, with the API key of a user that has the
// role Merchant Report. docs.adyen.com/reporting/settlement-reconciliation: one file a payout
// batch, made once, settlement_detail_report_batch_<number>.csv, numbers without a gap: the one
// after the last that the log has is asked for until there is none. They must be generated as CSV
// (Customer Area > Reports > Settlement details > Manage report).
#include "engine/pull/providers.h"
#include "fmt/format.h"

namespace tieout::pull {
namespace adyen {
namespace {

constexpr Reports kSettlement = {
    .name = "settlement_batch", .path = [](const Ask& ask, uint64_t number) {
      return fmt::format(
          "/reports/download/MerchantAccount/{}/settlement_detail_report_batch_{}.csv",
          Encoded(ask.account), number);
    }};

}  // namespace
}  // namespace adyen

const Provider& Adyen() {
  static const Provider kAdyen = {
      .name = "adyen",
      .base_url = [](std::string_view) { return std::string("https://ca-live.adyen.com"); },
      .auth = Auth::kHeader,
      .auth_header = "X-API-Key",
      .per_second = 2,
      .reports = &adyen::kSettlement};
  return kAdyen;
}

}  // namespace tieout::pull
