#include "connectors/sheet/takings.h"

#include <fmt/format.h>

#include "engine/ledger/money.h"

namespace tieout::connectors::sheet {

std::string Takings::IdOf(std::string_view account, base::Day day) {
  return fmt::format("{}-{}", account, base::FormatDay(day));
}

void Takings::Add(std::string_view account, std::string_view currency, base::Day day, uint64_t line,
                  ledger::Minor amount) {
  Taken& taken = days_[{std::string(account), std::string(currency), day}];
  taken.amount += amount;
  taken.line = line;
}

void Takings::Name(std::string_view account, std::string_view currency, base::Day day,
                   std::string_view reference) {
  if (!reference.empty())
    days_[{std::string(account), std::string(currency), day}].reference = reference;
}

absl::Status Takings::Emit() {
  for (const auto& [day, line] : held_) {
    emitter_.AddNote(line, "PAYOUT_COMPOSITION",
                     fmt::format("a row of {} is set aside, so the takings of that day are not "
                                 "expected at the bank yet: repair it and ingest the file again",
                                 base::FormatDay(day)));
  }
  for (const auto& [key, taken] : days_) {
    const auto& [account, currency, day] = key;
    if (taken.amount <= 0 || held_.contains(day)) continue;
    TIEOUT_RETURN_IF_ERROR(EmitDay({provider_, account, currency}, day, taken));
  }
  return absl::OkStatus();
}

absl::Status Takings::EmitDay(const ledger::AccountRef& account, base::Day day,
                              const Taken& taken) {
  const auto amount = ledger::Narrow(taken.amount);
  if (!amount) {
    return base::InvalidArgument(fmt::format("{}: the takings of {} are beyond 64 bits",
                                             emitter_.context().file_name, base::FormatDay(day)));
  }
  emitter_.AtLine(taken.line);
  const std::string_view id = emitter_.Keep(IdOf(account.merchant_account, day));
  ledger::Event event = emitter_.NewEvent(account, id, "initiated", day.start_us());
  event.refs.payout_id = id;
  event.amount = *amount;
  event.body = ledger::Payout{.state = ledger::Payout::State::kInitiated,
                              .method = ledger::Payout::Method::kCash,
                              .list_complete = true};
  TIEOUT_RETURN_IF_ERROR(emitter_.Emit(event));
  return emitter_.Amend(event, ledger::Amendment::Field::kBankReference, taken.reference,
                        emitter_.as_of_us());
}

}  // namespace tieout::connectors::sheet
