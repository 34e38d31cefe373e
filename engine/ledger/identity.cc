// What an event is: its id, and the content two events of one id must share.
#include <fmt/format.h>

#include <bit>
#include <type_traits>

#include "engine/base/hash.h"
#include "engine/ledger/event.h"

namespace tieout::ledger {
namespace {

void AppendEscaped(std::string_view part, std::string* id) {
  for (;;) {
    size_t plain = 0;  // find_first_of searches its set anew for each character
    while (plain < part.size() && part[plain] != '/' && part[plain] != '%') ++plain;
    id->append(part.substr(0, plain));
    if (plain == part.size()) return;
    *id += part[plain] == '/' ? "%2F" : "%25";
    part.remove_prefix(plain + 1);
  }
}

// The hash of an event's content. It is kept in state, so it may never change for a kind that
// exists. Each part is mixed in turn (a round and the avalanche of XXH64), a text by its XXH3:
//
//   content := text(kind name) text(provider) text(merchant account) text(currency) number(amount)
//              text(order) text(payment) text(refund) text(dispute) text(hold) body
//
// `payment` is empty where a refund or dispute is named: which payment it belongs to follows from
// its own id, and not every channel tells it (an API list that isn't expanded doesn't).
//
// A number is its 64 bits, an unset day its smallest int32; a list begins with its size.
//
// `body` has fields only where they were fixed when the entry arose: a dispute's phase, a payout's
// state, and all of an event that is configuration or a report (of `seller`, its seller id first).
class Content {
 public:
  void Add(std::string_view text) { Mix(base::HashBytes64(text)); }
  template <typename T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
  void Add(T value) { Mix(static_cast<uint64_t>(static_cast<int64_t>(value))); }
  void Add(Day day) { Add(day.days); }
  void Add(const AccountRef& account) {
    AddAll(account.provider, account.merchant_account, account.currency);
  }
  template <typename T>
  void Add(const std::optional<T>& value) {
    Add(value.has_value());
    if (value) Add(*value);
  }
  template <typename T>
  void Add(const std::vector<T>& values) {
    Add(values.size());
    for (const T& value : values) Add(value);
  }
  template <typename... Ts>
  void AddAll(const Ts&... values) {
    (Add(values), ...);
  }

  // Money: only what can't be filled in later.
  void Add(const Chargeback& b) { Add(b.phase); }
  void Add(const Payout& b) { Add(b.state); }
  // Not only money: two claims for one parcel, or two prices of one label, want a person.
  void Add(const Shipment& b) { AddAll(b.status, b.label_cost, b.claim_id, b.replaced_by); }
  void Add(const Amendment& b) { AddAll(b.entry, b.field, b.value, b.as_of_us); }
  void Add(const SourceReport& b) {
    AddAll(b.phase, b.coverage_from_us, b.coverage_to_us, b.sequence, b.rows, b.events,
           b.quarantined, b.total, b.opening, b.closing, b.stated_total);
  }
  // Configuration: all of it.
  void Add(const AccountOpened& b) {
    AddAll(b.owner, b.shared, b.pays_into, b.time_zone, b.owner_from);
  }
  void Add(const SellerInfo& b) {
    AddAll(b.status, b.payout_cadence, b.payout_minimum, b.time_zone, b.bank_account);
  }
  void Add(const Start& b) { AddAll(b.first_day, b.pending, b.available, b.reserved); }
  void Add(const Rule::BankMatch& b) {
    AddAll(b.tolerance, b.tolerance_bp, b.window_before_days, b.window_after_days,
           b.lag_banking_days, b.grace_banking_days, b.chance_bound, b.calendar);
  }
  void Add(const Rule::FeeSchedule& b) {
    AddAll(b.fee_type, b.percent_bp, b.fixed, b.minimum, b.maximum, b.rounding, b.grace_days);
  }
  void Add(const Rule::Expense& b) { AddAll(b.text, b.category, b.maximum); }
  void Add(const Rule& b) {
    AddAll(b.rule_id, b.version, b.scope, b.bank_match, b.fee_schedule, b.withdrawn);
    if (b.expense) Add(*b.expense);  // rules from before it keep their hash
  }
  void Add(const Calendar& b) { AddAll(b.calendar_id, b.version, b.holidays, b.weekend); }
  void Add(const Retraction& b) { AddAll(b.event_ids, b.source_sha256, b.reason); }
  void Add(const LogBeginning& b) { AddAll(b.log_id, b.partitions, b.partitioner, b.semantics); }
  void Add(const Tick& b) { AddAll(b.number, b.settled); }
  void Add(const SemanticsChange& b) { Add(b.number); }
  // Kind, account, amount and references say it all. Listed, so that a new kind must choose.
  void Add(std::monostate) {}
  void Add(const Sale&) {}
  void Add(const Expense&) {}
  void Add(const Fee&) {}
  void Add(const Refund&) {}
  void Add(const Adjustment&) {}
  void Add(const Reserve&) {}
  void Add(const BankDeposit&) {}
  void Add(const Cancellation&) {}
  void Add(const PaymentFailed&) {}

  uint64_t Hash() const {
    uint64_t h = hash_ ^ (hash_ >> 33);
    h *= kPrime2;
    h ^= h >> 29;
    h *= kPrime3;
    return h ^ (h >> 32);
  }

 private:
  static constexpr uint64_t kPrime1 = 0x9E3779B185EBCA87, kPrime2 = 0xC2B2AE3D27D4EB4F,
                            kPrime3 = 0x165667B19E3779F9;
  void Mix(uint64_t part) { hash_ = std::rotl(hash_ + part * kPrime2, 31) * kPrime1; }

  uint64_t hash_ = 0;
};

}  // namespace

std::string RowIdAt(const Event& event, uint32_t ordinal) {
  const std::string_view entry = EntryOf(event.event_id);
  const std::string_view component = event.event_id.substr(entry.size());
  const std::string own = fmt::format(".{}", event.row.ordinal);
  if (entry.ends_with(own)) {
    const std::string_view look = entry.substr(0, entry.size() - own.size());
    return fmt::format("{}.{}{}", look, ordinal, component);
  }
  return ordinal == 0 ? std::string(event.event_id)
                      : fmt::format("{}#{}{}", entry, ordinal, component);
}

std::string_view EntryOf(std::string_view event_id) {
  const size_t slash = event_id.rfind('/');
  return slash == std::string_view::npos ? event_id : event_id.substr(0, slash);
}

std::string MakeEventId(std::string_view provider, std::string_view merchant_account,
                        std::string_view entry_id, std::string_view component) {
  std::string id;
  id.reserve(provider.size() + merchant_account.size() + entry_id.size() + component.size() + 3);
  AppendEventId(provider, merchant_account, entry_id, component, &id);
  return id;
}

void AppendEventId(std::string_view provider, std::string_view merchant_account,
                   std::string_view entry_id, std::string_view component, std::string* id) {
  AppendEscaped(provider, id);
  for (const std::string_view part : {merchant_account, entry_id, component}) {
    *id += '/';
    AppendEscaped(part, id);
  }
}

uint64_t ContentHash(const Event& event) {
  Content content;
  content.AddAll(KindName(event.kind()), event.account, event.amount);
  const References& refs = event.refs;
  const bool follows = !refs.refund_id.empty() || !refs.dispute_id.empty();
  const std::string_view payment = follows ? std::string_view() : refs.payment_id;
  content.AddAll(refs.order_id, payment, refs.refund_id, refs.dispute_id, refs.hold_id);
  if (event.kind() == Kind::kSeller) content.Add(event.seller_id);
  std::visit([&](const auto& body) { content.Add(body); }, event.body);
  return content.Hash();
}

}  // namespace tieout::ledger
