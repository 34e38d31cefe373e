#include "engine/matching/bank_facts.h"

#include <algorithm>
#include <utility>

#include "engine/matching/evidence.h"

namespace tieout::matching {
namespace {

DepositTexts TextsOf(const DepositState& d) {
  DepositTexts texts;
  const auto add = [&](const std::string& text, bool whole_counts) {
    if (!text.empty()) texts.ids.push_back({Tokens(text), whole_counts});
  };
  add(d.end_to_end_id, true);
  add(d.trace_id, true);
  add(d.payout_id, true);
  add(d.bank_reference, false);
  add(d.remittance, false);
  texts.names = Tokens(d.counterparty + "\n" + d.remittance);
  texts.names_known_provider = NamesAnyKnownProvider(texts.names);
  texts.looks_like_payout =
      std::any_of(texts.ids.begin(), texts.ids.end(),
                  [](const DepositTexts::Text& t) { return LooksLikePayoutId(t.tokens); });
  return texts;
}

std::vector<Tokens> IdsOf(const PayoutState& p) {
  std::vector<Tokens> ids;
  const std::string* all[] = {&p.payout_id, &p.trace_id.value, &p.bank_reference.value,
                              &p.end_to_end_id.value};
  for (size_t i = 0; i < std::size(all); ++i) {
    const bool is_new =
        std::none_of(all, all + i, [&](const std::string* other) { return *other == *all[i]; });
    if (all[i]->empty() || !is_new) continue;
    Tokens id(*all[i]);
    if (!id.empty()) ids.push_back(std::move(id));
  }
  return ids;
}

bool HasCommon(const std::vector<uint64_t>& ids, uint64_t id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// Ascending.
std::vector<uint32_t> Within(const absl::btree_map<Day, IndexSet>& by_day, Day from, Day to) {
  std::vector<uint32_t> found;
  for (auto day = by_day.lower_bound(from); day != by_day.end() && day->first <= to; ++day) {
    found.insert(found.end(), day->second.begin(), day->second.end());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

BankFacts::BankFacts(Turn& turn) : turn_(turn), index_(turn.cached.page.index) {
  for (size_t i = index_.payout_ids.size(); i < home().payouts.size(); ++i) {
    SetPayout(static_cast<uint32_t>(i));
  }
  for (size_t i = index_.deposit_texts.size(); i < home().deposits.size(); ++i) {
    AddDeposit(static_cast<uint32_t>(i));
  }
  if (std::exchange(index_.bank_built, true)) return;
  for (uint32_t i = 0; i < home().groups.size(); ++i) {
    if (home().groups[i].live) {
      CountGroup(i, home().groups[i], +1);
    } else {
      index_.free_groups.insert(i);
    }
  }
}

void BankFacts::CountGroup(uint32_t place, const Group& group, int sign) {
  if (sign < 0) {
    index_.free_groups.insert(place);
  } else {
    index_.free_groups.erase(place);
  }
  if (group.status != ledger::Status::kProposed) return;
  for (uint32_t p : group.payouts) index_.payout_ids[p].proposals += static_cast<uint32_t>(sign);
}

uint32_t BankFacts::FreePlace() {
  if (!index_.free_groups.empty()) return *index_.free_groups.begin();
  turn_.home().groups.emplace_back();
  return static_cast<uint32_t>(home().groups.size() - 1);
}

void BankFacts::SetPayout(uint32_t payout) {
  SetPayoutIds(payout);
  FilePayout(payout);
}

void BankFacts::FilePayout(uint32_t payout) {
  const PayoutState& p = home().payouts[payout];
  Day& filed = index_.payout_ids[payout].filed;
  if (p.due.is_set()) {
    index_.reach_before = std::max(index_.reach_before, p.due.days - p.due_from.days);
    index_.reach_after = std::max(index_.reach_after, p.due_to.days - p.due.days);
  }
  if (filed == p.due) return;
  if (filed.is_set()) index_.payouts_by_due[filed].Remove(payout);
  if (p.due.is_set()) index_.payouts_by_due[p.due].Add(payout);
  filed = p.due;
}

std::vector<uint32_t> BankFacts::PayoutsAround(Day day, int32_t before, int32_t after) const {
  return Within(index_.payouts_by_due, day.plus(-before), day.plus(after));
}

std::vector<uint32_t> BankFacts::DepositsAround(Day day, int32_t before, int32_t after) const {
  return Within(index_.deposits_by_value, day.plus(-before), day.plus(after));
}

void BankFacts::SetPayoutIds(uint32_t payout) {
  if (index_.payout_ids.size() <= payout) index_.payout_ids.resize(payout + 1);
  PayoutIds& own = index_.payout_ids[payout];
  std::vector<Tokens> ids = IdsOf(home().payouts[payout]);
  const auto same = [](const Tokens& a, const Tokens& b) { return a.joined() == b.joined(); };
  if (std::equal(ids.begin(), ids.end(), own.ids.begin(), own.ids.end(), same)) return;
  own.ids = std::move(ids);
  IndexSet deposits(own.citing);  // by an id it no longer has, perhaps
  own.citing.Clear();
  for (const Tokens& id : own.ids) {
    for (uint64_t token : {id.rarest_hash(), id.joined_hash()}) {
      index_.payouts_by_token[token].Add(payout);
      const auto found = index_.deposits_by_token.find(token);
      if (found != index_.deposits_by_token.end()) deposits.AddAll(found->second);
    }
  }
  for (uint32_t d : deposits) Cite(d, payout);
}

void BankFacts::AddDeposit(uint32_t deposit) {
  if (index_.deposit_texts.size() > deposit) return;
  index_.deposit_texts.push_back(TextsOf(home().deposits[deposit]));
  index_.deposits_by_value[home().deposits[deposit].value_date].Add(deposit);
  IndexSet payouts;
  for (const DepositTexts::Text& text : index_.deposit_texts[deposit].ids) {
    for (size_t i = 0; i < text.tokens.size(); ++i) {
      index_.deposits_by_token[text.tokens.hash(i)].Add(deposit);
      const auto found = index_.payouts_by_token.find(text.tokens.hash(i));
      if (found != index_.payouts_by_token.end()) payouts.AddAll(found->second);
    }
  }
  for (uint32_t p : payouts) Cite(deposit, p);
}

// Notes whether, and by which ids, the deposit cites the payout.
void BankFacts::Cite(uint32_t deposit, uint32_t payout) {
  DepositTexts& texts = index_.deposit_texts[deposit];
  PayoutIds& ids = index_.payout_ids[payout];
  const std::string& provider = home().accounts[home().payouts[payout].account].provider;
  DepositTexts::Citation citation{payout, {}};
  for (const Tokens& id : ids.ids) {
    if (std::any_of(texts.ids.begin(), texts.ids.end(), [&](const DepositTexts::Text& text) {
          return Cites(text.tokens, id, provider, text.whole_counts);
        })) {
      citation.ids.push_back(id.joined_hash());
    }
  }
  const auto at =
      std::lower_bound(texts.cited.begin(), texts.cited.end(), payout,
                       [](const DepositTexts::Citation& c, uint32_t p) { return c.payout < p; });
  const bool is_known = at != texts.cited.end() && at->payout == payout;
  if (!citation.ids.empty()) {
    ids.citing.Add(deposit);
    if (is_known) {
      *at = std::move(citation);
    } else {
      texts.cited.insert(at, std::move(citation));
    }
  } else {
    if (is_known) texts.cited.erase(at);
    ids.citing.Remove(deposit);
  }
}

bool BankFacts::IsLive(uint32_t payout) const {
  const PayoutState& p = home().payouts[payout];
  return p.seen() && !p.failed && p.amount != 0;
}

std::vector<uint32_t> BankFacts::Linked(uint32_t deposit) const {
  std::vector<uint32_t> linked;
  for (const DepositTexts::Citation& c : index_.deposit_texts[deposit].cited) {
    if (Links(deposit, c)) linked.push_back(c.payout);
  }
  return linked;
}

bool BankFacts::Links(uint32_t deposit, const DepositTexts::Citation& citation) const {
  const DepositState& d = home().deposits[deposit];
  const PayoutState& p = home().payouts[citation.payout];
  if (!IsLive(citation.payout) || (p.amount < 0) != (d.amount < 0) ||
      home().accounts[p.account].currency != home().accounts[d.account].currency) {
    return false;
  }
  // An id that two live payouts share proves neither.
  return std::any_of(citation.ids.begin(), citation.ids.end(), [&](uint64_t id) {
    return std::none_of(index_.deposit_texts[deposit].cited.begin(),
                        index_.deposit_texts[deposit].cited.end(),
                        [&](const DepositTexts::Citation& other) {
                          return other.payout != citation.payout && IsLive(other.payout) &&
                                 HasCommon(other.ids, id);
                        });
  });
}

bool BankFacts::IsLinkedByAny(uint32_t payout) const {
  for (uint32_t d : Citing(payout)) {
    for (const DepositTexts::Citation& c : index_.deposit_texts[d].cited) {
      if (c.payout == payout && Links(d, c)) return true;
    }
  }
  return false;
}

bool BankFacts::NamesPayout(uint32_t deposit) const {
  const DepositTexts& texts = index_.deposit_texts[deposit];
  return texts.looks_like_payout || !texts.cited.empty() ||
         !home().deposits[deposit].payout_id.empty();
}

uint32_t BankFacts::ExpenseRule(uint32_t deposit) const {
  const auto rule = home().expenses.by_rule.find(deposit);
  const bool cites =
      !index_.deposit_texts[deposit].cited.empty() || !home().deposits[deposit].payout_id.empty();
  return rule == home().expenses.by_rule.end() || cites ? kNone : rule->second;
}

const Expenses::Told* BankFacts::Spent(uint32_t payout) const {
  const auto found = home().expenses.told.find(payout);
  return found == home().expenses.told.end() ? nullptr : &found->second;
}

bool BankFacts::NamesParty(uint32_t deposit, uint32_t payout) const {
  const Expenses::Told* spent = Spent(payout);
  if (spent == nullptr) {
    return NamesProvider(index_.deposit_texts[deposit].names,
                         home().accounts[home().payouts[payout].account].provider);
  }
  const Tokens supplier(spent->supplier);
  const auto in = [&](const std::string& text) {
    const Tokens tokens(text);
    return tokens.Find(supplier, 0) < tokens.size();
  };
  const DepositState& d = home().deposits[deposit];
  return !supplier.empty() && (in(d.counterparty) || in(d.remittance));
}

bool BankFacts::CouldBe(uint32_t deposit, uint32_t payout) const {
  const DepositState& d = home().deposits[deposit];
  const PayoutState& p = home().payouts[payout];
  if (d.value_date < p.due_from || d.value_date > p.due_to || (p.amount < 0) != (d.amount < 0) ||
      !IsLive(payout)) {
    return false;
  }
  const AccountState& bank = home().accounts[d.account];
  const AccountState& account = home().accounts[p.account];
  if (account.currency != bank.currency) return false;
  if (!p.pays_into.empty() && p.pays_into != bank.merchant_account) return false;
  // What a rule makes an expense may be one that the books tell of as well, and nothing else.
  if (Spent(payout) == nullptr && ExpenseRule(deposit) != kNone) return false;
  // A line that names a payer is nobody else's.
  return !index_.deposit_texts[deposit].names_known_provider || NamesParty(deposit, payout);
}

std::vector<uint32_t> BankFacts::Candidates(uint32_t deposit) const {
  std::vector<uint32_t> found =
      PayoutsAround(home().deposits[deposit].value_date, index_.reach_after, index_.reach_before);
  std::erase_if(found, [&](uint32_t p) { return !CouldBe(deposit, p) || IsLinkedByAny(p); });
  return found;
}

std::vector<uint32_t> BankFacts::CouldBeFrom(uint32_t payout) const {
  const PayoutState& p = home().payouts[payout];
  std::vector<uint32_t> found = Within(index_.deposits_by_value, p.due_from, p.due_to);
  std::erase_if(found, [&](uint32_t d) { return NamesPayout(d) || !CouldBe(d, payout); });
  return found;
}

bool BankFacts::Attributable(uint32_t deposit, uint32_t payout) const {
  const AccountState& bank = home().accounts[home().deposits[deposit].account];
  const AccountState& own = home().accounts[home().payouts[payout].account];
  if (NamesParty(deposit, payout)) return true;
  if (Spent(payout) != nullptr) return false;
  bool own_pays = false;
  for (const DeclaredAccount& a : home().declared) {
    if (a.provider == ledger::kBankProvider || a.pays_into != bank.merchant_account) continue;
    if (a.provider != own.provider || a.merchant_account != own.merchant_account) return false;
    own_pays = true;
  }
  return own_pays;
}

bool BankFacts::MayReportIn(const DeclaredAccount& account, const std::string& currency) const {
  bool reports = false;
  for (const AccountState& s : home().accounts) {
    if (s.provider != account.provider || s.merchant_account != account.merchant_account) continue;
    if (s.currency == currency) return true;
    reports = true;
  }
  return !reports;
}

std::vector<uint32_t> BankFacts::PossibleSources(uint32_t deposit) {
  HomePage& h = turn_.home();
  const AccountState bank = h.accounts[h.deposits[deposit].account];
  const Tokens& names = index_.deposit_texts[deposit].names;
  std::vector<uint32_t> named, paying, untold;
  for (const DeclaredAccount& a : h.declared) {
    if (!ledger::HoldsBalances(a.provider) || !MayReportIn(a, bank.currency)) continue;
    const bool is_named = NamesProvider(names, a.provider);
    const bool pays = a.pays_into == bank.merchant_account;
    if (!is_named && !pays && !a.pays_into.empty()) continue;
    const uint32_t index = AccountIndex(h, {a.provider, a.merchant_account, bank.currency});
    if (is_named) named.push_back(index);
    if (pays) paying.push_back(index);
    if (a.pays_into.empty()) untold.push_back(index);
  }
  return !named.empty() ? named : !paying.empty() ? paying : untold;
}

std::vector<uint32_t> BankFacts::BankAccountsIn(const std::string& currency) {
  HomePage& h = turn_.home();
  for (const DeclaredAccount& a : h.declared) {
    if (a.provider == ledger::kBankProvider && MayReportIn(a, currency)) {
      AccountIndex(h, {a.provider, a.merchant_account, currency});
    }
  }
  std::vector<uint32_t> found;
  for (uint32_t i = 0; i < h.accounts.size(); ++i) {
    const AccountState& a = h.accounts[i];
    if (a.is_bank() && a.currency == currency && !a.merchant_account.empty()) found.push_back(i);
  }
  if (found.empty()) found.push_back(AccountIndex(h, {ledger::kBankProvider, "", currency}));
  return found;
}

}  // namespace tieout::matching
