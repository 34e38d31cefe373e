#include "engine/audit/observed.h"

#include <algorithm>

#include "schemas/event.pb.h"

namespace tieout::audit {
namespace {

int64_t Micros(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1'000'000 + time.nanos() / 1000;
}

AccountKey KeyOf(std::string_view home, const v1::Event& event) {
  return {std::string(home), event.account().provider(), event.account().merchant_account(),
          event.account().currency()};
}

}  // namespace

void Observed::Add(uint64_t ordinal, std::string_view key, std::string_view value) {
  if (key.empty() || refused_.contains(ordinal)) return;
  v1::Event event;
  if (!event.ParseFromArray(value.data(), static_cast<int>(value.size()))) return;
  if (event.body_case() == v1::Event::kBankDeposit && event.bank_deposit().provisional()) return;
  if (IsRepeated(key, event)) return;
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
