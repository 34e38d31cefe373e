// payouts_export: one row a payout, with what it is made of.
#include <fmt/format.h>

#include <map>
#include <utility>

#include "connectors/lex/rows.h"
#include "connectors/movement.h"
#include "connectors/shopify/exports.h"

namespace tieout::connectors::shopify {
namespace {

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

absl::Status Emit(const Payout& payout, int n, std::string_view bank_reference, Emitter* emitter) {
  State state = State::kInitiated;
  if (payout.status == "paid") state = State::kPaid;
  if (payout.status == "failed") state = State::kFailed;
  if (payout.status == "canceled") state = State::kCancelled;
  return EmitPayout(*emitter,
                    {.account = {kProvider, emitter->context().merchant_account, payout.currency},
                     .id = PayoutEntry(payout.day, payout.currency, n),
                     .state = state,
                     .method = ledger::Payout::Method::kAutomatic,
                     .amount = payout.total,
                     .at_us = payout.day.start_us(),
                     .as_of_us = payout.day.start_us(),
                     .arrival_date = emitter->Keep(base::FormatDay(payout.day)),
                     .bank_reference = bank_reference});
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
  return ForEachRow(
      reader, columns, *emitter, [&](Cells& cells, const CsvRow& row) -> absl::Status {
        Payout payout;
        payout.currency = ReadCurrencyOf(cells, currency, emitter->context());
        payout.status = NormalName(cells.Text(status));
        payout.day = ReadDay(cells, date);
        if (!cells.failed()) payout.total = ReadMoney(cells, columns, total, payout.currency);
        if (cells.failed()) return emitter->Quarantine(cells.error());
        if (payout.status == "pending" || payout.status == "scheduled") {
          return emitter->NoOp("the payout isn't sent yet");
        }
        CheckParts(cells, columns, payout, row.line, emitter);
        const int n = ++of_day[{payout.day.days, payout.currency}];
        emitter->NoteAsOf(payout.day.start_us());
        TIEOUT_RETURN_IF_ERROR(Emit(payout, n, cells.Text(bank_reference), emitter));
        Emitter::Cover(
            &emitter->account({kProvider, emitter->context().merchant_account, payout.currency}),
            payout.day.start_us(), payout.day.plus(1).start_us());
        return absl::OkStatus();
      });
}

}  // namespace tieout::connectors::shopify
