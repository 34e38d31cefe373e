// schemas/record.proto and schemas/projection.proto beside the ledger's records. See
// event_fields.h.
#pragma once

#include "engine/codec/event_fields.h"
#include "engine/ledger/projection.h"
#include "engine/ledger/record.h"

namespace tieout::codec {

template <typename V, Of<ledger::Position> M>
void Fields(V& v, M& m) {
  v.Unsigned(1, m.partition);
  v.Unsigned(2, m.ordinal);
}

template <typename V, Of<ledger::Member> M>
void Fields(V& v, M& m) {
  v.Enum(1, m.role, ledger::Role::kExpense);
  v.Text(2, m.event_id);
  v.Message(3, m.position);
  v.Signed(4, m.amount);
  v.Signed(5, m.allocated);
  v.Signed(6, m.residual);
}

template <typename V, Of<ledger::ItemList> M>
void Fields(V& v, M& m) {
  v.Unsigned(1, m.count);
  v.Signed(2, m.sum);
  v.Unsigneds(3, m.ordinal_deltas);
  v.Signeds(4, m.amounts);
}

template <typename V, Of<ledger::Candidate> M>
void Fields(V& v, M& m) {
  v.Text(1, m.event_id);
  v.Signed(2, m.amount_off);
  v.Signed(3, m.days_off);
  v.Text(4, m.why_not);
}

template <typename V, Of<ledger::Search> M>
void Fields(V& v, M& m) {
  v.Unsigned(1, m.candidates);
  v.Unsigned(2, m.steps);
  v.Date(3, m.window_from);
  v.Date(4, m.window_to);
  v.Messages(5, m.nearest);
}

template <typename V, Of<ledger::Record> M>
void Fields(V& v, M& m) {
  v.Text(1, m.record_id);
  v.Text(2, m.seller_id);
  v.Text(3, m.provider);
  v.Text(4, m.merchant_account);
  v.Text(5, m.currency);
  v.Enum(6, m.level, ledger::Level::kSource);
  v.Enum(7, m.status, ledger::Status::kForceMatched);
  v.Text(8, m.reason);
  v.Text(9, m.rule_id);
  v.Unsigned(10, m.rule_version);
  v.Signed(11, m.expected);
  v.Signed(12, m.actual);
  v.Signed(13, m.difference);
  v.Messages(14, m.members);
  v.Message(15, m.items);
  v.Message(16, m.position);
  v.Text(17, m.caused_by);
  v.Text(18, m.supersedes);
  v.Unsigned(19, m.generation);
  v.Text(20, m.break_id);
  v.Date(21, m.opened_on);
  v.Date(22, m.due_on);
  v.Unsigned(23, m.tick);
  v.Message(24, m.search);
  v.Text(25, m.next_action);
  v.Text(26, m.heals_when);
  v.Unsigned(27, m.age_banking_days);
  v.Text(28, m.blocks);
  v.Text(29, m.category);
}

template <typename V, Of<ledger::DeadLetter> M>
void Fields(V& v, M& m) {
  v.Message(1, m.position);
  v.Text(2, m.reason);
  v.Text(3, m.error);
  v.Bytes(4, m.key);
  v.Bytes(5, m.value);
  v.Unsigned(6, m.tick);
}

template <typename V, Of<ledger::Progress> M>
void Fields(V& v, M& m) {
  v.Text(1, m.log_id);
  v.Unsigned(2, m.partition);
  v.Plain(3, m.next_position);
  v.Unsigned(4, m.next_ordinal);
  v.Unsigned(5, m.records);
  v.Unsigned(6, m.dead_letters);
}

template <typename V, Of<ledger::ExpenseTotal> M>
void Fields(V& v, M& m) {
  v.Text(1, m.category);
  v.Unsigned(2, m.count);
  v.Signed(3, m.amount);
}

template <typename V, Of<ledger::AccountProjection> M>
void Fields(V& v, M& m) {
  const ledger::Minor owed = m.owed();  // written for readers' convenience, never read back
  v.Text(1, m.provider);
  v.Text(2, m.merchant_account);
  v.Text(3, m.currency);
  v.Signed(4, m.pending);
  v.Signed(5, m.available);
  v.Signed(6, m.reserved);
  v.Signed(7, m.in_transit);
  v.Signed(8, m.paid);
  v.Signed(9, owed);
  v.Signed(10, m.bank);
  v.Signed(11, m.bank_unmatched);
  v.Signed(12, m.sales);
  v.Signed(13, m.fees);
  v.Signed(14, m.refunds);
  v.Signed(15, m.chargebacks);
  v.Signed(16, m.adjustments);
  v.Unsigned(17, m.sale_count);
  v.Date(18, m.last_sale);
  v.Date(19, m.last_payout);
  v.Date(20, m.last_bank_value);
  v.Date(21, m.covered_until);
  v.Signed(22, m.opening);
  v.Signed(23, m.tolerated);
  v.Date(24, m.first_day);
  v.Unsigned(25, m.before_start);
  v.Messages(26, m.expenses);
}

template <typename V, Of<ledger::OpenItem> M>
void Fields(V& v, M& m) {
  v.Enum(1, m.role, ledger::Role::kExpense);
  v.Text(2, m.event_id);
  v.Text(3, m.provider);
  v.Text(4, m.merchant_account);
  v.Text(5, m.currency);
  v.Message(6, m.position);
  v.Signed(7, m.amount);
  v.Signed(8, m.residual);
  v.Date(9, m.date);
  v.Date(10, m.due);
  v.Text(11, m.references);
}

template <typename V, Of<ledger::SellerProjection> M>
void Fields(V& v, M& m) {
  v.Text(1, m.seller_id);
  v.Messages(2, m.accounts);
  v.Messages(3, m.open_items);
  v.Messages(4, m.breaks);
  v.Unsigned(5, m.tick);
}

}  // namespace tieout::codec
