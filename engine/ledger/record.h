// Records as plain values: what the fold emits. Fields mean what schemas/record.proto says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/day.h"
#include "engine/ledger/event.h"
#include "engine/ledger/money.h"

namespace tieout::ledger {

struct Position {
  uint32_t partition = 0;
  uint64_t ordinal = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

enum class Level : uint8_t { kUnspecified, kOrder, kPayout, kBank, kSource };
enum class Status : uint8_t {
  kUnspecified,
  kMatched,
  kPartiallyMatched,
  kProposed,
  kUnmatched,
  kRevoked,
  kWrittenOff,
  kForceMatched,
};
enum class Role : uint8_t {
  kUnspecified,
  kSale,
  kFee,
  kRefund,
  kChargeback,
  kAdjustment,
  kReserve,
  kPayout,
  kBankDeposit,
  kSourceReport,
  kExpense,
};
std::string_view LevelName(Level);    // "order", "payout", "bank", "source"
std::string_view StatusName(Status);  // "MATCHED", ...
std::string_view RoleName(Role);      // "sale", ...
Role RoleOf(Kind kind);

// Reason codes of DOMAIN §4. Extend, don't rename. Record.reason holds one of these or nothing.
namespace reason {
inline constexpr std::string_view kMissingDeposit = "MISSING_DEPOSIT";
inline constexpr std::string_view kAmountUnder = "AMOUNT_UNDER";
inline constexpr std::string_view kAmountOver = "AMOUNT_OVER";
inline constexpr std::string_view kCashShort = "CASH_SHORT";
inline constexpr std::string_view kCashOver = "CASH_OVER";
inline constexpr std::string_view kUnexpectedDeposit = "UNEXPECTED_DEPOSIT";
inline constexpr std::string_view kUnexpectedWithdrawal = "UNEXPECTED_WITHDRAWAL";
inline constexpr std::string_view kPayoutComposition = "PAYOUT_COMPOSITION";
inline constexpr std::string_view kPayoutFailed = "PAYOUT_FAILED";
inline constexpr std::string_view kDepositReturned = "DEPOSIT_RETURNED";
inline constexpr std::string_view kFeeVariance = "FEE_VARIANCE";
inline constexpr std::string_view kFeeMissing = "FEE_MISSING";
inline constexpr std::string_view kFeeDuplicate = "FEE_DUPLICATE";
inline constexpr std::string_view kOrphanRefund = "ORPHAN_REFUND";
inline constexpr std::string_view kOrphanChargeback = "ORPHAN_CHARGEBACK";
inline constexpr std::string_view kRefundExceedsSale = "REFUND_EXCEEDS_SALE";
inline constexpr std::string_view kReversedTwice = "REVERSED_TWICE";
inline constexpr std::string_view kCurrencyMismatch = "CURRENCY_MISMATCH";
inline constexpr std::string_view kAmbiguous = "AMBIGUOUS";
inline constexpr std::string_view kWeakEvidence = "WEAK_EVIDENCE";
inline constexpr std::string_view kConflictingDuplicate = "CONFLICTING_DUPLICATE";
inline constexpr std::string_view kPossibleDuplicateRow = "POSSIBLE_DUPLICATE_ROW";
inline constexpr std::string_view kBeforeLookback = "BEFORE_LOOKBACK";
inline constexpr std::string_view kUnclassified = "UNCLASSIFIED";
inline constexpr std::string_view kWrongPartition = "WRONG_PARTITION";
inline constexpr std::string_view kSourceLate = "SOURCE_LATE";
inline constexpr std::string_view kSourceGap = "SOURCE_GAP";
inline constexpr std::string_view kBalanceChainBroken = "BALANCE_CHAIN_BROKEN";
// Dead letters only.
inline constexpr std::string_view kUndecodable = "UNDECODABLE";
inline constexpr std::string_view kInvalid = "INVALID";
inline constexpr std::string_view kOverflow = "OVERFLOW";
}  // namespace reason

struct Member {
  Role role = Role::kUnspecified;
  std::string event_id;
  Position position;
  Minor amount = 0;
  Minor allocated = 0;
  Minor residual = 0;
};

struct ItemList {
  uint64_t count = 0;
  Minor sum = 0;
  std::vector<uint64_t> ordinal_deltas;  // ascending ordinals as differences; first is absolute
  std::vector<Minor> amounts;
};

struct Candidate {
  std::string event_id;
  Minor amount_off = 0;
  int32_t days_off = 0;
  std::string why_not;
};

struct Search {
  uint64_t candidates = 0;
  uint64_t steps = 0;
  Day window_from, window_to;
  std::vector<Candidate> nearest;
};

struct Record {
  std::string record_id;  // 32 hex digits
  std::string seller_id;
  std::string provider, merchant_account, currency;
  Level level = Level::kUnspecified;
  Status status = Status::kUnspecified;
  std::string reason;
  std::string rule_id;
  uint32_t rule_version = 0;
  Minor expected = 0, actual = 0, difference = 0;  // difference = actual - expected
  std::vector<Member> members;
  ItemList items;
  Position position;
  std::string caused_by;
  std::string supersedes;
  uint32_t generation = 0;
  std::string break_id;
  Day opened_on, due_on;
  uint64_t tick = 0;
  Search search;
  std::string next_action, heals_when;
  // Of an open break in a projection, as of its day; records on the log have neither.
  uint32_t age_banking_days = 0;
  std::string blocks;
  std::string category;  // of an expense
};

struct DeadLetter {
  Position position;
  std::string reason;
  std::string error;
  std::string key;
  std::string value;
  uint64_t tick = 0;
};

struct Progress {
  std::string log_id;
  uint32_t partition = 0;
  int64_t next_position = 0;
  uint64_t next_ordinal = 0;
  uint64_t records = 0;
  uint64_t dead_letters = 0;
  friend bool operator==(const Progress&, const Progress&) = default;
};

}  // namespace tieout::ledger
