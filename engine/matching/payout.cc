#include "engine/matching/payout.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/matching/bank.h"
#include "engine/matching/rules.h"
#include "engine/matching/speak.h"

namespace tieout::matching {
namespace {

using ledger::Status;

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

uint64_t ItemHash(uint64_t ordinal) {
  return base::HashBytes64({reinterpret_cast<const char*>(&ordinal), sizeof ordinal});
}

}  // namespace

std::string PayoutEntry(const ledger::AccountRef& account, std::string_view payout_id) {
  const std::string id =
      ledger::MakeEventId(account.provider, account.merchant_account, payout_id, "x");
  return std::string(ledger::EntryOf(id));
}

absl::StatusOr<uint32_t> PayoutLevel::NamedBy(const ledger::AccountRef& account,
                                              std::string_view payout_id, uint32_t index) {
  // Items mostly name the payout that the last one named.
  const HomePage& home = turn_.cached.page;
  const HotPages& hot = home.index.hot;
  if (hot.payout < home.payouts.size()) {
    const PayoutState& p = home.payouts[hot.payout];
    if (p.account == index && p.payout_id == payout_id && p.is_canonical) return hot.payout;
  }
  TIEOUT_ASSIGN_OR_RETURN(const uint32_t payout, PayoutOf(PayoutEntry(account, payout_id), index));
  turn_.cached.page.payouts[payout].is_canonical = true;
  return payout;
}

absl::StatusOr<uint32_t> PayoutLevel::PayoutOf(std::string_view entry, uint32_t account,
                                               bool is_complete) {
  HomePage& home = turn_.home();
  const std::string& currency = home.accounts[account].currency;
  const uint32_t known = FindPayout(home, entry, currency);
  if (known != kNone) return known;
  const auto next = static_cast<uint32_t>(home.payouts.size());
  turn_.state.Grow(sizeof(PayoutState) + 256);
  PayoutState& p = home.payouts.emplace_back();
  p.key = PayoutKey(entry, currency);
  p.entry = entry;
  p.payout_id = LastPart(entry);
  p.account = account;
  IndexPayout(&home, next);
  // A deposit that cites its id is barred from weaker evidence from now on.
  if (is_complete && !home.deposits.empty()) {
    TIEOUT_RETURN_IF_ERROR(BankLevel(turn_).PayoutChanged(next, {}));
  }
  return next;
}

absl::StatusOr<Cached<ItemsPage>*> PayoutLevel::ItemsOf(uint32_t payout) {
  HomePage& home = turn_.cached.page;
  HotPages& hot = turn_.hot();
  if (hot.payout == payout && hot.items != nullptr) {
    turn_.state.Use(hot.items);
    return hot.items;
  }
  const PayoutState& p = home.payouts[payout];
  TIEOUT_ASSIGN_OR_RETURN(hot.items,
                          turn_.state.Items(home.home, p, home.accounts[p.account].currency));
  hot.payout = payout;
  return hot.items;
}

absl::Status PayoutLevel::Move(Entry& item, uint32_t payout) {
  IndexSet changed;
  TIEOUT_RETURN_IF_ERROR(Move(item, payout, &changed));
  return CheckAll(changed);
}

absl::Status PayoutLevel::Move(Entry& item, uint32_t payout, IndexSet* changed) {
  if (item.payout == payout) return absl::OkStatus();
  const uint32_t before = item.payout;
  item.payout = payout;
  if (before != kNone) TIEOUT_RETURN_IF_ERROR(Count(item, before, -1));
  if (payout != kNone) TIEOUT_RETURN_IF_ERROR(Count(item, payout, +1));
  changed->Add(before);
  changed->Add(payout);
  changed->Remove(kNone);
  return absl::OkStatus();
}

absl::Status PayoutLevel::CheckAll(const IndexSet& payouts) {
  for (uint32_t payout : payouts) TIEOUT_RETURN_IF_ERROR(Check(payout, Why::kList));
  return absl::OkStatus();
}

// The item enters the payout's list (+1) or leaves it (-1).
absl::Status PayoutLevel::Count(const Entry& item, uint32_t payout, int sign) {
  PayoutState& p = turn_.home().payouts[payout];
  TIEOUT_CHECK(sign > 0 || p.item_count > 0);
  p.item_count += static_cast<uint64_t>(sign);
  p.item_sum += WideMinor{item.amount} * sign;
  p.items_hash += ItemHash(item.ordinal) * static_cast<uint64_t>(sign);
  TIEOUT_ASSIGN_OR_RETURN(Cached<ItemsPage>* const page, ItemsOf(payout));
  Touch(page);
  if (sign < 0) {
    page->page.Remove(item.ordinal);
  } else if (page->page.items.size() < kListedItems) {
    page->page.Add(item.ordinal, item.amount);
  }
  return absl::OkStatus();
}

absl::Status PayoutLevel::Check(uint32_t index, Why why) {
  const PayoutState& p = turn_.home().payouts[index];
  if (!p.seen() || p.amount == 0) return absl::OkStatus();
  const bool is_judged = p.list_complete || p.item_count > 0;
  const bool is_said = p.composition.is_said() && p.composition.status != Status::kRevoked;
  // Without an end of the list it is taken as complete when the bank's grace has ended.
  const bool is_complete = p.list_complete || p.business_deadline_us <= turn_.state.log_us();
  if (is_said && p.items_said == p.items_hash) return absl::OkStatus();
  if (!is_judged) return is_said ? TakeBack(index) : absl::OkStatus();
  const bool equal = p.item_sum == p.amount;
  const bool positive = is_complete && equal && p.composition.status != Status::kMatched;
  if (!positive && why != Why::kTick) {
    const int64_t business_us = p.list_complete ? 0 : p.business_deadline_us;
    if (why == Why::kDeadline) {
      const int64_t at_us = std::max({business_us, p.items_settle_us, turn_.state.log_us()});
      return ScheduleAt(turn_, {at_us, business_us, DueKind::kComposition, index, 0});
    }
    return ScheduleAnew(turn_, &turn_.home().payouts[index].items_settle_us, DueKind::kComposition,
                        index, 0, business_us);
  }
  if (!positive && !is_complete) return absl::OkStatus();
  if (!positive && !HasSettled(turn_, p.items_settle_us)) return absl::OkStatus();
  const AccountState& account = turn_.home().accounts[p.account];
  ledger::Record record = NewRecord(turn_, account, ledger::Level::kPayout, Status::kMatched, "");
  if (!equal) {
    record.status = p.item_count == 0 ? Status::kUnmatched : Status::kPartiallyMatched;
    record.reason = ledger::reason::kPayoutComposition;
  }
  NameRule(turn_, RuleInForce(turn_.state.config(), kPayoutList, account), &record);
  return Say(index, std::move(record));
}

// Its items have gone elsewhere: what was said of them no longer stands.
absl::Status PayoutLevel::TakeBack(uint32_t index) {
  PayoutState& p = turn_.home().payouts[index];
  const AccountState& account = turn_.home().accounts[p.account];
  ledger::Record record = NewRecord(turn_, account, ledger::Level::kPayout, Status::kRevoked, "");
  NameRule(turn_, RuleInForce(turn_.state.config(), kPayoutList, account), &record);
  const bool was_matched = p.composition.status == Status::kMatched;
  record.members.push_back(NewMember(turn_, ledger::Role::kPayout, p.event_id, p.ordinal, p.amount,
                                     was_matched ? p.amount : 0));
  const auto open = turn_.home().open.find(p.composition.break_id);
  SetAmounts(p.amount, open == turn_.home().open.end() ? p.amount : open->second.actual, &record);
  record.due_on = p.due;
  p.items_said = p.items_hash;
  matching::Say(turn_, std::move(record), p.composition, p.entry, "/list");
  return absl::OkStatus();
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
  TIEOUT_ASSIGN_OR_RETURN(Cached<ItemsPage>* const page, ItemsOf(index));
  if (page->page.items.size() == p.item_count) {
    uint64_t previous = 0;
    for (const auto& [ordinal, amount] : page->page.items) {
      record.items.ordinal_deltas.push_back(ordinal - previous);
      record.items.amounts.push_back(amount);
      previous = ordinal;
    }
  }
  if (!record.reason.empty()) TIEOUT_RETURN_IF_ERROR(NameCulprit(index, &record));
  p.items_said = p.items_hash;
  matching::Say(turn_, std::move(record), p.composition, p.entry, "/list");
  return absl::OkStatus();
}

// One item that explains the whole difference: an extra one in the list, or a missing one that no
// payout lists, of the last 31 days.
absl::Status PayoutLevel::NameCulprit(uint32_t payout, ledger::Record* record) {
  const auto name = [&](uint64_t ordinal, const char* why) {
    record->search.nearest.push_back(
        {"events/" + std::to_string(turn_.position.partition) + "/" + std::to_string(ordinal), 0, 0,
         why});
  };
  const HomePage& home = turn_.cached.page;
  const PayoutState& p = home.payouts[payout];
  TIEOUT_ASSIGN_OR_RETURN(Cached<ItemsPage>* const page, ItemsOf(payout));
  for (const auto& [ordinal, amount] : page->page.items) {
    if (amount == p.item_sum - p.amount) {
      name(ordinal, "in the list, and its amount is the whole difference");
      return absl::OkStatus();
    }
  }
  uint64_t missing = UINT64_MAX;
  const int32_t last_month = MonthOf(p.occurred);
  for (auto number = home.pages.lower_bound(PageNumber{last_month - 1, 0});
       number != home.pages.end() && number->month <= last_month; ++number) {
    TIEOUT_ASSIGN_OR_RETURN(Cached<EntryPage>* const entries,
                            turn_.state.Entries(home.home, *number));
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
