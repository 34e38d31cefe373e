#include "connectors/bai2/bai2.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "connectors/bai2/record.h"
#include "connectors/emit.h"
#include "connectors/lex/clock.h"
#include "connectors/lex/encoding.h"
#include "engine/ledger/validate.h"

namespace tieout::connectors {
namespace bai2 {
namespace {

// What a trailer states, and what was counted for it.
struct Count {
  ledger::WideMinor sum = 0;
  uint64_t parts = 0;  // accounts of a group, groups of a file
  uint64_t records = 0;
};

struct Group {
  uint64_t line = 0;
  std::string status, currency;
  base::Day as_of;
  bool interim = false;
};

struct Account {
  std::string number, currency;
  std::optional<ledger::Minor> opening, closing;
  ledger::WideMinor moved = 0;
  bool open = false;
  bool unread = false;  // a transaction of it was quarantined
};

std::optional<int64_t> Whole(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

// YYMMDD, and YYYYMMDD as some write it.
std::optional<base::Day> ReadDay(std::string_view text) {
  if (text.size() == 6) return ParseOrderedDate("20" + std::string(text), "ymd");
  return text.size() == 8 ? ParseOrderedDate(text, "ymd") : std::nullopt;
}

// +1 credit, -1 debit, 0: can't be told.
int DirectionOf(int64_t code) {
  if ((code >= 100 && code <= 399) || (code >= 920 && code <= 959)) return 1;
  if ((code >= 400 && code <= 699) || (code >= 960 && code <= 999)) return -1;
  return 0;
}

class Parser {
 public:
  Parser(std::string_view connector, const Context& context, Sink& sink)
      : emitter_(connector, context, sink) {}

  absl::StatusOr<Summary> Parse(InputStream& in);

 private:
  absl::Status Take(const Record& record);
  void BeginFile(const Record& record);
  absl::Status BeginGroup(const Record& record);
  absl::Status BeginAccount(const Record& record);
  absl::Status ReadTransaction(const Record& record);
  absl::Status EmitTransaction(int64_t code, ledger::Minor amount, Fields fields);
  void EndAccount(const Record& record);
  void CheckTrailer(const Record& record, std::string_view what, const Count& count);
  bool IsFinal() const { return group_.status != "4" && !group_.interim; }
  ledger::AccountRef AccountOf() const {
    return {ledger::kBankProvider, account_.number, account_.currency};
  }
  std::string At(uint64_t line) const {
    return fmt::format("{}:{}", emitter_.context().file_name, line);
  }
  std::string Money(ledger::WideMinor sum) const {
    const auto narrow = ledger::Narrow(sum);
    return narrow.has_value() ? ledger::FormatMoney(*narrow, account_.currency)
                              : "a sum beyond 64 bits";
  }

  Emitter emitter_;
  Group group_;
  Account account_;
  Count account_count_, group_count_, file_count_;
  bool ended_ = false;
};

void Parser::BeginFile(const Record& record) {
  Fields fields(record.body);
  fields.Next();
  fields.Next();
  if (const auto day = ReadDay(fields.Next()); day.has_value()) {
    emitter_.NoteAsOf(day->start_us());
  }
}

absl::Status Parser::BeginGroup(const Record& record) {
  Fields fields(record.body);
  fields.Next();
  fields.Next();
  group_ = Group();
  group_.line = record.line;
  group_.status = fields.Next();
  const std::string_view date = fields.Next();
  fields.Next();
  group_.currency = fields.Next();
  const std::string_view modifier = fields.Next();
  group_.interim = modifier == "1" || modifier == "3";
  const auto day = ReadDay(date);
  if (!day.has_value()) {
    return base::InvalidArgument(
        fmt::format("{}: the group's as-of date \"{}\" is no date YYMMDD: no row of it has a day",
                    At(record.line), date));
  }
  group_.as_of = *day;
  if (group_.status == "2") {
    return base::InvalidArgument(fmt::format(
        "{}: the group deletes what an earlier file reported: take that file back with a "
        "retraction, and ingest the file without this group",
        At(record.line)));
  }
  emitter_.NoteAsOf(day->start_us());
  group_count_ = Count();
  return absl::OkStatus();
}

absl::Status Parser::BeginAccount(const Record& record) {
  if (group_.line == 0) {
    return base::InvalidArgument(
        fmt::format("{}: an account (03) stands before any group (02)", At(record.line)));
  }
  account_ = Account();
  account_.open = true;
  account_count_ = Count();
  Fields fields(record.body);
  account_.number = fields.Next();
  std::erase(account_.number, ' ');
  if (account_.number.empty()) account_.number = emitter_.context().merchant_account;
  if (account_.number.empty()) {
    return base::FailedPrecondition(
        fmt::format("{}: the account has no number: say which with --account", At(record.line)));
  }
  account_.currency = fields.Next();
  if (account_.currency.empty()) account_.currency = group_.currency;
  if (account_.currency.empty()) account_.currency = emitter_.context().currency;
  if (account_.currency.empty()) account_.currency = "USD";
  RowError error;
  const std::string said = account_.currency;
  if (!ReadCurrency("currency", said, &account_.currency, &error)) {
    return base::InvalidArgument(fmt::format("{}: {} {}", At(record.line), said, error.reason));
  }
  while (!fields.done()) {
    const std::string_view code = fields.Next();
    const std::string_view amount = fields.Next();
    fields.Next();
    fields.SkipFunds();
    if (amount.empty()) continue;
    const auto value = Whole(amount);
    if (!value.has_value()) {
      emitter_.AddNote(record.line, "CONTROL_TOTAL_BROKEN",
                       fmt::format("amount {} of type {} is no whole number", amount, code));
      continue;
    }
    account_count_.sum += *value;
    if (code == "010") account_.opening = *value;
    if (code == "015") account_.closing = *value;
  }
  return absl::OkStatus();
}

absl::Status Parser::ReadTransaction(const Record& record) {
  emitter_.BeginRow(record.line, "16," + record.body);
  const auto refuse = [&](std::string_view field, std::string_view value, std::string_view why) {
    account_.unread = true;
    return emitter_.Quarantine({std::string(field), std::string(value), std::string(why)});
  };
  if (!account_.open) return refuse("16", "", "stands outside an account (03)");
  Fields fields(record.body);
  const std::string_view code_text = fields.Next();
  const std::string_view amount_text = fields.Next();
  const auto code = Whole(code_text);
  if (!code.has_value()) return refuse("type code", code_text, "is no number");
  if (*code == 890) return emitter_.NoOp("type 890 carries no money");
  if (amount_text.find_first_of(".,") != std::string_view::npos) {
    return refuse("amount", amount_text, "has a decimal point: BAI2 writes whole minor units");
  }
  // Digits alone are minor units, whatever the currency.
  const auto whole = Whole(amount_text);
  if (!whole.has_value()) {
    return refuse("amount", amount_text,
                  amount_text.empty() ? "is missing" : "is no whole number within 64 bits");
  }
  const ledger::Minor amount = *whole;
  if (amount == std::numeric_limits<ledger::Minor>::min()) {
    return refuse("amount", amount_text, "is beyond 64 bits");
  }
  account_count_.sum += amount;
  const int direction = DirectionOf(*code);
  if (direction == 0) {
    return refuse("type code", code_text,
                  "is neither a credit (100-399, 920-959) nor a debit (400-699, 960-999): ask the "
                  "bank what it means");
  }
  if (group_.status == "4") return emitter_.NoOp("the group is a test");
  return EmitTransaction(*code, direction * amount, fields);
}

// "EREF: 1111" of a line: some banks write their texts in such words.
std::string_view WordOf(std::string_view text, std::string_view word) {
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    if (!line.starts_with(word) || line.substr(word.size(), 1) != ":") continue;
    line.remove_prefix(word.size() + 1);
    const size_t first = line.find_first_not_of(' ');
    return first == std::string_view::npos ? std::string_view() : line.substr(first);
  }
  return {};
}

absl::Status Parser::EmitTransaction(int64_t code, ledger::Minor amount, Fields fields) {
  const auto valued = ReadDay(fields.SkipFunds());
  const std::string_view bank_reference = fields.Next();
  const std::string_view customer_reference = fields.Next();
  const std::string_view text = fields.Rest();
  std::string fixed = fmt::format("{}|{}|{}", account_.currency, code, amount);
  for (const std::string_view part : {bank_reference, customer_reference, text}) {
    fixed += fmt::format("|{}:{}", part.size(), part);
  }
  TIEOUT_ASSIGN_OR_RETURN(ledger::Event event,
                          emitter_.NewRowEvent(AccountOf(), group_.as_of, base::HashBytes128(fixed),
                                               "entry", group_.as_of.start_us()));
  event.amount = amount;
  event.refs.bank_reference = bank_reference;
  const std::string_view end_to_end = WordOf(text, "EREF");
  if (end_to_end.size() <= ledger::kMaxName) event.refs.end_to_end_id = end_to_end;
  std::string remittance(text);
  if (!customer_reference.empty()) {
    remittance += (remittance.empty() ? "" : "\n") + std::string(customer_reference);
  }
  const std::string transaction_code = fmt::format("{:03}", code);
  ledger::BankDeposit deposit;
  deposit.booking_date = group_.as_of;
  deposit.value_date = valued.value_or(group_.as_of);
  deposit.provisional = !IsFinal();
  deposit.counterparty = WordOf(text, amount < 0 ? "CRNM" : "DBNM");
  deposit.remittance = remittance;
  deposit.transaction_code = transaction_code;
  event.body = deposit;
  account_.moved += amount;
  return emitter_.Emit(event);
}

void Parser::CheckTrailer(const Record& record, std::string_view what, const Count& count) {
  Fields fields(record.body);
  const auto sum = Whole(fields.Next());
  const bool has_parts = record.code != "49";
  const std::string_view parts = has_parts ? fields.Next() : std::string_view();
  const std::string_view records = fields.Next();
  if (!sum.has_value()) {
    emitter_.AddNote(record.line, "CONTROL_TOTAL_BROKEN",
                     fmt::format("the {}'s control total is no whole number", what));
  } else if (*sum != count.sum) {
    const auto narrow = ledger::Narrow(count.sum);
    emitter_.AddNote(
        record.line, "CONTROL_TOTAL_BROKEN",
        fmt::format("the {}'s control total is {}, but its amounts sum to {}", what, *sum,
                    narrow.has_value() ? fmt::format("{}", *narrow) : "more than 64 bits"));
  }
  const auto differs = [&](std::string_view stated, uint64_t counted) {
    const auto number = Whole(stated);
    return number.has_value() && *number != static_cast<int64_t>(counted);
  };
  if (differs(parts, count.parts)) {
    emitter_.AddNote(record.line, "CONTROL_TOTAL_BROKEN",
                     fmt::format("the {} states {} {}, but holds {}", what, parts,
                                 what == "file" ? "groups" : "accounts", count.parts));
  }
  if (differs(records, count.records)) {
    emitter_.AddNote(
        record.line, "CONTROL_TOTAL_BROKEN",
        fmt::format("the {} states {} records, but holds {}", what, records, count.records));
  }
}

void Parser::EndAccount(const Record& record) {
  account_count_.records += record.physical;
  CheckTrailer(record, "account", account_count_);
  group_count_.sum += account_count_.sum;
  group_count_.records += account_count_.records;
  ++group_count_.parts;
  if (!account_.open) return;
  account_.open = false;
  if (!IsFinal()) return;
  AccountSummary& summary = emitter_.account(AccountOf());
  Emitter::Cover(&summary, group_.as_of.start_us(), group_.as_of.plus(1).start_us());
  if (account_.opening.has_value() && summary.closing.has_value() &&
      *summary.closing != *account_.opening) {
    emitter_.AddNote(
        record.line, "SOURCE_GAP",
        fmt::format("account {}: opens with {}, the report before closed with {}: one "
                    "is missing between them",
                    account_.number, Money(*account_.opening), Money(*summary.closing)));
  }
  if (!summary.opening.has_value()) summary.opening = account_.opening;
  if (account_.closing.has_value()) summary.closing = account_.closing;
  if (!account_.opening.has_value() || !account_.closing.has_value()) return;
  const ledger::WideMinor moved = ledger::WideMinor{*account_.closing} - *account_.opening;
  summary.AddStated(moved);
  if (moved == account_.moved) return;
  emitter_.AddNote(record.line, "BALANCE_CHAIN_BROKEN",
                   fmt::format("account {}: opens with {} and books {}, but closes with {}: off by "
                               "{}",
                               account_.number, Money(*account_.opening), Money(account_.moved),
                               Money(*account_.closing), Money(moved - account_.moved)));
}

absl::Status Parser::Take(const Record& record) {
  if (record.code == "01") {
    file_count_.records += record.physical;
    BeginFile(record);
  } else if (record.code == "02") {
    TIEOUT_RETURN_IF_ERROR(BeginGroup(record));
    group_count_.records += record.physical;
  } else if (record.code == "03") {
    TIEOUT_RETURN_IF_ERROR(BeginAccount(record));
    account_count_.records += record.physical;
  } else if (record.code == "16") {
    account_count_.records += record.physical;
    return ReadTransaction(record);
  } else if (record.code == "49") {
    EndAccount(record);
  } else if (record.code == "98") {
    group_count_.records += record.physical;
    CheckTrailer(record, "group", group_count_);
    file_count_.sum += group_count_.sum;
    file_count_.records += group_count_.records;
    ++file_count_.parts;
    group_count_ = Count();
  } else if (record.code == "99") {
    file_count_.records += record.physical;
    CheckTrailer(record, "file", file_count_);
    ended_ = true;
  }
  return absl::OkStatus();
}

absl::StatusOr<Summary> Parser::Parse(InputStream& in) {
  RecordReader reader(in);
  Record record;
  uint64_t records = 0;
  uint64_t last_line = 0;
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, reader.Next(&record));
    if (!more) break;
    if (records++ == 0 && record.code != "01") {
      return base::InvalidArgument(fmt::format(
          "{}: a BAI2 file begins with a file header (01), not {}", At(record.line), record.code));
    }
    ended_ = false;
    last_line = record.line;
    TIEOUT_RETURN_IF_ERROR(Take(record));
  }
  if (records == 0) {
    return base::InvalidArgument(
        fmt::format("{}: holds no BAI2 records", emitter_.context().file_name));
  }
  if (!ended_) {
    return base::DataLoss(
        fmt::format("{}: the file ends without its trailer (99): it is cut off, fetch it again",
                    At(last_line)));
  }
  return emitter_.Finish();
}

}  // namespace
}  // namespace bai2

namespace {

class Bai2Connector : public Connector {
 public:
  std::string_view name() const override { return "bai2"; }
  std::string_view reads() const override {
    return "bai2: BAI2 balance and transaction reports (North America), final and interim";
  }

  Confidence Detect(std::string_view head) const override {
    const std::string text = DecodeHead(head);
    MemoryInput memory(text);
    bai2::RecordReader reader(memory);
    bai2::Record record;
    for (const std::string_view code : {"01", "02", "03"}) {
      const auto more = reader.Next(&record);
      if (!more.ok() || !*more || record.code != code) return Confidence::kNone;
    }
    return Confidence::kCertain;
  }

  absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                Sink& sink) const override {
    return bai2::Parser(name(), context, sink).Parse(in);
  }
};

}  // namespace

const Connector& Bai2() {
  static const Bai2Connector connector;
  return connector;
}

}  // namespace tieout::connectors
