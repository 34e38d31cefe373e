// payouts_export: one row a payout, with what it is made of.
#include <fmt/format.h>

#include <map>
#include <utility>

#include "connectors/shopify/exports.h"

namespace tieout::connectors::shopify {
namespace {

using Field = ledger::Amendment::Field;
using State = ledger::Payout::State;

struct Payout {
  base::Day day;
  std::string currency, status;
  ledger::Minor total = 0;
};

// What the payout is made of, by the export's columns; Fees are negative in today's exports and
// were positive in older ones.
void CheckParts(Cells& cells, const Columns& columns, const Payout& payout, uint64_t line,
                Emitter* emitter) {
  ledger::WideMinor parts = 0;
  ledger::WideMinor fees = 0;
  for (const std::string_view name : {"Charges", "Refunds", "Adjustments", "Marketplace Sales Tax",
                                      "Advances", "Reserved Funds", "Retried Amount", "Fees"}) {
    const int column = columns.Find(name);
    if (cells.Text(column).empty()) continue;
    const ledger::Minor amount = ReadMoney(cells, columns, column, payout.currency);
    (name == "Fees" ? fees : parts) += amount;
  }
  if (cells.failed() || parts + fees == payout.total || parts - fees == payout.total) return;
  const auto sum = ledger::Narrow(parts + fees);
  emitter->AddNote(
      line, "PAYOUT_COMPOSITION",
      fmt::format(
          "payout of {}: its columns sum to {}, Total says {}", base::FormatDay(payout.day),
          sum.has_value() ? ledger::FormatMoney(*sum, payout.currency) : "a sum beyond 64 bits",
          ledger::FormatMoney(payout.total, payout.currency)));
}

absl::Status EmitPayout(const Payout& payout, int n, std::string_view bank_reference,
                        Emitter* emitter) {
  const ledger::AccountRef account{kProvider, emitter->context().merchant_account, payout.currency};
  const std::string entry = PayoutEntry(payout.day, payout.currency, n);
  const auto emit = [&](std::string_view component, State state, ledger::Minor amount) {
    ledger::Event event = emitter->NewEvent(account, entry, component, payout.day.start_us());
    event.refs.payout_id = entry;
    event.amount = amount;
    event.body = ledger::Payout{.state = state, .method = ledger::Payout::Method::kAutomatic};
    return emitter->Emit(event);
  };
  AccountSummary& summary = emitter->account(account);
  summary.stated_total = summary.stated_total.value_or(0) + payout.total;
  TIEOUT_RETURN_IF_ERROR(emit("initiated", State::kInitiated, payout.total));
  if (payout.status == "paid") {
    TIEOUT_RETURN_IF_ERROR(emit("paid", State::kPaid, payout.total));
    *summary.stated_total += payout.total;
  } else if (payout.status == "failed" || payout.status == "canceled") {
    TIEOUT_RETURN_IF_ERROR(emit(
        "failed", payout.status == "failed" ? State::kFailed : State::kCancelled, payout.total));
    *summary.stated_total += payout.total;
  }
  const ledger::Event event = emitter->NewEvent(account, entry, "initiated", payout.day.start_us());
  const int64_t as_of = payout.day.start_us();
  TIEOUT_RETURN_IF_ERROR(emitter->Amend(event, Field::kArrivalDate,
                                        emitter->Keep(base::FormatDay(payout.day)), as_of));
  return emitter->Amend(event, Field::kBankReference, bank_reference, as_of);
}

}  // namespace

bool IsPayoutsHeader(const Columns& columns) {
  return columns.Has("Payout Date") && columns.Has("Status") && columns.Has("Total");
}

absl::Status ReadPayouts(CsvReader& reader, const Columns& columns, Emitter* emitter) {
  const int date = columns.Find("Payout Date");
  const int status = columns.Find("Status");
  const int total = columns.Find("Total");
  const int currency = columns.Find("Currency");
  const int bank_reference = columns.Find("Bank Reference");
  std::map<std::pair<int32_t, std::string>, int> of_day;  // payouts are few
  CsvRow row;
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, reader.Next(&row));
    if (!more) return absl::OkStatus();
    TIEOUT_ASSIGN_OR_RETURN(const bool readable, BeginRow(row, columns, emitter));
    if (!readable) continue;
    Cells cells(columns, row.fields);
    Payout payout;
    payout.currency = ReadCurrencyOf(cells, currency, emitter->context());
    payout.status = NormalName(cells.Text(status));
    payout.day = ReadDay(cells, date);
    if (!cells.failed()) payout.total = ReadMoney(cells, columns, total, payout.currency);
    if (cells.failed()) {
      TIEOUT_RETURN_IF_ERROR(emitter->Quarantine(cells.error()));
      continue;
    }
    if (payout.status == "pending" || payout.status == "scheduled") {
      TIEOUT_RETURN_IF_ERROR(emitter->NoOp("the payout isn't sent yet"));
      continue;
    }
    CheckParts(cells, columns, payout, row.line, emitter);
    const int n = ++of_day[{payout.day.days, payout.currency}];
    emitter->NoteAsOf(payout.day.start_us());
    TIEOUT_RETURN_IF_ERROR(EmitPayout(payout, n, cells.Text(bank_reference), emitter));
    Emitter::Cover(
        &emitter->account({kProvider, emitter->context().merchant_account, payout.currency}),
        payout.day.start_us(), payout.day.plus(1).start_us());
  }
}

}  // namespace tieout::connectors::shopify
