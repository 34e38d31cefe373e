#include "engine/cli/break_text.h"

#include <algorithm>
#include <sstream>
#include <tuple>

#include "fmt/format.h"

namespace tieout::cli {
namespace {

constexpr size_t kWidth = 96;

base::Day DueDay(const ledger::Record& record) {
  return record.due_on.is_set() ? record.due_on : record.opened_on;
}

ledger::WideMinor Gross(const ledger::Record& record) {
  const ledger::WideMinor stake = AtStake(record);
  return stake < 0 ? -stake : stake;
}

std::string AgeText(const Break& b) {
  const uint32_t age = b.record.age_banking_days;
  return age == 0 ? "today" : fmt::format("{} banking day{}", age, age == 1 ? "" : "s");
}

void PrintMembers(const Break& b, const Terminal& terminal, std::ostream& out) {
  Table table({{"role", "Role"},
               {"entry", "Entry"},
               {"amount", "Amount", Align::kRight},
               {"allocated", "Allocated", Align::kRight},
               {"residual", "Rest", Align::kRight},
               {"position", "At"}});
  for (const ledger::Member& m : b.record.members) {
    table.Add({std::string(ledger::RoleName(m.role)), EntryId(m.event_id),
               AmountCell(m.amount, b.record.currency), AmountCell(m.allocated, b.record.currency),
               AmountCell(m.residual, b.record.currency),
               fmt::format("{}:{}", m.position.partition, m.position.ordinal)});
  }
  table.Print(Format::kTable, terminal, out, 2);
}

void PrintSearch(const Break& b, std::ostream& out) {
  const ledger::Search& search = b.record.search;
  if (!search.window_from.is_set() && search.nearest.empty()) return;
  out << fmt::format("  Searched: rule {} v{}", b.record.rule_id.empty() ? "-" : b.record.rule_id,
                     b.record.rule_version);
  if (search.window_from.is_set()) {
    out << fmt::format(", value dates {} to {}", ShortDay(search.window_from, b.today),
                       ShortDay(search.window_to, b.today));
  }
  out << fmt::format(", {} candidates, {} steps.\n", search.candidates, search.steps);
  for (const ledger::Candidate& candidate : search.nearest) {
    out << fmt::format("    nearest: {}, off by {} and {} day{}: {}\n", EntryId(candidate.event_id),
                       ledger::FormatMoney(candidate.amount_off, b.record.currency),
                       candidate.days_off, candidate.days_off == 1 ? "" : "s", candidate.why_not);
  }
}

void PrintParagraph(std::string_view head, std::string_view text, const Terminal& terminal,
                    std::ostream& out) {
  if (text.empty()) return;
  out << "  " << terminal.Paint(Style::kBold, head) << '\n' << Wrap(text, kWidth, "    ") << '\n';
}

}  // namespace

std::vector<Break> BreaksOf(const std::vector<ledger::SellerProjection>& sellers) {
  std::vector<Break> breaks;
  for (const ledger::SellerProjection& seller : sellers) {
    for (const ledger::Record& record : seller.breaks) {
      breaks.push_back({record, DayOfTick(seller.tick)});
    }
  }
  std::sort(breaks.begin(), breaks.end(), [](const Break& a, const Break& b) {
    const auto key = [](const Break& x) {
      return std::make_tuple(DueDay(x.record), -Gross(x.record), x.record.break_id);
    };
    return key(a) < key(b);
  });
  return breaks;
}

std::string ReferencesOf(const ledger::Record& record) {
  if (record.members.empty()) return AccountName(record.provider, record.merchant_account);
  std::string text;
  for (const ledger::Member& member : record.members) {
    const std::string id = EntryId(member.event_id);
    if (text.find(id) != std::string::npos) continue;  // a sale and its fee share their entry
    text += (text.empty() ? "" : " ") + id;
  }
  return text;
}

Table BreakTable(const std::vector<Break>& breaks) {
  Table table({{"break_id", "Break"},
               {"seller_id", "Seller", Align::kLeft, 20},
               {"reason", "Reason"},
               {"difference", "Amount", Align::kRight},
               {"currency", ""},
               {"due_on", "Due"},
               {"age_banking_days", "Age", Align::kRight},
               {"references", "Of", Align::kLeft, 32}});
  for (const Break& b : breaks) {
    const ledger::Record& record = b.record;
    const uint32_t age = record.age_banking_days;
    table.Add({Cell(ShortId(record.break_id), record.break_id), record.seller_id,
               Cell(record.reason, StyleOf(record.status)),
               MoneyCell(AtStake(record), record.currency), record.currency,
               Cell(ShortDay(DueDay(record), b.today), base::FormatDay(DueDay(record))),
               Cell(fmt::format("{}d", age), std::to_string(age)), ReferencesOf(record)});
  }
  return table;
}

std::string BreakInFull(const Break& b, const Context& context) {
  const Terminal& terminal = context.out_terminal;
  const ledger::Record& record = b.record;
  std::ostringstream out;
  out << terminal.Paint(Style::kBad, record.reason) << "  "
      << ledger::FormatMoney(AtStake(record), record.currency) << "  " << record.seller_id << ", "
      << AccountName(record.provider, record.merchant_account) << '\n';
  out << fmt::format("  break {}, {}, opened {}{}, age {}\n", ShortId(record.break_id),
                     ledger::StatusName(record.status), ShortDay(record.opened_on, b.today),
                     record.due_on.is_set() ? ", due " + ShortDay(record.due_on, b.today) : "",
                     AgeText(b));
  const bool about_money = !record.members.empty();  // a late source is about an account
  if (about_money) {
    out << fmt::format("  expected {}, found {}, difference {}\n\n",
                       ledger::FormatMoney(record.expected, record.currency),
                       ledger::FormatMoney(record.actual, record.currency),
                       ledger::FormatMoney(record.difference, record.currency));
    PrintMembers(b, terminal, out);
  }
  out << '\n';
  PrintSearch(b, out);
  PrintParagraph("What to do", record.next_action, terminal, out);
  PrintParagraph("Heals itself when", record.heals_when, terminal, out);
  PrintParagraph("Blocks meanwhile", record.blocks, terminal, out);
  if (about_money) {
    out << fmt::format("  {} shows the lines of the source files.\n",
                       context.Next("explain " + ShortId(record.record_id)));
  }
  return out.str();
}

}  // namespace tieout::cli
