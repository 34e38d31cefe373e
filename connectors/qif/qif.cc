#include "connectors/qif/qif.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "connectors/emit.h"
#include "connectors/lex/clock.h"
#include "connectors/lex/columns.h"
#include "connectors/lex/encoding.h"
#include "connectors/lex/lines.h"
#include "connectors/lex/number.h"
#include "engine/base/text.h"

namespace tieout::connectors {
namespace qif {
namespace {

enum class Section : uint8_t { kNone, kTransactions, kAccount, kList, kInvestment };

std::string Lower(std::string_view text) {
  std::string lower(text);
  absl::AsciiStrToLower(&lower);
  return lower;
}

// "!Type:Bank" -> transactions. Translated words are accounts: lists have their English names.
Section SectionOf(std::string_view header) {
  const std::string lower = Lower(base::Trim(header));
  if (lower.starts_with("!account")) return Section::kAccount;
  if (!lower.starts_with("!type:") && !lower.starts_with("!typ:")) return Section::kNone;
  const std::string type(base::Trim(std::string_view(lower).substr(lower.find(':') + 1)));
  if (type == "invst") return Section::kInvestment;
  for (const std::string_view list : {"cat", "class", "memorized", "security", "prices", "budget",
                                      "invitem", "template", "tag", "tax"}) {
    if (type == list) return Section::kList;
  }
  return Section::kTransactions;
}

// "6/ 1'04" -> "6/1/2004"; years of two digits behind the last separator get their century.
std::string PlainDate(std::string_view text) {
  std::string date;
  bool apostrophe = false;
  for (const char c : text) {
    if (c == ' ') continue;
    apostrophe = apostrophe || c == '\'';
    date.push_back(c == '\'' ? '/' : c);
  }
  const size_t last = date.find_last_of("/.-");
  if (last == std::string::npos || date.size() - last != 3) return date;
  const std::string_view year = std::string_view(date).substr(last + 1);
  if (!std::isdigit(static_cast<unsigned char>(year[0]))) return date;
  // "12-03-05": only where the year can't be the first of the three.
  const bool may_be_year_first = date.find_first_of("/.-") == 4;
  if (may_be_year_first) return date;
  date.insert(last + 1, !apostrophe && year[0] >= '8' ? "19" : "20");
  return date;
}

struct Record {
  uint64_t line = 0;
  std::string raw, date, amount, number, payee, memo;
  std::vector<std::string> splits;
  bool empty = true;

  void Add(std::string_view line_text, uint64_t line_number);
};

void Record::Add(std::string_view text, uint64_t line_number) {
  if (empty) line = line_number;
  empty = false;
  if (raw.size() < kRawKept) raw += (raw.empty() ? "" : "\n") + std::string(text);
  const std::string_view value = base::Trim(text.substr(1));
  switch (text.front()) {
    case 'D':
      date = value;
      break;
    case 'T':
      amount = value;
      break;
    case 'U':
      if (amount.empty()) amount = value;
      break;
    case 'N':
      number = value;
      break;
    case 'P':
      payee = value;
      break;
    case 'M':
      memo += (memo.empty() ? "" : " ") + std::string(value);
      break;
    case '$':
      splits.emplace_back(value);
      break;
    default:
      break;
  }
}

class Parser {
 public:
  Parser(std::string_view connector, const Context& context, Sink& sink, std::string order)
      : emitter_(connector, context, sink), order_(std::move(order)) {}

  absl::StatusOr<Summary> Parse(InputStream& in);

 private:
  absl::Status TakeLine(const TextLine& line);
  absl::Status End();
  absl::Status EmitRecord();
  absl::Status CheckAccount(uint64_t line);
  absl::StatusOr<std::optional<base::Day>> ReadDate(RowError* error) const;
  bool ReadNumber(std::string_view field, const std::string& text, ledger::Minor* amount,
                  RowError* error) const;
  void CheckSplits(ledger::Minor amount);
  std::string At(uint64_t line) const {
    return fmt::format("{}:{}", emitter_.context().file_name, line);
  }

  Emitter emitter_;
  const std::string order_;  // empty: nobody said
  Section section_ = Section::kNone;
  Record record_;
  std::string account_, named_, currency_;
  uint64_t headers_ = 0;
};

absl::Status Parser::CheckAccount(uint64_t line) {
  account_ = emitter_.context().merchant_account;
  if (account_.empty()) account_ = named_;
  if (account_.empty()) {
    return base::FailedPrecondition(
        fmt::format("{}: the file names no account: say which with --account", At(line)));
  }
  const std::string& said = emitter_.context().currency;
  RowError error;
  if (said.empty()) {
    return base::FailedPrecondition(
        fmt::format("{}: QIF tells no currency: say it with --currency EUR", At(line)));
  }
  if (!ReadCurrency("currency", said, &currency_, &error)) {
    return base::FailedPrecondition(fmt::format("currency {} {}", said, error.reason));
  }
  return absl::OkStatus();
}

// Unset: `error` says why. A status: it could be two dates, which refuses the file.
absl::StatusOr<std::optional<base::Day>> Parser::ReadDate(RowError* error) const {
  const std::string date = PlainDate(record_.date);
  if (const auto iso = ParseIsoTime(date); iso.ok()) return iso->day;
  DateGuess guess;
  if (order_.empty()) {
    guess = GuessDate(date);
  } else {
    guess.day = ParseOrderedDate(date, order_);
  }
  if (guess.other.has_value()) {
    return base::InvalidArgument(
        fmt::format("{}: date {} may be {} or {}: say which with --connector qif --profile dmy "
                    "(day first) or --profile mdy (month first)",
                    At(record_.line), base::Quoted(record_.date), base::FormatDay(*guess.day),
                    base::FormatDay(*guess.other)));
  }
  if (!guess.day.has_value()) {
    *error = {"D", record_.date,
              record_.date.empty() ? "is missing: the row has no date"
              : order_.empty()     ? "is no date"
                                   : fmt::format("is no date in the order {}", order_)};
  }
  return guess.day;
}

bool Parser::ReadNumber(std::string_view field, const std::string& text, ledger::Minor* amount,
                        RowError* error) const {
  const std::string bare = BareNumber(text, currency_);
  const auto format = GuessNumberFormat(bare, *ledger::CurrencyExponent(currency_));
  if (!format.has_value()) {
    *error = {std::string(field), text, "may be two numbers: write it with all its decimals"};
    return false;
  }
  return ReadAmount(field, bare, currency_, *format, amount, error);
}

void Parser::CheckSplits(ledger::Minor amount) {
  if (record_.splits.empty()) return;
  ledger::WideMinor sum = 0;
  for (const std::string& split : record_.splits) {
    ledger::Minor part = 0;
    RowError error;
    if (!ReadNumber("$", split, &part, &error)) return;
    sum += part;
  }
  if (sum == amount) return;
  const auto narrow = ledger::Narrow(sum);
  emitter_.AddNote(
      record_.line, "ENTRY_COMPOSITION",
      fmt::format(
          "account {}: the transaction over {} has splits that sum to {}: the transaction "
          "counts",
          account_, ledger::FormatMoney(amount, currency_),
          narrow.has_value() ? ledger::FormatMoney(*narrow, currency_) : "a sum beyond 64 bits"));
}

absl::Status Parser::EmitRecord() {
  RowError error;
  TIEOUT_RETURN_IF_ERROR(CheckAccount(record_.line));
  TIEOUT_ASSIGN_OR_RETURN(const std::optional<base::Day> day, ReadDate(&error));
  if (!day.has_value()) return emitter_.Quarantine(error);
  ledger::Minor amount = 0;
  if (!ReadNumber("T", record_.amount, &amount, &error)) return emitter_.Quarantine(error);
  const ledger::AccountRef account{ledger::kBankProvider, account_, currency_};
  if (Lower(record_.payee) == "opening balance") {
    emitter_.account(account).opening = amount;
    return emitter_.NoOp("an opening balance is no movement");
  }
  CheckSplits(amount);
  std::string fixed = fmt::format("{}|{}", currency_, amount);
  for (const std::string* text : {&record_.number, &record_.payee, &record_.memo}) {
    fixed += fmt::format("|{}:{}", text->size(), *text);
  }
  TIEOUT_ASSIGN_OR_RETURN(
      ledger::Event event,
      emitter_.NewRowEvent(account, *day, base::HashBytes128(fixed), "entry", day->start_us()));
  std::string remittance;
  for (const std::string* text : {&record_.payee, &record_.memo, &record_.number}) {
    if (!text->empty()) remittance += (remittance.empty() ? "" : "\n") + *text;
  }
  event.amount = amount;
  ledger::BankDeposit deposit;
  deposit.booking_date = *day;
  deposit.value_date = *day;
  deposit.counterparty = record_.payee;
  deposit.remittance = remittance;
  event.body = deposit;
  TIEOUT_RETURN_IF_ERROR(emitter_.Emit(event));
  Emitter::Cover(&emitter_.account(account), day->start_us(), day->plus(1).start_us());
  return absl::OkStatus();
}

absl::Status Parser::End() {
  if (record_.empty) return absl::OkStatus();
  if (section_ == Section::kAccount) {
    named_ = record_.number;  // N is the account's name here
    record_ = Record();
    return absl::OkStatus();
  }
  emitter_.BeginRow(record_.line, record_.raw);
  absl::Status status;
  if (section_ == Section::kList) {
    status = emitter_.NoOp("a list's entry moves no money");
  } else if (section_ == Section::kInvestment) {
    status = emitter_.Quarantine(
        {"!Type", "Invst", "investment accounts aren't read: export the bank account's register"});
  } else if (section_ == Section::kNone) {
    status = emitter_.Quarantine({"!Type", "", "no !Type line before it says what this is"});
  } else {
    status = EmitRecord();
  }
  record_ = Record();
  return status;
}

absl::Status Parser::TakeLine(const TextLine& line) {
  const std::string_view text = base::Trim(line.text);
  if (text.empty()) return absl::OkStatus();
  if (text.front() == '^') return End();
  if (text.front() != '!') {
    record_.Add(text, line.number);
    return absl::OkStatus();
  }
  if (Lower(text).starts_with("!option") || Lower(text).starts_with("!clear")) {
    return absl::OkStatus();
  }
  TIEOUT_RETURN_IF_ERROR(End());
  ++headers_;
  section_ = SectionOf(text);
  return absl::OkStatus();
}

absl::StatusOr<Summary> Parser::Parse(InputStream& in) {
  TextLines lines(in);
  TextLine line;
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, lines.Next(&line));
    if (!more) break;
    TIEOUT_RETURN_IF_ERROR(TakeLine(line));
  }
  if (!record_.empty && section_ != Section::kAccount) {
    return base::DataLoss(
        fmt::format("{}: the last transaction has no end (^): the file is cut off, fetch it again",
                    At(record_.line)));
  }
  if (headers_ == 0) {
    return base::InvalidArgument(
        fmt::format("{}: holds no !Type line", emitter_.context().file_name));
  }
  return emitter_.Finish();
}

// "dmy" and its sisters, also by the names that bank_csv's profiles have.
absl::StatusOr<std::string> OrderOf(std::string_view profile) {
  if (profile.starts_with("generic-")) profile.remove_prefix(8);
  for (const std::string_view order : {"", "dmy", "mdy", "ymd"}) {
    if (profile == order) return std::string(order);
  }
  return base::InvalidArgument(fmt::format(
      "profile {}: for QIF it says the order of dates: dmy, mdy or ymd", base::Quoted(profile)));
}

}  // namespace
}  // namespace qif

namespace {

class QifConnector : public Connector {
 public:
  std::string_view name() const override { return "qif"; }
  std::string_view reads() const override {
    return "qif: QIF registers of bank, cash and card accounts (--profile dmy or mdy for dates)";
  }

  Confidence Detect(std::string_view head) const override {
    const std::string text = qif::Lower(DecodeHead(head).substr(0, 4096));
    const size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return Confidence::kNone;
    for (const std::string_view begin : {"!type:", "!typ:", "!account", "!option:", "!clear:"}) {
      if (std::string_view(text).substr(first).starts_with(begin)) return Confidence::kCertain;
    }
    return Confidence::kNone;
  }

  absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                Sink& sink) const override {
    TIEOUT_ASSIGN_OR_RETURN(std::string order, qif::OrderOf(context.profile));
    return qif::Parser(name(), context, sink, std::move(order)).Parse(in);
  }
};

}  // namespace

const Connector& Qif() {
  static const QifConnector connector;
  return connector;
}

}  // namespace tieout::connectors
