#include "engine/audit/record_check.h"

#include "fmt/format.h"
#include "schemas/record.pb.h"

namespace tieout::audit {
namespace {

bool IsOfTheBank(const v1::Record::Member& member) {
  return member.role() == v1::Record::Member::PAYOUT ||
         member.role() == v1::Record::Member::BANK_DEPOSIT;
}

std::string MemberTrouble(const v1::Record::Member& member, const v1::Record& record,
                          const Observed& observed) {
  const uint64_t ordinal = member.position().ordinal();
  const Observed::Entry* entry = observed.At(ordinal);
  if (entry == nullptr || entry->id_hash != Observed::HashOf(member.event_id())) {
    return fmt::format("{} does not stand at {}, where the record says it does", member.event_id(),
                       ordinal);
  }
  // A sale's amount may be that of several captures.
  if (record.level() != v1::Record::BANK || !IsOfTheBank(member)) return "";
  if (entry->amount == member.amount_minor()) return "";
  return fmt::format("{} is {}, the log shows {}", member.event_id(),
                     ledger::FormatMoney(member.amount_minor(), record.currency()),
                     ledger::FormatMoney(entry->amount, record.currency()));
}

// The items of a matched payout add up to it, each as the log shows it.
std::string ItemsTrouble(const v1::Record& record, const Observed& observed) {
  const v1::Record::Items& items = record.items();
  ledger::WideMinor sum = 0;
  uint64_t ordinal = 0;
  for (int i = 0; i < items.ordinal_deltas_size() && i < items.amounts_minor_size(); ++i) {
    ordinal += items.ordinal_deltas(i);
    sum += items.amounts_minor(i);
    const Observed::Entry* entry = observed.At(ordinal);
    if (entry != nullptr && entry->amount == items.amounts_minor(i)) continue;
    return fmt::format("item {}, at {}, is {}, the log shows another", i + 1, ordinal,
                       ledger::FormatMoney(items.amounts_minor(i), record.currency()));
  }
  if (sum == record.expected_minor() && sum == items.sum_minor()) return "";
  return fmt::format("its {} items don't add up to {}", items.count(),
                     ledger::FormatMoney(record.expected_minor(), record.currency()));
}

}  // namespace

void CheckRecord(std::string_view bytes, int partition, const Observed& observed,
                 const std::function<void(const std::string&)>& found) {
  v1::Record record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  const auto say = [&](const std::string& trouble) {
    if (!trouble.empty()) {
      found(fmt::format("record {}: {}", record.record_id().substr(0, 10), trouble));
    }
  };
  for (const v1::Record::Member& member : record.members()) {
    if (member.event_id().empty()) continue;
    if (member.position().partition() != static_cast<uint32_t>(partition)) continue;
    say(MemberTrouble(member, record, observed));
  }
  if (record.level() == v1::Record::PAYOUT && record.status() == v1::Record::MATCHED &&
      record.items().count() > 0) {
    say(ItemsTrouble(record, observed));
  }
}

}  // namespace tieout::audit
