#include "connectors/ofx/ofx.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "connectors/emit.h"
#include "connectors/lex/clock.h"
#include "connectors/lex/encoding.h"
#include "connectors/ofx/tokens.h"
#include "engine/base/text.h"
#include "engine/ledger/validate.h"

namespace tieout::connectors {
namespace ofx {
namespace {

// How many ids of one file are remembered to tell several amounts under one id apart: 24 MB.
constexpr size_t kRememberedIds = 1'000'000;

// Of a transaction and of an account: the aggregates whose leaves are told apart by their name.
constexpr std::string_view kInner[] = {"PAYEE", "BANKACCTTO", "CCACCTTO", "CURRENCY",
                                       "ORIGCURRENCY"};
bool IsInner(std::string_view tag) {
  return std::find(std::begin(kInner), std::end(kInner), tag) != std::end(kInner);
}

// YYYYMMDD, whatever follows: banks put noon, midnight or their zone there.
std::optional<base::Day> ReadDay(std::string_view text) {
  if (text.size() < 8) return std::nullopt;
  return ParseOrderedDate(text.substr(0, 8), "ymd");
}

// The last separator is the decimal one; an OFX amount has no groups, but some banks write them.
ledger::NumberFormat FormatOf(std::string_view number) {
  const size_t last = number.find_last_of(".,");
  if (last == std::string_view::npos || number[last] == '.') {
    return {.decimal = '.', .group = number.find(',') < last ? ',' : '\0'};
  }
  return {.decimal = ',', .group = number.find('.') < last ? '.' : '\0'};
}

bool IsIban(std::string_view text) {
  const auto is = [&](size_t at, auto kind) {
    return kind(static_cast<unsigned char>(text[at])) != 0;
  };
  return text.size() >= 15 && text.size() <= 34 && is(0, [](int c) { return std::isalpha(c); }) &&
         is(1, [](int c) { return std::isalpha(c); }) &&
         is(2, [](int c) { return std::isdigit(c); }) &&
         is(3, [](int c) { return std::isdigit(c); });
}

struct Transaction {
  uint64_t line = 0;
  bool pending = false;
  std::string raw, inner;
  std::map<std::string, std::string, std::less<>> leaves;  // "PAYEE.NAME", "TRNAMT"

  std::string_view Get(std::string_view leaf) const {
    const auto found = leaves.find(leaf);
    return found == leaves.end() ? std::string_view() : std::string_view(found->second);
  }
};

struct Statement {
  uint64_t line = 0;
  bool open = false;
  std::string currency, bank, branch, account;
  base::Day from, to, first, last;
};

class Parser {
 public:
  Parser(std::string_view connector, const Context& context, Sink& sink)
      : emitter_(connector, context, sink) {}

  absl::StatusOr<Summary> Parse(InputStream& in);

 private:
  absl::Status Open(const Token& token);
  absl::Status Close(const Token& token);
  void ReadLeaf(const Token& token);
  absl::Status EndTransaction();
  absl::Status EndStatement();
  absl::Status CheckAccount();
  absl::StatusOr<ledger::Event> NewEvent(const Transaction& t, ledger::Minor amount, base::Day day);
  absl::Status Emit(const Transaction& t, ledger::Minor amount, base::Day day);
  ledger::AccountRef AccountOf() const { return {ledger::kBankProvider, account_, currency_}; }
  std::string At(uint64_t line) const {
    return fmt::format("{}:{}", emitter_.context().file_name, line);
  }

  Emitter emitter_;
  Statement s_;
  std::string account_, currency_;  // of the statement, once they are needed
  std::optional<Transaction> t_;
  uint64_t statements_ = 0, last_line_ = 0;
  bool ended_ = false;
  std::string section_;               // the aggregate whose leaves are read: BANKACCTFROM, STATUS
  std::string answer_, answer_code_;  // the bank's message, where it sends no statement
  struct Seen {
    uint32_t amounts = 0;
    ledger::Minor first = 0;
  };
  absl::flat_hash_map<uint64_t, Seen> ids_;
  absl::flat_hash_map<uint64_t, uint32_t> later_amounts_;
};

absl::Status Parser::CheckAccount() {
  if (!account_.empty()) return absl::OkStatus();
  std::string account = s_.account;
  std::erase(account, ' ');
  if (!account.empty() && !IsIban(account)) {
    for (const std::string* part : {&s_.branch, &s_.bank}) {
      if (!part->empty()) account.insert(0, *part + "/");
    }
  }
  if (account.empty()) account = emitter_.context().merchant_account;
  if (account.empty()) {
    return base::FailedPrecondition(fmt::format(
        "{}: the statement names no account (ACCTID): say which with --account", At(s_.line)));
  }
  const std::string said = !s_.currency.empty() ? s_.currency : emitter_.context().currency;
  RowError error;
  if (said.empty()) {
    return base::FailedPrecondition(fmt::format(
        "{}: the statement names no currency (CURDEF): say it with --currency EUR", At(s_.line)));
  }
  if (!ReadCurrency("CURDEF", said, &currency_, &error)) {
    return base::InvalidArgument(
        fmt::format("{}: CURDEF {} {}", At(s_.line), base::Quoted(said), error.reason));
  }
  account_ = std::move(account);
  return absl::OkStatus();
}

absl::StatusOr<ledger::Event> Parser::NewEvent(const Transaction& t, ledger::Minor amount,
                                               base::Day day) {
  const std::string_view fitid = t.Get("FITID");
  if (fitid.find_first_not_of('0') != std::string_view::npos) {
    std::string id = fmt::format("{}.{}", fitid, base::FormatDay(day));
    const uint64_t hash = base::HashBytes64(account_ + "|" + currency_ + "|" + id);
    if (ids_.size() < kRememberedIds || ids_.contains(hash)) {
      Seen& seen = ids_[hash];
      if (seen.amounts == 0) seen = {.amounts = 1, .first = amount};
      if (amount != seen.first) {  // a second transaction under the same id
        uint32_t& number = later_amounts_[base::HashBytes64(fmt::format("{}|{}", hash, amount))];
        if (number == 0) number = seen.amounts++;
        id += fmt::format(".{}", number);
      }
    }
    return emitter_.NewEvent(AccountOf(), id, "entry", day.start_us());
  }
  std::string fixed = fmt::format("{}|{}", currency_, amount);
  for (const std::string_view leaf :
       {"TRNTYPE", "CHECKNUM", "REFNUM", "SRVRTID", "NAME", "PAYEE.NAME", "MEMO"}) {
    fixed += fmt::format("|{}:{}", t.Get(leaf).size(), t.Get(leaf));
  }
  if (t.pending) fixed += "|pending";  // never counts among those that are booked
  return emitter_.NewRowEvent(AccountOf(), day, base::HashBytes128(fixed), "entry", day.start_us());
}

absl::Status Parser::Emit(const Transaction& t, ledger::Minor amount, base::Day day) {
  TIEOUT_ASSIGN_OR_RETURN(ledger::Event event, NewEvent(t, amount, day));
  const std::string_view name = !t.Get("NAME").empty() ? t.Get("NAME") : t.Get("PAYEE.NAME");
  std::string remittance;
  for (const std::string_view text : {name, t.Get("MEMO"), t.Get("CHECKNUM"), t.Get("SRVRTID")}) {
    if (!text.empty()) remittance += (remittance.empty() ? "" : "\n") + std::string(text);
  }
  event.amount = amount;
  event.refs.bank_reference = t.Get("REFNUM");
  ledger::BankDeposit deposit;
  deposit.booking_date = day;
  deposit.value_date = ReadDay(t.Get("DTAVAIL")).value_or(day);
  deposit.provisional = t.pending;
  deposit.counterparty = name;
  deposit.counterparty_account =
      !t.Get("BANKACCTTO.ACCTID").empty() ? t.Get("BANKACCTTO.ACCTID") : t.Get("CCACCTTO.ACCTID");
  deposit.remittance = remittance;
  deposit.transaction_code = t.Get("TRNTYPE");
  event.body = deposit;
  if (!t.pending) {
    if (!s_.first.is_set() || day < s_.first) s_.first = day;
    if (!s_.last.is_set() || day > s_.last) s_.last = day;
  }
  return emitter_.Emit(event);
}

absl::Status Parser::EndTransaction() {
  if (!t_.has_value()) return absl::OkStatus();
  const Transaction t = *std::move(t_);
  t_.reset();
  emitter_.BeginRow(t.line, t.raw);
  if (!s_.open) {
    return emitter_.Quarantine({"STMTTRN", "", "stands outside a statement (STMTRS, CCSTMTRS)"});
  }
  TIEOUT_RETURN_IF_ERROR(CheckAccount());
  if (const std::string_view corrected = t.Get("CORRECTFITID"); !corrected.empty()) {
    return emitter_.Quarantine(
        {"CORRECTFITID", std::string(corrected),
         fmt::format("the bank says {} of an earlier transaction: retract that one's event, and "
                     "book this one by hand",
                     t.Get("CORRECTACTION"))});
  }
  const std::string_view said = t.Get("CURRENCY.CURSYM");
  if (!said.empty() && said != currency_) {
    return emitter_.Quarantine({"CURSYM", std::string(said),
                                fmt::format("the account {} is kept in {}", account_, currency_)});
  }
  const std::string_view date = t.Get(t.pending ? "DTTRAN" : "DTPOSTED");
  const auto day = ReadDay(date);
  if (!day.has_value()) {
    return emitter_.Quarantine({t.pending ? "DTTRAN" : "DTPOSTED", std::string(date),
                                date.empty() ? "is missing" : "is no date YYYYMMDD"});
  }
  const std::string_view text = t.Get("TRNAMT");
  ledger::Minor amount = 0;
  RowError error;
  if (!ReadAmount("TRNAMT", text, currency_, FormatOf(text), &amount, &error)) {
    return emitter_.Quarantine(error);
  }
  return Emit(t, amount, *day);
}

absl::Status Parser::EndStatement() {
  TIEOUT_RETURN_IF_ERROR(EndTransaction());
  if (!s_.open) return absl::OkStatus();
  s_.open = false;
  TIEOUT_RETURN_IF_ERROR(CheckAccount());
  AccountSummary& account = emitter_.account(AccountOf());
  base::Day from = s_.from;
  base::Day to = s_.to;
  if (s_.first.is_set()) {
    if (!from.is_set() || s_.first < from) from = s_.first;
    if (!to.is_set() || s_.last >= to) to = s_.last.plus(1);
  }
  if (from.is_set() && to.is_set() && from < to) {
    Emitter::Cover(&account, from.start_us(), to.start_us());
  }
  return absl::OkStatus();
}

void Parser::ReadLeaf(const Token& token) {
  const std::string& tag = token.tag;
  if (tag == "DTSERVER") {
    if (const auto day = ReadDay(token.text); day.has_value()) emitter_.NoteAsOf(day->start_us());
  }
  if (section_ == "STATUS") {
    if (tag == "CODE") answer_code_ = token.text;
    if (tag == "MESSAGE" && answer_code_ != "0") answer_ = token.text;
  }
  if (!s_.open) return;
  if (tag == "CURDEF") s_.currency = token.text;
  if (section_ == "BANKACCTFROM" || section_ == "CCACCTFROM") {
    if (tag == "BANKID") s_.bank = token.text;
    if (tag == "BRANCHID") s_.branch = token.text;
    if (tag == "ACCTID") s_.account = token.text;
  }
  if (tag == "DTSTART") s_.from = ReadDay(token.text).value_or(base::Day());
  if (tag == "DTEND") s_.to = ReadDay(token.text).value_or(base::Day());
}

absl::Status Parser::Open(const Token& token) {
  const std::string& tag = token.tag;
  if (tag == "STMTTRN" || tag == "STMTTRNP") {
    TIEOUT_RETURN_IF_ERROR(EndTransaction());
    t_ = Transaction{
        .line = token.line, .pending = tag == "STMTTRNP", .raw = {}, .inner = {}, .leaves = {}};
    t_->raw = token.raw;
    return absl::OkStatus();
  }
  if (t_.has_value()) {
    if (t_->raw.size() < kRawKept) t_->raw += token.raw;
    if (IsInner(tag)) {
      t_->inner = tag + ".";
    } else if (!token.text.empty()) {
      t_->leaves.try_emplace(t_->inner + tag, token.text);
    }
    return absl::OkStatus();
  }
  if (tag == "STMTRS" || tag == "CCSTMTRS") {
    TIEOUT_RETURN_IF_ERROR(EndStatement());
    ++statements_;
    s_ = Statement();
    s_.line = token.line;
    s_.open = true;
    account_.clear();
    currency_.clear();
    return absl::OkStatus();
  }
  if (tag == "STATUS" || tag == "BANKACCTFROM" || tag == "CCACCTFROM") section_ = tag;
  ReadLeaf(token);
  return absl::OkStatus();
}

absl::Status Parser::Close(const Token& token) {
  const std::string& tag = token.tag;
  if (tag == "OFX") ended_ = true;
  if (tag == "STMTTRN" || tag == "STMTTRNP" || tag == "BANKTRANLIST") return EndTransaction();
  if (tag == "STMTRS" || tag == "CCSTMTRS" || tag == "OFX") return EndStatement();
  if (t_.has_value()) {
    if (t_->raw.size() < kRawKept) t_->raw += token.raw;
    if (IsInner(tag)) t_->inner.clear();
  } else if (tag == section_) {
    section_.clear();
  }
  return absl::OkStatus();
}

absl::StatusOr<Summary> Parser::Parse(InputStream& in) {
  TokenReader reader(in);
  Token token;
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, reader.Next(&token));
    if (!more) break;
    last_line_ = token.line;
    TIEOUT_RETURN_IF_ERROR(token.closes ? Close(token) : Open(token));
  }
  const std::string& file = emitter_.context().file_name;
  if (!ended_) {
    return base::DataLoss(fmt::format(
        "{}: the file ends without </OFX>: it is cut off, fetch it again", At(last_line_)));
  }
  if (statements_ == 0 && !answer_.empty()) {
    return base::InvalidArgument(fmt::format("{}: holds no statement; the bank answered {} {}",
                                             file, answer_code_, base::Quoted(answer_)));
  }
  if (statements_ == 0) {
    return base::InvalidArgument(
        fmt::format("{}: holds no bank or card statement (no STMTRS, no CCSTMTRS)", file));
  }
  return emitter_.Finish();
}

}  // namespace
}  // namespace ofx

namespace {

class OfxConnector : public Connector {
 public:
  std::string_view name() const override { return "ofx"; }
  std::string_view reads() const override {
    return "ofx: OFX and QFX bank and card statements, SGML (1.x) and XML (2.x)";
  }

  // The first tag that is no XML declaration is <OFX>.
  Confidence Detect(std::string_view head) const override {
    const std::string text = DecodeHead(head);
    MemoryInput memory(text);
    ofx::TokenReader reader(memory);
    ofx::Token token;
    const auto more = reader.Next(&token);
    return more.ok() && *more && token.tag == "OFX" && !token.closes ? Confidence::kCertain
                                                                     : Confidence::kNone;
  }

  absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                Sink& sink) const override {
    return ofx::Parser(name(), context, sink).Parse(in);
  }
};

}  // namespace

const Connector& Ofx() {
  static const OfxConnector connector;
  return connector;
}

}  // namespace tieout::connectors
