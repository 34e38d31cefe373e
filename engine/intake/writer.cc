#include "engine/intake/writer.h"

#include <chrono>
#include <utility>

#include "engine/codec/codec.h"

namespace tieout::intake {
namespace {

constexpr size_t kKnown = size_t{1} << 20;          // 50 MB at most
constexpr size_t kTogether = 1024;                  // webhooks
constexpr size_t kTogetherBytes = size_t{4} << 20;  // of them
constexpr size_t kReadAtOnce = 4096;

}  // namespace

absl::StatusOr<std::unique_ptr<Writer>> Writer::Start(log::EventLog* log,
                                                      matching::AccountDirectory accounts,
                                                      int64_t accounts_from,
                                                      const std::string& sources_directory) {
  std::unique_ptr<Writer> writer(new Writer(log, std::move(accounts), sources_directory));
  TIEOUT_ASSIGN_OR_RETURN(writer->account_reader_,
                          log->NewReader(log::Stream::kEvents, 0, accounts_from));
  writer->thread_ = std::thread([w = writer.get()] { w->Run(); });
  return writer;
}

Writer::~Writer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  more_.notify_all();
  if (thread_.joinable()) thread_.join();
}

absl::StatusOr<Written> Writer::Write(const Delivery* delivery) {
  Waiting waiting;
  waiting.delivery = delivery;
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return base::Unavailable("the process is stopping");
    queue_.push_back(&waiting);
  }
  more_.notify_one();
  waiting.done.acquire();
  return waiting.result;
}

void Writer::Run() {
  while (true) {
    const Batch batch = Next();
    if (batch.empty()) return;
    WriteTogether(batch);
    for (Waiting* one : batch) one->done.release();
  }
}

// Empty: stopped, and nothing waits.
Writer::Batch Writer::Next() {
  std::unique_lock lock(mutex_);
  more_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
  Batch batch;
  size_t bytes = 0;
  while (!queue_.empty() && batch.size() < kTogether && bytes < kTogetherBytes) {
    bytes += queue_.front()->delivery->bytes.size();
    batch.push_back(queue_.front());
    queue_.pop_front();
  }
  return batch;
}

// Two of one key in a batch: the second is known if the first becomes so.
void Writer::WriteTogether(const Batch& batch) {
  Batch fresh, again;
  absl::flat_hash_set<base::Hash128> keys;
  for (Waiting* one : batch) {
    const base::Hash128 key = base::HashBytes128(one->delivery->key);
    if (known_.contains(key)) {
      one->result = Written::kKnown;
    } else {
      (keys.insert(key).second ? fresh : again).push_back(one);
    }
  }
  const absl::Status status = WriteNew(fresh);
  if (status.ok()) {
    for (const base::Hash128& key : keys) Remember(key);
  }
  for (Waiting* one : fresh) {
    if (!status.ok()) one->result = status;
  }
  for (Waiting* one : again) {
    if (status.ok()) {
      one->result = Written::kKnown;
    } else {
      one->result = status;
    }
  }
}

absl::Status Writer::WriteNew(const Batch& batch) {
  if (batch.empty()) return absl::OkStatus();
  std::vector<runtime::SmallSource> sources;
  for (const Waiting* one : batch) sources.push_back({one->delivery->sha256, one->delivery->bytes});
  TIEOUT_RETURN_IF_ERROR(sources_.Add(sources));
  TIEOUT_RETURN_IF_ERROR(ReadAccounts());
  std::vector<log::Entry> entries;
  ledger::Event event;
  for (const Waiting* one : batch) {
    for (const std::string& wire : one->delivery->events) {
      event.Clear();
      TIEOUT_RETURN_IF_ERROR(codec::DecodeEvent(wire, &event));
      log::Entry& entry = entries.emplace_back();
      entry.key = accounts_.HomeOf(event);
      entry.partition = base::PartitionOf(entry.key, log_->identity().partitions);
      entry.value = wire;
    }
  }
  return entries.empty() ? absl::OkStatus() : log_->Append(entries);
}

// An account that somebody declared meanwhile: its events go to its owner from now on.
absl::Status Writer::ReadAccounts() {
  TIEOUT_ASSIGN_OR_RETURN(const int64_t end, log_->End(log::Stream::kEvents, 0));
  ledger::Event event;
  while (account_reader_->position() < end) {
    TIEOUT_ASSIGN_OR_RETURN(const auto entries,
                            account_reader_->Read(kReadAtOnce, std::chrono::milliseconds(200)));
    for (const log::Stored& stored : entries) {
      if (!stored.key.empty()) continue;  // what stands in every partition bears no key
      event.Clear();
      if (!codec::DecodeEvent(stored.value, &event).ok()) continue;  // the fold's business
      if (const auto* opened = std::get_if<ledger::AccountOpened>(&event.body)) {
        accounts_.Declare(event.account, *opened);
      }
    }
  }
  return absl::OkStatus();
}

void Writer::Remember(const base::Hash128& key) {
  if (!known_.insert(key).second) return;
  known_in_order_.push_back(key);
  if (known_in_order_.size() <= kKnown) return;
  known_.erase(known_in_order_.front());
  known_in_order_.pop_front();
}

}  // namespace tieout::intake
