#include "tests/oracle/fold_subject.h"

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/codec/codec.h"

namespace tieout::oracle {

absl::StatusOr<bool> MapPages::Load(std::string_view key, std::string* value) {
  const auto found = pages_.find(key);
  if (found == pages_.end()) return false;
  *value = found->second;
  return true;
}

absl::Status MapPages::Put(std::string_view key, std::string_view value) {
  if (value.empty()) {
    pages_.erase(std::string(key));
  } else {
    pages_[std::string(key)] = value;
  }
  return absl::OkStatus();
}

FoldSubject::FoldSubject(int partition) : partition_(partition) {
  fold_ = matching::Fold::Open(partition_, &pages_).value();
}

Answer FoldSubject::Take() {
  Answer answer;
  for (ledger::Record& record : output_.records) {
    answer.records.push_back(SaidBy(record));
    record_bytes_.push_back(codec::EncodeRecord(record));
    records_.push_back(std::move(record));
  }
  for (const ledger::DeadLetter& letter : output_.dead_letters) {
    answer.dead_letters.push_back(letter.reason);
    record_bytes_.push_back(codec::EncodeDeadLetter(letter));
  }
  output_.Clear();
  return answer;
}

Answer FoldSubject::Apply(std::string_view key, std::string_view value) {
  // The event's bytes are gone right after, as on a real log.
  const std::string bytes(value);
  ledger::Event event;
  TIEOUT_CHECK(codec::DecodeEvent(bytes, &event).ok());
  const absl::Status status = fold_->Apply(key, event, &output_);
  Answer answer = Take();
  if (!status.ok()) answer.dead_letters.push_back(base::Message(status));
  return answer;
}

Answer FoldSubject::ApplyPoison(std::string_view key, std::string_view value) {
  TIEOUT_CHECK(fold_->ApplyPoison(key, value, "it can't be decoded", &output_).ok());
  return Take();
}

std::string FoldSubject::Checkpoint() {
  fold_->Freeze();
  return WriteFrozen();
}

std::string FoldSubject::WriteFrozen() {
  const matching::CheckpointData data = fold_->WriteFrozen(&pages_).value();
  fold_->Thaw();
  return data.digest.hex();
}

void FoldSubject::Restart() {
  Checkpoint();
  fold_ = matching::Fold::Open(partition_, &pages_).value();
}

std::map<std::string, End> FoldSubject::Ends() {
  std::map<std::string, End> ends;
  const std::vector<std::string> homes = fold_->Homes().value();
  for (const std::string& home : homes) ends[home] = EndOf(fold_->Project(home).value());
  return ends;
}

std::unique_ptr<Subject> MakeFoldSubject(int partition) {
  return std::make_unique<FoldSubject>(partition);
}

}  // namespace tieout::oracle
