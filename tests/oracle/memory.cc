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

// As the source's first opened report tells it; nullopt: no such report, or none in it.
std::optional<Coverage> CoverageOf(const Facts& facts, const Event& row) {
  for (const Fact* fact : facts.OfKind(ledger::Kind::kSourceReport)) {
    const auto& report = std::get<ledger::SourceReport>(fact->event->body);
    if (report.phase != ledger::SourceReport::Phase::kOpened ||
        fact->event->account != row.account || fact->event->source.sha256 != row.source.sha256) {
      continue;
    }
    if (report.coverage_from_us >= report.coverage_to_us) return std::nullopt;
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

// Whether the one's source speaks of no moment of the day that the other's speaks of.
bool SpeakOfOtherTimes(const Facts& facts, const Event& a, const Event& b) {
  const std::optional<Coverage> of_a = CoverageOf(facts, a);
  const std::optional<Coverage> of_b = CoverageOf(facts, b);
  if (!of_a || !of_b) return false;
  const int64_t from = std::max({of_a->from_us, of_b->from_us, a.row.day.start_us()});
  return from >= std::min({of_a->to_us, of_b->to_us, a.row.day.plus(1).start_us()});
}

// Whether both sources show the moment of the row, so that it stands in both.
bool BothShow(const Facts& facts, const Event& known, const Event& row) {
  const std::optional<Coverage> of_known = CoverageOf(facts, known);
  const std::optional<Coverage> of_row = CoverageOf(facts, row);
  if (!of_known || !of_row) return false;
  const bool has_time = row.occurred_at_us % base::kMicrosPerDay != 0;
  const int64_t day_from = row.row.day.start_us();
  const int64_t day_to = row.row.day.plus(1).start_us();
  const auto show = [&](int64_t from_us, int64_t to_us) {
    return of_known->from_us <= from_us && of_row->from_us <= from_us && of_known->to_us >= to_us &&
           of_row->to_us >= to_us;
  };
  if (show(day_from, day_to)) return has_time || !MeetInADay(*of_known, *of_row);
  return has_time && show(row.occurred_at_us, row.occurred_at_us + 1);
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

// All known rows of its look are asked, in the order of their ordinals.
Recollection RecallRow(Facts* facts, const Event& event) {
  const auto& balance = event.row.balance_after;
  std::vector<const Fact*> elsewhere_told;
  std::string free_id;
  for (uint32_t ordinal = 0;; ++ordinal) {
    free_id = WithOrdinal(event.event_id, ordinal);
    const Fact* known = Find(*facts, free_id);
    if (known == nullptr) break;
    if (!SameContent(*known->event, event)) return {Kind::kConflict, {}, known};
    if (known->event->source.sha256 != event.source.sha256) {
      elsewhere_told.push_back(known);
    } else if (known->event->row.ordinal == event.row.ordinal) {
      return {Kind::kDuplicate, {}, known};
    }
  }
  std::erase_if(elsewhere_told,
                [&](const Fact* known) { return SpeakOfOtherTimes(*facts, *known->event, event); });
  uint32_t nth = 0;
  for (const Fact* known : elsewhere_told) {
    const bool equal = balance && known->balance == balance;
    if (equal && nth++ == event.row.balance_ordinal) return {Kind::kDuplicate, {}, known};
  }
  const Recollection is_new{Kind::kNew, free_id, nullptr};
  if (event.row.ordinal >= elsewhere_told.size()) return is_new;
  std::erase_if(elsewhere_told, [&](const Fact* known) { return balance && known->balance; });
  std::vector<const Fact*> unclear;
  nth = 0;
  for (const Fact* known : elsewhere_told) {
    if (!BothShow(*facts, *known->event, event)) {
      unclear.push_back(known);
    } else if (balance) {
      facts->LearnBalance(*known, *balance);
      return {Kind::kDuplicate, {}, known};
    } else if (nth++ == event.row.ordinal) {
      return {Kind::kDuplicate, {}, known};
    }
  }
  if (unclear.empty()) return is_new;
  return {Kind::kUnclear, {}, unclear[std::min<size_t>(event.row.ordinal, unclear.size() - 1)]};
}

}  // namespace

Recollection Recall(Facts* facts, const Event& event) {
  if (!event.row.hash.empty()) return RecallRow(facts, event);
  const Fact* known = Find(*facts, event.event_id);
  if (known == nullptr) return {Kind::kNew, std::string(event.event_id), nullptr};
  return {SameContent(*known->event, event) ? Kind::kDuplicate : Kind::kConflict,
          std::string(event.event_id), known};
}

}  // namespace tieout::oracle
