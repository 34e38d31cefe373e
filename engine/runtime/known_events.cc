#include "engine/runtime/known_events.h"

#include <chrono>

#include "engine/codec/codec.h"

namespace tieout::runtime {
namespace {

constexpr size_t kConflictsKept = 100;
constexpr size_t kReadEntries = 8192;
constexpr std::chrono::milliseconds kReadWait{200};

}  // namespace

absl::Status KnownEvents::Add(const ledger::Event& event, size_t group) {
  if (tallies_.size() <= group) tallies_.resize(group + 1);
  const Added added{ledger::ContentHash(event), event.amount, event.source.line,
                    static_cast<uint32_t>(group)};
  const auto [before, is_new] = added_.try_emplace(base::HashBytes128(event.event_id), added);
  if (is_new) return added_.size() < gathered_at_most_ ? absl::OkStatus() : Compare();
  Tally& tally = tallies_[group];
  tally.amount += added.amount;
  if (before->second.content == added.content) {
    ++tally.twice;
  } else {
    ++tally.conflicting;
    Keep({group, std::string(event.event_id), added.line, added.amount, before->second.amount});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KnownEvents::Tally>> KnownEvents::Finish() {
  TIEOUT_RETURN_IF_ERROR(Compare());
  return tallies_;
}

absl::Status KnownEvents::Compare() {
  if (added_.empty()) return absl::OkStatus();
  std::vector<int64_t> ends;
  uint64_t total = 0, done = 0;
  for (int partition = 0; partition < log_->identity().partitions; ++partition) {
    TIEOUT_ASSIGN_OR_RETURN(ends.emplace_back(), log_->End(log::Stream::kEvents, partition));
    total += static_cast<uint64_t>(ends.back());
  }
  ledger::Event event;
  for (int partition = 0; partition < log_->identity().partitions; ++partition) {
    TIEOUT_ASSIGN_OR_RETURN(auto reader, log_->NewReader(log::Stream::kEvents, partition, 0));
    while (reader->position() < ends[static_cast<size_t>(partition)]) {
      TIEOUT_ASSIGN_OR_RETURN(const auto entries, reader->Read(kReadEntries, kReadWait));
      for (const log::Stored& entry : entries) {
        event.Clear();
        if (codec::DecodeEvent(entry.value, &event).ok()) Meet(event);
      }
      done += entries.size();
      if (progress_) progress_(done, total);
    }
  }
  added_.clear();
  return absl::OkStatus();
}

void KnownEvents::Meet(const ledger::Event& in_log) {
  const auto it = added_.find(base::HashBytes128(in_log.event_id));
  if (it == added_.end() || it->second.found) return;
  Added& added = it->second;
  added.found = true;
  Tally& tally = tallies_[added.group];
  tally.amount += added.amount;
  if (ledger::ContentHash(in_log) == added.content) {
    ++tally.in_log;
  } else {
    ++tally.conflicting;
    Keep(
        {added.group, std::string(in_log.event_id), added.line, added.amount, in_log.amount, true});
  }
}

void KnownEvents::Keep(Conflict conflict) {
  if (conflicts_.size() < kConflictsKept) conflicts_.push_back(std::move(conflict));
}

}  // namespace tieout::runtime
