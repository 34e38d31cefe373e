// The one mechanism: what folding an event of each kind does. Postings, what it expects, and what
// it is offered to as an observation. The code that carries this out reads this table.
#pragma once

#include <array>
#include <cstdint>

#include "engine/ledger/event.h"

namespace tieout::matching {

// Where money stands. The first eight are balances a person knows; the others are the counter
// sides, so that each event's postings sum to zero per currency.
enum class Bucket : uint8_t {
  kPending,        // earned, not yet available
  kAvailable,      // could be paid out
  kReserved,       // held back by the provider
  kInTransit,      // paid out, not seen at the bank
  kPaid,           // seen at the bank
  kBank,           // booked on a bank account
  kBankUnmatched,  // of these, not yet explained (counter side)
  kBankCleared,    // of these, explained (counter side)
  kSales,
  kFees,
  kRefunds,
  kChargebacks,
  kAdjustments,
  kOpening,  // counter side of a `start`
};
inline constexpr int kBucketCount = 14;

// A day's cash takings are a payout too, from the till: what differs is what a shortage is called.
enum class Expects : uint8_t { kNothing, kFeeBySchedule, kBankMovement };
enum class Observes : uint8_t { kNothing, kSaleOfPayment, kOpenPayouts };

struct Mechanism {
  ledger::Kind kind;
  Bucket from;  // the counter side: -x
  Bucket to;    // +x
  Expects expects;
  Observes observes;
  bool listed;  // an item that a payout's list may claim
};

// No row: `shipment`. It is remembered, so that twice is once, and shown with its order; it posts
// nothing, since whoever bills the label (a marketplace, the app, the carrier) reports that as an
// adjustment or fee of the own account, and twice would be too much. It expects nothing and is
// observed by nothing: a parcel has no due day of its own.
inline constexpr std::array kMechanisms = {
    Mechanism{ledger::Kind::kSale, Bucket::kSales, Bucket::kAvailable, Expects::kFeeBySchedule,
              Observes::kNothing, true},
    Mechanism{ledger::Kind::kFee, Bucket::kFees, Bucket::kAvailable, Expects::kNothing,
              Observes::kSaleOfPayment, true},
    Mechanism{ledger::Kind::kRefund, Bucket::kRefunds, Bucket::kAvailable, Expects::kNothing,
              Observes::kSaleOfPayment, true},
    Mechanism{ledger::Kind::kChargeback, Bucket::kChargebacks, Bucket::kAvailable,
              Expects::kNothing, Observes::kSaleOfPayment, true},
    Mechanism{ledger::Kind::kAdjustment, Bucket::kAdjustments, Bucket::kAvailable,
              Expects::kNothing, Observes::kNothing, true},
    Mechanism{ledger::Kind::kReserve, Bucket::kReserved, Bucket::kAvailable, Expects::kNothing,
              Observes::kNothing, true},
    Mechanism{ledger::Kind::kPayout, Bucket::kAvailable, Bucket::kInTransit, Expects::kBankMovement,
              Observes::kNothing, false},
    Mechanism{ledger::Kind::kBankDeposit, Bucket::kBankUnmatched, Bucket::kBank, Expects::kNothing,
              Observes::kOpenPayouts, false},
};

constexpr const Mechanism* MechanismOf(ledger::Kind kind) {
  for (const Mechanism& m : kMechanisms) {
    if (m.kind == kind) return &m;
  }
  return nullptr;
}

}  // namespace tieout::matching
