#include "engine/matching/payout.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/matching/bank.h"
#include "engine/matching/rules.h"
#include "engine/matching/speak.h"

namespace tieout::matching {
namespace {

using ledger::Status;

std::string Key(std::string_view entry, std::string_view currency) {
  std::string key(entry);
  key += '\x1f';
  key += currency;
  return key;
}

// The last part of an entry, as the provider writes it.
std::string LastPart(std::string_view entry) {
  if (const size_t slash = entry.rfind('/'); slash != std::string_view::npos)
    entry.remove_prefix(slash + 1);
  std::string text;
  for (size_t i = 0; i < entry.size(); ++i) {
    if (entry.substr(i, 3) == "%2F" || entry.substr(i, 3) == "%25") {
      text += entry[i + 2] == 'F' ? '/' : '%';
      i += 2;
    } else {
      text += entry[i];
    }
  }
  return text;
}

}  // namespace

std::string PayoutEntry(const ledger::AccountRef& account, std::string_view payout_id) {
  const std::string id =
      ledger::MakeEventId(account.provider, account.merchant_account, payout_id, "x");
  return std::string(ledger::EntryOf(id));
}

absl::StatusOr<uint32_t> PayoutLevel::PayoutOf(std::string_view entry, uint32_t account) {
  HomePage& home = turn_.home();
  const std::string key = Key(entry, home.accounts[account].currency);
  const auto next = static_cast<uint32_t>(home.payouts.size());
  const auto [it, added] = home.index.payout_by_entry.try_emplace(key, next);
  if (!added) return it->second;
  turn_.state.Grow(sizeof(PayoutState) + 256);
  PayoutState& p = home.payouts.emplace_back();
  p.entry = entry;
  p.payout_id = LastPart(entry);
  p.account = account;
  // A deposit that cites its id is barred from weaker evidence from now on, also one still to come.
  if (!home.deposits.empty()) {
    TIEOUT_RETURN_IF_ERROR(BankLevel(turn_).PayoutChanged(next, {}));
  } else if (home.index.bank_built) {
    BankFacts(turn_).AddPayoutIds(next);
  }
  return next;
}

absl::Status PayoutLevel::Move(Entry& item, uint32_t payout) {
  if (item.payout == payout) return absl::OkStatus();
  const auto change = [&](uint32_t index, int sign) -> absl::Status {
    HomePage& home = turn_.home();
    PayoutState& p = home.payouts[index];
    TIEOUT_CHECK(sign > 0 || p.item_count > 0);
    p.item_count += static_cast<uint64_t>(sign);
    p.item_sum += WideMinor{item.amount} * sign;
    ++p.items_version;
    TIEOUT_ASSIGN_OR_RETURN(
        Cached<ItemsPage>* const page,
        turn_.state.Items(home.home, Key(p.entry, home.accounts[p.account].currency)));
    page->dirty = true;
    if (sign < 0) {
      page->page.items.erase(item.ordinal);
    } else if (page->page.items.size() < kListedItems) {
      page->page.items[item.ordinal] = item.amount;
    }
    return absl::OkStatus();
  };
  const uint32_t before = item.payout;
  item.payout = payout;
  if (before != kNone) TIEOUT_RETURN_IF_ERROR(change(before, -1));
  if (payout != kNone) TIEOUT_RETURN_IF_ERROR(change(payout, +1));
  if (before != kNone) TIEOUT_RETURN_IF_ERROR(Check(before, Why::kList));
  return payout == kNone ? absl::OkStatus() : Check(payout, Why::kList);
}

absl::Status PayoutLevel::Check(uint32_t index, Why why) {
  const PayoutState& p = turn_.home().payouts[index];
  if (!p.seen || p.amount == 0) return absl::OkStatus();
  const bool equal = p.item_sum == p.amount;
  const bool is_judged = p.list_complete || p.item_count > 0;
  const bool is_said =
      !p.composition.last_record.empty() && p.composition.status != Status::kRevoked;
  // Without an end of the list it is taken as complete when the bank's grace has ended.
  const bool is_complete = p.list_complete || p.business_deadline_us <= turn_.state.log_us();
  if (is_said && p.items_said == p.items_version) return absl::OkStatus();
  if (!is_judged && !is_said) return absl::OkStatus();
  const bool positive =
      is_judged && is_complete && equal && p.composition.status != Status::kMatched;
  if (!positive && why != Why::kTick) {
    const int64_t business_us = p.list_complete ? 0 : p.business_deadline_us;
    if (why == Why::kDeadline) {
      const int64_t at_us = std::max({business_us, p.items_settle_us, turn_.state.log_us()});
      return ScheduleAt(turn_, {at_us, business_us, DueKind::kComposition, index, 0});
    }
    return ScheduleAnew(turn_, &turn_.home().payouts[index].items_settle_us, DueKind::kComposition,
                        index, 0, business_us);
  }
  if (!positive && is_judged && !is_complete) return absl::OkStatus();
  if (!positive && !HasSettled(turn_, p.items_settle_us)) return absl::OkStatus();
  const AccountState& account = turn_.home().accounts[p.account];
  ledger::Record record = NewRecord(turn_, account, ledger::Level::kPayout, Status::kMatched, "");
  if (!is_judged) {
    record.status = Status::kRevoked;  // its items have gone elsewhere
  } else if (!equal) {
    record.status = p.item_count == 0 ? Status::kUnmatched : Status::kPartiallyMatched;
    record.reason = ledger::reason::kPayoutComposition;
  }
  NameRule(turn_, RuleInForce(turn_.state.config(), kPayoutList, account), &record);
  return Say(index, std::move(record));
}

absl::Status PayoutLevel::Say(uint32_t index, ledger::Record record) {
  HomePage& home = turn_.home();
  PayoutState& p = home.payouts[index];
  const Minor allocated = record.status == Status::kMatched ? p.amount : 0;
  record.members.push_back(
      NewMember(turn_, ledger::Role::kPayout, p.event_id, p.ordinal, p.amount, allocated));
  SetAmounts(p.amount, p.item_sum, &record);
  record.due_on = p.due;
  record.items.count = p.item_count;
  record.items.sum = record.actual;
  TIEOUT_ASSIGN_OR_RETURN(
      Cached<ItemsPage>* const page,
      turn_.state.Items(home.home, Key(p.entry, home.accounts[p.account].currency)));
  if (page->page.items.size() == p.item_count) {
    uint64_t previous = 0;
    for (const auto& [ordinal, amount] : page->page.items) {
      record.items.ordinal_deltas.push_back(ordinal - previous);
      record.items.amounts.push_back(amount);
      previous = ordinal;
    }
  }
  if (!record.reason.empty()) TIEOUT_RETURN_IF_ERROR(NameCulprit(p, &record));
  p.items_said = p.items_version;
  matching::Say(turn_, std::move(record), p.composition, p.entry + "/list");
  return absl::OkStatus();
}

// One item that explains the whole difference: an extra one in the list, or a missing one that no
// payout lists, of the last 31 days.
absl::Status PayoutLevel::NameCulprit(const PayoutState& p, ledger::Record* record) {
  const auto name = [&](uint64_t ordinal, const char* why) {
    record->search.nearest.push_back(
        {"events/" + std::to_string(turn_.position.partition) + "/" + std::to_string(ordinal), 0, 0,
         why});
  };
  const HomePage& home = turn_.cached.page;
  TIEOUT_ASSIGN_OR_RETURN(
      Cached<ItemsPage>* const page,
      turn_.state.Items(home.home, Key(p.entry, home.accounts[p.account].currency)));
  for (const auto& [ordinal, amount] : page->page.items) {
    if (amount == p.item_sum - p.amount) {
      name(ordinal, "in the list, and its amount is the whole difference");
      return absl::OkStatus();
    }
  }
  uint64_t missing = UINT64_MAX;
  for (int32_t day : std::set<int32_t>(home.days)) {
    if (day < p.occurred.days - 31 || day > p.occurred.days) continue;
    TIEOUT_ASSIGN_OR_RETURN(Cached<DayPage>* const entries, turn_.state.DayOf(home.home, day));
    for (const Entry& e : entries->page.entries) {
      if (!ledger::IsBalanceItem(e.kind) || e.payout != kNone || e.account != p.account ||
          e.amount != p.amount - p.item_sum)
        continue;
      missing = std::min(missing, e.ordinal);
    }
  }
  if (missing != UINT64_MAX)
    name(missing, "in no payout's list, and its amount is the whole difference");
  return absl::OkStatus();
}

}  // namespace tieout::matching
