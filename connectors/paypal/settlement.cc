// STL and TRR reports: rows by their first field.
//
//   RH file begins · FH part begins · SH section: period and account · CH the columns' names ·
//   SB a transaction · SF a currency's totals of the section · SC its count · RF, RC the report's ·
//   FF ends
//   SF := currency, gross credits, gross debits, fee credits, fee debits,
//         sign beginning, sign ending, (available, payable, each beginning and ending), count
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <vector>

#include "connectors/lex/columns.h"
#include "connectors/lex/csv.h"
#include "connectors/lex/encoding.h"
#include "connectors/paypal/entry.h"

namespace tieout::connectors::paypal {
namespace {

// "Transaction  Debit or Credit", "TransactionDebitOrCredit" -> the same.
std::string Squashed(std::string_view name) {
  std::string squashed;
  for (const char c : NormalName(name)) {
    if (c != ' ') squashed.push_back(c);
  }
  return squashed;
}

class SettlementParser {
 public:
  SettlementParser(std::string_view connector, const Context& context, Sink& sink)
      : emitter_(connector, context, sink) {}

  absl::StatusOr<Summary> Parse(InputStream& in);

 private:
  struct Totals {
    ledger::WideMinor credits = 0, debits = 0, payouts = 0, fee_credits = 0, fee_debits = 0;
    ledger::WideMinor net() const { return credits - debits + fee_credits - fee_debits; }
  };

  absl::Status ReadRow(const CsvRow& row);
  absl::Status ReadSection(const CsvRow& row);
  absl::Status ReadColumns(const CsvRow& row);
  absl::Status ReadBody(const CsvRow& row);
  absl::Status ReadFooter(const CsvRow& row);
  absl::Status ReadCount(const CsvRow& row);
  int Find(std::string_view squashed) const;
  // Unsigned hundredths and CR or DR beside them; 0 where both are empty.
  ledger::Minor ReadSigned(Cells& cells, int sign, int amount);
  int64_t ReadTime(std::string_view text) const;

  Emitter emitter_;
  std::string account_;
  Columns columns_;
  std::vector<std::string> squashed_;  // their names
  bool has_columns_ = false, began_with_header_ = false, ended_ = false, has_sections_ = false;
  int64_t section_from_us_ = 0, section_to_us_ = 0;
  uint64_t body_rows_ = 0;
  std::map<std::string, Totals> totals_;  // of the section, by currency
};

int SettlementParser::Find(std::string_view squashed) const {
  const auto found = std::find(squashed_.begin(), squashed_.end(), squashed);
  return found == squashed_.end() ? -1 : static_cast<int>(found - squashed_.begin());
}

// "2026/01/06 23:59:59 -0800"; 0: it is none.
int64_t SettlementParser::ReadTime(std::string_view text) const {
  std::string iso(text);
  if (iso.size() > 10 && iso[4] == '/' && iso[7] == '/') iso[4] = iso[7] = '-';
  const auto time = ParseIsoTime(iso);
  return time.ok() ? ToInstant(*time, *Zone::Find("")) : 0;
}

absl::Status SettlementParser::ReadSection(const CsvRow& row) {
  const auto at = [&](size_t i) {
    return i < row.fields.size() ? row.fields[i] : std::string_view();
  };
  account_ = at(3);
  if (account_.empty()) account_ = emitter_.context().merchant_account;
  if (account_.empty()) {
    return base::FailedPrecondition(
        fmt::format("{}:{}: the section names no account: say which with --account ID",
                    emitter_.context().file_name, row.line));
  }
  section_from_us_ = ReadTime(at(1));
  section_to_us_ = ReadTime(at(2)) + base::kMicrosPerSecond;
  if (section_to_us_ > base::kMicrosPerSecond) emitter_.NoteAsOf(section_to_us_);
  totals_.clear();
  body_rows_ = 0;
  return emitter_.NoOp("section header");
}

absl::Status SettlementParser::ReadColumns(const CsvRow& row) {
  columns_ = Columns(row.fields);
  squashed_.clear();
  for (const std::string_view name : row.fields) squashed_.push_back(Squashed(name));
  has_columns_ = true;
  for (const std::string_view name :
       {"transactionid", "transactioneventcode", "transactiondebitorcredit",
        "grosstransactionamount", "grosstransactioncurrency", "feedebitorcredit", "feeamount"}) {
    if (Find(name) < 0) {
      return base::InvalidArgument(
          fmt::format("{}:{}: the CH row names no column {}: the file was "
                      "changed, fetch it again from PayPal",
                      emitter_.context().file_name, row.line, name));
    }
  }
  return emitter_.NoOp("column names");
}

ledger::Minor SettlementParser::ReadSigned(Cells& cells, int sign, int amount) {
  const std::string_view text = cells.Text(amount);
  if (text.empty()) return 0;
  ledger::Minor value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code == std::errc::result_out_of_range) {
    cells.Fail(amount, "is beyond 64 bits");
  } else if (code != std::errc() || end != text.data() + text.size() || value < 0) {
    cells.Fail(amount, "is no whole number without sign");
  }
  const std::string word = NormalName(cells.Text(sign));
  if (word != "cr" && word != "dr" && value != 0) cells.Fail(sign, "is neither CR nor DR");
  return word == "dr" ? -value : value;
}

absl::Status SettlementParser::ReadBody(const CsvRow& row) {
  ++body_rows_;
  if (!has_columns_) {
    return base::InvalidArgument(
        fmt::format("{}:{}: transactions before the CH row that names "
                    "their columns: the file was changed, fetch it again",
                    emitter_.context().file_name, row.line));
  }
  if (account_.empty()) account_ = emitter_.context().merchant_account;
  if (account_.empty()) {
    return base::FailedPrecondition(
        fmt::format("{}:{}: no SH row names the account: say which with --account ID",
                    emitter_.context().file_name, row.line));
  }
  // Older exporters leave the empty cells at a row's end away.
  std::vector<std::string_view> fields(row.fields.begin(), row.fields.end());
  while (fields.size() > columns_.size() && fields.back().empty()) fields.pop_back();
  const int last_needed = Find("feecurrency");
  if (static_cast<int>(fields.size()) > last_needed) {
    fields.resize(std::max(fields.size(), columns_.size()));
  }
  if (fields.size() != columns_.size()) {
    return emitter_.Quarantine({"", "", WrongCellCount(row.fields.size(), columns_.size())});
  }
  Cells cells(columns_, fields);
  Entry entry;
  entry.id = cells.Text(Find("transactionid"));
  entry.code = cells.Text(Find("transactioneventcode"));
  entry.currency = cells.Currency(Find("grosstransactioncurrency"));
  entry.status = cells.Text(Find("transactionalstatus"));
  entry.gross = ReadSigned(cells, Find("transactiondebitorcredit"), Find("grosstransactionamount"));
  entry.fee = ReadSigned(cells, Find("feedebitorcredit"), Find("feeamount"));
  entry.fee_currency = entry.currency;
  if (entry.fee != 0 && !cells.Text(Find("feecurrency")).empty()) {
    entry.fee_currency = cells.Currency(Find("feecurrency"));
  }
  int date = Find("transactioncompletiondate");
  if (cells.Text(date).empty()) date = Find("transactioninitiationdate");
  entry.at_us = ReadTime(cells.Text(date));
  if (entry.at_us == 0) cells.Fail(date, "is no time (expected like 2026/01/06 23:59:59 -0800)");
  if (entry.id.empty()) cells.Fail(Find("transactionid"), "is empty");
  if (entry.code.empty()) cells.Fail(Find("transactioneventcode"), "is empty");
  for (const std::string& currency : {entry.currency, entry.fee_currency}) {
    if (currency == "JPY" && !cells.failed()) {
      cells.Fail(Find("grosstransactionamount"),
                 "can't be read: PayPal doesn't say whether yen are whole or hundredths here; take "
                 "it from the transaction search (JSON) or the activity download");
    }
  }
  entry.reference = cells.Text(Find("paypalreferenceid"));
  entry.invoice_id = cells.Text(Find("invoiceid"));
  entry.bank_reference = cells.Text(Find("bankreferenceid"));
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  Totals& totals = totals_[entry.currency];
  (entry.gross < 0 ? totals.debits : totals.credits) +=
      entry.gross < 0 ? -entry.gross : entry.gross;
  Totals& fees = totals_[entry.fee_currency];
  (entry.fee < 0 ? fees.fee_debits : fees.fee_credits) += entry.fee < 0 ? -entry.fee : entry.fee;
  if (entry.code.starts_with("T04") && entry.gross < 0) totals.payouts += -entry.gross;
  if (!MovesBalance(entry.code)) return emitter_.NoOp("an authorisation moves no balance");
  if (!entry.status.empty() && entry.status != "S") {
    return emitter_.NoOp("the transaction isn't completed");
  }
  if (section_to_us_ > section_from_us_ && section_from_us_ > 0) {
    Emitter::Cover(&emitter_.account({kProvider, account_, entry.currency}), section_from_us_,
                   section_to_us_);
  }
  return EmitEntry(emitter_, account_, entry);
}

// What the file says it sums to against what its rows do. Files are known that count the fees in
// the other order, and some that leave withdrawals out.
absl::Status SettlementParser::ReadFooter(const CsvRow& row) {
  const auto number = [&](size_t i) -> std::optional<ledger::Minor> {
    if (i >= row.fields.size()) return std::nullopt;
    ledger::Minor value = 0;
    const std::string_view text = row.fields[i];
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
  };
  const auto is_debit = [&](size_t i) {
    return i < row.fields.size() && NormalName(row.fields[i]) == "dr";
  };
  std::string currency;
  RowError error;
  if (row.fields.size() < 6 || !ReadCurrency("currency", row.fields[1], &currency, &error)) {
    return emitter_.Quarantine({"currency", row.fields.size() > 1 ? std::string(row.fields[1]) : "",
                                "is no ISO 4217 currency"});
  }
  const auto credits = number(2), debits = number(3), first_fee = number(4), second_fee = number(5);
  if (!credits || !debits || !first_fee || !second_fee) {
    return emitter_.Quarantine(
        {"totals", std::string(row.raw.substr(0, 80)), "are no whole numbers without sign"});
  }
  const Totals& rows = totals_[currency];
  const bool gross_fits =
      rows.credits == *credits && (rows.debits == *debits || rows.debits - rows.payouts == *debits);
  const bool fees_fit = (rows.fee_credits == *first_fee && rows.fee_debits == *second_fee) ||
                        (rows.fee_credits == *second_fee && rows.fee_debits == *first_fee);
  if (!gross_fits || !fees_fit) {
    emitter_.AddNote(
        row.line, "SOURCE_GAP",
        fmt::format("the section's {} rows sum to {} credits, {} debits, {} fees returned, {} fees "
                    "charged; its footer says {}, {}, {}, {} (hundredths): rows are missing or "
                    "doubled",
                    currency, ledger::Narrow(rows.credits).value_or(0),
                    ledger::Narrow(rows.debits).value_or(0),
                    ledger::Narrow(rows.fee_credits).value_or(0),
                    ledger::Narrow(rows.fee_debits).value_or(0), *credits, *debits, *first_fee,
                    *second_fee));
  }
  AccountSummary& account = emitter_.account({kProvider, account_, currency});
  if (const auto opening = number(7); opening && !account.opening.has_value()) {
    account.opening = is_debit(6) ? -*opening : *opening;
  }
  if (const auto closing = number(9)) account.closing = is_debit(8) ? -*closing : *closing;
  return emitter_.NoOp("section totals");
}

absl::Status SettlementParser::ReadCount(const CsvRow& row) {
  uint64_t count = 0;
  const std::string_view text = row.fields.size() > 1 ? row.fields[1] : std::string_view();
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (code == std::errc() && count != body_rows_) {
    emitter_.AddNote(row.line, "SOURCE_GAP",
                     fmt::format("the section has {} transactions, its footer says {}: rows are "
                                 "missing or doubled",
                                 body_rows_, count));
  }
  return emitter_.NoOp("section count");
}

absl::Status SettlementParser::ReadRow(const CsvRow& row) {
  emitter_.BeginRow(row.line, row.raw);
  if (!row.problem.empty()) return emitter_.Quarantine({"", "", std::string(row.problem)});
  const std::string_view type = row.fields.empty() ? std::string_view() : row.fields[0];
  if (type == "SB") return ReadBody(row);
  if (type == "SH") return ReadSection(row);
  if (type == "CH") return ReadColumns(row);
  if (type == "SF") {
    has_sections_ = true;
    return ReadFooter(row);
  }
  if (type == "SC") return ReadCount(row);
  if (type == "RH") {
    began_with_header_ = true;
    if (row.fields.size() > 1) emitter_.NoteAsOf(ReadTime(row.fields[1]));
    return emitter_.NoOp("report header");
  }
  if (type == "RF" || type == "RC" || type == "FF") {
    ended_ = true;
    return type == "RF" && !has_sections_ ? ReadFooter(row) : emitter_.NoOp("report totals");
  }
  if (type == "FH") return emitter_.NoOp("file header");
  return emitter_.Quarantine(
      {"row type", std::string(type), "is none of RH, FH, SH, CH, SB, SF, SC, RF, RC, FF"});
}

absl::StatusOr<Summary> SettlementParser::Parse(InputStream& in) {
  CsvReader reader(in, {});
  CsvRow row;
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, reader.Next(&row));
    if (!more) break;
    TIEOUT_RETURN_IF_ERROR(ReadRow(row));
  }
  if (began_with_header_ && !ended_) {
    return base::DataLoss(
        fmt::format("{}: begins with a report header (RH) and ends without its totals (RF, RC, "
                    "FF): the file is cut off, fetch it again",
                    emitter_.context().file_name));
  }
  return emitter_.Finish();
}

}  // namespace

bool IsSettlementReport(std::string_view text) {
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  const size_t quote = line.starts_with('"') ? 1 : 0;
  const std::string_view type = line.substr(quote, 2);
  if (type != "RH" && type != "FH" && type != "SH" && type != "CH") return false;
  return line.size() > 3 && (line[2 + quote] == ',' || line.substr(2 + quote, 2) == "\",");
}

absl::StatusOr<Summary> ParseSettlement(std::string_view connector, InputStream& in,
                                        const Context& context, Sink& sink) {
  return SettlementParser(connector, context, sink).Parse(in);
}

}  // namespace tieout::connectors::paypal
