#include "connectors/camt/statement.h"

#include <fmt/format.h>

#include <charconv>

namespace tieout::connectors::camt {
namespace {

std::optional<uint64_t> Count(std::string_view text) {
  uint64_t count = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return count;
}

std::optional<std::string> Decimal(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return std::string(text);
}

std::string Text(ledger::WideMinor sum, const std::string& currency) {
  const auto narrow = ledger::Narrow(sum);
  return narrow.has_value() ? ledger::FormatMoney(*narrow, currency) : "a sum beyond 64 bits";
}

// `all` and `booked`: the two ways a bank may count.
std::string CountTrouble(std::string_view what, const std::optional<uint64_t>& stated, uint64_t all,
                         uint64_t booked) {
  if (!stated.has_value() || *stated == all || *stated == booked) return "";
  return fmt::format("{} {}, but holds {}", *stated, what, all);
}

std::string SumTrouble(std::string_view what, const std::optional<std::string>& stated,
                       ledger::WideMinor all, ledger::WideMinor booked,
                       const std::string& currency) {
  if (!stated.has_value()) return "";
  const auto exponent = ledger::CurrencyExponent(currency);
  const auto sum = ledger::ParseAmount(*stated, exponent.value_or(0));
  if (!sum.ok()) return fmt::format("{} of {}, which is no amount", what, *stated);
  if (*sum == all || *sum == booked) return "";
  return fmt::format("{} of {}, but they sum to {}", what, ledger::FormatMoney(*sum, currency),
                     Text(all, currency));
}

}  // namespace

StatedTotals ReadTotals(const XmlNode& summary) {
  StatedTotals totals;
  totals.entries = Count(summary.TextAt({"TtlNtries", "NbOfNtries"}));
  totals.credits = Count(summary.TextAt({"TtlCdtNtries", "NbOfNtries"}));
  totals.debits = Count(summary.TextAt({"TtlDbtNtries", "NbOfNtries"}));
  totals.credit_sum = Decimal(summary.TextAt({"TtlCdtNtries", "Sum"}));
  totals.debit_sum = Decimal(summary.TextAt({"TtlDbtNtries", "Sum"}));
  return totals;
}

void Statement::Count(ledger::Minor amount, bool is_booked, base::Day day) {
  const auto add = [&](Flow* credits, Flow* debits) {
    Flow* flow = amount < 0 ? debits : credits;
    ++flow->count;
    flow->sum += amount < 0 ? -ledger::WideMinor{amount} : ledger::WideMinor{amount};
  };
  add(&all_credits, &all_debits);
  if (!is_booked) return;
  add(&booked_credits, &booked_debits);
  booked += amount;
  if (!first.is_set() || day < first) first = day;
  if (!last.is_set() || day > last) last = day;
}

std::string BalanceTrouble(const Statement& s) {
  if (!s.opening.has_value() || !s.closing.has_value()) return "";
  const ledger::WideMinor moved = ledger::WideMinor{s.closing->amount} - s.opening->amount;
  if (moved == s.booked) return "";
  return fmt::format(
      "account {}: statement {} opens with {} and books {}, but closes with {}: off by {}",
      s.account, s.id, Text(s.opening->amount, s.currency), Text(s.booked, s.currency),
      Text(s.closing->amount, s.currency), Text(moved - s.booked, s.currency));
}

std::string TotalsTrouble(const Statement& s) {
  const uint64_t booked = s.booked_credits.count + s.booked_debits.count;
  for (const std::string& trouble :
       {CountTrouble("entries", s.stated.entries, s.entries, booked),
        CountTrouble("credits", s.stated.credits, s.all_credits.count, s.booked_credits.count),
        CountTrouble("debits", s.stated.debits, s.all_debits.count, s.booked_debits.count),
        SumTrouble("credits", s.stated.credit_sum, s.all_credits.sum, s.booked_credits.sum,
                   s.currency),
        SumTrouble("debits", s.stated.debit_sum, s.all_debits.sum, s.booked_debits.sum,
                   s.currency)}) {
    if (trouble.empty()) continue;
    return fmt::format("account {}: statement {} states {}", s.account, s.id, trouble);
  }
  return "";
}

}  // namespace tieout::connectors::camt
