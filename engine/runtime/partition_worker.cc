#include "engine/runtime/partition_worker.h"

#include <chrono>
#include <utility>
#include <variant>

#include "engine/base/check.h"
#include "engine/codec/codec.h"
#include "fmt/format.h"

namespace tieout::runtime {

PartitionWorker::PartitionWorker(const log::Identity& log, const log::CommitPoint& committed)
    : partition_(committed.partition), committed_position_(committed.next_position) {
  progress_.log_id = log.log_id;
  progress_.partition = static_cast<uint32_t>(committed.partition);
}

absl::StatusOr<std::unique_ptr<PartitionWorker>> PartitionWorker::Open(
    const log::Identity& log, const log::CommitPoint& committed, store::StateStore* states) {
  std::unique_ptr<PartitionWorker> worker(new PartitionWorker(log, committed));
  if (!committed.progress.empty()) {
    TIEOUT_ASSIGN_OR_RETURN(worker->progress_, codec::DecodeProgress(committed.progress));
    if (worker->progress_.log_id != log.log_id) {
      return base::DataLoss(
          fmt::format("the commit point of partition {} is of log {}, this is log {}",
                      committed.partition, worker->progress_.log_id, log.log_id));
    }
  }
  worker->ordinal_at_committed_ = worker->progress_.next_ordinal;

  TIEOUT_ASSIGN_OR_RETURN(worker->pages_, states->Open(committed.partition));
  if (const auto& meta = worker->pages_->meta()) {
    store::Expected expected;
    expected.log_id = log.log_id;
    expected.partition = committed.partition;
    expected.committed_position = committed.next_position;
    expected.newest_semantics = codec::kSemanticsNumber;
    TIEOUT_RETURN_IF_ERROR(store::CheckMeta(*meta, expected, states->Place(committed.partition)));
    worker->stored_position_ = meta->next_position;
  }
  TIEOUT_ASSIGN_OR_RETURN(worker->fold_,
                          matching::Fold::Open(committed.partition, worker->pages_.get()));
  if (const auto& meta = worker->pages_->meta();
      meta && meta->next_ordinal != worker->fold_->stats().next_ordinal) {
    return base::DataLoss(
        fmt::format("{} contradicts itself: {} events by its meta entry, {} by its pages. Remove "
                    "the folder and "
                    "it will be folded again from the log",
                    states->Place(committed.partition), meta->next_ordinal,
                    worker->fold_->stats().next_ordinal));
  }
  worker->stats_ = worker->fold_->stats();
  worker->muted_ = true;
  TIEOUT_RETURN_IF_ERROR(worker->Reached(worker->stored_position_));
  return worker;
}

absl::Status PartitionWorker::Fold(std::span<const log::Stored> entries,
                                   std::vector<log::Entry>* output, Tally* tally) {
  for (const log::Stored& entry : entries) {
    // What lies before this entry is folded: C may be here, in the middle of a batch.
    if (muted_) TIEOUT_RETURN_IF_ERROR(Reached(entry.position));
    made_.Clear();
    TIEOUT_RETURN_IF_ERROR(FoldOne(entry, tally));
    ++events_since_checkpoint_;
    if (muted_) {
      ++tally->muted;
    } else {
      Encode(output, tally);
    }
  }
  stats_ = fold_->stats();
  return absl::OkStatus();
}

absl::Status PartitionWorker::FoldOne(const log::Stored& entry, Tally* tally) {
  event_.Clear();
  absl::Status decoded = codec::DecodeEvent(entry.value, &event_);
  if (decoded.code() == absl::StatusCode::kDataLoss) {
    return fold_->ApplyPoison(entry.key, entry.value, base::Message(decoded), &made_);
  }
  absl::Status status = decoded.ok() ? fold_->Apply(entry.key, event_, &made_) : decoded;
  if (!status.ok()) {
    return absl::Status(status.code(), fmt::format("partition {}, position {}: {}", partition_,
                                                   entry.position, base::Message(status)));
  }
  if (const auto* tick = std::get_if<ledger::Tick>(&event_.body)) {
    last_tick_ = {tick->number, entry.append_time_us};
  }
  if (!muted_) tally->Event(event_.kind(), event_.source.connector);
  return absl::OkStatus();
}

void PartitionWorker::Encode(std::vector<log::Entry>* output, Tally* tally) {
  for (const ledger::Record& record : made_.records) {
    output->push_back(
        {log::Stream::kRecords, partition_, record.seller_id, codec::EncodeRecord(record)});
    tally->Record(record);
  }
  for (const ledger::DeadLetter& letter : made_.dead_letters) {
    output->push_back({log::Stream::kDeadLetters, partition_, "", codec::EncodeDeadLetter(letter)});
    tally->DeadLetter(letter.reason);
  }
  progress_.records += made_.records.size();
  progress_.dead_letters += made_.dead_letters.size();
  tally->duplicates += made_.counters.duplicates;
  tally->other_days_asked += made_.counters.other_days_asked;
}

absl::Status PartitionWorker::Reached(int64_t position) {
  folded_position_ = position;
  if (!muted_ || position < committed_position_) return absl::OkStatus();
  muted_ = false;
  const uint64_t ordinal = fold_->stats().next_ordinal;
  if (ordinal == ordinal_at_committed_) return absl::OkStatus();
  return base::DataLoss(fmt::format(
      "partition {}: {} events lie before the committed position {}, but {} were folded when it "
      "was committed: the log lost or gained events. Run `tieout verify`, restore the log from a "
      "backup; if the log is whole, the state is not: remove the store's folder",
      partition_, ordinal, committed_position_, ordinal_at_committed_));
}

log::CommitPoint PartitionWorker::CommitPointAt(int64_t position) const {
  TIEOUT_CHECK(!muted_);
  ledger::Progress progress = progress_;
  progress.next_position = position;
  progress.next_ordinal = stats_.next_ordinal;
  return {partition_, position, codec::EncodeProgress(progress)};
}

void PartitionWorker::StartCheckpoint(int64_t position) {
  TIEOUT_CHECK(position <= committed_position_);
  TIEOUT_CHECK(!is_writing());
  fold_->Freeze();
  events_since_checkpoint_ = 0;
  stats_ = fold_->stats();
  store::Meta meta;
  meta.log_id = progress_.log_id;
  meta.partition = partition_;
  meta.next_position = position;
  const auto write = [this, meta = std::move(meta)]() mutable -> absl::StatusOr<int64_t> {
    TIEOUT_ASSIGN_OR_RETURN(const matching::CheckpointData data, fold_->WriteFrozen(pages_.get()));
    meta.next_ordinal = data.next_ordinal;
    meta.semantics = data.semantics;
    meta.digest = data.digest;
    TIEOUT_RETURN_IF_ERROR(pages_->Commit(meta));
    return meta.next_position;
  };
  writing_ = std::async(std::launch::async, write);
}

bool PartitionWorker::HasWritten() const {
  return writing_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

absl::Status PartitionWorker::FinishCheckpoint() {
  TIEOUT_ASSIGN_OR_RETURN(stored_position_, writing_.get());
  fold_->Thaw();
  stats_ = fold_->stats();
  return absl::OkStatus();
}

absl::Status PartitionWorker::Checkpoint(int64_t position) {
  StartCheckpoint(position);
  return FinishCheckpoint();
}

}  // namespace tieout::runtime
