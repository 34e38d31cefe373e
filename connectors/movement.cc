#include "connectors/movement.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "connectors/lex/columns.h"

namespace tieout::connectors {
namespace {

ledger::Chargeback ChargebackOf(const Movement& movement, ledger::Chargeback::Phase phase) {
  return {.phase = phase,
          .customer_amount = movement.customer_amount,
          .customer_currency = movement.customer_currency};
}

ledger::Body BodyOf(const Movement& movement) {
  using Phase = ledger::Chargeback::Phase;
  const std::string_view detail = movement.meaning.detail;
  switch (movement.meaning.becomes) {
    case Becomes::kSale: {
      ledger::Sale sale;
      sale.customer_amount = movement.customer_amount;
      sale.customer_currency = movement.customer_currency;
      sale.parts = movement.parts;
      return sale;
    }
    case Becomes::kRefund:
      return ledger::Refund{.customer_amount = movement.customer_amount,
                            .customer_currency = movement.customer_currency,
                            .reason = detail};
    case Becomes::kChargebackOpened:
      return ChargebackOf(movement, Phase::kOpened);
    case Becomes::kChargebackWon:
      return ChargebackOf(movement, Phase::kWon);
    case Becomes::kFee:
      return ledger::Fee{.type = detail};
    case Becomes::kReserve:
      return ledger::Reserve{};
    default:
      return ledger::Adjustment{.reason = detail, .raw_type = movement.raw_type};
  }
}

}  // namespace

std::string_view FeeTypeBeside(Becomes becomes) {
  switch (becomes) {
    case Becomes::kChargebackOpened:
    case Becomes::kChargebackWon:
      return "dispute";
    case Becomes::kFee:
      return "tax_on_fee";
    case Becomes::kPayout:
    case Becomes::kPayoutBack:
      return "payout";
    default:
      return "processing";
  }
}

std::string NormalWord(std::string_view word) {
  std::string plain(word);
  std::replace(plain.begin(), plain.end(), '_', ' ');
  std::replace(plain.begin(), plain.end(), '-', ' ');
  return NormalName(plain);
}

Meaning FindMeaning(std::span<const Meaning> table, std::string_view word) {
  const std::string normal = NormalWord(word);
  for (const Meaning& meaning : table) {
    const bool begins = meaning.word.ends_with('*');
    if (begins
            ? std::string_view(normal).starts_with(meaning.word.substr(0, meaning.word.size() - 1))
            : normal == meaning.word) {
      return meaning;
    }
  }
  return {};
}

absl::Status EmitMovement(Emitter& emitter, ledger::Event event, const Movement& movement) {
  event.amount = movement.amount;
  event.body = BodyOf(movement);
  TIEOUT_RETURN_IF_ERROR(emitter.Emit(event));
  for (const Movement::Fee& fee : movement.fees) {
    if (fee.amount == 0) continue;
    ledger::Event beside = emitter.Sibling(event, fee.component);
    beside.amount = fee.amount;
    beside.body =
        ledger::Fee{.type = fee.type.empty() ? FeeTypeBeside(movement.meaning.becomes) : fee.type,
                    .applies_to = ledger::EntryOf(event.event_id)};
    TIEOUT_RETURN_IF_ERROR(emitter.Emit(beside));
  }
  return absl::OkStatus();
}

absl::Status EmitPayout(Emitter& emitter, const PayoutFact& payout) {
  using Field = ledger::Amendment::Field;
  using State = ledger::Payout::State;
  const auto make = [&](std::string_view component, State state) {
    ledger::Event event = emitter.NewEvent(payout.account, payout.id, component, payout.at_us);
    event.refs.payout_id = emitter.Keep(std::string(payout.id));
    event.amount = payout.amount;
    event.body = ledger::Payout{.state = state,
                                .method = payout.method,
                                .list_complete = payout.list_complete,
                                .destination = payout.destination};
    return event;
  };
  const ledger::Event initiated = make("initiated", State::kInitiated);
  TIEOUT_RETURN_IF_ERROR(emitter.Emit(initiated));
  AddStated(emitter, payout.account, payout.amount);
  if (payout.state != State::kInitiated) {
    TIEOUT_RETURN_IF_ERROR(
        emitter.Emit(make(payout.state == State::kPaid ? "paid" : "failed", payout.state)));
    AddStated(emitter, payout.account, payout.amount);
  }
  const int64_t as_of = payout.as_of_us != 0 ? payout.as_of_us : emitter.as_of_us();
  for (const auto& [field, value] : {std::pair(Field::kArrivalDate, payout.arrival_date),
                                     std::pair(Field::kTraceId, payout.trace_id),
                                     std::pair(Field::kBankReference, payout.bank_reference),
                                     std::pair(Field::kEndToEndId, payout.end_to_end_id)}) {
    TIEOUT_RETURN_IF_ERROR(emitter.Amend(initiated, field, value, as_of));
  }
  return absl::OkStatus();
}

void ListedPayout::TakeObject(uint64_t at_line, const PayoutFact& payout) {
  line = at_line;
  has_object = true;
  amount = payout.amount;
  at_us = payout.at_us;
  currency = payout.account.currency;
}

void ListedPayout::TakeItem(uint64_t at_line, std::string_view item_currency, ledger::Minor net) {
  if (line == 0) line = at_line;
  if (currency.empty()) currency = item_currency;
  items += net;
  ++rows;
}

absl::Status CallComplete(Emitter& emitter, const ledger::AccountRef& account, std::string_view id,
                          const ListedPayout& payout) {
  emitter.AtLine(payout.line);
  const ledger::Event event = emitter.NewEvent(account, id, "initiated", payout.at_us);
  return emitter.Amend(event, ledger::Amendment::Field::kListComplete, "true", emitter.as_of_us());
}

void AddStated(Emitter& emitter, const ledger::AccountRef& account, ledger::WideMinor amount) {
  emitter.account(account).AddStated(amount);
}

absl::Status NeedsAccount(const Context& context, std::string_view what, std::string_view example) {
  if (!context.merchant_account.empty()) return absl::OkStatus();
  return base::FailedPrecondition(fmt::format("{}: {} name no account: say which with --account {}",
                                              context.file_name, what, example));
}

}  // namespace tieout::connectors
