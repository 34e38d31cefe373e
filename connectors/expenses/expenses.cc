#include "connectors/expenses/expenses.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "absl/strings/escaping.h"
#include "connectors/lex/encoding.h"
#include "connectors/lex/rows.h"
#include "engine/base/hash.h"
#include "engine/base/text.h"

namespace tieout::connectors {
namespace {

constexpr char kDelimiters[] = {',', ';', '\t'};

struct Heading {
  int date, amount, category, currency, supplier, description, paid_from, reference, receipt,
      sha256, id;
};

Heading HeadingOf(const Columns& c) {
  return {c.Find("date"),
          c.Find("amount"),
          c.Find("category"),
          c.Find("currency"),
          c.FindAny({"supplier", "payee"}),
          c.Find("description"),
          c.FindAny({"paid from", "paid_from"}),
          c.Find("reference"),
          c.Find("receipt"),
          c.FindAny({"receipt sha256", "receipt_sha256", "receipt sha-256"}),
          c.Find("id")};
}

// A bank's CSV has no category, or no way to say how it was paid or what proves it.
bool IsExpenses(const Columns& c) {
  const Heading h = HeadingOf(c);
  const bool proves = h.receipt >= 0 || h.sha256 >= 0 || h.paid_from >= 0;
  return h.date >= 0 && h.amount >= 0 && h.category >= 0 && proves;
}

// 0: none makes it expenses.
char DelimiterOf(std::string_view text) {
  for (const char delimiter : kDelimiters) {
    const std::optional<Columns> columns = ReadHeader(text, delimiter);
    if (columns && IsExpenses(*columns)) return delimiter;
  }
  return 0;
}

bool IsSha256(std::string_view hex) {
  const auto is_digit = [](unsigned char c) { return std::isxdigit(c) != 0; };
  return hex.size() == 64 && std::all_of(hex.begin(), hex.end(), is_digit);
}

class Parser {
 public:
  Parser(std::string_view connector, const Context& context, Sink& sink)
      : emitter_(connector, context, sink) {}

  absl::StatusOr<Summary> Parse(InputStream& in);

 private:
  absl::Status ReadRow(Cells& cells);
  absl::Status ReadReceipt(Cells& cells, ledger::Expense* expense);

  Emitter emitter_;
  Columns columns_;
  Heading heading_{};
};

absl::StatusOr<Summary> Parser::Parse(InputStream& in) {
  PeekInput peek(in);
  TIEOUT_ASSIGN_OR_RETURN(const std::string_view head, peek.Peek(kDetectBytes));
  const std::string& file = emitter_.context().file_name;
  const char delimiter = DelimiterOf(DecodeHead(head));
  if (delimiter == 0) {
    return base::InvalidArgument(fmt::format(
        "{}: its first row must have the headings date, amount and category, and paid from or "
        "receipt",
        file));
  }
  if (emitter_.context().merchant_account.empty()) {
    return base::FailedPrecondition(
        fmt::format("{}: say whose books these are, by a name of your own: --account NAME", file));
  }
  CsvReader reader(peek, {.delimiter = delimiter, .encoding = Encoding::kUtf8OrLatin});
  CsvRow header;
  TIEOUT_ASSIGN_OR_RETURN(const bool more, reader.Next(&header));
  if (!more) return base::InvalidArgument(file + " is empty");
  columns_ = Columns(header.fields);
  heading_ = HeadingOf(columns_);
  TIEOUT_RETURN_IF_ERROR(ForEachRow(
      reader, columns_, emitter_, [this](Cells& cells, const CsvRow&) { return ReadRow(cells); }));
  return emitter_.Finish();
}

absl::Status Parser::ReadReceipt(Cells& cells, ledger::Expense* expense) {
  expense->receipt = cells.Text(heading_.receipt);
  const std::string_view hex = cells.Text(heading_.sha256);
  if (!hex.empty()) {
    if (!IsSha256(hex)) {
      cells.Fail(heading_.sha256, "is no SHA-256: 64 hex digits, as sha256sum prints them");
      return absl::OkStatus();
    }
    expense->receipt_sha256 = emitter_.Keep(absl::HexStringToBytes({hex.data(), hex.size()}));
    return absl::OkStatus();
  }
  if (expense->receipt.empty()) return absl::OkStatus();
  const auto& beside = emitter_.context().beside;
  const absl::StatusOr<std::string> sha256 =
      beside ? beside(std::string(expense->receipt))
             : base::NotFound("files beside this one can't be read here");
  if (absl::IsUnavailable(sha256.status())) return sha256.status();
  if (!sha256.ok()) {
    cells.Fail(heading_.receipt,
               base::Message(sha256.status()) + "; or say its SHA-256 in a column receipt sha256");
  } else {
    expense->receipt_sha256 = emitter_.Keep(*sha256);
  }
  return absl::OkStatus();
}

absl::Status Parser::ReadRow(Cells& cells) {
  const Context& context = emitter_.context();
  const base::Day day = cells.Day(heading_.date);
  std::string currency = context.currency;
  if (!cells.Text(heading_.currency).empty()) currency = cells.Currency(heading_.currency);
  if (currency.empty() && !cells.failed()) {
    return base::FailedPrecondition(context.file_name +
                                    ": no column names the currency: say it with --currency EUR");
  }
  const ledger::Minor paid = cells.failed() ? 0 : cells.Amount(heading_.amount, currency, {});
  ledger::Expense expense{.category = cells.Text(heading_.category),
                          .supplier = cells.Text(heading_.supplier),
                          .description = cells.Text(heading_.description),
                          .paid_from = cells.Text(heading_.paid_from)};
  const auto own =
      context.same_as.find(fmt::format("{}/{}", ledger::kBankProvider, expense.paid_from));
  if (own != context.same_as.end()) expense.paid_from = own->second;
  if (expense.category.empty()) cells.Fail(heading_.category, "is empty: what was it spent on?");
  if (!cells.failed()) TIEOUT_RETURN_IF_ERROR(ReadReceipt(cells, &expense));
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  const ledger::AccountRef account{ledger::kExpensesProvider, context.merchant_account,
                                   emitter_.Keep(currency)};
  const std::string_view id = cells.Text(heading_.id);
  const std::string_view reference = cells.Text(heading_.reference);
  emitter_.NoteAsOf(day.start_us());
  ledger::Event event;
  if (!id.empty()) {
    event = emitter_.NewEvent(account, id, "spent", day.start_us());
  } else {
    std::string fixed = fmt::format("{}|{}", currency, paid);
    for (const std::string_view text : {expense.supplier, expense.paid_from, reference}) {
      fixed += fmt::format("|{}:{}", text.size(), text);
    }
    TIEOUT_ASSIGN_OR_RETURN(event, emitter_.NewRowEvent(account, day, base::HashBytes128(fixed),
                                                        "spent", day.start_us()));
  }
  event.amount = -paid;
  event.refs.bank_reference = reference;
  event.body = expense;
  return emitter_.Emit(event);
}

class ExpensesConnector : public Connector {
 public:
  std::string_view name() const override { return "expenses"; }
  std::string_view reads() const override {
    return "expenses: what was spent, a CSV with date, amount, category, paid from, receipt";
  }
  Confidence Detect(std::string_view head) const override {
    return DelimiterOf(DecodeHead(head)) != 0 ? Confidence::kCertain : Confidence::kNone;
  }
  absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                Sink& sink) const override {
    return Parser(name(), context, sink).Parse(in);
  }
};

}  // namespace

const Connector& Expenses() {
  static const ExpensesConnector connector;
  return connector;
}

}  // namespace tieout::connectors
