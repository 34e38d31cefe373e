#include "engine/audit/observed_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "engine/base/day.h"
#include "engine/ledger/event.h"
#include "schemas/event.pb.h"

namespace tieout::audit {
namespace {

int64_t Micros(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1'000'000 + time.nanos() / 1000;
}

std::string LookKey(std::string_view home, const v1::Event& event) {
  ledger::Event row;
  row.event_id = event.event_id();
  row.row.ordinal = event.row().ordinal();
  return fmt::format("look\n{}\n{}", home, ledger::RowIdAt(row, 0));
}

// Plain structs, one behind the other; they go nowhere but to this process's own memory.
template <typename T>
std::string Pack(const std::vector<T>& items) {
  return {reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T)};
}
template <typename T>
std::vector<T> Unpack(std::string_view bytes) {
  std::vector<T> items(bytes.size() / sizeof(T));
  std::memcpy(items.data(), bytes.data(), items.size() * sizeof(T));
  return items;
}

}  // namespace

uint32_t ObservedRows::SourceOf(const v1::Event& event) {
  const std::string account =
      fmt::format("{}\n{}\n{}", event.account().provider(), event.account().merchant_account(),
                  event.account().currency());
  const auto [found, added] = sources_.try_emplace({account, event.source().sha256()},
                                                   static_cast<uint32_t>(coverage_.size()));
  if (added) coverage_.emplace_back();
  return found->second;
}

void ObservedRows::AddReport(const v1::Event& event) {
  std::optional<Coverage>& coverage = coverage_[SourceOf(event)];
  if (coverage) return;
  coverage = {Micros(event.source_report().coverage_from()),
              Micros(event.source_report().coverage_to())};
}

ObservedRows::Shared ObservedRows::SharedDay(const v1::Event& row, uint32_t source,
                                             uint32_t known_source) const {
  if (!coverage_[source] || !coverage_[known_source]) return Shared::kUnknown;
  const Coverage& a = *coverage_[known_source];
  const Coverage& b = *coverage_[source];
  if (a.from_us >= a.to_us || b.from_us >= b.to_us) return Shared::kUnknown;
  const Coverage both{std::max(a.from_us, b.from_us), std::min(a.to_us, b.to_us)};
  const base::Day day = base::ParseDay(row.row().day()).value_or(base::Day{});
  const int64_t midnight = day.start_us(), next = day.plus(1).start_us();
  const int64_t at = Micros(row.occurred_at());
  if (both.from_us >= next || both.to_us <= midnight || both.from_us >= both.to_us) {
    return Shared::kNothing;
  }
  const bool whole = both.from_us <= midnight && both.to_us >= next;
  if (at % base::kMicrosPerDay != 0) {
    return whole || (both.from_us <= at && at < both.to_us) ? Shared::kTheRow : Shared::kUnknown;
  }
  const bool is_cut = a.from_us != b.from_us && a.to_us != b.to_us &&
                      (a.from_us < b.from_us) == (a.to_us < b.to_us) &&
                      both.to_us - both.from_us <= base::kMicrosPerDay;
  return whole && !is_cut ? Shared::kTheRow : Shared::kUnknown;
}

bool ObservedRows::IsKnown(const v1::Event& event, uint32_t source, std::vector<Row>* alike,
                           bool* learned) const {
  const v1::RowIdentity& row = event.row();
  uint32_t others = 0, of_its_balance = 0, in_both = 0;
  Row* without_balance = nullptr;  // the one that would learn the row's
  std::optional<uint32_t> of_source;
  Shared shared = Shared::kUnknown;
  for (Row& known : *alike) {
    if (known.source == source) {
      if (known.ordinal == row.ordinal()) return true;
      continue;
    }
    if (of_source != known.source) shared = SharedDay(event, source, known.source);
    of_source = known.source;
    if (shared == Shared::kNothing) continue;
    ++others;
    if (known.has_balance && row.has_balance_after_minor()) {
      if (known.balance == row.balance_after_minor()) ++of_its_balance;
    } else if (shared == Shared::kTheRow) {
      if (in_both++ == 0) without_balance = &known;
    }
  }
  if (!row.has_balance_after_minor()) return row.ordinal() < in_both;
  if (row.balance_ordinal() < of_its_balance) return true;
  if (row.ordinal() >= others || without_balance == nullptr) return false;
  without_balance->has_balance = *learned = true;
  without_balance->balance = row.balance_after_minor();
  return true;
}

absl::StatusOr<std::optional<uint32_t>> ObservedRows::Add(std::string_view home,
                                                          const v1::Event& event) {
  const std::string key = LookKey(home, event);
  const uint32_t source = SourceOf(event);
  TIEOUT_ASSIGN_OR_RETURN(const std::string before, memory_->Get(key));
  std::vector<Row> alike = Unpack<Row>(before);
  bool learned = false;
  const bool known = IsKnown(event, source, &alike, &learned);
  const auto ordinal = static_cast<uint32_t>(alike.size());
  if (!known) {
    alike.push_back({source, event.row().ordinal(), event.row().balance_after_minor(),
                     event.row().has_balance_after_minor()});
  }
  if (!known || learned) TIEOUT_RETURN_IF_ERROR(memory_->Put(key, Pack(alike)));
  return known ? std::nullopt : std::optional<uint32_t>(ordinal);
}

}  // namespace tieout::audit
