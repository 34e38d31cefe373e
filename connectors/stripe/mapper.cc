#include "connectors/stripe/mapper.h"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/lex/clock.h"
#include "connectors/movement.h"

namespace tieout::connectors::stripe {
namespace {

using Field = ledger::Amendment::Field;

// reporting_category -> what it is to a seller. What isn't here is an unclassified adjustment.
constexpr Meaning kCategories[] = {
    {"charge", Becomes::kSale, ""},
    {"partial_capture_reversal", Becomes::kSale, ""},
    {"charge_failure", Becomes::kSale, ""},
    {"refund", Becomes::kRefund, ""},
    {"refund_failure", Becomes::kRefund, "refund failed"},
    {"dispute", Becomes::kChargebackOpened, ""},
    {"dispute_reversal", Becomes::kChargebackWon, ""},
    {"fee", Becomes::kFee, ""},
    {"network_cost", Becomes::kFee, "processing"},
    {"tax", Becomes::kFee, "tax_on_fee"},
    {"payout", Becomes::kPayout, ""},
    {"payout_reversal", Becomes::kPayoutBack, ""},
    {"connect_reserved_funds", Becomes::kReserve, ""},
    {"risk_reserved_funds", Becomes::kReserve, ""},
    {"payment_network_reserved_funds", Becomes::kReserve, ""},
    {"minimum_balance_hold", Becomes::kReserve, ""},
    {"transfer", Becomes::kAdjustment, "transfer"},
    {"transfer_reversal", Becomes::kAdjustment, "transfer"},
    {"connect_collection_transfer", Becomes::kAdjustment, "transfer"},
    {"platform_earning", Becomes::kAdjustment, "platform"},
    {"platform_earning_refund", Becomes::kAdjustment, "platform"},
    {"topup", Becomes::kAdjustment, "topup"},
    {"topup_reversal", Becomes::kAdjustment, "topup"},
    {"inbound_transfer", Becomes::kAdjustment, "topup"},
    {"advance", Becomes::kAdjustment, "loan"},
    {"advance_funding", Becomes::kAdjustment, "loan"},
    {"anticipation_repayment", Becomes::kAdjustment, "loan"},
    {"financing_payout", Becomes::kAdjustment, "loan"},
    {"financing_payout_reversal", Becomes::kAdjustment, "loan"},
    {"financing_paydown", Becomes::kAdjustment, "loan"},
    {"financing_paydown_reversal", Becomes::kAdjustment, "loan"},
    {"contribution", Becomes::kAdjustment, "contribution"},
    {"climate_order_purchase", Becomes::kAdjustment, "contribution"},
    {"climate_order_refund", Becomes::kAdjustment, "contribution"},
    {"currency_conversion", Becomes::kAdjustment, "fx"},
    {"issuing_authorization_hold", Becomes::kAdjustment, "issuing"},
    {"issuing_authorization_release", Becomes::kAdjustment, "issuing"},
    {"issuing_dispute", Becomes::kAdjustment, "issuing"},
    {"issuing_transaction", Becomes::kAdjustment, "issuing"},
    {"other_adjustment", Becomes::kAdjustment, "other"},
    {"unreconciled_customer_funds", Becomes::kAdjustment, "customer_funds"},
};

Meaning FindCategory(std::string_view name) {
  for (const Meaning& category : kCategories) {
    if (category.word == name) return category;
  }
  return {};
}

struct TypeName {
  std::string_view type, category;
};
// balance_transaction.type -> reporting_category, where the two words differ.
constexpr TypeName kTypes[] = {
    {"payment", "charge"},
    {"payment_refund", "refund"},
    {"payment_failure_refund", "charge_failure"},
    {"payment_reversal", "charge_failure"},
    {"payment_unreconciled", "unreconciled_customer_funds"},
    {"payout_cancel", "payout_reversal"},
    {"payout_failure", "payout_reversal"},
    {"stripe_fee", "fee"},
    {"stripe_fx_fee", "fee"},
    {"tax_fee", "tax"},
    {"application_fee", "platform_earning"},
    {"application_fee_refund", "platform_earning_refund"},
    {"transfer_cancel", "transfer_reversal"},
    {"transfer_failure", "transfer_reversal"},
    {"transfer_refund", "transfer_reversal"},
    {"reserve_transaction", "risk_reserved_funds"},
    {"reserve_hold", "risk_reserved_funds"},
    {"reserve_release", "risk_reserved_funds"},
    {"reserved_funds", "connect_reserved_funds"},
    {"payment_network_reserve_hold", "payment_network_reserved_funds"},
    {"payment_network_reserve_release", "payment_network_reserved_funds"},
    {"payout_minimum_balance_hold", "minimum_balance_hold"},
    {"payout_minimum_balance_release", "minimum_balance_hold"},
};

// "Radar (2026-03-01 - 2026-03-02): Standard" -> "2026-03-01/2026-03-02".
std::string PeriodOf(std::string_view description) {
  const size_t open = description.find('(');
  if (open == std::string_view::npos) return "";
  std::string_view inside = description.substr(open + 1);
  inside = inside.substr(0, inside.find(')'));
  const std::string_view from = inside.substr(0, 10);
  const std::string_view to = inside.size() > 10 ? inside.substr(inside.size() - 10) : from;
  if (!base::ParseDay(from).has_value() || !base::ParseDay(to).has_value()) return "";
  return fmt::format("{}/{}", from, to);
}

// Stripe bills processing under interchange plus in rows of its own; the rest is its products.
std::string_view BilledFeeType(const Meaning& category, std::string_view description) {
  if (!category.detail.empty()) return category.detail;
  for (const std::string_view lead : {"Card payments", "IC+", "Interchange plus"}) {
    if (description.starts_with(lead)) return "processing";
  }
  return "platform";
}

// The charge it reverses, beside the reversal's own id: not part of its content, as not every
// channel tells it.
void NameReversal(std::string_view* id, const Entry& entry, ledger::Event* event) {
  *id = entry.source_id;
  if (!id->empty()) event->refs.payment_id = entry.charge_id;
}

bool IsCharge(std::string_view id) { return id.starts_with("ch_") || id.starts_with("py_"); }

}  // namespace

std::string CategoryOf(std::string_view type, std::string_view source_id, ledger::Minor gross) {
  const bool is_dispute = source_id.starts_with("dp_") || source_id.starts_with("du_");
  if (type == "adjustment") {
    if (!is_dispute) return "other_adjustment";
    return gross < 0 ? "dispute" : "dispute_reversal";
  }
  // Until 2017 payouts were transfers.
  if (type.starts_with("transfer") && source_id.starts_with("po_")) {
    return type == "transfer" ? "payout" : "payout_reversal";
  }
  for (const TypeName& known : kTypes) {
    if (known.type == type) return std::string(known.category);
  }
  return std::string(type);
}

ledger::AccountRef Mapper::AccountOf(std::string_view currency) const {
  return {kProvider, account_, currency};
}

ledger::Event Mapper::GrossEvent(const Entry& entry) {
  const Meaning category = FindCategory(entry.category);
  ledger::Event event =
      emitter_.NewEvent(AccountOf(entry.currency), entry.id, "gross", entry.created_us);
  event.amount = entry.gross;
  if (IsCharge(entry.source_id)) event.refs.payment_id = entry.source_id;
  const ledger::Chargeback chargeback{.phase = category.becomes == Becomes::kChargebackWon
                                                   ? ledger::Chargeback::Phase::kWon
                                                   : ledger::Chargeback::Phase::kOpened,
                                      .customer_amount = entry.customer_amount,
                                      .customer_currency = entry.customer_currency};
  switch (category.becomes) {
    case Becomes::kSale: {
      // The source of a failed charge is a refund object: its own id, like a refund's.
      if (!IsCharge(entry.source_id)) NameReversal(&event.refs.refund_id, entry, &event);
      ledger::Sale sale;
      sale.customer_amount = entry.customer_amount;
      sale.customer_currency = entry.customer_currency;
      event.body = std::move(sale);
      break;
    }
    case Becomes::kRefund:
      // Before 2018 the balance history names the charge as a refund's source.
      if (!IsCharge(entry.source_id)) NameReversal(&event.refs.refund_id, entry, &event);
      event.body = ledger::Refund{.customer_amount = entry.customer_amount,
                                  .customer_currency = entry.customer_currency,
                                  .reason = category.detail};
      break;
    case Becomes::kChargebackOpened:
    case Becomes::kChargebackWon:
      NameReversal(&event.refs.dispute_id, entry, &event);
      event.body = chargeback;
      break;
    case Becomes::kFee:  // the gross is the fee, the fee column the tax on it
      event.body = ledger::Fee{.type = BilledFeeType(category, entry.description),
                               .period = emitter_.Keep(PeriodOf(entry.description))};
      break;
    case Becomes::kReserve:
      event.refs.hold_id = entry.source_id.empty() ? entry.id : entry.source_id;
      event.body = ledger::Reserve{};
      break;
    default:
      event.body = ledger::Adjustment{.reason = category.detail, .raw_type = entry.raw_type};
      break;
  }
  return event;
}

absl::Status Mapper::EmitFee(const ledger::Event& gross, const Entry& entry) {
  if (entry.fee == 0) return absl::OkStatus();
  const Becomes becomes = FindCategory(entry.category).becomes;
  ledger::Event fee = emitter_.NewEvent(gross.account, entry.id,
                                        becomes == Becomes::kFee ? "tax" : "fee", entry.created_us);
  fee.refs = gross.refs;
  fee.refs.payout_id = {};
  fee.amount = -entry.fee;
  fee.body = ledger::Fee{.type = FeeTypeBeside(becomes),
                         .applies_to = emitter_.Keep(std::string(ledger::EntryOf(gross.event_id)))};
  return emitter_.Emit(fee);
}

absl::Status Mapper::AmendEntry(const ledger::Event& gross, const Entry& entry) {
  const int64_t as_of = emitter_.as_of_us();
  TIEOUT_RETURN_IF_ERROR(emitter_.Amend(gross, Field::kOrderId, entry.order_id, as_of));
  TIEOUT_RETURN_IF_ERROR(emitter_.Amend(gross, Field::kAvailableOn, entry.available_on, as_of));
  TIEOUT_RETURN_IF_ERROR(emitter_.Amend(gross, Field::kStatus, entry.status, as_of));
  return emitter_.Amend(gross, Field::kPayoutId, entry.payout_id,
                        entry.payout_effective_us != 0 ? entry.payout_effective_us : as_of);
}

// A payout's own row: an event of the payout, not of its balance transaction, so that report, API
// and webhook are one. Its fee is a fee of the balance transaction.
absl::Status Mapper::MapPayoutRow(const Entry& entry) {
  const bool is_back = FindCategory(entry.category).becomes == Becomes::kPayoutBack;
  const std::string& id = entry.source_id.empty() ? entry.id : entry.source_id;
  ledger::Event event = emitter_.NewEvent(AccountOf(entry.currency), id,
                                          is_back ? "failed" : "initiated", entry.created_us);
  event.refs.payout_id = id;
  // Both states carry the payout's own amount; which way it moves is the state's business.
  event.amount = is_back ? entry.gross : -entry.gross;
  event.body = ledger::Payout{
      .state = is_back ? ledger::Payout::State::kFailed : ledger::Payout::State::kInitiated,
      .method = entry.payout_method};
  TIEOUT_RETURN_IF_ERROR(emitter_.Emit(event));
  TIEOUT_RETURN_IF_ERROR(EmitFee(event, entry));
  if (entry.fee != 0 && !is_back) {
    // The payout's own fee lowers what is sent: it is an item of the list.
    const ledger::Event fee = emitter_.NewEvent(event.account, entry.id, "fee", entry.created_us);
    TIEOUT_RETURN_IF_ERROR(emitter_.Amend(
        fee, Field::kPayoutId, id,
        entry.payout_effective_us != 0 ? entry.payout_effective_us : emitter_.as_of_us()));
  }
  if (is_back) {
    // What came back is an item of the payout that next takes it along.
    const std::string_view claimed_by =
        entry.payout_id == id ? "" : std::string_view(entry.payout_id);
    return emitter_.Amend(
        event, Field::kPayoutId, claimed_by,
        entry.payout_effective_us != 0 ? entry.payout_effective_us : emitter_.as_of_us());
  }
  TIEOUT_RETURN_IF_ERROR(
      emitter_.Amend(event, Field::kArrivalDate, entry.payout_arrival, emitter_.as_of_us()));
  return emitter_.Amend(event, Field::kTraceId, entry.payout_trace_id, emitter_.as_of_us());
}

void Mapper::AddToList(uint64_t line, const Entry& entry) {
  const bool is_payout = FindCategory(entry.category).becomes == Becomes::kPayout;
  // A payout's row belongs to its own list; all else to the one its payout id names.
  const std::string& id = is_payout && !entry.source_id.empty() ? entry.source_id : entry.payout_id;
  if (id.empty()) return;
  List& list = lists_[id];
  list.account = account_;
  if (list.line == 0) list.line = line;
  if (list.currency.empty()) list.currency = entry.currency;
  if (list.effective_us == 0) list.effective_us = entry.payout_effective_us;
  if (list.arrival.empty()) list.arrival = entry.payout_arrival;
  if (list.trace_id.empty()) list.trace_id = entry.payout_trace_id;
  if (is_payout) {
    list.has_row = true;
    list.amount = -entry.gross;
    list.items -= entry.fee;
    list.created_us = entry.created_us;
  } else {
    list.items += entry.net;
    ++list.rows;
  }
}

absl::Status Mapper::Map(uint64_t line, const Entry& entry) {
  ledger::Minor net = 0;
  if (__builtin_sub_overflow(entry.gross, entry.fee, &net) || net != entry.net) {
    NoteUnreadable();
    return emitter_.Quarantine(
        {"net", ledger::FormatAmount(entry.net, entry.currency),
         fmt::format("isn't gross {} less fee {}: the row was changed, or columns are mixed up",
                     ledger::FormatAmount(entry.gross, entry.currency),
                     ledger::FormatAmount(entry.fee, entry.currency))});
  }
  account_ = entry.account.empty() ? emitter_.context().merchant_account : entry.account;
  const Becomes becomes = FindCategory(entry.category).becomes;
  const bool is_payout = becomes == Becomes::kPayout || becomes == Becomes::kPayoutBack;
  AccountSummary& account = emitter_.account(AccountOf(entry.currency));
  // A payout's row turns sign, and so does what it adds to the file's own total.
  account.AddStated(entry.net -
                    (becomes == Becomes::kPayout ? 2 * ledger::WideMinor{entry.gross} : 0));
  Emitter::Cover(&account, entry.created_us,
                 std::max(entry.created_us, entry.payout_effective_us) + base::kMicrosPerSecond);
  AddToList(line, entry);
  if (is_payout) return MapPayoutRow(entry);
  const ledger::Event gross = GrossEvent(entry);
  TIEOUT_RETURN_IF_ERROR(emitter_.Emit(gross));
  TIEOUT_RETURN_IF_ERROR(EmitFee(gross, entry));
  return AmendEntry(gross, entry);
}

absl::Status Mapper::MapPayout(const PayoutObject& payout) {
  using State = ledger::Payout::State;
  const auto emit = [&](std::string_view component, State state, ledger::Minor amount) {
    ledger::Event event =
        emitter_.NewEvent(AccountOf(payout.currency), payout.id, component, payout.created_us);
    event.refs.payout_id = payout.id;
    event.amount = amount;
    event.body = ledger::Payout{.state = state, .method = payout.method};
    return emitter_.Emit(event);
  };
  AccountSummary& account = emitter_.account(AccountOf(payout.currency));
  Emitter::Cover(&account, payout.created_us, payout.created_us + base::kMicrosPerSecond);
  account.AddStated(payout.amount);
  TIEOUT_RETURN_IF_ERROR(emit("initiated", State::kInitiated, payout.amount));
  if (payout.status == "paid") {
    TIEOUT_RETURN_IF_ERROR(emit("paid", State::kPaid, payout.amount));
    account.AddStated(payout.amount);
  } else if (payout.status == "failed" || payout.status == "canceled") {
    TIEOUT_RETURN_IF_ERROR(emit("failed", State::kFailed, payout.amount));
    account.AddStated(payout.amount);
  }
  ledger::Event event =
      emitter_.NewEvent(AccountOf(payout.currency), payout.id, "initiated", payout.created_us);
  event.refs.payout_id = payout.id;
  const int64_t as_of = emitter_.as_of_us();
  TIEOUT_RETURN_IF_ERROR(emitter_.Amend(event, Field::kStatus, payout.status, as_of));
  TIEOUT_RETURN_IF_ERROR(emitter_.Amend(event, Field::kArrivalDate, payout.arrival_date, as_of));
  return emitter_.Amend(event, Field::kTraceId, payout.trace_id, as_of);
}

absl::Status Mapper::FinishLists(bool whole_payouts) {
  for (const auto& [id, list] : lists_) {
    if (list.rows == 0) continue;
    if (unreadable_) {
      emitter_.AddNote(list.line, "PAYOUT_COMPOSITION",
                       fmt::format("payout {}: its list isn't called complete, since rows of the "
                                   "file couldn't be read",
                                   id));
    } else if (list.has_row || whole_payouts) {
      TIEOUT_RETURN_IF_ERROR(FinishList(id, list, whole_payouts));
    }
  }
  return absl::OkStatus();
}

absl::Status Mapper::FinishList(const std::string& id, const List& list, bool whole_payouts) {
  account_ = list.account;
  const auto sum = ledger::Narrow(list.items);
  const bool adds_up = sum.has_value() && (!list.has_row || *sum == list.amount);
  if (!adds_up) {
    emitter_.AddNote(list.line, "PAYOUT_COMPOSITION",
                     sum.has_value()
                         ? fmt::format("payout {}: its {} rows sum to {}, its own row says {}", id,
                                       list.rows, ledger::FormatMoney(*sum, list.currency),
                                       ledger::FormatMoney(list.amount, list.currency))
                         : fmt::format("payout {}: the sum of its rows is beyond 64 bits", id));
    if (!whole_payouts || !sum.has_value()) return absl::OkStatus();
  }
  emitter_.AtLine(list.line);
  const int64_t occurred_at = list.has_row ? list.created_us : list.effective_us;
  const int64_t as_of = list.effective_us != 0 ? list.effective_us : emitter_.as_of_us();
  ledger::Event event = emitter_.NewEvent(AccountOf(list.currency), id, "initiated", occurred_at);
  event.refs.payout_id = id;
  if (!list.has_row) {
    event.amount = *sum;
    event.body = ledger::Payout{.state = ledger::Payout::State::kInitiated,
                                .method = ledger::Payout::Method::kAutomatic};
    TIEOUT_RETURN_IF_ERROR(emitter_.Emit(event));
    emitter_.account(event.account).AddStated(*sum);
    TIEOUT_RETURN_IF_ERROR(
        emitter_.Amend(event, Field::kArrivalDate, list.arrival, emitter_.as_of_us()));
    TIEOUT_RETURN_IF_ERROR(
        emitter_.Amend(event, Field::kTraceId, list.trace_id, emitter_.as_of_us()));
  }
  return emitter_.Amend(event, Field::kListComplete, "true", as_of);
}

}  // namespace tieout::connectors::stripe
