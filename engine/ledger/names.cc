#include <array>

#include "engine/base/check.h"
#include "engine/ledger/event.h"
#include "engine/ledger/record.h"

namespace tieout::ledger {
namespace {

template <typename E, size_t N>
std::string_view NameIn(const std::array<std::string_view, N>& names, E value) {
  const auto index = static_cast<size_t>(value);
  TIEOUT_CHECK(index < N);
  return names[index];
}

constexpr std::array<std::string_view, kKindCount> kKinds = {
    "none",          "sale",    "fee",          "refund",    "chargeback",   "adjustment",
    "reserve",       "payout",  "bank_deposit", "amendment", "cancellation", "payment_failed",
    "source_report", "account", "seller",       "start",     "rule",         "calendar",
    "retraction",    "log",     "tick",         "semantics", "expense",      "shipment",
};
static_assert(std::variant_size_v<Body> == kKindCount);

constexpr std::array<std::string_view, 5> kLevels = {"unspecified", "order", "payout", "bank",
                                                     "source"};
constexpr std::array<std::string_view, 8> kStatuses = {
    "UNSPECIFIED", "MATCHED", "PARTIALLY_MATCHED", "PROPOSED",
    "UNMATCHED",   "REVOKED", "WRITTEN_OFF",       "FORCE_MATCHED",
};
constexpr std::array<std::string_view, 11> kRoles = {
    "unspecified", "sale",   "fee",          "refund",        "chargeback", "adjustment",
    "reserve",     "payout", "bank_deposit", "source_report", "expense",
};

constexpr std::array<std::string_view, 12> kShipmentStatuses = {
    "unspecified", "label",    "in_transit", "delivered", "delayed",  "lost",
    "damaged",     "returned", "voided",     "claimed",   "refunded", "replaced",
};

}  // namespace

std::string_view KindName(Kind kind) { return NameIn(kKinds, kind); }
std::string_view StatusName(Shipment::Status status) { return NameIn(kShipmentStatuses, status); }
std::string_view LevelName(Level level) { return NameIn(kLevels, level); }
std::string_view StatusName(Status status) { return NameIn(kStatuses, status); }
std::string_view RoleName(Role role) { return NameIn(kRoles, role); }

Role RoleOf(Kind kind) {
  switch (kind) {
    case Kind::kSale:
      return Role::kSale;
    case Kind::kFee:
      return Role::kFee;
    case Kind::kRefund:
      return Role::kRefund;
    case Kind::kChargeback:
      return Role::kChargeback;
    case Kind::kAdjustment:
      return Role::kAdjustment;
    case Kind::kReserve:
      return Role::kReserve;
    case Kind::kPayout:
      return Role::kPayout;
    case Kind::kBankDeposit:
      return Role::kBankDeposit;
    case Kind::kSourceReport:
      return Role::kSourceReport;
    case Kind::kExpense:
      return Role::kExpense;
    default:
      return Role::kUnspecified;
  }
}

}  // namespace tieout::ledger
