#include "connectors/mt940/mt940.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "connectors/emit.h"
#include "connectors/lex/clock.h"
#include "connectors/lex/encoding.h"
#include "connectors/mt940/details.h"
#include "connectors/mt940/field.h"
#include "connectors/mt940/line.h"
#include "engine/ledger/validate.h"

namespace tieout::connectors {
namespace mt940 {
namespace {

// How many references of one statement are remembered to tell repeated ones apart: 24 MB.
constexpr size_t kRememberedReferences = 1'000'000;

struct Statement {
  uint64_t line = 0;
  std::string account, currency, number, page;
  bool is_booked = false;  // has balances: MT940
  std::optional<Balance> opening;
  bool closed = false;
  bool has_fields = false;  // more than :20: and :21:
  bool has_head = false;    // :61: isn't the first of them
  uint64_t lines = 0;
  uint64_t credits = 0, debits = 0;
  ledger::WideMinor sum = 0, credit_sum = 0, debit_sum = 0;
  base::Day first, last;
  absl::flat_hash_map<uint64_t, uint32_t> references;
};

// "DE02 1203 EUR" -> the account, and the currency that some banks put behind it.
void SplitAccount(std::string_view text, std::string* account, std::string* currency) {
  account->clear();
  for (const char c : text) {
    if (c != ' ' && c != '"') {
      account->push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
    }
  }
  if (account->size() <= 3) return;
  const std::string tail = account->substr(account->size() - 3);
  const char before = (*account)[account->size() - 4];
  const bool behind_digit = before >= '0' && before <= '9';
  if (behind_digit && ledger::CurrencyExponent(tail).has_value()) {
    *currency = tail;
    account->resize(account->size() - 3);
  }
}

class Parser {
 public:
  Parser(std::string_view connector, const Context& context, Sink& sink)
      : emitter_(connector, context, sink) {}

  absl::StatusOr<Summary> Parse(InputStream& in);

 private:
  absl::Status Take(const Field& field);
  absl::Status Begin(uint64_t line);
  absl::Status FinishStatement();
  absl::Status FlushLine();
  absl::Status Emit(const Line& line, const Details& details);
  absl::StatusOr<ledger::Event> NewEvent(const Line& line, const Details& details);
  absl::Status ReadOpening(const Field& field);
  absl::Status ReadClosing(const Field& field);
  void CheckSum(const Field& field);
  void ReadNumber(std::string_view text);
  absl::Status CheckAccount(uint64_t line);
  std::string At(uint64_t line) const {
    return fmt::format("{}:{}", emitter_.context().file_name, line);
  }
  std::string Money(ledger::WideMinor sum) const {
    const auto narrow = ledger::Narrow(sum);
    return narrow.has_value() ? ledger::FormatMoney(*narrow, s_.currency) : "a sum beyond 64 bits";
  }
  ledger::AccountRef AccountOf() const { return {ledger::kBankProvider, s_.account, s_.currency}; }

  Emitter emitter_;
  Statement s_;
  uint64_t statements_ = 0;
  std::optional<Field> line_;         // :61:, waiting for its :86:
  std::vector<std::string> details_;  // of it
};

absl::Status Parser::Begin(uint64_t line) {
  TIEOUT_RETURN_IF_ERROR(FinishStatement());
  s_ = Statement();
  s_.line = line;
  s_.has_head = true;
  return absl::OkStatus();
}

// "00143/1", "19321", "0".
void Parser::ReadNumber(std::string_view text) {
  const size_t slash = text.find('/');
  const auto bare = [](std::string_view digits) {
    const size_t first = digits.find_first_not_of("0 ");
    return first == std::string_view::npos ? std::string() : std::string(digits.substr(first));
  };
  s_.number = bare(text.substr(0, slash));
  s_.page = slash == std::string_view::npos ? "1" : bare(text.substr(slash + 1));
}

absl::Status Parser::CheckAccount(uint64_t line) {
  if (s_.account.empty()) {
    std::string currency;
    SplitAccount(emitter_.context().merchant_account, &s_.account, &currency);
    s_.account += currency;
  }
  if (s_.account.empty()) {
    return base::FailedPrecondition(fmt::format(
        "{}: the statement names no account (:25:): say which with --account", At(line)));
  }
  if (s_.currency.empty()) s_.currency = emitter_.context().currency;
  if (!ledger::CurrencyExponent(s_.currency).has_value()) {
    return base::FailedPrecondition(fmt::format(
        "{}: neither a balance nor :34F: tells the currency: say it with --currency EUR",
        At(line)));
  }
  return absl::OkStatus();
}

absl::Status Parser::ReadOpening(const Field& field) {
  s_.is_booked = true;
  Balance balance;
  RowError error;
  if (!ReadBalance(field.tag, field.first(), &balance, &error)) {
    // Its currency is that of all lines.
    if (ledger::CurrencyExponent(balance.currency).has_value()) s_.currency = balance.currency;
    emitter_.AddNote(field.line, "BALANCE_CHAIN_BROKEN",
                     fmt::format("opening balance {}: {}", error.value, error.reason));
    return absl::OkStatus();
  }
  s_.currency = balance.currency;
  TIEOUT_RETURN_IF_ERROR(CheckAccount(field.line));
  s_.opening = balance;
  AccountSummary& account = emitter_.account(AccountOf());
  if (account.closing.has_value() && *account.closing != balance.amount) {
    emitter_.AddNote(
        field.line, "SOURCE_GAP",
        fmt::format("account {}: the statement opens with {}, the one before closed with {}: one "
                    "is missing between them",
                    s_.account, Money(balance.amount), Money(*account.closing)));
  }
  if (!account.opening.has_value()) account.opening = balance.amount;
  return absl::OkStatus();
}

absl::Status Parser::ReadClosing(const Field& field) {
  s_.closed = true;
  Balance balance;
  RowError error;
  if (!ReadBalance(field.tag, field.first(), &balance, &error)) {
    emitter_.AddNote(field.line, "BALANCE_CHAIN_BROKEN",
                     fmt::format("closing balance {}: {}", error.value, error.reason));
    return absl::OkStatus();
  }
  if (s_.currency.empty()) s_.currency = balance.currency;
  TIEOUT_RETURN_IF_ERROR(CheckAccount(field.line));
  AccountSummary& account = emitter_.account(AccountOf());
  account.closing = balance.amount;
  base::Day from = s_.opening.has_value() ? s_.opening->day : balance.day;
  if (from < balance.day) from = from.plus(1);
  if (s_.first.is_set()) from = std::min(from, s_.first);
  const base::Day last = s_.last.is_set() ? std::max(balance.day, s_.last) : balance.day;
  Emitter::Cover(&account, from.start_us(), last.plus(1).start_us());
  emitter_.NoteAsOf(balance.day.start_us());
  if (!s_.opening.has_value()) return absl::OkStatus();
  const ledger::WideMinor moved = ledger::WideMinor{balance.amount} - s_.opening->amount;
  account.AddStated(moved);
  if (moved != s_.sum) {
    emitter_.AddNote(
        field.line, "BALANCE_CHAIN_BROKEN",
        fmt::format("account {}: the statement opens with {} and books {}, but closes with {}: off "
                    "by {}",
                    s_.account, Money(s_.opening->amount), Money(s_.sum), Money(balance.amount),
                    Money(moved - s_.sum)));
  }
  return absl::OkStatus();
}

// :90C: "2EUR12,30": how many credits, and how much.
void Parser::CheckSum(const Field& field) {
  const std::string_view text = field.first();
  uint64_t count = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view rest(read.ptr, static_cast<size_t>(text.data() + text.size() - read.ptr));
  const bool credit = field.tag == "90C";
  const ledger::WideMinor sum = credit ? s_.credit_sum : s_.debit_sum;
  const uint64_t lines = credit ? s_.credits : s_.debits;
  ledger::Minor stated = 0;
  RowError error;
  if (read.ec != std::errc() || rest.size() < 4 || s_.currency.empty() ||
      !ReadMt940Amount(field.tag, rest.substr(3), s_.currency, &stated, &error)) {
    emitter_.AddNote(field.line, "CONTROL_TOTAL_BROKEN",
                     fmt::format(":{}:{} is no count and sum", field.tag, text));
    return;
  }
  if (count == lines && stated == sum) return;
  emitter_.AddNote(
      field.line, "CONTROL_TOTAL_BROKEN",
      fmt::format("account {}: states {} {} of {}, but holds {} of {}", s_.account, count,
                  credit ? "credits" : "debits", Money(stated), lines, Money(sum)));
}

absl::StatusOr<ledger::Event> Parser::NewEvent(const Line& line, const Details& details) {
  const int64_t occurred_at = line.booked.start_us();
  if (!line.bank_reference.empty()) {
    std::string id = line.bank_reference + (line.is_reversal ? ".reversal" : "");
    const uint64_t hash = base::HashBytes64(id);
    if (!(s_.is_booked && line.is_expected) &&  // it never counts among booked ones
        (s_.references.size() < kRememberedReferences || s_.references.contains(hash))) {
      const uint32_t earlier = s_.references[hash]++;
      if (earlier > 0) id += fmt::format(".{}", earlier);
    }
    return emitter_.NewEvent(AccountOf(), id, "entry", occurred_at);
  }
  if (!s_.number.empty() && s_.opening.has_value()) {
    return emitter_.NewEvent(
        AccountOf(),
        fmt::format("{}.{}.{}.{}.{}", s_.currency, base::FormatDay(s_.opening->day), s_.number,
                    s_.page, s_.lines),
        "entry", occurred_at);
  }
  std::string fixed =
      fmt::format("{}|{}|{}|{}", s_.currency, base::FormatDay(line.valued), line.amount, line.type);
  for (const std::string* text : {&line.reference, &details.end_to_end_id, &details.counterparty,
                                  &details.counterparty_account}) {
    fixed += fmt::format("|{}:{}", text->size(), *text);
  }
  for (const std::string& text : details.texts) fixed += fmt::format("|{}:{}", text.size(), text);
  if (s_.is_booked && line.is_expected) fixed += "|pending";
  return emitter_.NewRowEvent(AccountOf(), line.booked, base::HashBytes128(fixed), "entry",
                              occurred_at);
}

absl::Status Parser::Emit(const Line& line, const Details& details) {
  TIEOUT_ASSIGN_OR_RETURN(ledger::Event event, NewEvent(line, details));
  std::string texts;
  const auto add = [&](const std::string& text) {
    if (!text.empty()) texts += (texts.empty() ? "" : "\n") + text;
  };
  for (const std::string& text : details.texts) add(text);
  add(line.reference);
  for (const std::string& text : line.further) add(text);
  const std::string code =
      details.code.empty() ? line.type : fmt::format("{}+{}", line.type, details.code);
  event.amount = line.amount;
  event.refs.bank_reference = line.bank_reference;
  if (details.end_to_end_id.size() <= ledger::kMaxName) {
    event.refs.end_to_end_id = details.end_to_end_id;
  } else {
    add(details.end_to_end_id);
  }
  ledger::BankDeposit deposit;
  deposit.booking_date = line.booked;
  deposit.value_date = line.valued;
  deposit.provisional = !s_.is_booked || line.is_expected;
  deposit.counterparty = details.counterparty;
  deposit.counterparty_account = details.counterparty_account;
  deposit.remittance = texts;
  deposit.transaction_code = code;
  deposit.charges = line.charges;
  // A reversal, or a returned item, names what it takes back by its own reference.
  if (line.is_reversal || line.type == "NRTI") {
    deposit.return_of = !details.end_to_end_id.empty() ? std::string_view(details.end_to_end_id)
                        : !line.reference.empty()      ? std::string_view(line.reference)
                                                       : std::string_view(line.bank_reference);
  }
  event.body = deposit;
  return emitter_.Emit(event);
}

absl::Status Parser::FlushLine() {
  if (!line_.has_value()) return absl::OkStatus();
  const Field field = *std::move(line_);
  line_.reset();
  std::string raw = field.Text();
  for (const std::string& text : details_) raw += "\n" + text;
  emitter_.BeginRow(field.line, raw);
  ++s_.lines;
  const Details details = ReadDetails(details_);
  details_.clear();
  if (!s_.has_head) {
    return emitter_.Quarantine(
        {"61", field.first(), "stands outside a statement: no account and no balance before it"});
  }
  TIEOUT_RETURN_IF_ERROR(CheckAccount(field.line));
  Line line;
  RowError error;
  if (!ReadLine(field.lines, s_.currency, &line, &error)) return emitter_.Quarantine(error);
  if (!line.is_expected) {
    s_.sum += line.amount;
    (line.amount < 0 ? s_.debits : s_.credits) += 1;
    (line.amount < 0 ? s_.debit_sum : s_.credit_sum) +=
        line.amount < 0 ? -line.amount : line.amount;
    if (!s_.first.is_set() || line.booked < s_.first) s_.first = line.booked;
    if (!s_.last.is_set() || line.booked > s_.last) s_.last = line.booked;
  }
  return Emit(line, details);
}

absl::Status Parser::FinishStatement() {
  TIEOUT_RETURN_IF_ERROR(FlushLine());
  if (!s_.has_fields) return absl::OkStatus();
  if (s_.is_booked && !s_.closed) {
    return base::DataLoss(fmt::format(
        "{}: the statement has an opening and no closing balance (:62F:): the file is cut off, "
        "fetch it again",
        At(s_.line)));
  }
  ++statements_;
  // What moved nothing has an account, too.
  if (!s_.currency.empty() && s_.has_head) {
    TIEOUT_RETURN_IF_ERROR(CheckAccount(s_.line));
    AccountSummary& account = emitter_.account(AccountOf());
    if (!s_.number.empty() && s_.is_booked) account.AddNumber(s_.number);
  }
  s_ = Statement();
  return absl::OkStatus();
}

absl::Status Parser::Take(const Field& field) {
  if (field.tag == "86") {
    if (line_.has_value()) details_.insert(details_.end(), field.lines.begin(), field.lines.end());
    return absl::OkStatus();
  }
  TIEOUT_RETURN_IF_ERROR(FlushLine());
  if (field.tag.empty()) return FinishStatement();
  if (field.tag == "20") return Begin(field.line);
  if (s_.line == 0) s_.line = field.line;
  s_.has_head = s_.has_head || field.tag != "61";
  s_.has_fields = s_.has_fields || field.tag.starts_with("60") || field.tag == "61" ||
                  field.tag == "34F" || field.tag.starts_with("62");
  if (field.tag.starts_with("25")) SplitAccount(field.first(), &s_.account, &s_.currency);
  if (field.tag.starts_with("28")) ReadNumber(field.first());
  if (field.tag == "34F" && s_.currency.empty()) {
    const std::string currency = field.first().substr(0, 3);
    if (ledger::CurrencyExponent(currency).has_value()) s_.currency = currency;
  }
  if (field.tag.starts_with("60")) return ReadOpening(field);
  if (field.tag.starts_with("62")) return ReadClosing(field);
  if (field.tag.starts_with("90")) CheckSum(field);
  if (field.tag == "61") line_ = field;
  return absl::OkStatus();
}

absl::StatusOr<Summary> Parser::Parse(InputStream& in) {
  FieldReader reader(in);
  Field field;
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, reader.Next(&field));
    if (!more) break;
    TIEOUT_RETURN_IF_ERROR(Take(field));
  }
  TIEOUT_RETURN_IF_ERROR(FinishStatement());
  if (statements_ == 0) {
    return base::InvalidArgument(fmt::format("{}: holds no statement (no :60F:, :34F: or :61:)",
                                             emitter_.context().file_name));
  }
  return emitter_.Finish();
}

}  // namespace
}  // namespace mt940

namespace {

class Mt940Connector : public Connector {
 public:
  std::string_view name() const override { return "mt940"; }
  std::string_view reads() const override {
    return "mt940: SWIFT bank statements, MT940 (booked) and MT942 (provisional)";
  }

  Confidence Detect(std::string_view head) const override {
    const std::string text = "\n" + DecodeHead(head);
    const auto has = [&](std::string_view tag) {
      for (size_t at = text.find(tag); at != std::string::npos; at = text.find(tag, at + 1)) {
        if (text[at - 1] == '\n' || text[at - 1] == '\r') return true;
      }
      return false;
    };
    const bool begins = has(":20:") || text.find("{4:") != std::string::npos;
    const bool goes_on = has(":60F:") || has(":60M:") || has(":61:") || has(":34F:");
    return begins && has(":25") && goes_on ? Confidence::kCertain : Confidence::kNone;
  }

  absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                Sink& sink) const override {
    return mt940::Parser(name(), context, sink).Parse(in);
  }
};

}  // namespace

const Connector& Mt940() {
  static const Mt940Connector connector;
  return connector;
}

}  // namespace tieout::connectors
