#include "connectors/camt/camt.h"

#include <fmt/format.h>

#include <optional>

#include "absl/strings/ascii.h"
#include "connectors/camt/entry.h"
#include "connectors/camt/statement.h"
#include "connectors/emit.h"
#include "connectors/lex/encoding.h"
#include "connectors/lex/xml.h"

namespace tieout::connectors {
namespace camt {
namespace {

// How many references of one statement are remembered to tell repeated ones apart: 24 MB.
constexpr size_t kRememberedReferences = 1'000'000;

bool IsStatement(std::string_view name) {
  return name == "Stmt" || name == "Rpt" || name == "Ntfctn";
}

class StatementReader : public XmlHandler {
 public:
  StatementReader(std::string_view connector, const Context& context, Sink& sink, Zone zone)
      : emitter_(connector, context, sink), zone_(zone) {}

  bool WantsChildrenOf(std::string_view name) const override {
    return IsStatement(name) || name == "GrpHdr";
  }
  absl::Status OnOpen(std::string_view name, uint64_t line) override;
  absl::Status OnClose(std::string_view name, uint64_t line) override;
  absl::Status OnElement(const XmlNode& element, std::string_view parent) override;
  absl::StatusOr<Summary> Finish();

 private:
  absl::Status ReadBalance(const XmlNode& bal);
  absl::Status ReadAccount(const XmlNode& acct);
  void ReadPeriod(const XmlNode& period);
  absl::Status ReadNtry(const XmlNode& ntry);
  absl::StatusOr<ledger::Event> NewEvent(const Entry& entry);
  absl::Status FinishStatement();
  absl::Status CheckAccount(uint64_t line);
  ledger::AccountRef AccountOf() const {
    return {ledger::kBankProvider, statement_.account, statement_.currency};
  }
  void NoteCoverage(AccountSummary* account);
  void CheckBalances(AccountSummary* account);

  Emitter emitter_;
  const Zone zone_;
  bool is_booked_message_ = false;
  std::string message_page_;
  uint64_t statements_ = 0;
  Statement statement_;
};

absl::Status StatementReader::OnOpen(std::string_view name, uint64_t line) {
  if (name == "BkToCstmrStmt") is_booked_message_ = true;
  if (name == "BkToCstmrAcctRpt" || name == "BkToCstmrDbtCdtNtfctn") is_booked_message_ = false;
  if (IsStatement(name)) {
    ++statements_;
    statement_ = Statement();
    statement_.line = line;
    statement_.page = message_page_;
  }
  return absl::OkStatus();
}

absl::Status StatementReader::OnClose(std::string_view name, uint64_t) {
  return IsStatement(name) ? FinishStatement() : absl::OkStatus();
}

absl::Status StatementReader::OnElement(const XmlNode& element, std::string_view parent) {
  if (element.name == "CreDtTm") {
    if (const auto time = ReadTime(&element); time.has_value()) {
      emitter_.NoteAsOf(ToInstant(*time, zone_));
      if (parent != "GrpHdr") statement_.created = time->day;
    }
    return absl::OkStatus();
  }
  if (parent == "GrpHdr") {
    // Before .03 the message is what has pages.
    if (element.name == "MsgPgntn") message_page_ = element.TextAt({"PgNb"});
    return absl::OkStatus();
  }
  if (element.name == "Id") statement_.id = element.text;
  if (element.name.ends_with("Pgntn")) statement_.page = element.TextAt({"PgNb"});
  if (element.name == "ElctrncSeqNb") statement_.sequence = element.text;
  if (element.name == "LglSeqNb" && statement_.sequence.empty()) statement_.sequence = element.text;
  if (element.name == "FrToDt") ReadPeriod(element);
  if (element.name == "Acct") return ReadAccount(element);
  if (element.name == "Bal") return ReadBalance(element);
  if (element.name == "TxsSummry") statement_.stated = ReadTotals(element);
  if (element.name == "Ntry") return ReadNtry(element);
  return absl::OkStatus();
}

// Whole days; a period that ends at midnight doesn't touch the day that begins there.
void StatementReader::ReadPeriod(const XmlNode& period) {
  const auto from = [&](std::string_view time, std::string_view day) {
    const XmlNode* node = period.Child(time);
    return ReadTime(node != nullptr ? node : period.Child(day));
  };
  if (const auto time = from("FrDtTm", "FrDt"); time.has_value()) statement_.from = time->day;
  if (const auto time = from("ToDtTm", "ToDt"); time.has_value()) {
    statement_.to = time->has_time && time->time_us == 0 ? time->day : time->day.plus(1);
  }
}

absl::Status StatementReader::ReadAccount(const XmlNode& acct) {
  std::string id(acct.TextAt({"Id", "IBAN"}));
  if (id.empty()) id = acct.TextAt({"Id", "Othr", "Id"});
  if (id.empty()) id = emitter_.context().merchant_account;
  std::erase(id, ' ');
  absl::AsciiStrToUpper(&id);
  statement_.account = std::move(id);
  RowError error;
  const std::string_view currency = acct.TextAt({"Ccy"});
  if (!currency.empty() && !ReadCurrency("Ccy", currency, &statement_.currency, &error)) {
    return base::InvalidArgument(fmt::format("{}:{}: {} {}", emitter_.context().file_name,
                                             acct.line, currency, error.reason));
  }
  return absl::OkStatus();
}

absl::Status StatementReader::ReadBalance(const XmlNode& bal) {
  const std::string_view code = bal.TextAt({"Tp", "CdOrPrtry", "Cd"});
  const XmlNode* amount = bal.Child("Amt");
  if (amount == nullptr) return absl::OkStatus();
  Balance balance;
  std::string currency;
  RowError error;
  if (!ReadMoney(*amount, &balance.amount, &currency, &error)) {
    emitter_.AddNote(bal.line, "BALANCE_CHAIN_BROKEN",
                     fmt::format("balance {} can't be read: {} {}: {}", code, error.field,
                                 error.value, error.reason));
    return absl::OkStatus();
  }
  if (statement_.currency.empty()) statement_.currency = currency;
  if (currency != statement_.currency) return absl::OkStatus();  // a balance in another currency
  if (bal.TextAt({"CdtDbtInd"}) == "DBIT") balance.amount = -balance.amount;
  if (const auto time = ReadTime(bal.Child("Dt")); time.has_value()) balance.day = time->day;
  if (code == "OPBD" || (code == "PRCD" && !statement_.opening.has_value())) {
    statement_.opening = balance;
    statement_.opening_is_previous = code == "PRCD";
  }
  if (code == "CLBD") statement_.closing = balance;
  return absl::OkStatus();
}

absl::Status StatementReader::CheckAccount(uint64_t line) {
  if (statement_.account.empty()) {
    return base::FailedPrecondition(
        fmt::format("{}:{}: statement {} names no account: say which with --account",
                    emitter_.context().file_name, line, statement_.id));
  }
  return absl::OkStatus();
}

absl::StatusOr<ledger::Event> StatementReader::NewEvent(const Entry& entry) {
  const int64_t occurred_at = ToInstant(*entry.booked, zone_);
  // Beside booked ones it never counts among them: tomorrow's statement is without it.
  const bool is_pending = is_booked_message_ && entry.status != "BOOK";
  if (!entry.servicer_reference.empty()) {
    // A bank may take an entry back under the same reference, days later.
    std::string id = entry.servicer_reference + (entry.is_reversal ? ".reversal" : "");
    const uint64_t hash = base::HashBytes64(id);
    if (!is_pending && (statement_.references.size() < kRememberedReferences ||
                        statement_.references.contains(hash))) {
      const uint32_t earlier = statement_.references[hash]++;
      if (earlier > 0) id += fmt::format(".{}", earlier);
    }
    return emitter_.NewEvent(AccountOf(), id, "entry", occurred_at);
  }
  if (!statement_.sequence.empty()) {
    const base::Day dated = statement_.closing.has_value() && statement_.closing->day.is_set()
                                ? statement_.closing->day
                            : statement_.created.is_set() ? statement_.created
                                                          : entry.booked->day;
    const std::string year = base::FormatDay(dated).substr(0, 4);
    const std::string page = statement_.page.empty() ? "1" : statement_.page;
    return emitter_.NewEvent(AccountOf(),
                             fmt::format("{}.{}.{}.{}.{}", statement_.currency, year,
                                         statement_.sequence, page, statement_.entries),
                             "entry", occurred_at);
  }
  std::string fixed = fmt::format("{}|{}|{}", statement_.currency,
                                  base::FormatDay(entry.valued->day), entry.amount);
  for (const std::string* text : {&entry.end_to_end_id, &entry.remittance, &entry.counterparty,
                                  &entry.counterparty_account, &entry.transaction_code}) {
    fixed += fmt::format("|{}:{}", text->size(), *text);
  }
  if (is_pending) fixed += "|pending";
  return emitter_.NewRowEvent(AccountOf(), entry.booked->day, base::HashBytes128(fixed), "entry",
                              occurred_at);
}

absl::Status StatementReader::ReadNtry(const XmlNode& ntry) {
  emitter_.BeginRow(ntry.line, ntry.ToText());
  ++statement_.entries;
  Entry entry;
  RowError error;
  std::optional<CivilTime> noticed;
  if (!is_booked_message_ && statement_.created.is_set()) noticed = {.day = statement_.created};
  const bool readable = ReadEntry(ntry, noticed, &entry, &error);
  if (statement_.currency.empty() && ledger::CurrencyExponent(entry.currency).has_value()) {
    statement_.currency = entry.currency;
  }
  if (!readable) return emitter_.Quarantine(error);
  TIEOUT_RETURN_IF_ERROR(CheckAccount(ntry.line));
  if (entry.currency != statement_.currency) {
    return emitter_.Quarantine(
        {"Ccy", entry.currency,
         fmt::format("the account {} is kept in {}", statement_.account, statement_.currency)});
  }
  TIEOUT_ASSIGN_OR_RETURN(ledger::Event event, NewEvent(entry));
  event.amount = entry.amount;
  event.refs.bank_reference = entry.servicer_reference;
  event.refs.end_to_end_id = entry.end_to_end_id;
  const bool booked = is_booked_message_ && entry.status == "BOOK";
  ledger::BankDeposit deposit;
  deposit.booking_date = entry.booked->day;
  deposit.value_date = entry.valued->day;
  deposit.provisional = !booked;
  deposit.counterparty = entry.counterparty;
  deposit.counterparty_account = entry.counterparty_account;
  deposit.remittance = entry.remittance;
  deposit.return_of = entry.return_of;
  deposit.transaction_code = entry.transaction_code;
  deposit.charges = entry.charges;
  event.body = deposit;
  statement_.Count(entry.amount, booked, entry.booked->day);
  if (!entry.parts_trouble.empty()) {
    emitter_.AddNote(ntry.line, "ENTRY_COMPOSITION",
                     fmt::format("account {}: {}", statement_.account, entry.parts_trouble));
  }
  return emitter_.Emit(event);
}

void StatementReader::NoteCoverage(AccountSummary* account) {
  if (!is_booked_message_) return;
  Statement& s = statement_;
  if (!s.from.is_set() && s.opening.has_value() && s.opening->day.is_set()) {
    s.from = s.opening_is_previous ? s.opening->day.plus(1) : s.opening->day;
  }
  if (!s.to.is_set() && s.closing.has_value() && s.closing->day.is_set())
    s.to = s.closing->day.plus(1);
  if (s.first.is_set()) {
    if (!s.from.is_set() || s.first < s.from) s.from = s.first;
    if (!s.to.is_set() || s.last >= s.to) s.to = s.last.plus(1);
  }
  if (s.from.is_set() && s.to.is_set() && s.from < s.to) {
    Emitter::Cover(account, s.from.start_us(), s.to.start_us());
  }
}

void StatementReader::CheckBalances(AccountSummary* account) {
  const Statement& s = statement_;
  if (s.opening.has_value() && account->closing.has_value() &&
      *account->closing != s.opening->amount) {
    emitter_.AddNote(
        s.line, "SOURCE_GAP",
        fmt::format("account {}: statement {} opens with {}, the one before closed "
                    "with {}: one is missing between them",
                    s.account, s.id, ledger::FormatMoney(s.opening->amount, s.currency),
                    ledger::FormatMoney(*account->closing, s.currency)));
  }
  if (s.opening.has_value() && !account->opening.has_value()) account->opening = s.opening->amount;
  if (s.closing.has_value()) account->closing = s.closing->amount;
  if (!s.opening.has_value() || !s.closing.has_value()) return;
  const ledger::WideMinor moved = ledger::WideMinor{s.closing->amount} - s.opening->amount;
  account->AddStated(moved);
  if (const std::string trouble = BalanceTrouble(s); !trouble.empty()) {
    emitter_.AddNote(s.line, "BALANCE_CHAIN_BROKEN", trouble);
  }
}

absl::Status StatementReader::FinishStatement() {
  TIEOUT_RETURN_IF_ERROR(CheckAccount(statement_.line));
  if (statement_.currency.empty()) {
    // Neither account, balance nor entry told one: nothing moved and nothing is covered.
    emitter_.AddNote(statement_.line, "SOURCE_GAP",
                     fmt::format("account {}: statement {} is empty and names no currency",
                                 statement_.account, statement_.id));
    return absl::OkStatus();
  }
  AccountSummary& account = emitter_.account(AccountOf());
  if (!statement_.sequence.empty() && is_booked_message_) {
    account.AddNumber(statement_.sequence);  // what is not booked counts by itself
  }
  NoteCoverage(&account);
  if (is_booked_message_) CheckBalances(&account);
  if (const std::string trouble = TotalsTrouble(statement_); !trouble.empty()) {
    emitter_.AddNote(statement_.line, "CONTROL_TOTAL_BROKEN", trouble);
  }
  return absl::OkStatus();
}

absl::StatusOr<Summary> StatementReader::Finish() {
  if (statements_ == 0) {
    return base::InvalidArgument(
        fmt::format("{}: holds no statement (no Stmt element)", emitter_.context().file_name));
  }
  return emitter_.Finish();
}

}  // namespace
}  // namespace camt

namespace {

class CamtConnector : public Connector {
 public:
  std::string_view name() const override { return "camt"; }
  std::string_view reads() const override {
    return "camt: ISO 20022 bank statements, camt.053 (booked), .052 and .054 (provisional), "
           "versions .02 and later";
  }

  Confidence Detect(std::string_view head) const override {
    const std::string text = DecodeHead(head);
    for (const std::string_view element :
         {"BkToCstmrStmt", "BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn"}) {
      const size_t at = text.find(element);
      if (at != std::string::npos && at > 0 && (text[at - 1] == '<' || text[at - 1] == ':')) {
        return Confidence::kCertain;
      }
    }
    return Confidence::kNone;
  }

  absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                Sink& sink) const override {
    TIEOUT_ASSIGN_OR_RETURN(const Zone zone, Zone::Find(context.time_zone));
    camt::StatementReader reader(name(), context, sink, zone);
    TIEOUT_RETURN_IF_ERROR(ReadXml(in, context.file_name, reader));
    return reader.Finish();
  }
};

}  // namespace

const Connector& Camt() {
  static const CamtConnector connector;
  return connector;
}

}  // namespace tieout::connectors
