// tieout seller: one seller's balances, open items and breaks; or all sellers in a line each.
#include "engine/audit/before_start.h"
#include "engine/cli/break_text.h"
#include "engine/cli/command.h"
#include "engine/cli/open.h"
#include "engine/cli/progress.h"
#include "engine/cli/show.h"
#include "engine/codec/codec.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

Table AccountTable(const ledger::SellerProjection& seller) {
  Table table({{"account", "Account", Align::kLeft, 34},
               {"currency", "Cur"},
               {"sales", "Sales", Align::kRight},
               {"fees", "Fees", Align::kRight},
               {"refunds", "Refunds", Align::kRight},
               {"chargebacks", "Chargeb.", Align::kRight},
               {"adjustments", "Adjust.", Align::kRight},
               {"pending", "Pending", Align::kRight},
               {"available", "Available", Align::kRight},
               {"reserved", "Reserved", Align::kRight},
               {"in_transit", "In transit", Align::kRight},
               {"paid", "Paid", Align::kRight}});
  for (const ledger::AccountProjection& a : seller.accounts) {
    if (!ledger::HoldsBalances(a.provider)) continue;
    const auto amount = [&](ledger::Minor minor) { return AmountCell(minor, a.currency); };
    table.Add({AccountName(a.provider, a.merchant_account), a.currency, amount(a.sales),
               amount(a.fees), amount(a.refunds), amount(a.chargebacks), amount(a.adjustments),
               amount(a.pending), amount(a.available), amount(a.reserved), amount(a.in_transit),
               amount(a.paid)});
  }
  return table;
}

Table BankTable(const ledger::SellerProjection& seller) {
  Table table({{"account", "Bank account"},
               {"currency", "Cur"},
               {"booked", "Booked", Align::kRight},
               {"unexplained", "Unexplained", Align::kRight},
               {"covered_until", "Seen to"}});
  for (const ledger::AccountProjection& a : seller.accounts) {
    if (a.provider != ledger::kBankProvider) continue;
    table.Add({a.merchant_account, a.currency, AmountCell(a.bank, a.currency),
               AmountCell(a.bank_unmatched, a.currency), base::FormatDay(a.covered_until)});
  }
  return table;
}

Table ExpenseTable(const ledger::SellerProjection& seller) {
  Table table({{"category", "Category", Align::kLeft, 34},
               {"count", "Count", Align::kRight},
               {"amount", "Amount", Align::kRight},
               {"account", "Account"}});
  for (const ledger::AccountProjection& a : seller.accounts) {
    for (const ledger::ExpenseTotal& total : a.expenses) {
      table.Add({total.category, std::to_string(total.count), MoneyCell(total.amount, a.currency),
                 AccountName(a.provider, a.merchant_account)});
    }
  }
  return table;
}

Table OpenTable(const ledger::SellerProjection& seller) {
  const base::Day today = DayOfTick(seller.tick);
  Table table({{"role", "Waiting"},
               {"entry", "Entry"},
               {"amount", "Amount", Align::kRight},
               {"residual", "Rest", Align::kRight},
               {"date", "Date"},
               {"due", "Due"},
               {"references", "References", Align::kLeft, 40}});
  for (const ledger::OpenItem& item : seller.open_items) {
    table.Add({std::string(ledger::RoleName(item.role)),
               Cell(EntryId(item.event_id), item.event_id), MoneyCell(item.amount, item.currency),
               MoneyCell(item.residual, item.currency),
               Cell(ShortDay(item.date, today), base::FormatDay(item.date)),
               Cell(ShortDay(item.due, today), base::FormatDay(item.due)), item.references});
  }
  return table;
}

void PrintPart(Context& context, std::string_view title, const Table& table) {
  if (table.empty()) return;
  context.out << '\n' << context.out_terminal.Paint(Style::kBold, title) << '\n';
  table.Print(Format::kTable, context.out_terminal, context.out, 2);
}

// What is dated before an account's first day, and where it is listed.
void PrintBeforeStart(Context& context, const ledger::SellerProjection& seller) {
  for (const ledger::AccountProjection& a : seller.accounts) {
    if (a.before_start == 0) continue;
    context.out << fmt::format(
        "\nBefore start: {} of {} dated before {}, without effect; {} lists them.\n",
        a.before_start, AccountName(a.provider, a.merchant_account), base::FormatDay(a.first_day),
        context.Next("seller " + seller.seller_id + " --before-start"));
  }
}

void PrintSeller(Context& context, const ledger::SellerProjection& seller) {
  context.out << context.out_terminal.Paint(Style::kBold, seller.seller_id) << ", as of "
              << base::FormatInstant(static_cast<int64_t>(seller.tick) * ledger::kTickMicros)
              << '\n';
  PrintPart(context, "Provider accounts, to date", AccountTable(seller));
  PrintPart(context, "Bank accounts", BankTable(seller));
  PrintPart(context, "Expenses, to date", ExpenseTable(seller));
  PrintPart(context, "Waiting for the other side", OpenTable(seller));
  PrintBeforeStart(context, seller);
  const std::vector<Break> breaks = BreaksOf({seller});
  PrintPart(context, "Doesn't add up", BreakTable(breaks));
  if (breaks.empty()) context.out << "\nNo open breaks.\n";
}

// One line an account of every seller.
void PrintAll(Context& context, const std::vector<ledger::SellerProjection>& sellers) {
  Table table({{"seller_id", "Seller", Align::kLeft, 28},
               {"account", "Account", Align::kLeft, 34},
               {"currency", "Cur"},
               {"owed", "Owed", Align::kRight},
               {"in_transit", "In transit", Align::kRight},
               {"paid", "Paid", Align::kRight},
               {"breaks", "Breaks", Align::kRight}});
  for (const ledger::SellerProjection& seller : sellers) {
    bool first = true;
    for (const ledger::AccountProjection& a : seller.accounts) {
      if (!ledger::HoldsBalances(a.provider)) continue;
      table.Add({first || context.format != Format::kTable ? seller.seller_id : "",
                 AccountName(a.provider, a.merchant_account), a.currency,
                 AmountCell(a.owed(), a.currency), AmountCell(a.in_transit, a.currency),
                 AmountCell(a.paid, a.currency), std::to_string(seller.breaks.size())});
      first = false;
    }
  }
  context.Print(table);
}

// What the state only counts, from the log.
absl::StatusOr<ExitCode> RunBeforeStart(Context& context, const std::string& id) {
  TIEOUT_ASSIGN_OR_RETURN(auto log, OpenLog(context));
  Progress progress("reading", "events", context.err_terminal, context.err);
  Table table({{"seller_id", "Seller", Align::kLeft, 28},
               {"account", "Account", Align::kLeft, 34},
               {"first_day", "First day"},
               {"date", "Date"},
               {"kind", "Kind"},
               {"amount", "Amount", Align::kRight},
               {"currency", "Cur"},
               {"entry", "Entry"},
               {"file", "File", Align::kLeft, 40},
               {"line", "Line", Align::kRight},
               {"position", "At"}});
  const auto add = [&](const audit::BeforeStart& before) {
    const ledger::Event& event = before.event;
    const std::string currency(event.account.currency);
    table.Add({std::string(before.seller_id),
               AccountName(event.account.provider, event.account.merchant_account),
               base::FormatDay(before.first_day),
               base::FormatDay(base::DayOf(event.occurred_at_us)),
               std::string(ledger::KindName(event.kind())), AmountCell(event.amount, currency),
               currency, Cell(EntryId(event.event_id), std::string(event.event_id)),
               std::string(event.source.name), std::to_string(event.source.line),
               fmt::format("{}:{}", before.position.partition, before.position.ordinal)});
    return absl::OkStatus();
  };
  TIEOUT_RETURN_IF_ERROR(audit::ForEachBeforeStart(
      *log, id, add, [&](uint64_t done, uint64_t total) { progress.Update(done, total); }));
  if (table.empty() && context.format == Format::kTable) {
    context.out << "Nothing is dated before its account's first day.\n";
    return ExitCode::kOk;
  }
  context.Print(table);
  if (context.format == Format::kTable) {
    context.out << "Before start: shown, without effect; the opening balances hold it.\n";
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> RunSeller(Context& context, const std::string& id) {
  TIEOUT_ASSIGN_OR_RETURN(auto view, OpenView(context));
  if (id.empty()) {
    TIEOUT_ASSIGN_OR_RETURN(const auto sellers, ProjectAll(*view));
    if (context.format == Format::kJsonLines) {
      for (const auto& seller : sellers) context.out << codec::SellerToJson(seller) << '\n';
    } else {
      PrintAll(context, sellers);
    }
    return ExitCode::kOk;
  }
  TIEOUT_ASSIGN_OR_RETURN(const ledger::SellerProjection seller, ProjectOne(context, *view, id));
  switch (context.format) {
    case Format::kTable:
      PrintSeller(context, seller);
      break;
    case Format::kJsonLines:
      context.out << codec::SellerToJson(seller) << '\n';
      break;
    case Format::kCsv:
      context.Print(AccountTable(seller));
      break;
  }
  return ExitCode::kOk;
}

}  // namespace

void AddSeller(Command app, Invocation& invocation) {
  const Command command =
      app.AddCommand("seller", "a seller's balances, what waits, what doesn't add up");
  auto id = std::make_shared<std::string>();
  auto before_start = std::make_shared<bool>(false);
  command.AddOption("ID", *id, "the seller; without one: all, a line an account");
  command.AddFlag("--before-start", *before_start,
                  "list what is dated before an account's first day, from the log");
  AddFormat(command, invocation);
  command.Footer(
      "Examples:\n  tieout seller\n  tieout seller north-loom --format jsonl\n"
      "  tieout seller north-loom --before-start");
  command.OnUse([id, before_start, &invocation] {
    invocation.run = [id, before_start](Context& context) {
      return *before_start ? RunBeforeStart(context, *id) : RunSeller(context, *id);
    };
  });
}

}  // namespace tieout::cli
