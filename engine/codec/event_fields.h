// schemas/event.proto and the ledger's event, side by side: each message once, for both ways.
//
// Fields(v, m) offers each field, in ascending order of its number, to a visitor: Writer (writer.h)
// writes it, Reader (reader.h) takes it where it stands next on the wire. So the two directions
// can't drift apart, and order and numbers stand in one place. Private to codec.
#pragma once

#include <concepts>
#include <type_traits>

#include "engine/ledger/event.h"

namespace tieout::codec {

// T or const T: readers fill what writers only look at.
template <typename M, typename T>
concept Of = std::same_as<std::remove_const_t<M>, T>;

template <typename V, Of<ledger::AccountRef> M>
void Fields(V& v, M& m) {
  v.Text(1, m.provider);
  v.Text(2, m.merchant_account);
  v.Text(3, m.currency);
}

template <typename V, Of<ledger::Source> M>
void Fields(V& v, M& m) {
  v.Text(1, m.connector);
  v.Bytes(2, m.sha256);
  v.Text(3, m.name);
  v.Unsigned(4, m.line);
  v.Instant(5, m.as_of_us);
}

template <typename V, Of<ledger::References> M>
void Fields(V& v, M& m) {
  v.Text(1, m.order_id);
  v.Text(2, m.payment_id);
  v.Text(3, m.payout_id);
  v.Text(4, m.refund_id);
  v.Text(5, m.dispute_id);
  v.Text(6, m.hold_id);
  v.Text(7, m.trace_id);
  v.Text(8, m.bank_reference);
  v.Text(9, m.end_to_end_id);
}

template <typename V, Of<ledger::RowIdentity> M>
void Fields(V& v, M& m) {
  v.Bytes(1, m.hash);
  v.Date(2, m.day);
  v.Unsigned(3, m.ordinal);
  v.Signed(4, m.balance_after);
  v.Unsigned(5, m.balance_ordinal);
}

template <typename V, Of<ledger::Sale::Line> M>
void Fields(V& v, M& m) {
  v.Text(1, m.item);
  v.Text(2, m.sku);
  v.Text(3, m.category);
  v.Signed(4, m.quantity);
  v.Signed(5, m.amount);
  v.Text(6, m.owner);
  v.Unsigned(7, m.share_bp);
}

template <typename V, Of<ledger::Sale::Part> M>
void Fields(V& v, M& m) {
  v.Text(1, m.type);
  v.Signed(2, m.amount);
  v.Text(3, m.bearer);
}

template <typename V, Of<ledger::Sale> M>
void Fields(V& v, M& m) {
  v.Messages(1, m.lines);
  v.Messages(2, m.parts);
  v.Text(3, m.channel);
  v.Text(4, m.region);
  v.Signed(5, m.customer_amount);
  v.Text(6, m.customer_currency);
}

template <typename V, Of<ledger::Fee> M>
void Fields(V& v, M& m) {
  v.Text(1, m.type);
  v.Text(2, m.bearer);
  v.Text(3, m.applies_to);
  v.Text(4, m.period);
}

template <typename V, Of<ledger::Refund> M>
void Fields(V& v, M& m) {
  v.Signed(1, m.customer_amount);
  v.Text(2, m.customer_currency);
  v.Text(3, m.reason);
}

template <typename V, Of<ledger::Chargeback> M>
void Fields(V& v, M& m) {
  v.Enum(1, m.phase, ledger::Chargeback::Phase::kSecond);
  v.Date(2, m.evidence_due);
  v.Signed(3, m.customer_amount);
  v.Text(4, m.customer_currency);
}

template <typename V, Of<ledger::Adjustment> M>
void Fields(V& v, M& m) {
  v.Text(1, m.reason);
  v.Text(2, m.raw_type);
}

template <typename V, Of<ledger::Reserve> M>
void Fields(V& v, M& m) {
  v.Date(1, m.release_on);
}

template <typename V, Of<ledger::Payout> M>
void Fields(V& v, M& m) {
  v.Enum(1, m.state, ledger::Payout::State::kCancelled);
  v.Date(2, m.arrival_date);
  v.Enum(3, m.method, ledger::Payout::Method::kCash);
  v.Flag(4, m.list_complete);
  v.Flag(5, m.to_seller);
  v.Text(6, m.destination);
}

template <typename V, Of<ledger::BankDeposit> M>
void Fields(V& v, M& m) {
  v.Date(1, m.booking_date);
  v.Date(2, m.value_date);
  v.Flag(3, m.provisional);
  v.Text(4, m.counterparty);
  v.Text(5, m.counterparty_account);
  v.Text(6, m.remittance);
  v.Signed(7, m.charges);
  v.Text(8, m.return_of);
  v.Text(9, m.transaction_code);
}

template <typename V, Of<ledger::Amendment> M>
void Fields(V& v, M& m) {
  v.Text(1, m.entry);
  v.Enum(2, m.field, ledger::Amendment::Field::kEndToEndId);
  v.Text(3, m.value);
  v.Instant(4, m.as_of_us);
}

template <typename V, Of<ledger::Cancellation> M>
void Fields(V& v, M& m) {
  v.Text(1, m.reason);
}

template <typename V, Of<ledger::PaymentFailed> M>
void Fields(V& v, M& m) {
  v.Text(1, m.reason);
}

template <typename V, Of<ledger::SourceReport> M>
void Fields(V& v, M& m) {
  v.Enum(1, m.phase, ledger::SourceReport::Phase::kClosed);
  v.Instant(2, m.coverage_from_us);
  v.Instant(3, m.coverage_to_us);
  v.Text(4, m.sequence);
  v.Unsigned(5, m.rows);
  v.Unsigned(6, m.events);
  v.Unsigned(7, m.quarantined);
  v.Signed(8, m.total);
  v.Signed(9, m.opening);
  v.Signed(10, m.closing);
  v.Signed(11, m.stated_total);
}

template <typename V, Of<ledger::Expense> M>
void Fields(V& v, M& m) {
  v.Text(1, m.category);
  v.Text(2, m.supplier);
  v.Text(3, m.description);
  v.Text(4, m.paid_from);
  v.Text(5, m.receipt);
  v.Bytes(6, m.receipt_sha256);
}

template <typename V, Of<ledger::AccountOpened> M>
void Fields(V& v, M& m) {
  v.Text(1, m.owner);
  v.Flag(2, m.shared);
  v.Text(3, m.pays_into);
  v.Text(4, m.time_zone);
  v.Date(5, m.owner_from);
}

template <typename V, Of<ledger::SellerInfo> M>
void Fields(V& v, M& m) {
  v.Enum(1, m.status, ledger::SellerInfo::Status::kVerificationHold);
  v.Text(2, m.payout_cadence);
  v.Signed(3, m.payout_minimum);
  v.Text(4, m.time_zone);
  v.Text(5, m.bank_account);
}

template <typename V, Of<ledger::Start> M>
void Fields(V& v, M& m) {
  v.Date(1, m.first_day);
  v.Signed(2, m.pending);
  v.Signed(3, m.available);
  v.Signed(4, m.reserved);
}

template <typename V, Of<ledger::Rule::BankMatch> M>
void Fields(V& v, M& m) {
  v.Signed(1, m.tolerance);
  v.Unsigned(2, m.tolerance_bp);
  v.Unsigned(3, m.window_before_days);
  v.Unsigned(4, m.window_after_days);
  v.Unsigned(5, m.lag_banking_days);
  v.Unsigned(6, m.grace_banking_days);
  v.Unsigned(7, m.chance_bound);
  v.Text(8, m.calendar);
}

template <typename V, Of<ledger::Rule::FeeSchedule> M>
void Fields(V& v, M& m) {
  v.Text(1, m.fee_type);
  v.Unsigned(2, m.percent_bp);
  v.Signed(3, m.fixed);
  v.Signed(4, m.minimum);
  v.Signed(5, m.maximum);
  v.Enum(6, m.rounding, ledger::Rule::FeeSchedule::Rounding::kHalfEven);
  v.Unsigned(7, m.grace_days);
}

template <typename V, Of<ledger::ExpenseRule> M>
void Fields(V& v, M& m) {
  v.Text(1, m.text);
  v.Text(2, m.category);
  v.Signed(3, m.maximum);
}

template <typename V, Of<ledger::Rule> M>
void Fields(V& v, M& m) {
  v.Text(1, m.rule_id);
  v.Unsigned(2, m.version);
  v.Message(3, m.scope);
  v.OptionalMessage(4, m.bank_match);
  v.OptionalMessage(5, m.fee_schedule);
  v.Flag(6, m.withdrawn);
  v.OptionalMessage(7, m.expense);
}

template <typename V, Of<ledger::Calendar> M>
void Fields(V& v, M& m) {
  v.Text(1, m.calendar_id);
  v.Unsigned(2, m.version);
  v.Dates(3, m.holidays);
  v.Unsigneds(4, m.weekend);
}

template <typename V, Of<ledger::Retraction> M>
void Fields(V& v, M& m) {
  v.Texts(1, m.event_ids);
  v.Bytes(2, m.source_sha256);
  v.Text(3, m.reason);
}

template <typename V, Of<ledger::LogBeginning> M>
void Fields(V& v, M& m) {
  v.Text(1, m.log_id);
  v.Unsigned(2, m.partitions);
  v.Text(3, m.partitioner);
  v.Unsigned(4, m.semantics);
}

template <typename V, Of<ledger::Tick> M>
void Fields(V& v, M& m) {
  v.Unsigned(1, m.number);
  v.Flag(2, m.settled);
}

template <typename V, Of<ledger::SemanticsChange> M>
void Fields(V& v, M& m) {
  v.Unsigned(1, m.number);
}

template <typename V, Of<ledger::Shipment> M>
void Fields(V& v, M& m) {
  v.Enum(1, m.status, ledger::Shipment::Status::kReplaced);
  v.Text(2, m.tracking_number);
  v.Text(3, m.carrier);
  v.Text(4, m.service);
  v.Signed(5, m.label_cost);
  v.Text(6, m.country);
  v.Text(7, m.region);
  v.Text(8, m.claim_id);
  v.Text(9, m.replaced_by);
}

template <typename V, Of<ledger::Event> M>
void Fields(V& v, M& m) {
  v.Text(1, m.event_id);
  v.Unsigned(2, m.semantics);
  v.Text(3, m.seller_id);
  v.Message(4, m.account);
  v.Message(5, m.source);
  v.Instant(6, m.occurred_at_us);
  v.Instant(7, m.recorded_at_us);
  v.Signed(8, m.amount);
  v.Message(9, m.refs);
  v.Message(10, m.row);
  v.Date(11, m.available_on);
  v.template Body<ledger::Sale>(20, m.body);
  v.template Body<ledger::Fee>(21, m.body);
  v.template Body<ledger::Refund>(22, m.body);
  v.template Body<ledger::Chargeback>(23, m.body);
  v.template Body<ledger::Adjustment>(24, m.body);
  v.template Body<ledger::Reserve>(25, m.body);
  v.template Body<ledger::Payout>(26, m.body);
  v.template Body<ledger::BankDeposit>(27, m.body);
  v.template Body<ledger::Amendment>(28, m.body);
  v.template Body<ledger::Cancellation>(29, m.body);
  v.template Body<ledger::PaymentFailed>(30, m.body);
  v.template Body<ledger::SourceReport>(31, m.body);
  v.template Body<ledger::AccountOpened>(32, m.body);
  v.template Body<ledger::SellerInfo>(33, m.body);
  v.template Body<ledger::Start>(34, m.body);
  v.template Body<ledger::Rule>(35, m.body);
  v.template Body<ledger::Calendar>(36, m.body);
  v.template Body<ledger::Retraction>(37, m.body);
  v.template Body<ledger::LogBeginning>(38, m.body);
  v.template Body<ledger::Tick>(39, m.body);
  v.template Body<ledger::SemanticsChange>(40, m.body);
  v.template Body<ledger::Expense>(48, m.body);
  v.template Body<ledger::Shipment>(49, m.body);
}

}  // namespace tieout::codec
