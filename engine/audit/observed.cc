#include "engine/audit/observed.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include "engine/base/day.h"
#include "engine/base/hash.h"
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

}  // namespace

uint64_t Observed::HashOf(const std::string& event_id) {
  return std::hash<std::string>()(event_id) | 1;
}

void Observed::Add(uint64_t ordinal, std::string_view key, std::string_view value) {
  entries_.resize(ordinal + 1);
  v1::Event event;
  if (!event.ParseFromArray(value.data(), static_cast<int>(value.size()))) return;
  entries_[ordinal] = {HashOf(event.event_id()), event.amount_minor()};
  if (refused_.contains(ordinal)) return;
  if (key.empty()) return Configure(event);
  if (event.body_case() == v1::Event::kBankDeposit && event.bank_deposit().provisional()) return;
  if (IsRepeated(key, event)) return;
  if (IsBeforeStart(key, event)) return;
  const HomeKey home(std::string(key), event.account().currency());
  switch (event.body_case()) {
    case v1::Event::kSale:
    case v1::Event::kFee:
    case v1::Event::kRefund:
    case v1::Event::kChargeback:
    case v1::Event::kAdjustment:
      items_[KeyOf(key, event)].Add(event.amount_minor());
      break;
    case v1::Event::kBankDeposit:
      bank_[KeyOf(key, event)].Add(event.amount_minor());
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
}

void Observed::Configure(const v1::Event& event) {
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
    if (amount != 0) items_[account].Add(amount);
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

bool Observed::AreOneRow(const AccountKey& account, const Sighting& a, const Sighting& b) const {
  if (a.sha256 == b.sha256) return true;
  if (a.has_balance && b.has_balance) return a.balance == b.balance;
  const auto first = coverage_.find({account, a.sha256});
  const auto second = coverage_.find({account, b.sha256});
  if (first == coverage_.end() || second == coverage_.end()) return true;
  return std::max(first->second.from_us, second->second.from_us) <
         std::min(first->second.to_us, second->second.to_us);
}

bool Observed::IsRepeated(std::string_view home, const v1::Event& event) {
  Sighting now;
  now.sha256 = event.source().sha256();
  now.has_balance = event.row().has_balance_after_minor();
  now.balance = event.row().balance_after_minor();
  std::vector<Sighting>& sightings = seen_[std::string(home) + '\n' + event.event_id()];
  if (sightings.empty()) {
    sightings.push_back(std::move(now));
    return false;
  }
  if (event.row().hash().empty()) return true;
  const AccountKey account = KeyOf("", event);
  for (const Sighting& before : sightings) {
    if (AreOneRow(account, before, now)) return true;
  }
  sightings.push_back(std::move(now));
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
