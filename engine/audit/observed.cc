#include "engine/audit/observed.h"

#include <algorithm>
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

// Days after its sale that a reversal is surely tied to it: the memory of sales is longer.
constexpr int32_t kSurelyRemembered = 700;

}  // namespace

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
      if (event.source_report().phase() == v1::SourceReport::OPENED) rows_.AddReport(event);
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

absl::StatusOr<bool> Observed::IsRepeated(std::string_view home, const v1::Event& event) {
  id_ = event.event_id();
  if (!event.row().hash().empty()) {
    TIEOUT_ASSIGN_OR_RETURN(const std::optional<uint32_t> ordinal, rows_.Add(home, event));
    if (!ordinal) return true;
    id_ = IdAt(event, *ordinal);
  }
  const std::string key = fmt::format("id\n{}\n{}", home, id_);
  TIEOUT_ASSIGN_OR_RETURN(const std::string before, memory_->Get(key));
  if (before.empty()) TIEOUT_RETURN_IF_ERROR(memory_->Put(key, "known"));
  return !before.empty();
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
