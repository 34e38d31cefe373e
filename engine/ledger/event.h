// Events as plain values: what codec reads from the log and connectors hand to the log.
//
// An Event is a *view*: its string_views point into bytes that somebody else keeps alive (the
// log's buffer, the connector's row), at least until the call it was passed to returns. Fields
// mean what schemas/event.proto says. Reuse one Event for many rows: Clear() is cheaper than a new
// one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/day.h"
#include "engine/ledger/money.h"

namespace tieout::ledger {

using base::Day;

struct AccountRef {
  std::string_view provider;
  std::string_view merchant_account;
  std::string_view currency;
  friend bool operator==(const AccountRef&, const AccountRef&) = default;
};
inline constexpr std::string_view kBankProvider = "bank";
inline constexpr std::string_view kShippingProvider = "shipping";
// Of accounts that hold no balance, only what was spent.
inline constexpr std::string_view kExpensesProvider = "expenses";
// Whether balances accrue with it, of which it pays out: neither with a bank nor with parcels or
// books of spending.
constexpr bool HoldsBalances(std::string_view provider) {
  return provider != kBankProvider && provider != kShippingProvider &&
         provider != kExpensesProvider;
}

struct Source {
  std::string_view connector;
  std::string_view sha256;  // 32 bytes, or empty
  std::string_view name;
  uint64_t line = 0;
  int64_t as_of_us = 0;
};

struct References {
  std::string_view order_id;
  std::string_view payment_id;
  std::string_view payout_id;
  std::string_view refund_id;
  std::string_view dispute_id;
  std::string_view hold_id;
  std::string_view trace_id;
  std::string_view bank_reference;
  std::string_view end_to_end_id;
};

struct RowIdentity {
  std::string_view hash;  // 16 bytes; empty: the row has an id of its own
  Day day;
  uint32_t ordinal = 0;
  std::optional<Minor> balance_after;
  uint32_t balance_ordinal = 0;  // among equal rows of equal balance
};

struct Sale {
  struct Line {
    std::string_view item, sku, category, owner;
    int64_t quantity = 0;
    Minor amount = 0;
    uint32_t share_bp = 0;
  };
  struct Part {
    std::string_view type;
    Minor amount = 0;
    std::string_view bearer;
  };
  std::vector<Line> lines;
  std::vector<Part> parts;
  std::string_view channel, region;
  Minor customer_amount = 0;
  std::string_view customer_currency;
};

struct Fee {
  std::string_view type, bearer, applies_to, period;
};

struct Refund {
  Minor customer_amount = 0;
  std::string_view customer_currency;
  std::string_view reason;
};

struct Chargeback {
  enum class Phase : uint8_t { kUnspecified, kInquiry, kOpened, kWon, kLost, kSecond };
  Phase phase = Phase::kUnspecified;
  Day evidence_due;
  Minor customer_amount = 0;
  std::string_view customer_currency;
};

struct Adjustment {
  std::string_view reason, raw_type;
};

struct Reserve {
  Day release_on;
};

struct Payout {
  enum class State : uint8_t { kUnspecified, kInitiated, kPaid, kFailed, kReturned, kCancelled };
  // kCash: carried to the bank, a till's takings.
  enum class Method : uint8_t { kUnspecified, kAutomatic, kInstant, kManual, kCash };
  State state = State::kUnspecified;
  Method method = Method::kUnspecified;
  Day arrival_date;
  bool list_complete = false;
  bool to_seller = false;
  std::string_view destination;
};

struct BankDeposit {
  Day booking_date;
  Day value_date;
  bool provisional = false;
  std::string_view counterparty, counterparty_account, remittance, return_of, transaction_code;
  Minor charges = 0;
};

struct Amendment {
  enum class Field : uint8_t {
    kUnspecified,
    kPayoutId,
    kTraceId,
    kStatus,
    kAvailableOn,
    kArrivalDate,
    kListComplete,
    kBankReference,
    kOrderId,
    kEndToEndId,
  };
  std::string_view entry;
  Field field = Field::kUnspecified;
  std::string_view value;
  int64_t as_of_us = 0;
};

struct Cancellation {
  std::string_view reason;
};
struct PaymentFailed {
  std::string_view reason;
};

struct SourceReport {
  enum class Phase : uint8_t { kUnspecified, kOpened, kClosed };
  Phase phase = Phase::kUnspecified;
  int64_t coverage_from_us = 0;  // half-open; both 0: the source states no coverage
  int64_t coverage_to_us = 0;
  std::string_view sequence;
  uint64_t rows = 0, events = 0, quarantined = 0;
  Minor total = 0;
  std::optional<Minor> opening, closing, stated_total;
};

struct Expense {
  std::string_view category, supplier, description;
  std::string_view paid_from;  // merchant_account of the bank account; empty: no bank will show it
  std::string_view receipt;
  std::string_view receipt_sha256;  // 32 bytes, or empty
};

struct AccountOpened {
  std::string_view owner;
  bool shared = false;
  std::string_view pays_into;
  std::string_view time_zone;
  Day owner_from;
};

struct SellerInfo {
  enum class Status : uint8_t { kUnspecified, kActive, kPaused, kVerificationHold };
  Status status = Status::kUnspecified;
  std::string_view payout_cadence;
  Minor payout_minimum = 0;
  std::string_view time_zone, bank_account;
};

struct Start {
  Day first_day;
  Minor pending = 0, available = 0, reserved = 0;
};

// How deposits are compared with payouts.
struct BankMatch {
  Minor tolerance = 0;
  uint32_t tolerance_bp = 0;
  uint32_t window_before_days = 0, window_after_days = 0;
  uint32_t lag_banking_days = 0, grace_banking_days = 0;
  uint64_t chance_bound = 0;
  std::string_view calendar;
};

// What a provider charges for a sale.
struct FeeSchedule {
  enum class Rounding : uint8_t { kHalfUp, kDown, kHalfEven };
  std::string_view fee_type;
  uint32_t percent_bp = 0;
  Minor fixed = 0, minimum = 0, maximum = 0;
  Rounding rounding = Rounding::kHalfUp;
  uint32_t grace_days = 0;
};

// Which withdrawals are an expense, and of what.
struct ExpenseRule {
  std::string_view text;  // whole words of the counterparty or the remittance text
  std::string_view category;
  Minor maximum = 0;  // of one withdrawal; 0: none
};

struct Rule {
  using BankMatch = ledger::BankMatch;
  using FeeSchedule = ledger::FeeSchedule;
  using Expense = ExpenseRule;
  std::string_view rule_id;
  uint32_t version = 0;
  AccountRef scope;  // empty parts match everything
  std::optional<BankMatch> bank_match;
  std::optional<FeeSchedule> fee_schedule;
  bool withdrawn = false;
  std::optional<Expense> expense;
};

struct Calendar {
  std::string_view calendar_id;
  uint32_t version = 0;
  std::vector<Day> holidays;
  std::vector<uint32_t> weekend;  // ISO weekday numbers
};

struct Retraction {
  std::vector<std::string_view> event_ids;
  std::string_view source_sha256;
  std::string_view reason;
};

struct LogBeginning {
  std::string_view log_id;
  uint32_t partitions = 0;
  std::string_view partitioner;
  uint32_t semantics = 0;
};

struct Tick {
  uint64_t number = 0;  // units of 10 s since 1970
  bool settled = false;
};
inline constexpr int64_t kTickMicros = 10 * base::kMicrosPerSecond;

struct SemanticsChange {
  uint32_t number = 0;
};

// A parcel's state; moves no money.
struct Shipment {
  enum class Status : uint8_t {
    kUnspecified,
    kLabelled,
    kInTransit,
    kDelivered,
    kDelayed,
    kLost,
    kDamaged,
    kReturned,
    kVoided,
    kClaimed,
    kRefunded,
    kReplaced,
  };
  Status status = Status::kUnspecified;
  std::string_view tracking_number, carrier, service;
  Minor label_cost = 0;
  std::string_view country, region, claim_id, replaced_by;
};
// "in_transit": as in event ids, for people and programs.
std::string_view StatusName(Shipment::Status status);

using Body = std::variant<std::monostate, Sale, Fee, Refund, Chargeback, Adjustment, Reserve,
                          Payout, BankDeposit, Amendment, Cancellation, PaymentFailed, SourceReport,
                          AccountOpened, SellerInfo, Start, Rule, Calendar, Retraction,
                          LogBeginning, Tick, SemanticsChange, Expense, Shipment>;

// The body's index, by name; the order is the variant's.
enum class Kind : uint8_t {
  kNone,
  kSale,
  kFee,
  kRefund,
  kChargeback,
  kAdjustment,
  kReserve,
  kPayout,
  kBankDeposit,
  kAmendment,
  kCancellation,
  kPaymentFailed,
  kSourceReport,
  kAccount,
  kSeller,
  kStart,
  kRule,
  kCalendar,
  kRetraction,
  kLog,
  kTick,
  kSemantics,
  kExpense,
  kShipment,
};
inline constexpr int kKindCount = 24;
// "sale", "bank_deposit": the field's names, as in metrics and errors.
std::string_view KindName(Kind kind);

struct Event {
  std::string_view event_id;
  uint32_t semantics = 0;
  std::string_view seller_id;
  AccountRef account;
  Source source;
  int64_t occurred_at_us = 0;
  int64_t recorded_at_us = 0;
  Minor amount = 0;
  References refs;
  RowIdentity row;
  Day available_on;
  Body body;

  Kind kind() const { return static_cast<Kind>(body.index()); }
  void Clear();
};

// In place: assigning a new Event would build and move all of its six hundred bytes.
inline void Event::Clear() {
  event_id = seller_id = {};
  semantics = 0;
  account = {};
  source = {};
  occurred_at_us = recorded_at_us = 0;
  amount = 0;
  refs = {};
  row = {};
  available_on = {};
  body.emplace<std::monostate>();
}

// Moves money and so takes part in payouts: sale, fee, refund, chargeback, adjustment, reserve.
constexpr bool IsBalanceItem(Kind kind) { return kind >= Kind::kSale && kind <= Kind::kReserve; }
// Appended to every partition, without a key.
constexpr bool IsForEveryPartition(Kind kind) {
  return kind == Kind::kAccount || kind == Kind::kStart || kind == Kind::kRule ||
         kind == Kind::kCalendar || kind == Kind::kRetraction || kind == Kind::kLog ||
         kind == Kind::kTick || kind == Kind::kSemantics;
}

// The event_id of the equal row of another ordinal: in place of the event's own where its entry
// ends with that ("….2"), else, but for 0, with "#ordinal" behind the entry.
std::string RowIdAt(const Event& event, uint32_t ordinal);

// event_id without its last '/component': what an amendment's `entry` names.
std::string_view EntryOf(std::string_view event_id);
// provider/merchant/entry/component, with '/' and '%' inside a part written %2F and %25.
std::string MakeEventId(std::string_view provider, std::string_view merchant_account,
                        std::string_view entry_id, std::string_view component);
// The same, appended.
void AppendEventId(std::string_view provider, std::string_view merchant_account,
                   std::string_view entry_id, std::string_view component, std::string* id);

// What was fixed when the entry arose: kind, account, amount, currency, origin references
// (order, payment, refund, dispute, hold ids; chargeback phase, payout state). A payment id counts
// only where no refund or dispute is named: those tell it, and not every channel repeats it. Two
// events of one id agree iff these hashes agree.
uint64_t ContentHash(const Event& event);

}  // namespace tieout::ledger
