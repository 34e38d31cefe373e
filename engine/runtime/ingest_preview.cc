#include "engine/runtime/ingest_preview.h"

#include <algorithm>
#include <utility>

#include "engine/base/temporary_folder.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/ingest_file.h"
#include "engine/runtime/open_log.h"
#include "fmt/format.h"

namespace tieout::runtime {
namespace {

std::string_view StateName(ledger::Payout::State state) {
  using State = ledger::Payout::State;
  switch (state) {
    case State::kInitiated:
      return "initiated";
    case State::kPaid:
      return "paid";
    case State::kFailed:
      return "failed";
    case State::kReturned:
      return "returned";
    case State::kCancelled:
      return "cancelled";
    case State::kUnspecified:
      break;
  }
  return "";
}

std::string_view PhaseName(ledger::Chargeback::Phase phase) {
  using Phase = ledger::Chargeback::Phase;
  switch (phase) {
    case Phase::kInquiry:
      return "inquiry";
    case Phase::kOpened:
      return "opened";
    case Phase::kWon:
      return "won";
    case Phase::kLost:
      return "lost";
    case Phase::kSecond:
      return "second";
    case Phase::kUnspecified:
      break;
  }
  return "";
}

// What must not be summed with the rest of its kind.
std::string_view StateOf(const ledger::Event& event) {
  if (const auto* payout = std::get_if<ledger::Payout>(&event.body)) {
    return StateName(payout->state);
  }
  if (const auto* chargeback = std::get_if<ledger::Chargeback>(&event.body)) {
    return PhaseName(chargeback->phase);
  }
  if (const auto* parcel = std::get_if<ledger::Shipment>(&event.body)) {
    return ledger::StatusName(parcel->status);
  }
  if (const auto* deposit = std::get_if<ledger::BankDeposit>(&event.body)) {
    return deposit->provisional ? "provisional" : "";
  }
  if (const auto* adjustment = std::get_if<ledger::Adjustment>(&event.body)) {
    return adjustment->reason;
  }
  return "";
}

// Counts instead of appending.
class CountingAppender : public Appender {
 public:
  CountingAppender(KnownEvents* known, std::function<void(const ledger::Event&)> on_event)
      : known_(known), on_event_(std::move(on_event)) {}

  absl::Status AppendConfig(std::span<const ledger::Event> events) override {
    for (const ledger::Event& event : events) TIEOUT_RETURN_IF_ERROR(Add(event));
    return absl::OkStatus();
  }
  absl::Status Add(const ledger::Event& event) override {
    ++source_.appended;
    if (on_event_) on_event_(event);
    const ledger::Kind kind = event.kind();
    // Every file brings its own.
    if (kind == ledger::Kind::kSourceReport || kind == ledger::Kind::kAccount) {
      return absl::OkStatus();
    }
    const size_t group = GroupOf(event);
    PreviewGroup& counted = source_.groups[group - first_group_];
    if (counted.events++ == 0) counted.first_us = counted.last_us = event.occurred_at_us;
    counted.first_us = std::min(counted.first_us, event.occurred_at_us);
    counted.last_us = std::max(counted.last_us, event.occurred_at_us);
    counted.total += event.amount;
    return known_->Add(event, group);
  }
  absl::Status Flush() override { return absl::OkStatus(); }

  // What was counted since the last call. Groups are numbered through all sources.
  SourcePreview Take() {
    first_group_ += source_.groups.size();
    group_of_.clear();
    return std::exchange(source_, {});
  }

 private:
  size_t GroupOf(const ledger::Event& event) {
    std::vector<PreviewGroup>& groups = source_.groups;
    const std::string_view state = StateOf(event);
    const ledger::AccountRef& account = event.account;
    const auto [known, is_new] = group_of_.try_emplace(
        fmt::format("{}\n{}\n{}\n{}\n{}", account.provider, account.merchant_account,
                    account.currency, ledger::KindName(event.kind()), state),
        first_group_ + groups.size());
    if (!is_new) return known->second;
    PreviewGroup& added = groups.emplace_back();
    added.provider = event.account.provider;
    added.merchant_account = event.account.merchant_account;
    added.currency = event.account.currency;
    added.kind = event.kind();
    added.state = state;
    return known->second;
  }

  KnownEvents* const known_;
  const std::function<void(const ledger::Event&)> on_event_;
  SourcePreview source_;
  size_t first_group_ = 0;
  absl::flat_hash_map<std::string, size_t> group_of_;  // of this source
};

// The log, or where there is none the beginning of one in a folder that is thrown away.
absl::StatusOr<std::unique_ptr<log::EventLog>> OpenLogOrNone(const EngineOptions& options,
                                                             const std::string& scratch) {
  auto log = OpenLogForReading(options);
  if (!absl::IsNotFound(log.status())) return log;
  EngineOptions none = options;
  none.data_dir = scratch;
  return OpenLogForWriting(none);
}

class Preview : public IngestPreview {
 public:
  Preview(const EngineOptions& options, std::unique_ptr<base::TemporaryFolder> scratch,
          const std::string& scratch_path, std::unique_ptr<log::EventLog> log,
          std::function<void(const ledger::Event&)> on_event, KnownEvents::Progress progress)
      : scratch_(std::move(scratch)),
        log_(std::move(log)),
        index_(log_.get(), PositionsDirectory(options) + "/index"),
        sources_(scratch_path + "/sources"),
        known_(log_.get(), std::move(progress)),
        appender_(&known_, std::move(on_event)),
        ingest_(&appender_, &index_, &sources_,
                {.quarantine_directory = scratch_path + "/quarantine",
                 .now_us = options.clock->NowMicros(),
                 .before_first_append = [] { return absl::OkStatus(); },
                 .owners_needed = false}) {}

  absl::StatusOr<std::vector<PulledSource>> Pulled(std::string_view name) override {
    TIEOUT_RETURN_IF_ERROR(index_.Refresh());
    return index_.Pulled(name);
  }

  absl::Status Take(const IngestRequest& request) override {
    TIEOUT_RETURN_IF_ERROR(index_.Refresh());
    for (const std::string& file : request.files) {
      TIEOUT_RETURN_IF_ERROR(ingest_.Take(request, file, [this](FileReport report) {
        SourcePreview& source = previews_.emplace_back(appender_.Take());
        source.report = std::move(report);
        return absl::OkStatus();
      }));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<SourcePreview>> Finish() override {
    TIEOUT_ASSIGN_OR_RETURN(const std::vector<KnownEvents::Tally> tallies, known_.Finish());
    size_t next = 0;
    for (SourcePreview& source : previews_) {
      const size_t first = next;
      for (PreviewGroup& group : source.groups) group.known = tallies.at(next++);
      for (KnownEvents::Conflict conflict : known_.conflicts()) {
        if (conflict.group < first || conflict.group >= next) continue;
        conflict.group -= first;
        source.conflicts.push_back(std::move(conflict));
      }
    }
    return std::move(previews_);
  }

 private:
  const std::unique_ptr<base::TemporaryFolder> scratch_;  // outlives what lies in it
  const std::unique_ptr<log::EventLog> log_;
  LogIndex index_;
  SourceStore sources_;
  KnownEvents known_;
  CountingAppender appender_;
  FileIngest ingest_;
  std::vector<SourcePreview> previews_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<IngestPreview>> IngestPreview::Open(
    const EngineOptions& options, std::function<void(const ledger::Event&)> on_event,
    KnownEvents::Progress progress) {
  auto scratch = std::make_unique<base::TemporaryFolder>("preview");
  TIEOUT_ASSIGN_OR_RETURN(const std::string path, scratch->Path());
  TIEOUT_ASSIGN_OR_RETURN(auto log, OpenLogOrNone(options, path));
  return std::make_unique<Preview>(options, std::move(scratch), path, std::move(log),
                                   std::move(on_event), std::move(progress));
}

}  // namespace tieout::runtime
