// Level order: each sale with its fees, refunds and chargebacks.
#pragma once

#include "engine/matching/memory.h"
#include "engine/matching/turn.h"

namespace tieout::matching {

// A fee, refund or chargeback as its event or the place where it waited shows it.
struct Observed {
  ledger::Kind kind{};
  std::string_view event_id;
  uint64_t ordinal = 0;
  std::string_view fee_type;
  Minor amount = 0, customer_amount = 0;
  std::string_view customer_currency;
};

class OrderLevel {
 public:
  explicit OrderLevel(Turn& turn) : turn_(turn), memory_(turn) {}

  absl::Status Sale(const ledger::Event& event, uint64_t ordinal, uint32_t account,
                    Cached<EntryPage>* page);
  // A fee, refund or chargeback that names a payment.
  absl::Status FeeOrReversal(const ledger::Event& event, uint64_t ordinal, uint32_t account);

  // At ticks.
  absl::Status JudgeFees(uint64_t payment, int32_t day);
  absl::Status JudgeReversals(uint64_t payment, int32_t day);
  absl::Status JudgeMissingFees(const Due& due);
  absl::Status JudgeOrphan(uint32_t waiting, const Due& due);

 private:
  const std::vector<uint32_t>& Schedules(uint32_t account);
  // The schedule that prices the fee; kNone: none.
  absl::StatusOr<uint32_t> AddFee(const Observed& fee, Found payment);
  absl::Status Wait(const Observed& item, uint64_t payment, uint32_t account, base::Day day);
  absl::Status Attach(const Observed& item, Anchor anchor, Found payment);
  // At once when the fees are right; when not, at a tick.
  absl::Status CheckFees(Found payment, uint32_t schedule, bool at_tick);
  // A payment of so much expects its fee by the end of its grace. True: another than before.
  absl::StatusOr<bool> ExpectFee(FeeState& schedule, const Payment& payment);
  // When it is missing, but for settling; and that it no longer can be.
  Due MissingFee(const FeeState& schedule, const Payment& payment) const;
  absl::Status CancelMissingFee(const FeeState& schedule, const Payment& payment);
  void TakeBackFees(Found payment, FeeState& schedule);
  // The schedule's first `count` fees as members; their sum.
  WideMinor AddFees(const EntryPage& page, const FeeState& schedule, uint32_t count,
                    ledger::Record* record) const;
  absl::Status CheckReversals(Found payment, bool at_tick);
  ledger::Record OrderRecord(Found payment, ledger::Status status, std::string_view reason) const;

  Turn& turn_;
  Memory memory_;
};

}  // namespace tieout::matching
