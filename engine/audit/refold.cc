#include "engine/audit/refold.h"

#include "engine/codec/codec.h"
#include "fmt/format.h"

namespace tieout::audit {
namespace {

constexpr size_t kReadAtOnce = 4096;
constexpr std::chrono::milliseconds kWait{1000};
// Often enough that the fold's dirty pages stay small beside the state itself.
constexpr uint64_t kCheckpointEvery = 100'000;
constexpr uint64_t kResidentBytes = 64ull << 20;

}  // namespace

absl::StatusOr<std::unique_ptr<Refold>> Refold::Begin(int partition, Output output) {
  std::unique_ptr<Refold> refold(new Refold(partition, std::move(output)));
  refold->states_ = store::NewMemoryStore();
  TIEOUT_ASSIGN_OR_RETURN(refold->pages_, refold->states_->Open(partition));
  TIEOUT_ASSIGN_OR_RETURN(refold->fold_, matching::Fold::Open(partition, refold->pages_.get()));
  return refold;
}

absl::Status Refold::Apply(const log::Stored& entry) {
  made_.Clear();
  event_.Clear();
  const absl::Status decoded = codec::DecodeEvent(entry.value, &event_);
  absl::Status status;
  if (decoded.ok()) {
    status = fold_->Apply(entry.key, event_, &made_);
  } else if (absl::IsDataLoss(decoded)) {
    status = fold_->ApplyPoison(entry.key, entry.value, base::Message(decoded), &made_);
  } else {
    status = decoded;
  }
  if (!status.ok()) {
    return absl::Status(status.code(), fmt::format("partition {}, position {}: {}", partition_,
                                                   entry.position, base::Message(status)));
  }
  for (const ledger::Record& record : made_.records) {
    TIEOUT_RETURN_IF_ERROR(output_.record(codec::EncodeRecord(record)));
  }
  for (const ledger::DeadLetter& letter : made_.dead_letters) {
    TIEOUT_RETURN_IF_ERROR(output_.dead_letter(codec::EncodeDeadLetter(letter)));
  }
  if (++applied_ % kCheckpointEvery == 0) TIEOUT_RETURN_IF_ERROR(Checkpoint().status());
  return absl::OkStatus();
}

absl::StatusOr<matching::CheckpointData> Refold::Checkpoint() {
  fold_->Freeze();
  TIEOUT_ASSIGN_OR_RETURN(matching::CheckpointData data, fold_->WriteFrozen(pages_.get()));
  store::Meta meta;
  meta.partition = partition_;
  meta.next_ordinal = data.next_ordinal;
  meta.semantics = data.semantics;
  meta.digest = data.digest;
  TIEOUT_RETURN_IF_ERROR(pages_->Commit(meta));
  fold_->Thaw();
  Trim();
  return data;
}

void Refold::Trim() { fold_->Trim(kResidentBytes); }

absl::Status ReadAll(log::EventLog& log, log::Stream stream, int partition, int64_t end,
                     const std::function<absl::Status(const log::Stored&)>& visit) {
  TIEOUT_ASSIGN_OR_RETURN(auto reader, log.NewReader(stream, partition, 0));
  while (reader->position() < end) {
    TIEOUT_ASSIGN_OR_RETURN(const auto entries, reader->Read(kReadAtOnce, kWait));
    for (const log::Stored& entry : entries) {
      if (entry.position >= end) return absl::OkStatus();
      TIEOUT_RETURN_IF_ERROR(visit(entry));
    }
  }
  return absl::OkStatus();
}

}  // namespace tieout::audit
