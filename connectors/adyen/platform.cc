// Reports of a balance platform: accounting, statement, payout. A row is a state of a transfer; the
// one that moved money has a transaction id.
#include <fmt/format.h>

#include <string>

#include "connectors/adyen/reports.h"
#include "connectors/lex/rows.h"

namespace tieout::connectors::adyen {
namespace {

using Field = ledger::Amendment::Field;

// Type, or where it says nothing, Category.
constexpr Meaning kTypes[] = {
    {"capture", Becomes::kSale, ""},
    {"captured", Becomes::kSale, ""},
    {"capturereversal", Becomes::kSale, ""},
    {"payment", Becomes::kSale, ""},
    {"refund", Becomes::kRefund, ""},
    {"refunded", Becomes::kRefund, ""},
    {"refundreversal", Becomes::kRefund, "refund failed"},
    {"chargeback", Becomes::kChargebackOpened, ""},
    {"secondchargeback", Becomes::kChargebackOpened, ""},
    {"chargebackreversal", Becomes::kChargebackWon, ""},
    {"fee", Becomes::kFee, "platform"},
    {"platformfee", Becomes::kFee, "platform"},
    {"paymentcost", Becomes::kFee, "processing"},
    {"cost", Becomes::kFee, "processing"},
    {"leftover", Becomes::kFee, "platform"},
    {"banktransfer", Becomes::kPayout, "transfer"},
    {"payout", Becomes::kPayout, "transfer"},
    {"payoutreversal", Becomes::kPayoutBack, "returned_payout"},
    {"banktransferreversal", Becomes::kPayoutBack, "returned_payout"},
    {"internaltransfer", Becomes::kAdjustment, "transfer"},
    {"balancerollover", Becomes::kAdjustment, "transfer"},
    {"balanceadjustment", Becomes::kAdjustment, "correction"},
    {"manualcorrection", Becomes::kAdjustment, "correction"},
    {"reserveadjustment", Becomes::kReserve, ""},
    {"depositcorrection", Becomes::kReserve, ""},
    {"grant", Becomes::kAdjustment, "loan"},
    {"repayment", Becomes::kAdjustment, "loan"},
    {"capital*", Becomes::kAdjustment, "loan"},
    {"invoicededuction", Becomes::kFee, "other"},
};

class Platform {
 public:
  Platform(const Columns& c, Emitter& emitter)
      : emitter_(emitter),
        account_(c.FindAny({"BalanceAccount", "Balance Account"})),
        transfer_(c.Find("Transfer Id")),
        transaction_(c.Find("Transaction Id")),
        booked_(c.Find("Booking date")),
        zone_(c.Find("Booking date TimeZone")),
        category_(c.Find("Category")),
        type_(c.Find("Type")),
        status_(c.Find("Status")),
        currency_(c.Find("Currency")),
        balance_(c.FindAny({"Balance (PC)", "Balance", "Amount"})),
        psp_(c.Find("Psp Payment Psp Reference")),
        order_(c.Find("Psp Payment Merchant Reference")),
        modification_(c.Find("Psp Modification Psp Reference")),
        reference_(c.Find("Reference")) {}

  absl::Status ReadRow(Cells& cells);

 private:
  Emitter& emitter_;
  const int account_, transfer_, transaction_, booked_, zone_, category_, type_, status_, currency_,
      balance_, psp_, order_, modification_, reference_;
};

absl::Status Platform::ReadRow(Cells& cells) {
  const std::string transaction(cells.Text(transaction_));
  if (transaction.empty()) return emitter_.NoOp("no transaction id: no money moved yet");
  if (NormalName(cells.Text(status_)) == "cancelled") {
    return emitter_.NoOp("cancelled: no money moved");
  }
  const std::string name(cells.Text(account_));
  if (name.empty()) cells.Fail(account_, "is empty");
  const std::string currency = cells.Currency(currency_);
  const int64_t at = ReadLocalTime(cells, booked_, zone_);
  const ledger::Minor amount = cells.Amount(balance_, currency, {});
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  const ledger::AccountRef account{kProvider, name, currency};
  emitter_.NoteAsOf(at);
  Emitter::Cover(&emitter_.account(account), at, at + base::kMicrosPerSecond);
  const std::string category(cells.Text(category_));
  const std::string type(cells.Text(type_));
  Meaning meaning = FindMeaning(kTypes, type);
  if (meaning.detail == "unclassified") meaning = FindMeaning(kTypes, category);
  const std::string word = type.empty() ? category : type;
  const std::string transfer(cells.Text(transfer_));
  if (meaning.becomes == Becomes::kPayout && amount <= 0) {
    return EmitPayout(emitter_, {.account = account,
                                 .id = transfer.empty() ? transaction : transfer,
                                 .amount = -amount,
                                 .at_us = at,
                                 .bank_reference = cells.Text(reference_)});
  }
  AddStated(emitter_, account, amount);
  if (meaning.becomes == Becomes::kPayoutBack && !transfer.empty()) {
    ledger::Event event = emitter_.NewEvent(account, transfer, "failed", at);
    event.refs.payout_id = transfer;
    event.amount = amount;
    event.body = ledger::Payout{.state = ledger::Payout::State::kReturned};
    return emitter_.Emit(event);
  }
  if (meaning.becomes == Becomes::kPayout || meaning.becomes == Becomes::kPayoutBack) {
    meaning = {"", Becomes::kAdjustment, "transfer"};
  }
  ledger::Event event = emitter_.NewEvent(account, transaction, "gross", at);
  event.refs.payment_id = cells.Text(psp_);
  event.refs.order_id = cells.Text(order_);
  const std::string_view reversal =
      cells.Text(modification_).empty() ? std::string_view(transaction) : cells.Text(modification_);
  if (meaning.becomes == Becomes::kRefund) event.refs.refund_id = reversal;
  if (meaning.becomes == Becomes::kChargebackOpened || meaning.becomes == Becomes::kChargebackWon) {
    event.refs.dispute_id = reversal;
  }
  if (meaning.becomes == Becomes::kReserve) event.refs.hold_id = transfer;
  return EmitMovement(emitter_, event, {.meaning = meaning, .raw_type = word, .amount = amount});
}

}  // namespace

bool IsPlatformHeader(const Columns& columns) {
  return columns.FindAny({"BalanceAccount", "Balance Account"}) >= 0 &&
         columns.Has("Transaction Id") && columns.Has("Booking date") && columns.Has("Currency") &&
         columns.Has("Category") && columns.Has("Type") &&
         columns.FindAny({"Balance (PC)", "Balance", "Amount"}) >= 0;
}

absl::Status ReadPlatform(CsvReader& reader, const Columns& columns, Emitter& emitter) {
  Platform platform(columns, emitter);
  return ForEachRow(reader, columns, emitter,
                    [&](Cells& cells, const CsvRow&) { return platform.ReadRow(cells); });
}

}  // namespace tieout::connectors::adyen
