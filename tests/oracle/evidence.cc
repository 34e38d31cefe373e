#include "tests/oracle/evidence.h"

#include <algorithm>
#include <functional>

namespace tieout::oracle {
namespace {

using Words = std::vector<std::string>;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool AllDigits(std::string_view text) { return std::all_of(text.begin(), text.end(), IsDigit); }

std::string Joined(std::string_view id) {
  std::string joined;
  for (const std::string& token : Tokens(id)) joined += token;
  return joined;
}

struct Provider {
  std::string_view provider;
  Words names;
};
const Provider kProviders[] = {
    {"stripe", {"STRIPE"}}, {"shopify", {"SHOPIFY"}}, {"square", {"SQUARE", "SQUAREUP", "SQ"}},
    {"paypal", {"PAYPAL"}}, {"etsy", {"ETSY"}},       {"amazon", {"AMAZON", "AMZN"}},
    {"adyen", {"ADYEN"}},   {"ebay", {"EBAY"}},
};

struct Text {
  Words words;
  bool is_id_field = false;  // end_to_end_id, trace_id, payout_id: an id and nothing else
};

std::vector<Text> TextsOf(const DepositSeen& deposit) {
  const ledger::References& refs = deposit.fact->event->refs;
  const auto& body = std::get<ledger::BankDeposit>(deposit.fact->event->body);
  return {{Tokens(refs.end_to_end_id), true},
          {Tokens(refs.trace_id), true},
          {Tokens(refs.payout_id), true},
          {Tokens(refs.bank_reference)},
          {Tokens(body.remittance)}};
}

bool IsNameOf(const std::string& word, std::string_view provider) {
  for (const Provider& known : kProviders) {
    if (known.provider == provider) {
      return std::count(known.names.begin(), known.names.end(), word) > 0;
    }
  }
  return word == Joined(provider);
}

bool IsNameOfAny(const std::string& word) {
  return std::any_of(std::begin(kProviders), std::end(kProviders),
                     [&](const Provider& p) { return IsNameOf(word, p.provider); });
}

bool IsAt(const Words& text, size_t place, const Words& words) {
  return place + words.size() <= text.size() &&
         std::equal(words.begin(), words.end(), text.begin() + static_cast<std::ptrdiff_t>(place));
}

bool IsEvidence(const Text& text, const Words& id, size_t letters, std::string_view provider) {
  for (size_t place = 0; place < text.words.size(); ++place) {
    if (!IsAt(text.words, place, id)) continue;
    const size_t after = place + id.size();
    if (letters >= 8) return true;
    if (text.is_id_field && text.words.size() == id.size()) return true;
    if (place > 0 && IsNameOf(text.words[place - 1], provider)) return true;
    if (after < text.words.size() && IsNameOf(text.words[after], provider)) return true;
  }
  return false;
}

bool Cites(const DepositSeen& deposit, std::string_view provider, const std::string& id) {
  const std::string joined = Joined(id);
  if (joined.empty()) return false;
  for (const Text& text : TextsOf(deposit)) {
    for (const Words& words : {Tokens(id), Words{joined}}) {
      if (IsEvidence(text, words, joined.size(), provider)) return true;
    }
  }
  return false;
}

// Several payouts have this id, and the deposit cites each of them by it.
bool IsShared(const DepositSeen& deposit, const std::string& id,
              const std::vector<PayoutSeen>& payouts) {
  const auto holders = std::count_if(payouts.begin(), payouts.end(), [&](const PayoutSeen& p) {
    return std::any_of(p.ids.begin(), p.ids.end(), [&](const std::string& other) {
      return Joined(other) == Joined(id) && Cites(deposit, p.account.provider, other);
    });
  });
  return holders > 1;
}

// 20260305 or 05032026.
bool IsDate(const std::string& word) {
  if (word.size() != 8) return false;
  const std::string year_first =
      word.substr(0, 4) + "-" + word.substr(4, 2) + "-" + word.substr(6, 2);
  const std::string day_first =
      word.substr(4, 4) + "-" + word.substr(2, 2) + "-" + word.substr(0, 2);
  return base::ParseDay(year_first).has_value() || base::ParseDay(day_first).has_value();
}

}  // namespace

Words Tokens(std::string_view text) {
  Words tokens(1);
  for (const char c : text) {
    if (IsDigit(c) || IsLetter(c)) {
      tokens.back() += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    } else if (!tokens.back().empty()) {
      tokens.emplace_back();
    }
  }
  if (tokens.back().empty()) tokens.pop_back();
  return tokens;
}

std::vector<std::vector<bool>> Citations(const std::vector<DepositSeen>& deposits,
                                         const std::vector<PayoutSeen>& payouts) {
  std::vector<std::vector<bool>> cites;
  for (const DepositSeen& deposit : deposits) {
    std::vector<bool>& row = cites.emplace_back();
    for (const PayoutSeen& payout : payouts) {
      const bool same_way = (deposit.amount > 0) == (payout.amount > 0);
      row.push_back(same_way && deposit.amount != 0 &&
                    std::any_of(payout.ids.begin(), payout.ids.end(), [&](const std::string& id) {
                      return Cites(deposit, payout.account.provider, id) &&
                             !IsShared(deposit, id, payouts);
                    }));
    }
  }
  return cites;
}

namespace {

// Of counterparty and remittance.
bool AnyWord(const DepositSeen& deposit, const std::function<bool(const std::string&)>& is) {
  const auto& body = std::get<ledger::BankDeposit>(deposit.fact->event->body);
  for (const std::string_view text : {body.counterparty, body.remittance}) {
    const Words words = Tokens(text);
    if (std::any_of(words.begin(), words.end(), is)) return true;
  }
  return false;
}

}  // namespace

bool NamesProvider(const DepositSeen& deposit, std::string_view provider) {
  return AnyWord(deposit, [&](const std::string& word) { return IsNameOf(word, provider); });
}

bool NamesAnyProvider(const DepositSeen& deposit) { return AnyWord(deposit, IsNameOfAny); }

bool Says(const DepositSeen& deposit, std::string_view wanted) {
  const Words words = Tokens(wanted);
  const auto& body = std::get<ledger::BankDeposit>(deposit.fact->event->body);
  for (const std::string_view text : {body.counterparty, body.remittance}) {
    const Words all = Tokens(text);
    for (size_t place = 0; place < all.size(); ++place) {
      if (IsAt(all, place, words)) return true;
    }
  }
  return false;
}

bool CitesAny(const DepositSeen& deposit, const std::vector<PayoutNamed>& any) {
  if (!deposit.fact->event->refs.payout_id.empty()) return true;
  for (const PayoutNamed& payout : any) {
    for (const std::string& id : payout.ids) {
      if (Cites(deposit, payout.provider, id)) return true;
    }
  }
  return false;
}

bool NamesPayout(const DepositSeen& deposit, const std::vector<PayoutNamed>& any) {
  if (CitesAny(deposit, any)) return true;
  for (const Text& text : TextsOf(deposit)) {
    for (size_t i = 0; i < text.words.size(); ++i) {
      const std::string& word = text.words[i];
      if (i > 0 && text.words[i - 1] == "PO" && word.size() >= 6 &&
          std::any_of(word.begin(), word.end(), IsDigit)) {
        return true;
      }
      const bool beside = (i > 0 && IsNameOfAny(text.words[i - 1])) ||
                          (i + 1 < text.words.size() && IsNameOfAny(text.words[i + 1]));
      if (beside && word.size() >= 8 && AllDigits(word) && !IsDate(word)) return true;
    }
  }
  return false;
}

}  // namespace tieout::oracle
