#include "engine/audit/verify.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>

#include "engine/audit/allocations.h"
#include "engine/audit/conservation.h"
#include "engine/audit/day_books.h"
#include "engine/audit/live_records.h"
#include "engine/audit/observed.h"
#include "engine/audit/record_check.h"
#include "engine/audit/refold.h"
#include "engine/audit/replay.h"
#include "engine/audit/stream_compare.h"
#include "engine/base/temporary_folder.h"
#include "engine/codec/codec.h"
#include "engine/ledger/books.h"
#include "engine/store/overlay_store.h"
#include "engine/store/rocks_store.h"
#include "fmt/format.h"

namespace tieout::audit {
namespace {

constexpr size_t kProjectedAtOnce = 1000;

absl::StatusOr<std::vector<ledger::SellerProjection>> ProjectAll(matching::Fold& fold) {
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<std::string> homes, fold.Homes());
  std::vector<ledger::SellerProjection> sellers;
  sellers.reserve(homes.size());
  for (const std::string& home : homes) {
    TIEOUT_ASSIGN_OR_RETURN(ledger::SellerProjection seller, fold.Project(home));
    sellers.push_back(std::move(seller));
  }
  return sellers;
}

// Double entry: what came in is still there, or went on.
std::vector<std::string> UnevenBooks(const ledger::SellerProjection& seller) {
  std::vector<std::string> findings;
  for (const ledger::Residual& r : ledger::ResidualsOf(seller)) {
    if (r.amount == 0) continue;
    findings.push_back(fmt::format("seller {}: the books of level {}, {}, are uneven by {}",
                                   seller.seller_id, r.level, r.side,
                                   WideText(r.amount, r.currency)));
  }
  return findings;
}

// Where verify puts what memory doesn't hold: a folder of its own, for all partitions.
class Scratch {
 public:
  Scratch() : nothing_(store::NewMemoryStore()) {}

  absl::Status Open() {
    TIEOUT_ASSIGN_OR_RETURN(path_, folder_.Path());
    ids_ = store::NewOverlayStore(
        nothing_.get(), [this] { return store::NewRocksStore({.directory = path_ + "/ids"}); });
    return absl::OkStatus();
  }
  store::StateStore& ids() { return *ids_; }
  std::string EntriesOf(int partition) const {
    return fmt::format("{}/entries-{}", path_, partition);
  }

 private:
  base::TemporaryFolder folder_{"verify"};
  std::string path_;
  const std::unique_ptr<store::StateStore> nothing_;
  std::unique_ptr<store::StateStore> ids_;
};

class PartitionVerifier {
 public:
  PartitionVerifier(log::EventLog& log, int partition, const VerifyOptions& options,
                    Scratch* scratch)
      : log_(log),
        partition_(partition),
        options_(options),
        scratch_(scratch),
        entries_(scratch->EntriesOf(partition)),
        live_(partition) {}

  absl::StatusOr<VerifyReport> Run(const std::function<void(uint64_t)>& done) {
    TIEOUT_ASSIGN_OR_RETURN(const log::CommitPoint committed, log_.Committed(partition_));
    TIEOUT_RETURN_IF_ERROR(OpenStore());
    TIEOUT_RETURN_IF_ERROR(ReadOutputs());
    TIEOUT_ASSIGN_OR_RETURN(auto records,
                            StreamCompare::Open(log_, log::Stream::kRecords, partition_));
    TIEOUT_ASSIGN_OR_RETURN(auto letters,
                            StreamCompare::Open(log_, log::Stream::kDeadLetters, partition_));
    TIEOUT_ASSIGN_OR_RETURN(
        refold_,
        Refold::Begin(
            partition_,
            {.record = [&](std::string_view bytes) { return records->Next(bytes); },
             .dead_letter = [&](std::string_view bytes) { return letters->Next(bytes); }}));
    uint64_t reported = 0;
    const auto apply = [&](const log::Stored& entry) -> absl::Status {
      TIEOUT_RETURN_IF_ERROR(CompareStoreAt(entry.position));
      TIEOUT_RETURN_IF_ERROR(observed_->Add(entry.key, entry.value));
      // The tick that begins a day moves nothing between accounts: the books are those of its end.
      if (observed_->begun().is_set()) TIEOUT_RETURN_IF_ERROR(CloseDay(observed_->begun()));
      TIEOUT_RETURN_IF_ERROR(refold_->Apply(entry));
      if (refold_->applied() - reported < 4096) return absl::OkStatus();
      done(refold_->applied() - reported);
      reported = refold_->applied();
      return absl::OkStatus();
    };
    TIEOUT_RETURN_IF_ERROR(CompareStoreAt(0));
    TIEOUT_RETURN_IF_ERROR(
        ReadAll(log_, log::Stream::kEvents, partition_, committed.next_position, apply));
    observed_->Finish();
    done(refold_->applied() - reported);
    TIEOUT_RETURN_IF_ERROR(CompareStoreAt(committed.next_position));
    if (pages_ != nullptr && !store_compared_) StoreIsAhead(committed.next_position);
    TIEOUT_RETURN_IF_ERROR(records->End());
    TIEOUT_RETURN_IF_ERROR(letters->End());
    Take(records->findings());
    Take(letters->findings());
    report_.events = refold_->applied();
    report_.records = records->compared();
    report_.dead_letters = letters->compared();
    TIEOUT_RETURN_IF_ERROR(CheckBooks());
    TIEOUT_RETURN_IF_ERROR(CheckRecords());
    TIEOUT_RETURN_IF_ERROR(CheckReversals(committed.next_position));
    return std::move(report_);
  }

 private:
  void Take(const std::vector<std::string>& findings) {
    for (const std::string& finding : findings) {
      if (report_.findings.size() >= options_.findings_at_most) return;
      report_.findings.push_back(fmt::format("partition {}: {}", partition_, finding));
    }
  }

  absl::Status OpenStore() {
    if (options_.store == nullptr) return absl::OkStatus();
    TIEOUT_ASSIGN_OR_RETURN(pages_, options_.store->Open(partition_));
    if (!pages_->meta()) pages_ = nullptr;  // never checkpointed
    return absl::OkStatus();
  }

  // The store's state is that before meta().next_position; the refold stands before `position`.
  absl::Status CompareStoreAt(int64_t position) {
    if (pages_ == nullptr || store_compared_ || position < pages_->meta()->next_position) {
      return absl::OkStatus();
    }
    store_compared_ = true;
    ++report_.stores;
    TIEOUT_ASSIGN_OR_RETURN(const matching::CheckpointData data, refold_->Checkpoint());
    const store::Meta& meta = *pages_->meta();
    if (meta.next_ordinal != data.next_ordinal || meta.digest != data.digest) {
      Take(
          {fmt::format("{}: the store's digest at ordinal {} is {}, the log's fold gives {} at {}: "
                       "remove that folder, it is rebuilt from the log",
                       options_.store->Place(partition_), meta.next_ordinal, meta.digest.hex(),
                       data.digest.hex(), data.next_ordinal)});
    }
    TIEOUT_ASSIGN_OR_RETURN(const bool same_pages, ComparePages());
    if (!same_pages) return absl::OkStatus();  // what they hold may not even be readable
    TIEOUT_ASSIGN_OR_RETURN(auto stored, matching::Fold::Open(partition_, pages_.get()));
    TIEOUT_ASSIGN_OR_RETURN(const auto theirs, ProjectAll(*stored));
    TIEOUT_ASSIGN_OR_RETURN(const auto ours, ProjectAll(refold_->fold()));
    CompareProjections(theirs, ours);
    return absl::OkStatus();
  }

  // The digest in the store says what was written; this, what stands there now.
  absl::StatusOr<bool> ComparePages() {
    uint64_t wrong = 0, theirs = 0, ours = 0;
    std::string first;
    const auto compare = [&](std::string_view key, std::string_view value) -> absl::Status {
      ++theirs;
      std::string expected;
      TIEOUT_ASSIGN_OR_RETURN(const bool there, refold_->pages().Load(key, &expected));
      if (there && expected == value) return absl::OkStatus();
      if (wrong++ == 0) first = base::HexEncode(key);
      return absl::OkStatus();
    };
    TIEOUT_RETURN_IF_ERROR(pages_->Scan(compare));
    TIEOUT_RETURN_IF_ERROR(refold_->pages().Scan([&](std::string_view, std::string_view) {
      ++ours;
      return absl::OkStatus();
    }));
    const std::string place = options_.store->Place(partition_);
    if (wrong > 0) {
      Take(
          {fmt::format("{}: {} of {} pages hold something else than the log's fold gives, the "
                       "first has the key {}: remove that folder, it is rebuilt from the log",
                       place, wrong, theirs, first)});
    } else if (ours != theirs) {
      Take(
          {fmt::format("{}: {} pages, the log's fold gives {}: remove that folder, it is rebuilt "
                       "from the log",
                       place, theirs, ours)});
    }
    return wrong == 0 && ours == theirs;
  }

  void CompareProjections(const std::vector<ledger::SellerProjection>& theirs,
                          const std::vector<ledger::SellerProjection>& ours) {
    if (theirs.size() != ours.size()) {
      Take({fmt::format("the store holds {} sellers, the log's fold gives {}", theirs.size(),
                        ours.size())});
      return;
    }
    for (size_t i = 0; i < ours.size(); ++i) {
      if (codec::SellerToJson(theirs[i]) == codec::SellerToJson(ours[i])) continue;
      Take({fmt::format("seller {}: the store's projection differs from what the log's fold gives",
                        ours[i].seller_id)});
    }
  }

  void StoreIsAhead(int64_t committed) {
    Take(
        {fmt::format("{}: the store is at position {}, ahead of the committed {}",
                     options_.store->Place(partition_), pages_->meta()->next_position, committed)});
  }

  absl::Status ReadOutput(log::Stream stream,
                          const std::function<absl::Status(const log::Stored&)>& visit) {
    TIEOUT_ASSIGN_OR_RETURN(const int64_t end, log_.End(stream, partition_));
    return ReadAll(log_, stream, partition_, end, visit);
  }

  // What the fold said, for the independent reading of what it was said of.
  absl::Status ReadOutputs() {
    std::set<uint64_t> refused;
    TIEOUT_RETURN_IF_ERROR(ReadOutput(log::Stream::kRecords, [&](const log::Stored& entry) {
      live_.Add(entry.value);
      return allocations_.Add(entry.value);
    }));
    TIEOUT_RETURN_IF_ERROR(
        ReadOutput(log::Stream::kDeadLetters, [&](const log::Stored& entry) -> absl::Status {
          TIEOUT_ASSIGN_OR_RETURN(const ledger::DeadLetter letter,
                                  codec::DecodeDeadLetter(entry.value));
          refused.insert(letter.position.ordinal);
          return absl::OkStatus();
        }));
    refused.insert(allocations_.refused().begin(), allocations_.refused().end());
    TIEOUT_ASSIGN_OR_RETURN(spilled_, scratch_->ids().Open(partition_));
    ids_.emplace(spilled_.get(), options_.ids_held_at_most);
    observed_.emplace(partition_, log_.identity().partitions, std::move(refused), &*ids_,
                      &entries_);
    return absl::OkStatus();
  }

  // Seller by seller of those that something moved on it, so that memory holds.
  absl::Status CloseDay(base::Day next) {
    const Movements moved = observed_->TakeMovements();
    size_t projected = 0;
    for (auto first = moved.begin(); first != moved.end();) {
      const std::string& home = std::get<0>(first->first);
      Movements of_home;
      while (first != moved.end() && std::get<0>(first->first) == home) of_home.insert(*first++);
      std::vector<ledger::SellerProjection> sellers;
      auto seller = refold_->fold().Project(home);
      // Unknown to the fold: then the books close with nothing.
      if (!absl::IsNotFound(seller.status())) {
        TIEOUT_ASSIGN_OR_RETURN(sellers.emplace_back(), std::move(seller));
      }
      days_.Close(next.plus(-1), of_home, sellers);
      if (++projected % kProjectedAtOnce == 0) refold_->Trim();
    }
    return absl::OkStatus();
  }

  absl::Status CheckBooks() {
    TIEOUT_ASSIGN_OR_RETURN(const auto sellers, ProjectAll(refold_->fold()));
    report_.homes = sellers.size();
    Take(CheckConservation(*observed_, allocations_, sellers));
    Take(days_.findings());
    Take(allocations_.Exceeded());
    for (const ledger::SellerProjection& seller : sellers) Take(UnevenBooks(seller));
    return absl::OkStatus();
  }

  absl::Status CheckRecords() {
    return ReadOutput(log::Stream::kRecords, [&](const log::Stored& entry) {
      return CheckRecord(entry.value, partition_, *observed_,
                         [&](const std::string& finding) { Take({finding}); });
    });
  }

  // Level order: a refund or chargeback is tied to its sale, or waits for one that isn't there.
  absl::Status CheckReversals(int64_t committed) {
    uint64_t ordinal = 0;
    return ReadAll(
        log_, log::Stream::kEvents, partition_, committed,
        [&](const log::Stored& entry) -> absl::Status {
          TIEOUT_ASSIGN_OR_RETURN(const std::optional<Reversal> reversal,
                                  observed_->ReversalAt(ordinal, entry.key, entry.value));
          if (reversal && reversal->has_sale && !live_.IsTied(ordinal)) {
            Take(
                {fmt::format("{}: the sale of its payment {} is in the log, and no live record "
                             "ties the two",
                             reversal->event_id, reversal->payment_id)});
          }
          ++ordinal;
          return absl::OkStatus();
        });
  }

  log::EventLog& log_;
  const int partition_;
  const VerifyOptions& options_;
  Scratch* const scratch_;
  std::unique_ptr<store::PartitionStore> spilled_;
  EntryFile entries_;
  std::optional<ScratchMap> ids_;     // in spilled_
  std::optional<Observed> observed_;  // reads ids_ and entries_
  Allocations allocations_;
  LiveRecords live_;
  DayBooks days_;
  std::unique_ptr<Refold> refold_;
  std::unique_ptr<store::PartitionStore> pages_;
  bool store_compared_ = false;
  VerifyReport report_;
};

}  // namespace

absl::StatusOr<VerifyReport> Verify(log::EventLog& log, const VerifyOptions& options) {
  const int partitions = log.identity().partitions;
  uint64_t total = 0;
  for (int partition = 0; partition < partitions; ++partition) {
    TIEOUT_ASSIGN_OR_RETURN(const log::CommitPoint committed, log.Committed(partition));
    total += static_cast<uint64_t>(committed.next_position);
  }
  std::mutex mutex;
  uint64_t done = 0;
  const auto progress = [&](uint64_t events) {
    const std::lock_guard<std::mutex> lock(mutex);
    done += events;
    if (options.progress) options.progress(done, total);
  };
  Scratch scratch;
  TIEOUT_RETURN_IF_ERROR(scratch.Open());
  std::vector<VerifyReport> parts(partitions);
  const auto verify = [&](int partition) -> absl::Status {
    TIEOUT_ASSIGN_OR_RETURN(parts[partition],
                            PartitionVerifier(log, partition, options, &scratch).Run(progress));
    return absl::OkStatus();
  };
  TIEOUT_RETURN_IF_ERROR(ForEachPartition(partitions, options.workers, verify));
  VerifyReport report;
  for (VerifyReport& part : parts) {
    report.events += part.events;
    report.records += part.records;
    report.dead_letters += part.dead_letters;
    report.homes += part.homes;
    report.stores += part.stores;
    for (std::string& finding : part.findings) report.findings.push_back(std::move(finding));
  }
  return report;
}

}  // namespace tieout::audit
