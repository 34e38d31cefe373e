#include "engine/audit/observed.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <iterator>

#include "engine/base/day.h"
#include "engine/base/hash.h"
#include "engine/ledger/event.h"
#include "fmt/format.h"
#include "schemas/event.pb.h"

namespace tieout::audit {
namespace {

int64_t Micros(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1'000'000 + time.nanos() / 1000;
}

// "2026-03-02", UTC.
std::string DayOf(const v1::Event& event) {
  return base::FormatDay(base::DayOf(Micros(event.occurred_at())));
}

AccountKey KeyOf(std::string_view home, const v1::Event& event) {
  return {std::string(home), event.account().provider(), event.account().merchant_account(),
          event.account().currency()};
}

std::string IdKey(std::string_view home, std::string_view id) {
  return fmt::format("id\n{}\n{}", home, id);
}

std::string PaymentKey(std::string_view home, const v1::Event& event) {
  return fmt::format("sale\n{}\n{}\n{}\n{}", home, event.account().provider(),
                     event.account().merchant_account(), event.refs().payment_id());
}

// The event_id of the event's row were it of that ordinal.
std::string IdAt(const v1::Event& event, uint32_t ordinal) {
  ledger::Event row;
  row.event_id = event.event_id();
  row.row.ordinal = event.row().ordinal();
  return ledger::RowIdAt(row, ordinal);
}

// In the memory of ids: no row, so that whatever bears the id is the same.
constexpr std::string_view kHasAnId = "1";

// Days after its sale that a reversal is surely tied to it: the memory of sales is longer.
constexpr int32_t kSurelyRemembered = 700;

}  // namespace

// size:u8 sha256 ordinal:u32 has_balance:'0'|'1' balance:i64
std::string Observed::EncodeSighting(const Sighting& sighting) {
  std::string bytes(1, static_cast<char>(sighting.sha256.size()));
  bytes += sighting.sha256;
  bytes.append(reinterpret_cast<const char*>(&sighting.ordinal), sizeof sighting.ordinal);
  bytes += sighting.has_balance ? '1' : '0';
  bytes.append(reinterpret_cast<const char*>(&sighting.balance), sizeof sighting.balance);
  return bytes;
}

Observed::Sighting Observed::DecodeSighting(std::string_view bytes) {
  Sighting sighting;
  const auto size = static_cast<unsigned char>(bytes.front());
  sighting.sha256 = bytes.substr(1, size);
  bytes.remove_prefix(1 + size);
  std::memcpy(&sighting.ordinal, bytes.data(), sizeof sighting.ordinal);
  bytes.remove_prefix(sizeof sighting.ordinal);
  sighting.has_balance = bytes.front() == '1';
  std::memcpy(&sighting.balance, bytes.data() + 1, sizeof sighting.balance);
  return sighting;
}

uint64_t Observed::HashOf(const std::string& event_id) {
  return std::hash<std::string>()(event_id) | 1;
}

absl::Status Observed::Add(std::string_view key, std::string_view value) {
  begun_ = {};
  const bool refused = refused_.contains(next_ordinal_++);
  v1::Event event;
  if (!event.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    return entries_->Add({});
  }
  bool applied = false;
  id_ = event.event_id();
  if (!refused) {
    TIEOUT_ASSIGN_OR_RETURN(applied, Apply(key, event));
  }
  return entries_->Add(
      {HashOf(applied ? id_ : event.event_id()), event.amount_minor(), applied ? 1u : 0u});
}

absl::StatusOr<bool> Observed::Apply(std::string_view key, const v1::Event& event) {
  if (key.empty()) {
    Configure(event);
    return false;
  }
  if (event.body_case() == v1::Event::kBankDeposit && event.bank_deposit().provisional()) {
    return false;
  }
  TIEOUT_ASSIGN_OR_RETURN(const bool repeated, IsRepeated(key, event));
  if (repeated || IsBeforeStart(key, event)) return false;
  const HomeKey home(std::string(key), event.account().currency());
  switch (event.body_case()) {
    case v1::Event::kSale:
      TIEOUT_RETURN_IF_ERROR(RememberSale(key, event));
      [[fallthrough]];
    case v1::Event::kFee:
    case v1::Event::kRefund:
    case v1::Event::kChargeback:
    case v1::Event::kAdjustment:
      Move(&items_, KeyOf(key, event), event.amount_minor());
      break;
    case v1::Event::kBankDeposit:
      Move(&bank_, KeyOf(key, event), event.amount_minor());
      deposits_[home].Add(event.amount_minor());
      break;
    case v1::Event::kPayout:
      AddPayout(key, event);
      break;
    case v1::Event::kSourceReport:
      AddReport(event);
      break;
    default:
      break;
  }
  return true;
}

void Observed::Move(std::map<AccountKey, Sums>* sums, const AccountKey& account,
                    ledger::Minor amount) {
  (*sums)[account].Add(amount);
  moved_[account] += amount;
}

absl::Status Observed::RememberSale(std::string_view home, const v1::Event& event) {
  if (event.refs().payment_id().empty()) return absl::OkStatus();
  const std::string payment = PaymentKey(home, event);
  TIEOUT_ASSIGN_OR_RETURN(const std::string first, memory_->Get(payment));
  return first.empty() ? memory_->Put(payment, DayOf(event)) : absl::OkStatus();
}

absl::StatusOr<std::optional<Reversal>> Observed::ReversalAt(uint64_t ordinal, std::string_view key,
                                                             std::string_view value) {
  const std::optional<Reversal> none;
  v1::Event event;
  if (!event.ParseFromArray(value.data(), static_cast<int>(value.size()))) return none;
  if (ordinal == 0) day_ = {};
  if (event.body_case() == v1::Event::kTick) NoteTick(event);
  const bool reverses =
      event.body_case() == v1::Event::kRefund || event.body_case() == v1::Event::kChargeback;
  if (!reverses || event.refs().payment_id().empty()) return none;
  TIEOUT_ASSIGN_OR_RETURN(const auto entry, entries_->At(ordinal));
  if (!entry || entry->applied == 0) return none;
  TIEOUT_ASSIGN_OR_RETURN(const std::string sale, memory_->Get(PaymentKey(key, event)));
  const std::optional<base::Day> sold = base::ParseDay(sale);
  const bool near = sold && day_ < sold->plus(kSurelyRemembered);
  return std::optional<Reversal>({event.event_id(), event.refs().payment_id(), near});
}

void Observed::NoteTick(const v1::Event& event) {
  const base::Day day =
      base::DayOf(static_cast<int64_t>(event.tick().number()) * ledger::kTickMicros);
  if (day_.is_set() && day.days <= day_.days) return;
  if (day_.is_set()) begun_ = day;
  day_ = day;
}

void Observed::Configure(const v1::Event& event) {
  if (event.body_case() == v1::Event::kTick) NoteTick(event);
  if (event.body_case() == v1::Event::kAccountOpened) {
    owners_[{event.account().provider(), event.account().merchant_account()}]
           [event.account_opened().owner_from()] = event.account_opened().owner();
  }
  if (event.body_case() != v1::Event::kStart) return;
  const std::string home = OwnerOf(event);
  if (base::PartitionOf(home, partitions_) != partition_) return;
  const AccountKey account = KeyOf(home, event);
  first_days_[account] = event.start().first_day();
  const v1::Start& start = event.start();
  for (const int64_t amount :
       {start.pending_minor(), start.available_minor(), start.reserved_minor()}) {
    if (amount != 0) Move(&items_, account, amount);
  }
}

std::string Observed::OwnerOf(const v1::Event& event) const {
  const v1::AccountRef& account = event.account();
  const auto found = owners_.find({account.provider(), account.merchant_account()});
  if (found != owners_.end()) {
    // Days as text sort by time.
    const auto after = found->second.upper_bound(DayOf(event));
    if (after != found->second.begin()) return std::prev(after)->second;
  }
  return "unassigned/" + account.provider() + "/" + account.merchant_account();
}

bool Observed::IsBeforeStart(std::string_view home, const v1::Event& event) const {
  if (event.body_case() == v1::Event::kSourceReport) return false;
  const auto found = first_days_.find(KeyOf(home, event));
  return found != first_days_.end() && DayOf(event) < found->second;
}

void Observed::AddReport(const v1::Event& event) {
  if (event.source_report().phase() != v1::SourceReport::OPENED) return;
  const Coverage coverage{Micros(event.source_report().coverage_from()),
                          Micros(event.source_report().coverage_to())};
  coverage_.emplace(std::make_pair(KeyOf("", event), event.source().sha256()), coverage);
}

Observed::Shared Observed::SharedDay(const AccountKey& account, const v1::Event& row,
                                     const Sighting& known) const {
  const auto first = coverage_.find({account, known.sha256});
  const auto second = coverage_.find({account, row.source().sha256()});
  if (first == coverage_.end() || second == coverage_.end()) return Shared::kUnknown;
  const Coverage& a = first->second;
  const Coverage& b = second->second;
  if (a.from_us >= a.to_us || b.from_us >= b.to_us) return Shared::kUnknown;
  const Coverage both{std::max(a.from_us, b.from_us), std::min(a.to_us, b.to_us)};
  const base::Day day = base::ParseDay(row.row().day()).value_or(base::Day{});
  const int64_t midnight = day.start_us(), next = day.plus(1).start_us(),
                at = Micros(row.occurred_at());
  if (both.from_us >= next || both.to_us <= midnight || both.from_us >= both.to_us) {
    return Shared::kNothing;
  }
  if (at % base::kMicrosPerDay != 0) {
    const bool whole = both.from_us <= midnight && both.to_us >= next;
    return whole || (both.from_us <= at && at < both.to_us) ? Shared::kTheRow : Shared::kUnknown;
  }
  const bool is_cut = a.from_us != b.from_us && a.to_us != b.to_us &&
                      (a.from_us < b.from_us) == (a.to_us < b.to_us) &&
                      both.to_us - both.from_us <= base::kMicrosPerDay;
  return !is_cut && both.from_us <= midnight && both.to_us >= next ? Shared::kTheRow
                                                                   : Shared::kUnknown;
}

Observed::Sighting Observed::SightingOf(const v1::Event& event) {
  Sighting sighting;
  sighting.sha256 = event.source().sha256().substr(0, UINT8_MAX);
  sighting.ordinal = event.row().ordinal();
  sighting.has_balance = event.row().has_balance_after_minor();
  sighting.balance = event.row().balance_after_minor();
  return sighting;
}

absl::StatusOr<bool> Observed::IsRepeated(std::string_view home, const v1::Event& event) {
  if (!event.row().hash().empty()) return IsRepeatedRow(home, event);
  id_ = event.event_id();
  const std::string key = IdKey(home, id_);
  TIEOUT_ASSIGN_OR_RETURN(const std::string before, memory_->Get(key));
  if (before.empty()) TIEOUT_RETURN_IF_ERROR(memory_->Put(key, std::string(kHasAnId)));
  return !before.empty();
}

// Which of the rows that look alike it is. One that is none of them takes the next free ordinal.
absl::StatusOr<bool> Observed::IsRepeatedRow(std::string_view home, const v1::Event& event) {
  const Sighting now = SightingOf(event);
  const AccountKey account = KeyOf("", event);
  uint32_t others = 0, of_its_balance = 0, in_both = 0;
  std::string without_balance;  // key of the one that learns the row's
  for (uint32_t ordinal = 0;; ++ordinal) {
    id_ = IdAt(event, ordinal);
    TIEOUT_ASSIGN_OR_RETURN(const std::string before, memory_->Get(IdKey(home, id_)));
    if (before.empty()) break;
    if (before == kHasAnId) return true;
    const Sighting known = DecodeSighting(before);
    if (known.sha256 == now.sha256 && known.ordinal == now.ordinal) return true;
    if (known.sha256 == now.sha256) continue;
    const Shared shared = SharedDay(account, event, known);
    if (shared == Shared::kNothing) continue;
    ++others;
    if (known.has_balance && now.has_balance) {
      if (known.balance == now.balance) ++of_its_balance;
    } else if (shared == Shared::kTheRow) {
      if (in_both++ == 0) without_balance = IdKey(home, id_);
    }
  }
  if (now.has_balance && event.row().balance_ordinal() < of_its_balance) return true;
  if (now.has_balance && now.ordinal < others && in_both > 0) {
    TIEOUT_ASSIGN_OR_RETURN(const std::string before, memory_->Get(without_balance));
    Sighting known = DecodeSighting(before);
    known.has_balance = true;
    known.balance = now.balance;
    TIEOUT_RETURN_IF_ERROR(memory_->Put(without_balance, EncodeSighting(known)));
    return true;
  }
  if (!now.has_balance && now.ordinal < in_both) return true;
  TIEOUT_RETURN_IF_ERROR(memory_->Put(IdKey(home, id_), EncodeSighting(now)));
  return false;
}

void Observed::AddPayout(std::string_view home, const v1::Event& event) {
  PayoutState& state = states_[{KeyOf(home, event), event.refs().payout_id()}];
  switch (event.payout().state()) {
    case v1::Payout::INITIATED:
    case v1::Payout::PAID:
      if (!state.sent) state.amount = event.amount_minor();
      state.sent = true;
      break;
    case v1::Payout::FAILED:
    case v1::Payout::RETURNED:
    case v1::Payout::CANCELLED:
      state.withdrawn = true;
      break;
    default:
      break;
  }
}

void Observed::Finish() {
  for (const auto& [key, state] : states_) {
    if (!state.sent || state.withdrawn) continue;
    payouts_[{std::get<0>(key.first), std::get<3>(key.first)}].Add(state.amount);
  }
}

}  // namespace tieout::audit
