#include "engine/ledger/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "engine/base/text.h"

namespace tieout::ledger {
namespace {

constexpr int64_t kFirstMicro = 0;                    // 1970-01-01
constexpr int64_t kEndMicro = 7'289'654'400'000'000;  // 2201-01-01
constexpr Day kFirstDay = base::DayOf(kFirstMicro);
constexpr Day kEndDay = base::DayOf(kEndMicro);
constexpr uint32_t kAll = 10'000;  // basis points
constexpr size_t kSha256Bytes = 32;
constexpr size_t kRowHashBytes = 16;

absl::Status Wrong(std::string_view field, std::string_view why) {
  return base::InvalidArgument(fmt::format("{} {}", field, why));
}

absl::Status Present(std::string_view field, std::string_view text, size_t most = kMaxName) {
  if (text.empty()) return Wrong(field, "is missing");
  if (text.size() <= most) return absl::OkStatus();
  return Wrong(field,
               fmt::format("{} has {} bytes; at most {}", base::Quoted(text), text.size(), most));
}

absl::Status Bounded(std::string_view field, std::string_view text) {
  return text.empty() ? absl::OkStatus() : Present(field, text);
}

// A '/' would make homes such as unassigned/<account> and order/<id> ambiguous.
absl::Status SellerName(std::string_view field, std::string_view text) {
  if (text.find('/') == std::string_view::npos) return Bounded(field, text);
  return Wrong(field, fmt::format("{} contains a '/', which separates homes; replace it",
                                  base::Quoted(text)));
}

absl::Status Known(std::string_view field, std::string_view currency) {
  if (CurrencyExponent(currency)) return absl::OkStatus();
  return Wrong(
      field, fmt::format("{} is no currency of ISO 4217; write it as EUR", base::Quoted(currency)));
}

absl::Status KnownIfAny(std::string_view field, std::string_view currency) {
  return currency.empty() ? absl::OkStatus() : Known(field, currency);
}

absl::Status InRange(std::string_view field, int64_t micros) {
  if (micros >= kFirstMicro && micros < kEndMicro) return absl::OkStatus();
  return Wrong(field,
               fmt::format("{} is outside the years 1970 to 2200", base::FormatInstant(micros)));
}

absl::Status InRangeIfAny(std::string_view field, Day day) {
  if (!day.is_set() || (day >= kFirstDay && day < kEndDay)) return absl::OkStatus();
  return Wrong(field, fmt::format("{} is outside the years 1970 to 2200", base::FormatDay(day)));
}

absl::Status Given(std::string_view field, Day day) {
  return day.is_set() ? InRangeIfAny(field, day) : Wrong(field, "is missing");
}

template <typename E>
absl::Status Specified(std::string_view field, E value) {
  return value == E{} ? Wrong(field, "is missing") : absl::OkStatus();
}

absl::Status AtMost(std::string_view field, uint64_t value, uint64_t most) {
  if (value <= most) return absl::OkStatus();
  return Wrong(field, fmt::format("{} is more than {}", value, most));
}

absl::Status NotNegative(std::string_view field, Minor value) {
  return value >= 0 ? absl::OkStatus() : Wrong(field, fmt::format("{} is below zero", value));
}

absl::Status HasOpposite(std::string_view field, Minor amount) {
  if (amount != std::numeric_limits<Minor>::min()) return absl::OkStatus();
  return Wrong(field, fmt::format("{} has no opposite in 64 bits", amount));
}

absl::Status Fits(std::string_view field, WideMinor sum) {
  const std::optional<Minor> narrow = Narrow(sum);
  return narrow ? HasOpposite(field, *narrow) : Wrong(field, "add up to more than 64 bits");
}

absl::Status Check(const std::monostate&) {
  return Wrong("the body", "is missing: an event is of one kind");
}

absl::Status Check(const Sale& sale) {
  WideMinor lines = 0;
  for (const Sale::Line& line : sale.lines) {
    TIEOUT_RETURN_IF_ERROR(SellerName("sale.lines.owner", line.owner));
    TIEOUT_RETURN_IF_ERROR(AtMost("sale.lines.share_bp", line.share_bp, kAll));
    lines += line.amount;
  }
  TIEOUT_RETURN_IF_ERROR(Fits("sale.lines.amount_minor", lines));
  WideMinor parts = 0;
  for (const Sale::Part& part : sale.parts) {
    TIEOUT_RETURN_IF_ERROR(Present("sale.parts.type", part.type));
    parts += part.amount;
  }
  TIEOUT_RETURN_IF_ERROR(Fits("sale.parts.amount_minor", parts));
  TIEOUT_RETURN_IF_ERROR(HasOpposite("sale.customer_amount_minor", sale.customer_amount));
  return KnownIfAny("sale.customer_currency", sale.customer_currency);
}

absl::Status Check(const Fee& fee) { return Present("fee.type", fee.type); }

absl::Status Check(const Refund& refund) {
  TIEOUT_RETURN_IF_ERROR(HasOpposite("refund.customer_amount_minor", refund.customer_amount));
  return KnownIfAny("refund.customer_currency", refund.customer_currency);
}

absl::Status Check(const Chargeback& chargeback) {
  TIEOUT_RETURN_IF_ERROR(Specified("chargeback.phase", chargeback.phase));
  TIEOUT_RETURN_IF_ERROR(InRangeIfAny("chargeback.evidence_due", chargeback.evidence_due));
  TIEOUT_RETURN_IF_ERROR(
      HasOpposite("chargeback.customer_amount_minor", chargeback.customer_amount));
  return KnownIfAny("chargeback.customer_currency", chargeback.customer_currency);
}

absl::Status Check(const Adjustment& adjustment) {
  return Present("adjustment.reason", adjustment.reason);
}

absl::Status Check(const Reserve& reserve) {
  return InRangeIfAny("reserve.release_on", reserve.release_on);
}

absl::Status Check(const Payout& payout) {
  TIEOUT_RETURN_IF_ERROR(Specified("payout.state", payout.state));
  return InRangeIfAny("payout.arrival_date", payout.arrival_date);
}

absl::Status Check(const BankDeposit& deposit) {
  TIEOUT_RETURN_IF_ERROR(InRangeIfAny("bank_deposit.booking_date", deposit.booking_date));
  TIEOUT_RETURN_IF_ERROR(Given("bank_deposit.value_date", deposit.value_date));
  return HasOpposite("bank_deposit.charges_minor", deposit.charges);
}

absl::Status Check(const Amendment& amendment) {
  using Field = Amendment::Field;
  TIEOUT_RETURN_IF_ERROR(Present("amendment.entry", amendment.entry, kMaxEventId));
  TIEOUT_RETURN_IF_ERROR(Specified("amendment.field", amendment.field));
  TIEOUT_RETURN_IF_ERROR(Present("amendment.value", amendment.value));
  if (amendment.field == Field::kAvailableOn || amendment.field == Field::kArrivalDate) {
    const std::optional<Day> day = base::ParseDay(amendment.value);
    if (!day) {
      return Wrong("amendment.value", fmt::format("{} is no date; write it as 2026-03-05",
                                                  base::Quoted(amendment.value)));
    }
    TIEOUT_RETURN_IF_ERROR(InRangeIfAny("amendment.value", *day));
  }
  if (amendment.field == Field::kListComplete && amendment.value != "true") {
    return Wrong("amendment.value", fmt::format("{} of LIST_COMPLETE; only \"true\" is one",
                                                base::Quoted(amendment.value)));
  }
  return InRange("amendment.as_of", amendment.as_of_us);
}

absl::Status Check(const Cancellation&) { return absl::OkStatus(); }
absl::Status Check(const PaymentFailed&) { return absl::OkStatus(); }

absl::Status Check(const SourceReport& report) {
  TIEOUT_RETURN_IF_ERROR(Specified("source_report.phase", report.phase));
  TIEOUT_RETURN_IF_ERROR(InRange("source_report.coverage_from", report.coverage_from_us));
  TIEOUT_RETURN_IF_ERROR(InRange("source_report.coverage_to", report.coverage_to_us));
  if (report.coverage_from_us <= report.coverage_to_us) return absl::OkStatus();
  return Wrong(
      "source_report.coverage_to",
      fmt::format("{} is before its beginning {}", base::FormatInstant(report.coverage_to_us),
                  base::FormatInstant(report.coverage_from_us)));
}

absl::Status Check(const Expense& expense) {
  TIEOUT_RETURN_IF_ERROR(Present("expense.category", expense.category));
  TIEOUT_RETURN_IF_ERROR(Bounded("expense.paid_from", expense.paid_from));
  const size_t size = expense.receipt_sha256.size();
  if (size == 0 || size == kSha256Bytes) return absl::OkStatus();
  return Wrong("expense.receipt_sha256", fmt::format("has {} bytes, not 32", size));
}

absl::Status Check(const AccountOpened& account) {
  TIEOUT_RETURN_IF_ERROR(Present("account_opened.owner", account.owner));
  TIEOUT_RETURN_IF_ERROR(SellerName("account_opened.owner", account.owner));
  TIEOUT_RETURN_IF_ERROR(Bounded("account_opened.pays_into", account.pays_into));
  return InRangeIfAny("account_opened.owner_from", account.owner_from);
}

absl::Status Check(const SellerInfo& seller) {
  return NotNegative("seller.payout_minimum_minor", seller.payout_minimum);
}

absl::Status Check(const Start& start) {
  TIEOUT_RETURN_IF_ERROR(Given("start.first_day", start.first_day));
  return Fits("start's buckets", WideMinor{start.pending} + start.available + start.reserved);
}

absl::Status Check(const BankMatch& match) {
  TIEOUT_RETURN_IF_ERROR(NotNegative("rule.bank_match.tolerance_minor", match.tolerance));
  return AtMost("rule.bank_match.tolerance_bp", match.tolerance_bp, kAll);
}

absl::Status Check(const FeeSchedule& schedule) {
  TIEOUT_RETURN_IF_ERROR(Present("rule.fee_schedule.fee_type", schedule.fee_type));
  TIEOUT_RETURN_IF_ERROR(AtMost("rule.fee_schedule.percent_bp", schedule.percent_bp, kAll));
  TIEOUT_RETURN_IF_ERROR(NotNegative("rule.fee_schedule.minimum_minor", schedule.minimum));
  TIEOUT_RETURN_IF_ERROR(NotNegative("rule.fee_schedule.maximum_minor", schedule.maximum));
  if (schedule.maximum == 0 || schedule.minimum <= schedule.maximum) return absl::OkStatus();
  return Wrong("rule.fee_schedule.minimum_minor",
               fmt::format("{} is more than the maximum {}", schedule.minimum, schedule.maximum));
}

absl::Status Check(const ExpenseRule& expense, std::string_view currency) {
  TIEOUT_RETURN_IF_ERROR(Present("rule.expense.text", expense.text));
  const auto is_word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  if (std::none_of(expense.text.begin(), expense.text.end(), is_word)) {
    return Wrong("rule.expense.text",
                 fmt::format("{} has no word of the letters A to Z and digits, as banks print them",
                             base::Quoted(expense.text)));
  }
  TIEOUT_RETURN_IF_ERROR(Present("rule.expense.category", expense.category));
  TIEOUT_RETURN_IF_ERROR(NotNegative("rule.expense.maximum_minor", expense.maximum));
  if (expense.maximum == 0 || !currency.empty()) return absl::OkStatus();
  return Wrong("rule.expense.maximum_minor", "needs a currency: rule.scope.currency is missing");
}

absl::Status Check(const Rule& rule) {
  TIEOUT_RETURN_IF_ERROR(Present("rule.rule_id", rule.rule_id));
  TIEOUT_RETURN_IF_ERROR(KnownIfAny("rule.scope.currency", rule.scope.currency));
  if (rule.bank_match) TIEOUT_RETURN_IF_ERROR(Check(*rule.bank_match));
  if (rule.fee_schedule) TIEOUT_RETURN_IF_ERROR(Check(*rule.fee_schedule));
  return rule.expense ? Check(*rule.expense, rule.scope.currency) : absl::OkStatus();
}

absl::Status Check(const Calendar& calendar) {
  TIEOUT_RETURN_IF_ERROR(Present("calendar.calendar_id", calendar.calendar_id));
  for (const Day day : calendar.holidays) {
    TIEOUT_RETURN_IF_ERROR(Given("calendar.holidays", day));
  }
  uint32_t days_off = 0;  // a bit each
  for (const uint32_t weekday : calendar.weekend) {
    if (weekday < 1 || weekday > 7) {
      return Wrong("calendar.weekend", fmt::format("{} is no weekday; Monday is 1", weekday));
    }
    days_off |= 1U << weekday;
  }
  // Counting banking days would never end.
  if (days_off == 0b1111'1110) return Wrong("calendar.weekend", "leaves no banking day");
  return absl::OkStatus();
}

absl::Status Check(const Retraction& retraction) {
  const size_t size = retraction.source_sha256.size();
  if (size != 0 && size != kSha256Bytes) {
    return Wrong("retraction.source_sha256", fmt::format("has {} bytes, not 32", size));
  }
  if (size == 0 && retraction.event_ids.empty()) {
    return Wrong("retraction.event_ids", "is missing, and so is source_sha256");
  }
  return absl::OkStatus();
}

absl::Status Check(const LogBeginning& log) {
  TIEOUT_RETURN_IF_ERROR(Present("log.log_id", log.log_id));
  if (log.partitions == 0) return Wrong("log.partitions", "is missing");
  return Present("log.partitioner", log.partitioner);
}

absl::Status Check(const Tick& tick) {
  constexpr auto kLast = static_cast<uint64_t>(kEndMicro / kTickMicros);
  return AtMost("tick.number", tick.number, kLast);
}

absl::Status Check(const SemanticsChange& change) {
  return change.number == 0 ? Wrong("semantics_change.number", "is missing") : absl::OkStatus();
}

absl::Status Check(const Shipment& shipment) {
  TIEOUT_RETURN_IF_ERROR(Specified("shipment.status", shipment.status));
  TIEOUT_RETURN_IF_ERROR(NotNegative("shipment.label_cost_minor", shipment.label_cost));
  TIEOUT_RETURN_IF_ERROR(Bounded("shipment.tracking_number", shipment.tracking_number));
  TIEOUT_RETURN_IF_ERROR(Bounded("shipment.claim_id", shipment.claim_id));
  return Bounded("shipment.replaced_by", shipment.replaced_by);
}

// Else its label would count beside the one who bills it, and deposits would wait for its reports.
absl::Status CheckParcel(const Event& event) {
  if (event.kind() != Kind::kShipment) return absl::OkStatus();
  if (event.account.provider != kShippingProvider) {
    return Wrong("account.provider", fmt::format("{} isn't shipping, as of every parcel",
                                                 base::Quoted(event.account.provider)));
  }
  if (event.amount == 0) return absl::OkStatus();
  return Wrong("amount_minor",
               fmt::format("{} isn't 0: what a label cost is label_cost_minor", event.amount));
}

bool MovesMoney(Kind kind) {
  return IsBalanceItem(kind) || kind == Kind::kPayout || kind == Kind::kBankDeposit ||
         kind == Kind::kExpense;
}

absl::Status CheckAccount(const Event& event) {
  const Kind kind = event.kind();
  const AccountRef& account = event.account;
  const bool needed = kind == Kind::kAccount || kind == Kind::kStart ||
                      (!IsForEveryPartition(kind) && kind != Kind::kSeller);
  if (needed) {
    TIEOUT_RETURN_IF_ERROR(Present("account.provider", account.provider));
    TIEOUT_RETURN_IF_ERROR(Present("account.merchant_account", account.merchant_account));
  }
  for (const char c : account.provider) {
    if (c >= 'A' && c <= 'Z') {
      return Wrong("account.provider",
                   fmt::format("{} must be lower case", base::Quoted(account.provider)));
    }
  }
  if (kind == Kind::kExpense && account.provider != kExpensesProvider) {
    return Wrong("account.provider",
                 fmt::format("{} of an expense; only \"{}\" is one", base::Quoted(account.provider),
                             kExpensesProvider));
  }
  const bool in_a_currency = MovesMoney(kind) || kind == Kind::kStart;
  return in_a_currency ? Known("account.currency", account.currency)
                       : KnownIfAny("account.currency", account.currency);
}

absl::Status CheckReferences(const References& refs) {
  TIEOUT_RETURN_IF_ERROR(Bounded("refs.order_id", refs.order_id));
  TIEOUT_RETURN_IF_ERROR(Bounded("refs.payment_id", refs.payment_id));
  TIEOUT_RETURN_IF_ERROR(Bounded("refs.payout_id", refs.payout_id));
  TIEOUT_RETURN_IF_ERROR(Bounded("refs.refund_id", refs.refund_id));
  TIEOUT_RETURN_IF_ERROR(Bounded("refs.dispute_id", refs.dispute_id));
  TIEOUT_RETURN_IF_ERROR(Bounded("refs.hold_id", refs.hold_id));
  TIEOUT_RETURN_IF_ERROR(Bounded("refs.trace_id", refs.trace_id));
  TIEOUT_RETURN_IF_ERROR(Bounded("refs.bank_reference", refs.bank_reference));
  return Bounded("refs.end_to_end_id", refs.end_to_end_id);
}

absl::Status CheckRow(const RowIdentity& row) {
  if (row.hash.empty()) return absl::OkStatus();
  if (row.hash.size() != kRowHashBytes) {
    return Wrong("row.hash", fmt::format("has {} bytes, not 16", row.hash.size()));
  }
  return Given("row.day", row.day);
}

absl::Status CheckEnvelope(const Event& event) {
  TIEOUT_RETURN_IF_ERROR(Present("event_id", event.event_id, kMaxEventId));
  TIEOUT_RETURN_IF_ERROR(SellerName("seller_id", event.seller_id));
  if (event.kind() == Kind::kSeller) {
    TIEOUT_RETURN_IF_ERROR(Present("seller_id", event.seller_id));
  }
  TIEOUT_RETURN_IF_ERROR(CheckAccount(event));
  TIEOUT_RETURN_IF_ERROR(CheckParcel(event));
  const size_t sha256 = event.source.sha256.size();
  if (sha256 != 0 && sha256 != kSha256Bytes) {
    return Wrong("source.sha256", fmt::format("has {} bytes, not 32", sha256));
  }
  const bool timeless = IsForEveryPartition(event.kind());
  if (!timeless && event.occurred_at_us == 0) return Wrong("occurred_at", "is missing");
  TIEOUT_RETURN_IF_ERROR(InRange("occurred_at", event.occurred_at_us));
  TIEOUT_RETURN_IF_ERROR(HasOpposite("amount_minor", event.amount));
  TIEOUT_RETURN_IF_ERROR(CheckReferences(event.refs));
  TIEOUT_RETURN_IF_ERROR(CheckRow(event.row));
  return InRangeIfAny("available_on", event.available_on);
}

}  // namespace

absl::Status Validate(const Event& event) {
  absl::Status status = CheckEnvelope(event);
  if (status.ok()) {
    status = std::visit([](const auto& body) { return Check(body); }, event.body);
  }
  if (status.ok()) return status;
  return base::InvalidArgument(fmt::format("{} event {}: {}", KindName(event.kind()),
                                           base::Quoted(event.event_id), base::Message(status)));
}

}  // namespace tieout::ledger
