#include "engine/matching/bank_facts.h"

#include <algorithm>

#include "engine/matching/evidence.h"

namespace tieout::matching {
namespace {

void AddUnique(std::vector<uint32_t>* list, uint32_t value) {
  if (std::find(list->begin(), list->end(), value) == list->end()) list->push_back(value);
}

DepositTexts TextsOf(const DepositState& d) {
  DepositTexts texts;
  const auto add = [&](const std::string& text, bool whole_counts) {
    if (!text.empty()) texts.ids.push_back({Tokenize(text), whole_counts});
  };
  add(d.end_to_end_id, true);
  add(d.trace_id, true);
  add(d.payout_id, true);
  add(d.bank_reference, false);
  add(d.remittance, false);
  texts.names = Tokenize(d.counterparty + "\n" + d.remittance);
  texts.looks_like_payout =
      std::any_of(texts.ids.begin(), texts.ids.end(),
                  [](const DepositTexts::Text& t) { return LooksLikePayoutId(t.tokens); });
  return texts;
}

}  // namespace

std::vector<std::string> IdsOf(const PayoutState& p) {
  std::vector<std::string> ids;
  for (const std::string* id :
       {&p.payout_id, &p.trace_id.value, &p.bank_reference.value, &p.end_to_end_id.value}) {
    if (!id->empty() && std::find(ids.begin(), ids.end(), *id) == ids.end()) ids.push_back(*id);
  }
  return ids;
}

BankFacts::BankFacts(Turn& turn) : turn_(turn), index_(turn.cached.page.index) {
  if (index_.bank_built) return;
  index_.bank_built = true;
  for (uint32_t i = 0; i < home().payouts.size(); ++i) AddPayoutIds(i);
  for (uint32_t i = 0; i < home().deposits.size(); ++i) AddDeposit(i);
}

void BankFacts::AddPayoutIds(uint32_t payout) {
  for (const std::string& id : IdsOf(home().payouts[payout])) {
    const Tokens tokens = Tokenize(id);
    if (tokens.empty()) continue;
    AddUnique(&index_.payouts_by_token[tokens.front()], payout);
    if (tokens.size() > 1) AddUnique(&index_.payouts_by_token[Join(tokens)], payout);
  }
}

void BankFacts::AddDeposit(uint32_t deposit) {
  if (index_.deposit_texts.size() > deposit) return;
  index_.deposit_texts.push_back(TextsOf(home().deposits[deposit]));
  for (const DepositTexts::Text& text : index_.deposit_texts[deposit].ids) {
    for (const std::string& token : text.tokens)
      AddUnique(&index_.deposits_by_token[token], deposit);
  }
}

bool BankFacts::IsLive(uint32_t payout) const {
  const PayoutState& p = home().payouts[payout];
  return p.seen && !p.failed && p.amount != 0;
}

std::vector<std::string> BankFacts::CitedIds(uint32_t deposit, uint32_t payout) const {
  const PayoutState& p = home().payouts[payout];
  std::vector<std::string> cited;
  for (const std::string& id : IdsOf(p)) {
    for (const DepositTexts::Text& text : index_.deposit_texts[deposit].ids) {
      if (Cites(text.tokens, id, home().accounts[p.account].provider, text.whole_counts)) {
        cited.push_back(Join(Tokenize(id)));
        break;
      }
    }
  }
  return cited;
}

std::vector<uint32_t> BankFacts::Cited(uint32_t deposit) const {
  std::vector<uint32_t> found;
  for (const DepositTexts::Text& text : index_.deposit_texts[deposit].ids) {
    for (const std::string& token : text.tokens) {
      const auto it = index_.payouts_by_token.find(token);
      if (it == index_.payouts_by_token.end()) continue;
      for (uint32_t p : it->second) {
        if (std::find(found.begin(), found.end(), p) == found.end() &&
            !CitedIds(deposit, p).empty())
          found.push_back(p);
      }
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<uint32_t> BankFacts::Linked(uint32_t deposit) const {
  const DepositState& d = home().deposits[deposit];
  const std::string& currency = home().accounts[d.account].currency;
  const std::vector<uint32_t> cited = Cited(deposit);
  std::vector<uint32_t> linked;
  for (uint32_t p : cited) {
    const PayoutState& payout = home().payouts[p];
    if (!IsLive(p) || home().accounts[payout.account].currency != currency ||
        (payout.amount < 0) != (d.amount < 0))
      continue;
    std::vector<std::string> own = CitedIds(deposit, p);
    for (uint32_t other : cited) {  // an id that two live payouts share proves neither
      if (other == p || !IsLive(other)) continue;
      const std::vector<std::string> shared = CitedIds(deposit, other);
      std::erase_if(own, [&](const std::string& id) {
        return std::find(shared.begin(), shared.end(), id) != shared.end();
      });
    }
    if (!own.empty()) linked.push_back(p);
  }
  return linked;
}

std::vector<uint32_t> BankFacts::Citing(uint32_t payout) const {
  std::vector<uint32_t> found;
  for (const std::string& id : IdsOf(home().payouts[payout])) {
    const Tokens tokens = Tokenize(id);
    if (tokens.empty()) continue;
    for (const std::string& key : {tokens.front(), Join(tokens)}) {
      const auto it = index_.deposits_by_token.find(key);
      if (it == index_.deposits_by_token.end()) continue;
      for (uint32_t d : it->second) {
        if (!CitedIds(d, payout).empty()) AddUnique(&found, d);
      }
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool BankFacts::IsLinkedByAny(uint32_t payout) const {
  for (uint32_t d : Citing(payout)) {
    const std::vector<uint32_t> linked = Linked(d);
    if (std::binary_search(linked.begin(), linked.end(), payout)) return true;
  }
  return false;
}

bool BankFacts::NamesPayout(uint32_t deposit) const {
  return index_.deposit_texts[deposit].looks_like_payout ||
         !home().deposits[deposit].payout_id.empty() || !Cited(deposit).empty();
}

bool BankFacts::CouldBe(uint32_t deposit, uint32_t payout) const {
  const DepositState& d = home().deposits[deposit];
  const PayoutState& p = home().payouts[payout];
  const AccountState& bank = home().accounts[d.account];
  const AccountState& account = home().accounts[p.account];
  if (!IsLive(payout) || account.currency != bank.currency || (p.amount < 0) != (d.amount < 0))
    return false;
  if (d.value_date < p.due_from || d.value_date > p.due_to) return false;
  if (!p.pays_into.empty() && p.pays_into != bank.merchant_account) return false;
  // A line that names a payer is nobody else's.
  const Tokens& names = index_.deposit_texts[deposit].names;
  return !NamesAnyKnownProvider(names) || NamesProvider(names, account.provider);
}

std::vector<uint32_t> BankFacts::Candidates(uint32_t deposit) const {
  std::vector<uint32_t> found;
  for (uint32_t p = 0; p < home().payouts.size(); ++p) {
    if (CouldBe(deposit, p) && !IsLinkedByAny(p)) found.push_back(p);
  }
  return found;
}

std::vector<uint32_t> BankFacts::CouldBeFrom(uint32_t payout) const {
  std::vector<uint32_t> found;
  for (uint32_t d = 0; d < home().deposits.size(); ++d) {
    if (CouldBe(d, payout) && !NamesPayout(d)) found.push_back(d);
  }
  return found;
}

bool BankFacts::Attributable(uint32_t deposit, uint32_t payout) const {
  const AccountState& bank = home().accounts[home().deposits[deposit].account];
  const AccountState& own = home().accounts[home().payouts[payout].account];
  if (NamesProvider(index_.deposit_texts[deposit].names, own.provider)) return true;
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
    if (a.provider == ledger::kBankProvider || !MayReportIn(a, bank.currency)) continue;
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
