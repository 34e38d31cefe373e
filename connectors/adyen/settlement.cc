// settlement_detail_report_batch_N.csv
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

#include "connectors/adyen/reports.h"
#include "connectors/lex/rows.h"

namespace tieout::connectors::adyen {
namespace {

using Field = ledger::Amendment::Field;

constexpr Meaning kTypes[] = {
    {"settled", Becomes::kSale, ""},
    {"settledexternally", Becomes::kSale, ""},
    {"settledreversed", Becomes::kSale, ""},
    {"settledininstallments", Becomes::kSale, ""},
    {"refunded", Becomes::kRefund, ""},
    {"refundedexternally", Becomes::kRefund, ""},
    {"refundedininstallments", Becomes::kRefund, ""},
    {"refundedreversed", Becomes::kRefund, "refund failed"},
    {"chargeback", Becomes::kChargebackOpened, ""},
    {"secondchargeback", Becomes::kChargebackOpened, ""},
    {"chargebackexternally", Becomes::kChargebackOpened, ""},
    {"chargebackreversed", Becomes::kChargebackWon, ""},
    {"chargebackreversedexternally", Becomes::kChargebackWon, ""},
    {"fee", Becomes::kFee, "processing"},
    {"misccosts", Becomes::kFee, "other"},
    {"invoicededuction", Becomes::kFee, "other"},
    {"paymentcost", Becomes::kFee, "processing"},
    {"settlecost", Becomes::kFee, "processing"},
    {"authorisationschemefee", Becomes::kFee, "processing"},
    {"merchantpayout", Becomes::kPayout, "transfer"},
    {"bankinstructionreturned", Becomes::kAdjustment, "returned_payout"},
    {"merchantpayin", Becomes::kAdjustment, "transfer"},
    {"internalcompanypayout", Becomes::kAdjustment, "transfer"},
    {"balancetransfer", Becomes::kAdjustment, "transfer"},
    {"paidout", Becomes::kAdjustment, "transfer"},
    {"paidoutreversed", Becomes::kAdjustment, "transfer"},
    {"bppaidout", Becomes::kAdjustment, "transfer"},
    {"reserveadjustment", Becomes::kReserve, ""},
    {"depositcorrection", Becomes::kReserve, ""},
    {"manualcorrected", Becomes::kAdjustment, "correction"},
    {"matchedstatement", Becomes::kAdjustment, "correction"},
    {"epapaid", Becomes::kAdjustment, "transfer"},
};

struct FeeColumn {
  std::string_view column, component;
};
constexpr std::array<FeeColumn, 4> kFees = {{{"Commission (NC)", "commission"},
                                             {"Markup (NC)", "markup"},
                                             {"Scheme Fees (NC)", "scheme_fee"},
                                             {"Interchange (NC)", "interchange"}}};

// value x rate, in the net currency's minor units, away from zero at the half; nullopt: beyond 64
// bits, or the rate is no number. Rates have up to 15 decimals, so this is done in 128 bits.
std::optional<ledger::Minor> Converted(ledger::Minor value, int from_exponent,
                                       std::string_view rate, int to_exponent) {
  unsigned __int128 digits = 0;
  int decimals = 0;
  bool point = false;
  for (const char c : rate) {
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9' && digits < (static_cast<unsigned __int128>(1) << 60)) {
      digits = digits * 10 + static_cast<unsigned>(c - '0');
      decimals += point ? 1 : 0;
    } else if (c < '0' || c > '9' || !point) {
      return std::nullopt;
    }
  }
  const bool negative = value < 0;
  unsigned __int128 product =
      static_cast<unsigned __int128>(negative ? -static_cast<__int128>(value) : value);
  if (digits != 0 && product > (~static_cast<unsigned __int128>(0) >> 1) / digits) {
    return std::nullopt;
  }
  product *= digits;
  int shift = decimals + from_exponent - to_exponent;
  for (; shift < 0; ++shift) product *= 10;
  for (; shift > 1; --shift) product /= 10;
  if (shift == 1) product = (product + 5) / 10;
  const auto narrow = ledger::Narrow(static_cast<__int128>(product));
  return narrow.has_value() ? std::optional(negative ? -*narrow : *narrow) : std::nullopt;
}

class Settlement {
 public:
  Settlement(const Columns& c, Emitter& emitter)
      : columns_(c),
        emitter_(emitter),
        merchant_(c.Find("Merchant Account")),
        psp_(c.Find("Psp Reference")),
        order_(c.Find("Merchant Reference")),
        created_(c.Find("Creation Date")),
        zone_(c.Find("TimeZone")),
        type_(c.Find("Type")),
        modification_(c.Find("Modification Reference")),
        gross_currency_(c.Find("Gross Currency")),
        gross_debit_(c.Find("Gross Debit (GC)")),
        gross_credit_(c.Find("Gross Credit (GC)")),
        rate_(c.Find("Exchange Rate")),
        net_currency_(c.Find("Net Currency")),
        net_debit_(c.Find("Net Debit (NC)")),
        net_credit_(c.Find("Net Credit (NC)")),
        batch_(c.Find("Batch Number")) {}

  absl::Status ReadRow(Cells& cells, uint64_t line);
  absl::Status Finish();

 private:
  struct Batch {
    std::string account, currency, number;
    uint64_t line = 0;
    ledger::WideMinor items = 0;
    struct PayoutRow {
      uint64_t line;
      ledger::Minor amount;
      int64_t at_us;
      std::string reference;
    };
    std::vector<PayoutRow> payouts;
  };
  struct Row {
    std::string account, psp, order, type, modification, currency, customer_currency, batch;
    int64_t at_us = 0;
    ledger::Minor customer = 0, net = 0;
    std::array<ledger::Minor, kFees.size()> fees = {};
  };

  Row Read(Cells& cells);
  ledger::Minor DebitCredit(Cells& cells, int debit, int credit, std::string_view currency);
  std::string EntryOf(const Row& row);
  void CheckRate(Cells& cells, const Row& row, ledger::WideMinor gross, uint64_t line);

  const Columns& columns_;
  Emitter& emitter_;
  const int merchant_, psp_, order_, created_, zone_, type_, modification_, gross_currency_,
      gross_debit_, gross_credit_, rate_, net_currency_, net_debit_, net_credit_, batch_;
  std::map<std::string, Batch> batches_;   // by account, number and currency: a few
  std::map<std::string, int> equal_rows_;  // of rows without a payment: a few
  bool unreadable_ = false;
};

ledger::Minor Settlement::DebitCredit(Cells& cells, int debit, int credit,
                                      std::string_view currency) {
  const ledger::Minor out = cells.Text(debit).empty() ? 0 : cells.Amount(debit, currency, {});
  const ledger::Minor in = cells.Text(credit).empty() ? 0 : cells.Amount(credit, currency, {});
  ledger::Minor sum = 0;
  if (__builtin_sub_overflow(in, out, &sum)) cells.Fail(credit, "is beyond 64 bits");
  return sum;
}

Settlement::Row Settlement::Read(Cells& cells) {
  Row row;
  row.account = cells.Text(merchant_);
  if (row.account.empty()) row.account = emitter_.context().merchant_account;
  if (row.account.empty()) cells.Fail(merchant_, "is empty");
  row.type = cells.Text(type_);
  if (row.type.empty()) cells.Fail(type_, "is empty");
  row.psp = cells.Text(psp_);
  row.order = cells.Text(order_);
  row.modification = cells.Text(modification_);
  row.batch = cells.Text(batch_);
  row.at_us = ReadLocalTime(cells, created_, zone_);
  row.currency = cells.Currency(net_currency_);
  if (cells.failed()) return row;
  row.net = DebitCredit(cells, net_debit_, net_credit_, row.currency);
  if (!cells.Text(gross_debit_).empty() || !cells.Text(gross_credit_).empty()) {
    row.customer_currency = cells.Currency(gross_currency_ >= 0 ? gross_currency_ : net_currency_);
    if (cells.failed()) return row;
    row.customer = DebitCredit(cells, gross_debit_, gross_credit_, row.customer_currency);
  }
  for (size_t i = 0; i < kFees.size(); ++i) {
    const int column = columns_.Find(kFees[i].column);
    if (!cells.Text(column).empty()) row.fees[i] = cells.Amount(column, row.currency, {});
  }
  return row;
}

std::string Settlement::EntryOf(const Row& row) {
  const std::string type = NormalName(row.type);
  if (!row.psp.empty()) {
    return row.modification.empty() || row.modification == row.psp
               ? fmt::format("{}.{}", row.psp, type)
               : fmt::format("{}.{}.{}", row.psp, row.modification, type);
  }
  const auto hash = base::HashBytes128(
      fmt::format("{}:{}|{}|{}", row.modification.size(), row.modification, row.currency, row.net));
  std::string entry = fmt::format("batch-{}.{}.{:016x}", row.batch, type, hash.high);
  const int n = equal_rows_[row.account + "/" + entry]++;
  return fmt::format("{}.{}", entry, n);
}

// Rounding of a conversion is half a minor unit; more is told.
void Settlement::CheckRate(Cells& cells, const Row& row, ledger::WideMinor gross, uint64_t line) {
  const std::string_view rate = cells.Text(rate_);
  if (rate.empty() || row.customer_currency.empty()) return;
  const auto converted = Converted(row.customer, *ledger::CurrencyExponent(row.customer_currency),
                                   rate, *ledger::CurrencyExponent(row.currency));
  if (!converted.has_value() || row.net == 0) return;
  const ledger::WideMinor off = gross - *converted;
  if (off >= -1 && off <= 1) return;
  emitter_.AddNote(
      line, "FX_VARIANCE",
      fmt::format("{} {} at {} is {}, net and fees say {}", row.type,
                  ledger::FormatMoney(row.customer, row.customer_currency), rate,
                  ledger::FormatMoney(*converted, row.currency),
                  ledger::FormatMoney(ledger::Narrow(gross).value_or(0), row.currency)));
}

absl::Status Settlement::ReadRow(Cells& cells, uint64_t line) {
  const Row row = Read(cells);
  ledger::WideMinor fees = 0;
  for (const ledger::Minor fee : row.fees) fees += fee;
  const Meaning meaning = FindMeaning(kTypes, row.type);
  ledger::WideMinor gross = row.net + fees;
  ledger::WideMinor other_fee = 0;
  if (row.customer_currency == row.currency && meaning.becomes != Becomes::kFee && row.net != 0) {
    other_fee = gross - row.customer;
    gross = row.customer;
  }
  const auto narrow = ledger::Narrow(gross);
  const auto narrow_other = ledger::Narrow(other_fee);
  if (!cells.failed() && (!narrow.has_value() || !narrow_other.has_value())) {
    cells.Fail(net_credit_, "is beyond 64 bits with its fees");
  }
  if (cells.failed()) {
    unreadable_ = true;
    return emitter_.Quarantine(cells.error());
  }
  emitter_.NoteAsOf(row.at_us);
  const ledger::AccountRef account{kProvider, row.account, row.currency};
  Emitter::Cover(&emitter_.account(account), row.at_us, row.at_us + base::kMicrosPerSecond);
  Batch& batch = batches_[fmt::format("{} {} {}", row.account, row.batch, row.currency)];
  if (batch.line == 0) {
    batch.account = row.account;
    batch.currency = row.currency;
    batch.number = row.batch;
    batch.line = line;
  }
  if (meaning.becomes == Becomes::kPayout && row.net <= 0) {
    batch.payouts.push_back({line, -row.net, row.at_us, row.modification});
    return emitter_.NoOp("the batch's payout: told at the batch's end");
  }
  batch.items += row.net;
  AddStated(emitter_, account, row.net);
  if (row.customer_currency != row.currency) CheckRate(cells, row, gross, line);
  ledger::Event event = emitter_.NewEvent(account, EntryOf(row), "gross", row.at_us);
  event.refs.payment_id = row.psp;
  event.refs.order_id = row.order;
  event.refs.payout_id = emitter_.Keep(fmt::format("batch-{}-{}", row.batch, row.currency));
  switch (meaning.becomes) {
    case Becomes::kRefund:
      event.refs.refund_id = row.modification;
      break;
    case Becomes::kChargebackOpened:
    case Becomes::kChargebackWon:
      event.refs.dispute_id = row.modification;
      break;
    case Becomes::kReserve:
      event.refs.hold_id = event.refs.payout_id;
      break;
    default:
      break;
  }
  Movement movement{.meaning = meaning.becomes == Becomes::kPayout ? Meaning{} : meaning,
                    .raw_type = row.type,
                    .amount = *narrow,
                    .customer_amount = row.customer,
                    .customer_currency = row.customer_currency};
  for (size_t i = 0; i < kFees.size(); ++i) {
    movement.fees.push_back({kFees[i].component, "", -row.fees[i]});
  }
  movement.fees.push_back({"other_fee", "", *narrow_other});
  return EmitMovement(emitter_, event, movement);
}

absl::Status Settlement::Finish() {
  for (const auto& [key, batch] : batches_) {
    const auto items = ledger::Narrow(batch.items);
    int n = 0;
    for (const Batch::PayoutRow& row : batch.payouts) {
      std::string id = fmt::format("batch-{}-{}", batch.number, batch.currency);
      if (++n > 1) id += fmt::format(".{}", n);
      emitter_.AtLine(row.line);
      const bool complete = batch.payouts.size() == 1 && items == row.amount && !unreadable_;
      TIEOUT_RETURN_IF_ERROR(EmitPayout(
          emitter_, {.account = {kProvider, batch.account, batch.currency},
                     .id = id,
                     .method = ledger::Payout::Method::kAutomatic,
                     .amount = row.amount,
                     .at_us = row.at_us,
                     .trace_id = row.reference.substr(0, row.reference.find_first_of(" ,")),
                     .list_complete = complete}));
      if (!complete && n == 1) {
        emitter_.AddNote(
            row.line, "PAYOUT_COMPOSITION",
            unreadable_
                ? "rows of the batch couldn't be read, so its list isn't called complete"
                : fmt::format("batch {}: its rows sum to {}, its payout says {}{}", batch.number,
                              ledger::FormatMoney(items.value_or(0), batch.currency),
                              ledger::FormatMoney(row.amount, batch.currency),
                              batch.payouts.size() > 1 ? ", and it has several" : ""));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool IsSettlementHeader(const Columns& columns) {
  for (const std::string_view name :
       {"Merchant Account", "Psp Reference", "Type", "Creation Date", "Net Currency",
        "Net Debit (NC)", "Net Credit (NC)", "Batch Number"}) {
    if (!columns.Has(name)) return false;
  }
  return true;
}

absl::Status ReadSettlement(CsvReader& reader, const Columns& columns, Emitter& emitter) {
  Settlement settlement(columns, emitter);
  TIEOUT_RETURN_IF_ERROR(ForEachRow(reader, columns, emitter, [&](Cells& cells, const CsvRow& row) {
    return settlement.ReadRow(cells, row.line);
  }));
  return settlement.Finish();
}

}  // namespace tieout::connectors::adyen
