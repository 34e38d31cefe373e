// Square: each location's payouts, and the entries of each that was sent.
//
// developer.squareup.com/reference/square/payouts-api (list-payouts, list-payout-entries) and
// /locations-api/list-locations: 100 a page, `cursor` of the page before. Payouts are listed by
// location, by when they were created, begin_time included; pages without rows have no list. A
// payout's state changes until the bank has it: payouts are read again for thirty days. Entries are
// made with the payout; a SIMPLE one has none. The token is one that doesn't expire, the
// application's own (personal access token).
#include <array>

#include "engine/base/day.h"
#include "engine/pull/providers.h"
#include "fmt/format.h"

namespace tieout::pull {
namespace square {
namespace {

std::optional<std::string> Next(const Page& page) {
  const std::string_view cursor = page.fields.Text("cursor");
  if (cursor.empty()) return std::nullopt;
  return WithParameter(page.first, "cursor", cursor);
}

constexpr EntryList kEntries = {
    .name = "payout",
    .id =
        [](const connectors::JsonFields& payout) {
          const std::string_view status = payout.Text("status");
          const bool sent = status == "SENT" || status == "PAID";
          return std::string(sent && payout.Text("type") == "BATCH" ? payout.Text("id") : "");
        },
    .paging = {.first =
                   [](const Ask& ask) {
                     return fmt::format("/v2/payouts/{}/payout-entries?limit=100",
                                        Encoded(ask.entry));
                   },
               .next = Next,
               .list = "payout_entries",
               .may_lack_list = true},
    .with_entry = true};

constexpr Scopes kLocations = {
    .paging = {.first = [](const Ask&) { return std::string("/v2/locations"); },
               .next = Next,
               .list = "locations"},
    .id = "id"};

constexpr std::array<Stream, 1> kStreams = {{
    {.name = "payouts",
     .paging = {.first =
                    [](const Ask& ask) {
                      return fmt::format(
                          "/v2/payouts?location_id={}&begin_time={}&end_time={}&sort_order=ASC"
                          "&limit=100",
                          Encoded(ask.scope), base::FormatInstant(ask.from_us),
                          base::FormatInstant(ask.to_us));
                    },
                .next = Next,
                .list = "payouts",
                .may_lack_list = true},
     .overlap_s = 30 * kDay,
     .longest_s = 180 * kDay,
     .entry_list = &kEntries,
     .scopes = &kLocations},
}};

}  // namespace
}  // namespace square

const Provider& Square() {
  static const Provider kSquare = {
      .name = "square",
      .base_url = [](std::string_view) { return std::string("https://connect.squareup.com"); },
      .auth = Auth::kBearer,
      .headers = "Square-Version: 2024-01-18",
      .per_second = 5,
      .streams = square::kStreams};
  return kSquare;
}

}  // namespace tieout::pull
