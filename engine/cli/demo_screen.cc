#include "engine/cli/demo_screen.h"

#include <array>
#include <set>

#include "engine/cli/break_text.h"
#include "engine/cli/progress.h"
#include "engine/cli/show.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

constexpr size_t kScreenWidth = 80;  // the narrowest terminal people have
constexpr size_t kBreaksShown = 4;
constexpr size_t kTiedOutShown = 8;

void Title(Context& context, std::string_view text) {
  context.out << '\n' << context.out_terminal.Paint(Style::kBold, text) << '\n';
}

void Print(Context& context, const Table& table) {
  table.Print(Format::kTable, context.out_terminal, context.out, 2);
}

// Calls `visit` for each provider account, which is where money is earned.
template <typename Visit>
void ForEachProviderAccount(const DemoResult& result, const Visit& visit) {
  for (const ledger::SellerProjection& seller : result.sellers) {
    for (const ledger::AccountProjection& account : seller.accounts) {
      if (account.provider != ledger::kBankProvider) visit(seller, account);
    }
  }
}

void PrintHead(Context& context, const DemoResult& result) {
  uint64_t rows = 0;
  for (const runtime::FileReport& file : result.ingested.files) rows += file.rows;
  context.out << context.out_terminal.Paint(Style::kBold, "March 2026 of a small craft marketplace")
              << fmt::format(": {} sellers, {} files, {} rows\n", result.sellers.size(),
                             result.ingested.files.size(), Grouped(rows));
}

void PrintCameIn(Context& context, const DemoResult& result) {
  Table table({{"seller", "What came in"},
               {"currency", ""},
               {"count", "Sales", Align::kRight},
               {"sales", "Gross", Align::kRight},
               {"fees", "Fees", Align::kRight},
               {"refunds", "Refunds", Align::kRight},
               {"chargebacks", "Chargebacks", Align::kRight},
               {"net", "Net", Align::kRight}});
  ForEachProviderAccount(result, [&](const auto& seller, const ledger::AccountProjection& a) {
    const auto amount = [&](ledger::Minor minor) { return AmountCell(minor, a.currency); };
    const ledger::Minor net = a.sales + a.fees + a.refunds + a.chargebacks + a.adjustments;
    table.Add({seller.seller_id, a.currency, std::to_string(a.sale_count), amount(a.sales),
               amount(a.fees), amount(a.refunds), amount(a.chargebacks),
               MoneyCell(net, a.currency)});
  });
  context.out << '\n';
  Print(context, table);
}

void PrintWentOutAndOwed(Context& context, const DemoResult& result) {
  Table out({{"seller", "Where it is now"},
             {"paid", "At bank", Align::kRight},
             {"transit", "On its way", Align::kRight},
             {"pending", "Pending", Align::kRight},
             {"available", "Ready", Align::kRight},
             {"reserved", "Reserved", Align::kRight},
             {"owed", "Owed", Align::kRight}});
  ForEachProviderAccount(result, [&](const auto& seller, const ledger::AccountProjection& a) {
    const auto amount = [&](ledger::Minor minor) { return AmountCell(minor, a.currency); };
    out.Add({seller.seller_id, amount(a.paid), amount(a.in_transit), amount(a.pending),
             amount(a.available), amount(a.reserved), MoneyCell(a.owed(), a.currency)});
  });
  context.out << '\n';
  Print(context, out);
  context.out << "  Net = at bank + on its way + owed; owed = pending + ready + reserved.\n";
}

int CountRole(const ledger::Record& record, ledger::Role role) {
  return static_cast<int>(
      std::count_if(record.members.begin(), record.members.end(),
                    [&](const ledger::Member& member) { return member.role == role; }));
}

// What a person would have had to notice: worth a line though it adds up.
std::string Notable(const ledger::Record& record) {
  const int payouts = CountRole(record, ledger::Role::kPayout);
  const int deposits = CountRole(record, ledger::Role::kBankDeposit);
  if (record.level == ledger::Level::kBank && deposits > 1) {
    return fmt::format("{} payout in {} deposits", payouts, deposits);
  }
  if (record.level == ledger::Level::kBank && payouts > 1) {
    return fmt::format("{} payouts in one deposit", payouts);
  }
  if (record.level == ledger::Level::kBank && record.rule_id == "amount_date") {
    return "no reference: amount, day, payer";
  }
  if (record.level != ledger::Level::kOrder) return "";
  if (CountRole(record, ledger::Role::kRefund) > 0) return "refund of a sale";
  for (const ledger::Member& member : record.members) {
    if (member.role == ledger::Role::kChargeback) {
      return member.amount > 0 ? "chargeback won back" : "chargeback";
    }
  }
  return "";
}

void PrintTiedOut(Context& context, const DemoResult& result) {
  std::set<std::string> superseded;
  for (const ledger::Record& record : result.records) superseded.insert(record.supersedes);
  uint64_t matched = 0;
  struct Sum {
    int count = 0;
    ledger::Minor amount = 0;
  };
  std::map<std::array<std::string, 3>, Sum> notable;  // by what, seller, currency
  for (const ledger::Record& record : result.records) {
    if (record.status != ledger::Status::kMatched || superseded.contains(record.record_id))
      continue;
    ++matched;
    const std::string what = Notable(record);
    if (what.empty()) continue;
    Sum& sum = notable[{what, record.seller_id, record.currency}];
    ++sum.count;
    sum.amount += record.actual;
  }
  Table table({{"what", "what"}, {"amount", "amount", Align::kRight}, {"seller", "seller"}});
  for (const auto& [key, sum] : notable) {
    if (table.size() == kTiedOutShown) break;
    const auto& [what, seller, currency] = key;
    const std::string times = sum.count > 1 ? fmt::format(" ({}x)", sum.count) : "";
    table.Add({what + times, MoneyCell(sum.amount, currency), seller});
  }
  uint64_t skipped = 0;
  for (const runtime::FileReport& file : result.ingested.files) skipped += file.skipped ? 1 : 0;
  Title(context, fmt::format("Tied out: {} matched", matched));
  table.Print(Format::kTable, context.out_terminal, context.out, 2, false);
  context.out << fmt::format(
      "  {} file in the log already, skipped; {} rows there already, counted once\n", skipped,
      Grouped(result.run.duplicates));
}

std::string LateText(const Break& b) {
  const uint32_t age = b.record.age_banking_days;
  return age == 0 ? "" : fmt::format(" ({} banking day{})", age, age == 1 ? "" : "s");
}

void PrintBreaks(Context& context, const DemoResult& result) {
  const std::vector<Break> breaks = BreaksOf(result.sellers);
  Title(context, fmt::format("What doesn't add up: {}", breaks.size()));
  size_t shown = 0;
  for (const Break& b : breaks) {
    if (shown++ == kBreaksShown) {
      context.out << fmt::format("  and {} more\n", breaks.size() - kBreaksShown);
      break;
    }
    const ledger::Record& record = b.record;
    const base::Day due = record.due_on.is_set() ? record.due_on : record.opened_on;
    context.out << "  " << context.out_terminal.Paint(Style::kBad, record.reason)
                << fmt::format("  {}  {}  due {}{}\n",
                               ledger::FormatMoney(AtStake(record), record.currency),
                               record.seller_id, ShortDay(due, b.today), LateText(b))
                << "    " << Shorten(ReferencesOf(record), kScreenWidth - 4) << '\n'
                << Wrap(record.next_action, kScreenWidth, "    ") << '\n';
  }
}

void PrintNext(Context& context, const DemoResult& result) {
  const std::vector<Break> breaks = BreaksOf(result.sellers);
  std::string payout;
  for (const ledger::Record& record : result.records) {
    for (const ledger::Member& member : record.members) {
      const bool matched = record.status == ledger::Status::kMatched;
      if (matched && payout.empty() && member.role == ledger::Role::kPayout) {
        payout = EntryId(member.event_id);
      }
    }
  }
  Title(context, "Try next");
  const GlobalFlags flags{.data = result.folder};
  const auto next = [&](const std::string& says, const std::string& command) {
    context.out << "  " << context.out_terminal.Paint(Style::kDim, "# " + says) << "\n  "
                << CommandLine(command, flags) << '\n';
  };
  next("what to do about the first of them",
       "breaks" + (breaks.empty() ? "" : " " + ShortId(breaks[0].record.break_id)));
  next("a payout, down to file and line", "explain " + payout);
  next("fold all of it again from nothing, and compare", "verify");
}

}  // namespace

void PrintDemoScreen(Context& context, const DemoResult& result) {
  PrintHead(context, result);
  PrintCameIn(context, result);
  PrintWentOutAndOwed(context, result);
  PrintTiedOut(context, result);
  PrintBreaks(context, result);
  PrintNext(context, result);
}

}  // namespace tieout::cli
