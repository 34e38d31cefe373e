// Level order: each sale with its fees, refunds and chargebacks.
#pragma once

#include "engine/matching/memory.h"
#include "engine/matching/turn.h"

namespace tieout::matching {

class OrderLevel {
 public:
  explicit OrderLevel(Turn& turn) : turn_(turn), memory_(turn) {}

  absl::Status Sale(const ledger::Event& event, uint64_t ordinal, uint32_t account,
                    Cached<DayPage>* page);
  // A fee, refund or chargeback that names a payment.
  absl::Status FeeOrReversal(const ledger::Event& event, uint64_t ordinal, uint32_t account);

  // At ticks.
  absl::Status JudgeFees(uint64_t payment, int32_t day);
  absl::Status JudgeReversals(uint64_t payment, int32_t day);
  absl::Status JudgeMissingFees(int32_t day, const Due& due);
  absl::Status JudgeOrphan(uint32_t waiting, const Due& due);

 private:
  const std::vector<uint32_t>& Schedules(uint32_t account);
  // The schedule that prices the fee; null: none.
  FeeState* AddFee(const Waiting& fee, Payment* payment);
  absl::Status Attach(const Waiting& item, Anchor anchor, Found payment);
  // At once when the fees are right; when not, at a tick. `day` is that of the payment's page.
  absl::Status CheckFees(Payment& payment, FeeState& schedule, int32_t day, bool at_tick);
  absl::Status ExpectFee(FeeState& schedule, base::Day day);
  absl::Status CheckReversals(Payment& payment, int32_t day, bool at_tick);
  absl::StatusOr<Payment*> PaymentOf(uint64_t payment, int32_t day);
  ledger::Record OrderRecord(const Payment& payment, ledger::Status status,
                             std::string_view reason) const;

  Turn& turn_;
  Memory memory_;
};

}  // namespace tieout::matching
