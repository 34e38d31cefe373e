#include "tests/oracle/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace tieout::oracle {
namespace {

using Kind = Recollection::Kind;

struct Coverage {
  int64_t from_us = 0, to_us = 0;
};

// As the source's opened report tells it; nullopt: no such report, or none in it.
std::optional<Coverage> CoverageOf(const Facts& facts, const Event& row) {
  for (const Fact* fact : facts.OfKind(ledger::Kind::kSourceReport)) {
    const auto& report = std::get<ledger::SourceReport>(fact->event->body);
    if (report.phase != ledger::SourceReport::Phase::kOpened ||
        fact->event->account != row.account || fact->event->source.sha256 != row.source.sha256 ||
        report.coverage_from_us == report.coverage_to_us) {
      continue;
    }
    return Coverage{report.coverage_from_us, report.coverage_to_us};
  }
  return std::nullopt;
}

// Neither holds the other, and they share a day at most.
bool MeetInADay(const Coverage& a, const Coverage& b) {
  const Coverage& early = a.from_us < b.from_us ? a : b;
  const Coverage& late = a.from_us < b.from_us ? b : a;
  return early.from_us < late.from_us && early.to_us < late.to_us &&
         early.to_us - late.from_us <= base::kMicrosPerDay;
}

enum class SameRow { kYes, kNo, kUnclear };

// Two equal rows of different sources.
SameRow Compare(const Facts& facts, const Event& a, const Event& b) {
  if (a.row.balance_after && b.row.balance_after) {
    return *a.row.balance_after == *b.row.balance_after ? SameRow::kYes : SameRow::kNo;
  }
  const std::optional<Coverage> of_a = CoverageOf(facts, a);
  const std::optional<Coverage> of_b = CoverageOf(facts, b);
  if (!of_a || !of_b) return SameRow::kUnclear;
  const int64_t day_from = a.row.day.start_us();
  const int64_t day_to = a.row.day.plus(1).start_us();
  const int64_t from = std::max({of_a->from_us, of_b->from_us, day_from});
  const int64_t to = std::min({of_a->to_us, of_b->to_us, day_to});
  if (from >= to) return SameRow::kNo;
  const bool has_time = b.occurred_at_us % base::kMicrosPerDay != 0;
  if (!has_time && MeetInADay(*of_a, *of_b)) return SameRow::kUnclear;
  if (from == day_from && to == day_to) return SameRow::kYes;
  const bool within = from <= b.occurred_at_us && b.occurred_at_us < to;
  return has_time && within ? SameRow::kYes : SameRow::kUnclear;
}

const Fact* Find(const Facts& facts, std::string_view event_id) {
  for (const Fact& fact : facts.known()) {
    if (fact.event_id == event_id) return &fact;
  }
  return nullptr;
}

bool SameContent(const Event& a, const Event& b) {
  return ledger::ContentHash(a) == ledger::ContentHash(b);
}

// "…/2025-03-03.hash.0/booked" with another ordinal.
std::string WithOrdinal(std::string_view event_id, uint32_t ordinal) {
  const size_t component = event_id.rfind('/');
  const size_t last_dot = event_id.rfind('.', component);
  return fmt::format("{}.{}{}", event_id.substr(0, last_dot), ordinal, event_id.substr(component));
}

// Compared with the row of its own ordinal and those after it: the same as one is clearer than
// unclear beside another; another than all takes the next free ordinal.
Recollection RecallRow(const Facts& facts, const Event& event) {
  const Fact* unclear = nullptr;
  for (uint32_t ordinal = event.row.ordinal;; ++ordinal) {
    const std::string id = WithOrdinal(event.event_id, ordinal);
    const Fact* known = Find(facts, id);
    if (known == nullptr && unclear != nullptr) return {Kind::kUnclear, {}, unclear};
    if (known == nullptr) return {Kind::kNew, id, nullptr};
    if (!SameContent(*known->event, event)) return {Kind::kConflict, {}, known};
    SameRow same = SameRow::kNo;
    if (known->event->source.sha256 != event.source.sha256) {
      same = Compare(facts, *known->event, event);
    } else if (known->event->row.ordinal == event.row.ordinal) {
      same = SameRow::kYes;
    }
    if (same == SameRow::kYes) return {Kind::kDuplicate, {}, known};
    if (same == SameRow::kUnclear && unclear == nullptr) unclear = known;
  }
}

}  // namespace

Recollection Recall(const Facts& facts, const Event& event) {
  if (!event.row.hash.empty()) return RecallRow(facts, event);
  const Fact* known = Find(facts, event.event_id);
  if (known == nullptr) return {Kind::kNew, std::string(event.event_id), nullptr};
  return {SameContent(*known->event, event) ? Kind::kDuplicate : Kind::kConflict,
          std::string(event.event_id), known};
}

}  // namespace tieout::oracle
