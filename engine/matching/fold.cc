#include "engine/matching/fold.h"

#include <algorithm>
#include <set>

#include "engine/ledger/validate.h"
#include "engine/matching/fold_impl.h"
#include "engine/matching/owners.h"
#include "engine/matching/rules.h"
#include "engine/matching/speak.h"

namespace tieout::matching {
namespace {

using ledger::Kind;
namespace reason = ledger::reason;

constexpr uint32_t kSemantics = 1;  // the newest number this fold knows

// A report reaches as far as what it covers.
base::Day LastDayOf(const ledger::Event& event) {
  const auto* report = std::get_if<ledger::SourceReport>(&event.body);
  return base::DayOf(report == nullptr ? event.occurred_at_us
                                       : std::max(event.occurred_at_us, report->coverage_to_us));
}

// Kinds that semantics number 1 doesn't know.
bool IsLater(Kind kind) {
  return kind == Kind::kNone || kind == Kind::kCancellation || kind == Kind::kPaymentFailed ||
         kind == Kind::kRetraction;
}

// When the home owned the account, by the ascending list of owners.
std::vector<Tenure> TenuresOf(std::string_view home,
                              const std::vector<OwnersPage::Ownership>& owners) {
  std::vector<Tenure> tenures;
  for (size_t i = 0; i < owners.size(); ++i) {
    if (owners[i].owner != home) continue;
    const base::Day until = i + 1 < owners.size() ? owners[i + 1].from : base::Day{INT32_MAX};
    const base::Day from = owners[i].from.is_set() ? owners[i].from : base::Day{INT32_MIN};
    tenures.push_back({from, until, owners[i].pays_into});
  }
  return tenures;
}

absl::Status NeedsNewer(const ledger::Event& event) {
  const uint32_t number = std::max(event.semantics, kSemantics + 1);
  return base::FailedPrecondition("event \"" + std::string(event.event_id) + "\" of kind " +
                                  std::string(ledger::KindName(event.kind())) +
                                  " needs semantics number " + std::to_string(number) +
                                  "; this build folds up to " + std::to_string(kSemantics) +
                                  ": upgrade tieout");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Fold>> Fold::Open(int partition, PageSource* pages) {
  auto fold = std::make_unique<FoldImpl>(partition, pages);
  TIEOUT_RETURN_IF_ERROR(fold->Load());
  return std::unique_ptr<Fold>(std::move(fold));
}

void FoldImpl::Bury(std::string_view key, std::string_view reason, std::string error,
                    uint64_t ordinal, Output* out) {
  ledger::DeadLetter& letter = out->dead_letters.emplace_back();
  letter.position = {static_cast<uint32_t>(partition_), ordinal};
  letter.reason = reason;
  letter.error = std::move(error);
  letter.key = key;
  letter.tick = state_.meta().tick;
}

absl::Status FoldImpl::ApplyPoison(std::string_view key, std::string_view value,
                                   std::string_view error, Output* out) {
  const uint64_t ordinal = state_.meta().next_ordinal++;
  Bury(key, reason::kUndecodable, std::string(error), ordinal, out);
  out->dead_letters.back().value = value;
  return absl::OkStatus();
}

absl::Status FoldImpl::Apply(std::string_view key, const ledger::Event& event, Output* out) {
  if (event.semantics > kSemantics || IsLater(event.kind())) return NeedsNewer(event);
  if (state_.meta().log_id.empty() && event.kind() != Kind::kLog) {
    return base::FailedPrecondition(
        "partition " + std::to_string(partition_) + " begins with a " +
        std::string(ledger::KindName(event.kind())) +
        " event, not with the log's own: create it with `tieout topics create`");
  }
  const uint64_t ordinal = state_.meta().next_ordinal++;
  ++out->counters.events[static_cast<size_t>(event.kind())];
  if (absl::Status valid = ledger::Validate(event); !valid.ok()) {
    Bury(key, reason::kInvalid, base::Message(valid), ordinal, out);
    return absl::OkStatus();
  }
  switch (event.kind()) {
    case Kind::kLog:
      return Begin(event, ordinal, out);
    case Kind::kTick:
      return Tick(std::get<ledger::Tick>(event.body), event.event_id, ordinal, out);
    case Kind::kSemantics:
      state_.meta().semantics = std::get<ledger::SemanticsChange>(event.body).number;
      return absl::OkStatus();
    case Kind::kRule:
    case Kind::kCalendar:
    case Kind::kAccount:
    case Kind::kStart:
      return Configure(event);
    default:
      return ApplyAtHome(key, event, ordinal, out);
  }
}

absl::Status FoldImpl::Begin(const ledger::Event& event, uint64_t ordinal, Output* out) {
  const auto& log = std::get<ledger::LogBeginning>(event.body);
  MetaPage& meta = state_.meta();
  if (log.semantics > kSemantics) return NeedsNewer(event);
  if (!meta.log_id.empty()) {
    Bury("", reason::kInvalid, "a second beginning of the log", ordinal, out);
    return absl::OkStatus();
  }
  if (log.partitioner != "murmur2") {
    return base::FailedPrecondition("the log's partitioner is \"" + std::string(log.partitioner) +
                                    "\", not murmur2");
  }
  meta.log_id = log.log_id;
  meta.partitions = log.partitions;
  meta.semantics = log.semantics;
  return absl::OkStatus();
}

absl::Status FoldImpl::Configure(const ledger::Event& event) {
  if (!state_.mutable_config().seen.insert(std::string(event.event_id)).second)
    return absl::OkStatus();
  if (event.kind() == Kind::kRule) {
    ApplyRule(std::get<ledger::Rule>(event.body), &state_.mutable_config());
    return absl::OkStatus();
  }
  if (event.kind() == Kind::kCalendar) {
    ApplyCalendar(std::get<ledger::Calendar>(event.body), &state_.mutable_config());
    return absl::OkStatus();
  }
  return Declare(event);
}

absl::Status FoldImpl::Declare(const ledger::Event& event) {
  if (event.kind() == Kind::kStart) return StartAccount(event);
  TIEOUT_ASSIGN_OR_RETURN(Cached<OwnersPage>* const cached,
                          state_.Owners(event.account.provider, event.account.merchant_account));
  Touch(cached);
  const auto& opened = std::get<ledger::AccountOpened>(event.body);
  std::vector<OwnersPage::Ownership>& owners = cached->page.owners;
  std::set<std::string> concerned{std::string(opened.owner)};
  for (const OwnersPage::Ownership& o : owners) concerned.insert(o.owner);
  AddOwner(&owners, {opened.owner_from, std::string(opened.owner), std::string(opened.pays_into),
                     std::string(opened.time_zone), opened.shared});
  for (const std::string& name : concerned) {
    if (base::PartitionOf(name, static_cast<int>(state_.meta().partitions)) != partition_) continue;
    TIEOUT_ASSIGN_OR_RETURN(Cached<HomePage>* const home, state_.Home(name));
    Touch(home);
    DeclaredAccount* account = FindDeclared(home->page, event.account);
    if (account == nullptr) {
      account = &home->page.declared.emplace_back();
      account->provider = event.account.provider;
      account->merchant_account = event.account.merchant_account;
    }
    if (name == opened.owner) account->pays_into = opened.pays_into;
    account->tenures = TenuresOf(name, owners);
  }
  return absl::OkStatus();
}

// The opening buckets, and the first day: what is dated before is not applied.
absl::Status FoldImpl::StartAccount(const ledger::Event& event) {
  TIEOUT_ASSIGN_OR_RETURN(const std::string name, HomeOf(event));
  if (base::PartitionOf(name, static_cast<int>(state_.meta().partitions)) != partition_)
    return absl::OkStatus();
  TIEOUT_ASSIGN_OR_RETURN(Cached<HomePage>* const home, state_.Home(name));
  Touch(home);
  const auto& start = std::get<ledger::Start>(event.body);
  AccountState& account = home->page.accounts[AccountIndex(home->page, event.account)];
  account.first_day = start.first_day;
  Post(account, Bucket::kOpening, Bucket::kPending, start.pending);
  Post(account, Bucket::kOpening, Bucket::kAvailable, start.available);
  Post(account, Bucket::kOpening, Bucket::kReserved, start.reserved);
  return absl::OkStatus();
}

absl::StatusOr<std::string> FoldImpl::HomeOf(const ledger::Event& event) {
  if (event.kind() == Kind::kSeller) return std::string(event.seller_id);
  TIEOUT_ASSIGN_OR_RETURN(Cached<OwnersPage>* const owners,
                          state_.Owners(event.account.provider, event.account.merchant_account));
  const auto* owner = OwnerOn(owners->page.owners, base::DayOf(event.occurred_at_us));
  return owner == nullptr ? UnassignedHome(event.account) : owner->owner;
}

// The home under whose key the event stands, when it owns the account on the event's day: then no
// other is asked for.
absl::StatusOr<Cached<HomePage>*> FoldImpl::OwnersHome(std::string_view key,
                                                       const ledger::Event& event) {
  if (event.kind() == Kind::kSeller) return nullptr;
  TIEOUT_ASSIGN_OR_RETURN(Cached<HomePage>* const home, state_.FindHome(key));
  if (home == nullptr) return nullptr;
  return FindTenure(home->page, event.account, base::DayOf(event.occurred_at_us)) == nullptr
             ? nullptr
             : home;
}

absl::Status FoldImpl::ApplyAtHome(std::string_view key, const ledger::Event& event,
                                   uint64_t ordinal, Output* out) {
  TIEOUT_ASSIGN_OR_RETURN(Cached<HomePage> * cached, OwnersHome(key, event));
  if (cached == nullptr) {
    TIEOUT_ASSIGN_OR_RETURN(const std::string home, HomeOf(event));
    const int wanted = base::PartitionOf(home, static_cast<int>(state_.meta().partitions));
    if (key != home || wanted != partition_) {
      Bury(key, reason::kWrongPartition,
           "its home is \"" + home + "\" (partition " + std::to_string(wanted) +
               "), it stands under the key \"" + std::string(key) + "\" in partition " +
               std::to_string(partition_) + ": send it again under its home's key",
           ordinal, out);
      return absl::OkStatus();
    }
  }
  if (const auto* deposit = std::get_if<ledger::BankDeposit>(&event.body);
      deposit != nullptr && deposit->provisional) {
    return absl::OkStatus();  // an intraday line never settles; the booked one will
  }
  if (cached == nullptr) {
    TIEOUT_ASSIGN_OR_RETURN(cached, state_.Home(key));
  }
  Turn turn{state_, *cached, out, {static_cast<uint32_t>(partition_), ordinal}, event.event_id};
  if (event.kind() != Kind::kSeller && state_.meta().tick != 0 &&
      LastDayOf(event).days < state_.log_day().days - kLookbackDays) {
    if (event.kind() == Kind::kSourceReport) return absl::OkStatus();  // of nothing that is kept
    SayInputTrouble(turn, event, reason::kBeforeLookback, nullptr);
    return absl::OkStatus();
  }
  Memory memory(turn);
  const uint64_t content = ledger::ContentHash(event);
  Hash128 id;
  Found first;
  TIEOUT_ASSIGN_OR_RETURN(const Sighting sighting, memory.Recall(event, content, &id, &first));
  switch (sighting) {
    case Sighting::kSame:
      ++out->counters.duplicates;
      return absl::OkStatus();
    case Sighting::kConflict:
      SayInputTrouble(turn, event, reason::kConflictingDuplicate, &first);
      return absl::OkStatus();
    case Sighting::kUnclear:
      SayInputTrouble(turn, event, reason::kPossibleDuplicateRow, &first);
      return absl::OkStatus();
    case Sighting::kNew:
      return event.row.hash.empty() || first.row == event.row.ordinal
                 ? ApplyFact(turn, event, ordinal, content, id)
                 : ApplyRowAt(turn, event, first.row, content, id);
  }
  return absl::OkStatus();
}

// A row that is another than the one of its ordinal takes the one that is free.
absl::Status FoldImpl::ApplyRowAt(Turn& turn, const ledger::Event& event, uint32_t row,
                                  uint64_t content, const Hash128& id) {
  const std::string event_id = ledger::RowIdAt(event, row);
  ledger::Event renamed = event;
  renamed.event_id = event_id;
  return ApplyFact(turn, renamed, turn.position.ordinal, content, id);
}

void FoldImpl::SayInputTrouble(Turn& turn, const ledger::Event& event, std::string_view reason,
                               const Found* first) {
  const uint32_t account = AccountIndex(turn.home(), event.account);
  ledger::Record record = NewRecord(turn, turn.home().accounts[account], ledger::Level::kSource,
                                    ledger::Status::kUnmatched, reason);
  if (first != nullptr) {
    const std::string id =
        event.row.hash.empty() ? std::string(event.event_id) : ledger::RowIdAt(event, first->row);
    record.members.push_back(NewMember(turn, ledger::RoleOf(first->entry().kind), id,
                                       first->entry().ordinal, first->entry().amount, 0));
  }
  record.members.push_back(NewMember(turn, ledger::RoleOf(event.kind()), event.event_id,
                                     turn.position.ordinal, event.amount, 0));
  SetAmounts(first == nullptr ? 0 : first->entry().amount, event.amount, &record);
  Anchor anchor;  // each sighting is its own
  anchor.generation = turn.home().troubles++;
  Say(turn, std::move(record), anchor,
      std::string(event.event_id) + std::string(reason) + std::to_string(turn.position.ordinal));
}

FoldStats FoldImpl::stats() const {
  FoldStats stats;
  stats.next_ordinal = state_.meta().next_ordinal;
  stats.tick = state_.meta().tick;
  stats.resident_bytes = state_.resident_bytes();
  stats.dirty_bytes = state_.dirty_bytes();
  return stats;
}

}  // namespace tieout::matching
