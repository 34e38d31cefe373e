// What ingesting files would write, with nothing written: the steps of ingest.h over a log that is
// only read, and a source store and quarantine that are thrown away.
//
//   TIEOUT_ASSIGN_OR_RETURN(auto preview, IngestPreview::Open(options, nullptr, nullptr));
//   TIEOUT_RETURN_IF_ERROR(preview->Take(request));
//   TIEOUT_ASSIGN_OR_RETURN(std::vector<SourcePreview> sources, preview->Finish());
//
// Where there is no log yet, none is made: everything is new. Works beside a running `serve`.
// Thread safety: none.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/ledger/event.h"
#include "engine/ledger/money.h"
#include "engine/runtime/ingest.h"
#include "engine/runtime/known_events.h"
#include "engine/runtime/log_index.h"
#include "engine/runtime/options.h"

namespace tieout::runtime {

// Events of one account and sort, counted together.
struct PreviewGroup {
  std::string provider, merchant_account, currency;
  ledger::Kind kind = ledger::Kind::kNone;
  std::string state;  // a payout's "paid", a bank line's "provisional", an adjustment's reason …
  uint64_t events = 0;
  ledger::WideMinor total = 0;
  int64_t first_us = 0, last_us = 0;  // occurred_at
  KnownEvents::Tally known;           // what of it is not new

  uint64_t new_events() const { return events - known.in_log - known.twice - known.conflicting; }
  ledger::WideMinor new_total() const { return total - known.amount; }
};

struct SourcePreview {
  FileReport report;
  uint64_t appended = 0;                         // events, with accounts and the source's reports
  std::vector<PreviewGroup> groups;              // in the order of their first event
  std::vector<KnownEvents::Conflict> conflicts;  // the first hundred; `group` is an index of these
};

class IngestPreview {
 public:
  virtual ~IngestPreview() = default;

  // `on_event` gets each event as it would be appended, in that order; it and `progress` (entries
  // of the log compared, and in all) may be empty. Opens the log for reading.
  static absl::StatusOr<std::unique_ptr<IngestPreview>> Open(
      const EngineOptions& options, std::function<void(const ledger::Event&)> on_event,
      KnownEvents::Progress progress);

  // What was pulled before under names that begin with `name` (log_index.h).
  virtual absl::StatusOr<std::vector<PulledSource>> Pulled(std::string_view name) = 0;

  // A source that can't be taken is refused in its report; what is returned is other trouble.
  virtual absl::Status Take(const IngestRequest& request) = 0;
  // All that was taken, in that order, compared with the log.
  virtual absl::StatusOr<std::vector<SourcePreview>> Finish() = 0;
};

}  // namespace tieout::runtime
