#include "engine/audit/record_check.h"

#include "fmt/format.h"
#include "schemas/record.pb.h"

namespace tieout::audit {
namespace {

// What the member shows is one entry's amount. A sale's may be that of several captures.
bool IsOneEntry(const v1::Record::Member& member, const v1::Record& record) {
  using Member = v1::Record::Member;
  if (record.level() == v1::Record::BANK) {
    return member.role() == Member::PAYOUT || member.role() == Member::BANK_DEPOSIT ||
           member.role() == Member::EXPENSE;
  }
  return record.level() == v1::Record::ORDER &&
         (member.role() == Member::FEE || member.role() == Member::REFUND ||
          member.role() == Member::CHARGEBACK);
}

absl::StatusOr<std::string> MemberTrouble(const v1::Record::Member& member,
                                          const v1::Record& record, const Observed& observed) {
  const uint64_t ordinal = member.position().ordinal();
  TIEOUT_ASSIGN_OR_RETURN(const auto entry, observed.At(ordinal));
  if (!entry || entry->id_hash != Observed::HashOf(member.event_id())) {
    return fmt::format("{} does not stand at {}, where the record says it does", member.event_id(),
                       ordinal);
  }
  if (!IsOneEntry(member, record) || entry->amount == member.amount_minor()) {
    return std::string();
  }
  return fmt::format("{} is {}, the log shows {}", member.event_id(),
                     ledger::FormatMoney(member.amount_minor(), record.currency()),
                     ledger::FormatMoney(entry->amount, record.currency()));
}

// The items of a matched payout add up to it, each as the log shows it.
absl::StatusOr<std::string> ItemsTrouble(const v1::Record& record, const Observed& observed) {
  const v1::Record::Items& items = record.items();
  ledger::WideMinor sum = 0;
  uint64_t ordinal = 0;
  for (int i = 0; i < items.ordinal_deltas_size() && i < items.amounts_minor_size(); ++i) {
    ordinal += items.ordinal_deltas(i);
    sum += items.amounts_minor(i);
    if (i > 0 && items.ordinal_deltas(i) == 0) {
      return fmt::format("the item at {} is counted twice", ordinal);
    }
    TIEOUT_ASSIGN_OR_RETURN(const auto entry, observed.At(ordinal));
    if (entry && entry->amount == items.amounts_minor(i)) continue;
    return fmt::format("item {}, at {}, is {}, the log shows another", i + 1, ordinal,
                       ledger::FormatMoney(items.amounts_minor(i), record.currency()));
  }
  if (sum == record.expected_minor() && sum == items.sum_minor()) return std::string();
  return fmt::format("its {} items don't add up to {}", items.count(),
                     ledger::FormatMoney(record.expected_minor(), record.currency()));
}

}  // namespace

absl::Status CheckRecord(std::string_view bytes, int partition, const Observed& observed,
                         const std::function<void(const std::string&)>& found) {
  v1::Record record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return absl::OkStatus();
  const auto say = [&](const std::string& trouble) {
    if (!trouble.empty()) {
      found(fmt::format("record {}: {}", record.record_id().substr(0, 10), trouble));
    }
  };
  for (const v1::Record::Member& member : record.members()) {
    if (member.event_id().empty()) continue;
    if (member.position().partition() != static_cast<uint32_t>(partition)) continue;
    TIEOUT_ASSIGN_OR_RETURN(const std::string trouble, MemberTrouble(member, record, observed));
    say(trouble);
  }
  if (record.level() == v1::Record::PAYOUT && record.status() == v1::Record::MATCHED &&
      record.items().count() > 0) {
    TIEOUT_ASSIGN_OR_RETURN(const std::string trouble, ItemsTrouble(record, observed));
    say(trouble);
  }
  return absl::OkStatus();
}

}  // namespace tieout::audit
