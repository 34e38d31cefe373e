#include "engine/runtime/publisher.h"

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/codec/codec.h"
#include "engine/ledger/validate.h"
#include "engine/runtime/beginning.h"

namespace tieout::runtime {
namespace {

constexpr uint64_t kAppendBytes = 1 << 20;  // of one atomic append
constexpr size_t kAppendEntries = 4096;
constexpr int kRoleAttempts = 5;

}  // namespace

absl::Status Publisher::AppendConfig(std::span<const ledger::Event> events) {
  TIEOUT_RETURN_IF_ERROR(Flush());
  const int partitions = log_->identity().partitions;
  std::vector<log::Entry> entries;
  for (const ledger::Event& event : events) {
    TIEOUT_CHECK(ledger::IsForEveryPartition(event.kind()));
    // Else it would stand in every partition as a dead letter, and nobody would have been told.
    TIEOUT_RETURN_IF_ERROR(ledger::Validate(event));
    AppendToEvery(partitions, codec::EncodeEvent(event), &entries);
  }
  absl::Status status;
  for (int attempt = 0; attempt < kRoleAttempts; ++attempt) {
    TIEOUT_ASSIGN_OR_RETURN(auto writer, log_->TakeRole(log::Role::kConfig));
    TIEOUT_RETURN_IF_ERROR(index_->Refresh());
    status = writer->Append(entries);
    if (!absl::IsAborted(status)) break;
  }
  TIEOUT_RETURN_IF_ERROR(status);
  return index_->Refresh();
}

absl::Status Publisher::Add(const ledger::Event& event) {
  if (ledger::IsForEveryPartition(event.kind())) return AppendConfig({&event, 1});
  log::Entry entry;
  entry.key = index_->accounts().HomeOf(event);
  entry.partition = base::PartitionOf(entry.key, log_->identity().partitions);
  entry.value = codec::EncodeEvent(event);
  collected_bytes_ += entry.key.size() + entry.value.size();
  collected_.push_back(std::move(entry));
  if (collected_bytes_ < kAppendBytes && collected_.size() < kAppendEntries) {
    return absl::OkStatus();
  }
  return Flush();
}

absl::Status Publisher::Flush() {
  if (collected_.empty()) return absl::OkStatus();
  TIEOUT_RETURN_IF_ERROR(log_->Append(collected_));
  collected_.clear();
  collected_bytes_ = 0;
  return absl::OkStatus();
}

}  // namespace tieout::runtime
