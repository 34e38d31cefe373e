// payment_transactions_export: one row a movement of the balance.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "connectors/lex/rows.h"
#include "connectors/movement.h"
#include "connectors/shopify/exports.h"

namespace tieout::connectors::shopify {
namespace {

using Field = ledger::Amendment::Field;
using State = ledger::Payout::State;

// Lower case, blanks for underscores.
constexpr Meaning kTypes[] = {
    {"charge", Becomes::kSale, ""},
    {"capture", Becomes::kSale, ""},
    {"refund", Becomes::kRefund, ""},
    {"refund adjustment", Becomes::kRefund, ""},
    {"refund failure", Becomes::kRefund, "refund failed"},
    {"chargeback", Becomes::kChargebackOpened, ""},
    {"dispute", Becomes::kChargebackOpened, ""},
    {"dispute withdrawal", Becomes::kChargebackOpened, ""},
    {"charge adjustment", Becomes::kChargebackOpened, ""},
    {"chargeback won", Becomes::kChargebackWon, ""},
    {"dispute won", Becomes::kChargebackWon, ""},
    {"dispute reversal", Becomes::kChargebackWon, ""},
    {"chargeback hold", Becomes::kReserve, ""},
    {"chargeback hold release", Becomes::kReserve, ""},
    {"reserve", Becomes::kReserve, ""},
    {"reserved funds", Becomes::kReserve, ""},
    {"reserved funds reversal", Becomes::kReserve, ""},
    {"reserved funds withdrawal", Becomes::kReserve, ""},
    {"risk withdrawal", Becomes::kReserve, ""},
    {"risk reversal", Becomes::kReserve, ""},
    {"chargeback fee", Becomes::kFee, "dispute"},
    {"chargeback fee refund", Becomes::kFee, "dispute"},
    {"stripe fee", Becomes::kFee, "processing"},
    {"billing debit", Becomes::kFee, "subscription"},
    {"billing debit reversal", Becomes::kFee, "subscription"},
    {"referral fee", Becomes::kFee, "platform"},
    {"payout", Becomes::kPayout, ""},
    {"transfer", Becomes::kPayout, ""},
    {"payout failure", Becomes::kPayoutBack, ""},
    {"payout cancellation", Becomes::kPayoutBack, ""},
    {"transfer failure", Becomes::kPayoutBack, ""},
    {"transfer cancel", Becomes::kPayoutBack, ""},
    {"transfer refund", Becomes::kPayoutBack, ""},
    {"adjustment", Becomes::kAdjustment, "other"},
    {"credit", Becomes::kAdjustment, "other"},
    {"debit", Becomes::kAdjustment, "other"},
};

// Families whose members grow: by the beginning of the word.
constexpr Meaning kFamilies[] = {
    {"shipping label", Becomes::kAdjustment, "shipping_label"},
    {"advance", Becomes::kAdjustment, "loan"},
    {"lending", Becomes::kAdjustment, "loan"},
    {"customs duty", Becomes::kAdjustment, "tax"},
    {"import tax", Becomes::kAdjustment, "tax"},
    {"tax adjustment", Becomes::kAdjustment, "tax"},
    {"vat refund", Becomes::kAdjustment, "tax"},
    {"marketplace tax", Becomes::kAdjustment, "tax"},
    {"shopify collective", Becomes::kAdjustment, "collective"},
    {"seller protection", Becomes::kAdjustment, "seller_protection"},
};

Meaning FindType(std::string_view word) {
  std::string name = NormalName(word);
  std::replace(name.begin(), name.end(), '_', ' ');
  for (const Meaning& type : kTypes) {
    if (type.word == name) return type;
  }
  for (const Meaning& family : kFamilies) {
    if (std::string_view(name).starts_with(family.word)) return family;
  }
  if (std::string_view(name).ends_with(" fee")) return {"", Becomes::kFee, "other"};
  return {};
}

struct Row {
  std::string currency, word, order, status, payout_id;
  int64_t at_us = 0;
  ledger::Minor amount = 0, net = 0;
  ledger::Minor customer_amount = 0;
  std::string customer_currency;
  base::Day payout_day, available_on;
};

bool IsSent(const Row& row) {
  return row.payout_day.is_set() && (row.status == "paid" || row.status == "in_transit");
}

class Transactions {
 public:
  Transactions(const Columns& columns, const Zone& zone, Emitter* emitter)
      : columns_(columns),
        zone_(zone),
        emitter_(*emitter),
        date_(columns.Find("Transaction Date")),
        type_(columns.Find("Type")),
        order_(columns.Find("Order")),
        status_(columns.Find("Payout Status")),
        payout_date_(columns.Find("Payout Date")),
        payout_id_(columns.Find("Payout ID")),
        available_on_(columns.Find("Available On")),
        amount_(columns.Find("Amount")),
        fee_(columns.Find("Fee")),
        net_(columns.Find("Net")),
        currency_(columns.Find("Currency")),
        customer_amount_(columns.Find("Presentment Amount")),
        customer_currency_(columns.Find("Presentment Currency")),
        vat_(columns.Find("VAT")) {}

  absl::Status ReadRow(Cells& cells, uint64_t line);
  absl::Status Finish();

 private:
  // A payout as its rows tell it. Payouts are few, rows are many.
  struct Payout {
    uint64_t line = 0;
    base::Day day;
    std::string currency, id, entry;
    ledger::WideMinor items = 0;
    uint64_t rows = 0;
    bool paid = false;
    std::optional<ledger::Minor> own_row;
  };

  Row Read(Cells& cells);
  void CheckFee(Cells& cells, const Row& row);
  ledger::AccountRef AccountOf(std::string_view currency) const {
    return {kProvider, emitter_.context().merchant_account, currency};
  }
  Payout* PayoutOf(const Row& row, uint64_t line);
  absl::Status EmitRow(const Row& row, const Meaning& meaning, const Payout* payout);
  absl::Status EmitPayout(const Payout& payout, bool may_be_cut);

  const Columns& columns_;
  const Zone zone_;
  Emitter& emitter_;
  const int date_, type_, order_, status_, payout_date_, payout_id_, available_on_, amount_, fee_,
      net_, currency_, customer_amount_, customer_currency_, vat_;
  std::map<std::string, Payout> payouts_;
  std::map<std::pair<int32_t, std::string>, int> of_day_;
};

// Net is amount less fee, with the fee's sign turned or not; VAT on the fee may stand beside it.
void Transactions::CheckFee(Cells& cells, const Row& row) {
  if (cells.Text(fee_).empty() || cells.failed()) return;
  const ledger::Minor fee = ReadMoney(cells, columns_, fee_, row.currency);
  const ledger::Minor vat =
      cells.Text(vat_).empty() ? 0 : ReadMoney(cells, columns_, vat_, row.currency);
  if (cells.failed()) return;
  const ledger::WideMinor taken = ledger::WideMinor{row.amount} - row.net;
  for (const ledger::WideMinor stated : {ledger::WideMinor{fee}, ledger::WideMinor{fee} + vat}) {
    if (taken == stated || taken == -stated) return;
  }
  cells.Fail(net_, fmt::format("isn't amount {} less fee {}: the row was changed, or columns are "
                               "mixed up",
                               ledger::FormatAmount(row.amount, row.currency),
                               ledger::FormatAmount(fee, row.currency)));
}

Row Transactions::Read(Cells& cells) {
  Row row;
  row.currency = ReadCurrencyOf(cells, currency_, emitter_.context());
  row.at_us = cells.Instant(date_, zone_);
  row.word = cells.Text(type_);
  if (row.word.empty()) cells.Fail(type_, "is empty");
  if (cells.failed()) return row;
  row.amount = ReadMoney(cells, columns_, amount_, row.currency);
  row.net = ReadMoney(cells, columns_, net_, row.currency);
  CheckFee(cells, row);
  row.order = cells.Text(order_);
  row.status = NormalName(cells.Text(status_));
  row.payout_id = cells.Text(payout_id_);
  if (!cells.Text(payout_date_).empty()) row.payout_day = ReadDay(cells, payout_date_);
  if (!cells.Text(available_on_).empty()) row.available_on = ReadDay(cells, available_on_);
  if (!cells.Text(customer_currency_).empty() && !cells.Text(customer_amount_).empty()) {
    row.customer_currency = cells.Currency(customer_currency_);
    if (cells.failed()) return row;
    row.customer_amount = ReadMoney(cells, columns_, customer_amount_, row.customer_currency);
    // Exports print it without sign on refunds.
    if ((row.customer_amount < 0) != (row.amount < 0)) row.customer_amount = -row.customer_amount;
  }
  return row;
}

// Rows of one payout share its id, or where there is none its day. A payout that isn't sent yet has
// no rows: they may still move to another.
Transactions::Payout* Transactions::PayoutOf(const Row& row, uint64_t line) {
  if (!IsSent(row)) return nullptr;
  const std::string key =
      fmt::format("{} {}", row.currency,
                  row.payout_id.empty() ? base::FormatDay(row.payout_day) : row.payout_id);
  Payout& payout = payouts_[key];
  if (payout.line == 0) {
    payout.line = line;
    payout.day = row.payout_day;
    payout.currency = row.currency;
    payout.id = row.payout_id;
    payout.entry =
        PayoutEntry(row.payout_day, row.currency, ++of_day_[{row.payout_day.days, row.currency}]);
  }
  payout.paid = payout.paid || row.status == "paid";
  return &payout;
}

absl::Status Transactions::EmitRow(const Row& row, const Meaning& meaning, const Payout* payout) {
  const base::Day day = base::DayOf(row.at_us);
  const std::string fixed =
      fmt::format("{}|{}|{}:{}|{}|{}|{}", row.at_us, NormalName(row.word), row.order.size(),
                  row.order, row.amount, row.net, row.currency);
  TIEOUT_ASSIGN_OR_RETURN(ledger::Event event,
                          emitter_.NewRowEvent(AccountOf(row.currency), day,
                                               base::HashBytes128(fixed), "gross", row.at_us));
  event.refs.order_id = row.order;
  event.refs.payment_id = row.order;
  TIEOUT_RETURN_IF_ERROR(EmitMovement(emitter_, event,
                                      {.meaning = meaning,
                                       .raw_type = row.word,
                                       .amount = row.amount,
                                       .fees = {{"fee", "", row.net - row.amount}},
                                       .customer_amount = row.customer_amount,
                                       .customer_currency = row.customer_currency}));
  const int64_t as_of = emitter_.as_of_us();
  TIEOUT_RETURN_IF_ERROR(emitter_.Amend(event, Field::kAvailableOn,
                                        emitter_.Keep(base::FormatDay(row.available_on)), as_of));
  if (payout == nullptr) return absl::OkStatus();
  return emitter_.Amend(event, Field::kPayoutId, payout->entry, payout->day.start_us());
}

absl::Status Transactions::ReadRow(Cells& cells, uint64_t line) {
  const Row row = Read(cells);
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  emitter_.NoteAsOf(row.at_us);
  // An export made later may have no later transaction, but tells of a payout sent meanwhile.
  if (IsSent(row)) emitter_.NoteAsOf(row.payout_day.start_us());
  const ledger::AccountRef account = AccountOf(row.currency);
  Emitter::Cover(&emitter_.account(account), row.at_us, row.at_us + base::kMicrosPerSecond);
  const Meaning meaning = FindType(row.word);
  Payout* payout = PayoutOf(row, line);
  const bool is_payout = meaning.becomes == Becomes::kPayout;
  if (is_payout || meaning.becomes == Becomes::kPayoutBack) {
    // The payout itself is made of its rows; its own row only tells what it should come to.
    if (payout != nullptr && is_payout) payout->own_row = -row.net;
    if (payout != nullptr) return emitter_.NoOp("the payout's own row: told by its items");
    AddStated(emitter_, account, row.net);
    return EmitRow(row, {}, nullptr);
  }
  AddStated(emitter_, account, row.net);
  if (payout != nullptr) {
    payout->items += row.net;
    ++payout->rows;
  }
  return EmitRow(row, meaning, payout);
}

absl::Status Transactions::EmitPayout(const Payout& payout, bool may_be_cut) {
  const ledger::AccountRef account = AccountOf(payout.currency);
  const auto amount = ledger::Narrow(payout.items);
  if (!amount.has_value()) {
    emitter_.AddNote(payout.line, "PAYOUT_COMPOSITION",
                     fmt::format("payout {}: its rows sum to more than 64 bits", payout.entry));
    return absl::OkStatus();
  }
  if (payout.own_row.has_value() && *payout.own_row != *amount) {
    emitter_.AddNote(payout.line, "PAYOUT_COMPOSITION",
                     fmt::format("payout {} of {}: its {} rows sum to {}, its own row says {}",
                                 payout.id, base::FormatDay(payout.day), payout.rows,
                                 ledger::FormatMoney(*amount, payout.currency),
                                 ledger::FormatMoney(*payout.own_row, payout.currency)));
  } else if (may_be_cut && !payout.own_row.has_value()) {
    emitter_.AddNote(payout.line, "PAYOUT_COMPOSITION",
                     fmt::format("payout {} of {} is the export's first and may have begun before "
                                 "it: import an export that begins earlier, or the payouts export",
                                 payout.id, base::FormatDay(payout.day)));
  }
  emitter_.AtLine(payout.line);
  const auto make = [&](std::string_view component, State state) {
    ledger::Event made = emitter_.NewEvent(account, payout.entry, component, payout.day.start_us());
    made.refs.payout_id = payout.entry;
    made.amount = payout.own_row.value_or(*amount);
    made.body = ledger::Payout{.state = state, .method = ledger::Payout::Method::kAutomatic};
    AddStated(emitter_, account, made.amount);
    return made;
  };
  const ledger::Event event = make("initiated", State::kInitiated);
  TIEOUT_RETURN_IF_ERROR(emitter_.Emit(event));
  if (payout.paid) TIEOUT_RETURN_IF_ERROR(emitter_.Emit(make("paid", State::kPaid)));
  const int64_t as_of = payout.day.start_us();
  TIEOUT_RETURN_IF_ERROR(emitter_.Amend(event, Field::kArrivalDate,
                                        emitter_.Keep(base::FormatDay(payout.day)), as_of));
  TIEOUT_RETURN_IF_ERROR(emitter_.Amend(event, Field::kTraceId, payout.id, as_of));
  const bool complete = payout.own_row.has_value() ? *payout.own_row == *amount : !may_be_cut;
  return emitter_.Amend(event, Field::kListComplete, complete ? "true" : "", as_of);
}

absl::Status Transactions::Finish() {
  if (emitter_.quarantined() > 0) {
    if (!payouts_.empty()) {
      emitter_.AddNote(0, "PAYOUT_COMPOSITION",
                       "rows of the export couldn't be read, so no payout is made of the others: "
                       "import the payouts export");
    }
    return absl::OkStatus();
  }
  // Oldest first; within a currency the first one may have begun before the export.
  std::vector<const Payout*> payouts;
  for (const auto& [key, payout] : payouts_) {
    if (payout.rows > 0) payouts.push_back(&payout);
  }
  std::sort(payouts.begin(), payouts.end(), [](const Payout* a, const Payout* b) {
    return std::tie(a->currency, a->day, a->entry) < std::tie(b->currency, b->day, b->entry);
  });
  for (size_t i = 0; i < payouts.size(); ++i) {
    const bool first = i == 0 || payouts[i - 1]->currency != payouts[i]->currency;
    const bool alone = i + 1 == payouts.size() || payouts[i + 1]->currency != payouts[i]->currency;
    TIEOUT_RETURN_IF_ERROR(EmitPayout(*payouts[i], first && !alone));
  }
  return absl::OkStatus();
}

}  // namespace

bool IsTransactionsHeader(const Columns& columns) {
  const auto has = [&](std::string_view name) { return columns.Has(name) ? 1 : 0; };
  return has("Payout Date") + has("Payout Status") + has("Payout ID") > 0 &&
         has("Transaction Date") + has("Card Source") + has("Available On") > 0 &&
         has("Type") + has("Amount") + has("Net") >= 2;
}

absl::Status ReadTransactions(CsvReader& reader, const Columns& columns, const Zone& zone,
                              Emitter* emitter) {
  Transactions transactions(columns, zone, emitter);
  TIEOUT_RETURN_IF_ERROR(ForEachRow(
      reader, columns, *emitter,
      [&](Cells& cells, const CsvRow& row) { return transactions.ReadRow(cells, row.line); }));
  return transactions.Finish();
}

}  // namespace tieout::connectors::shopify
