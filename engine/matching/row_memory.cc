// Rows without an id: which of those that look alike is this one (README.md, memory of ids)?
#include <algorithm>

#include "engine/matching/memory.h"

namespace tieout::matching {
namespace {

// What a known row of equal looks may be to the one at hand.
enum class Likeness : uint8_t {
  kItself,        // its own source's of its own ordinal
  kElsewhere,     // another, and of a time that the row's source doesn't speak of, or its own
  kOtherBalance,  // another
  kBalance,       // equal, and so is the balance
  kCoverage,      // the same, by what the sources cover
  kUnclear,
};

// What the sources' coverages say of the row's day.
Likeness ByCoverage(const ledger::Event& event, const SourceState& own, const SourceState& other) {
  const int64_t shared_from = std::max(own.coverage_from_us, other.coverage_from_us);
  const int64_t shared_to = std::min(own.coverage_to_us, other.coverage_to_us);
  const int64_t day_from = event.row.day.start_us(), day_to = event.row.day.plus(1).start_us();
  const int64_t from = std::max(shared_from, day_from), to = std::min(shared_to, day_to);
  if (from >= to) return Likeness::kElsewhere;
  const int64_t at = event.occurred_at_us;
  const bool has_time = at % base::kMicrosPerDay != 0;
  const bool nested = (shared_from == own.coverage_from_us && shared_to == own.coverage_to_us) ||
                      (shared_from == other.coverage_from_us && shared_to == other.coverage_to_us);
  // One ends and the other begins somewhere in the row's day.
  if (!nested && !has_time && shared_to - shared_from <= base::kMicrosPerDay) {
    return Likeness::kUnclear;
  }
  if (from == day_from && to == day_to) return Likeness::kCoverage;
  return has_time && at >= from && at < to ? Likeness::kCoverage : Likeness::kUnclear;
}

bool StatesCoverage(const SourceState& source) {
  return source.opened && source.coverage_to_us > source.coverage_from_us;
}

Likeness Compare(const HomePage& home, const ledger::Event& event, const Detail& known) {
  const SourceState& other = home.sources[known.source];
  if (other.sha256 == event.source.sha256) {
    return known.row == event.row.ordinal ? Likeness::kItself : Likeness::kElsewhere;
  }
  const auto own =
      std::find_if(home.sources.begin(), home.sources.end(), [&](const SourceState& s) {
        return s.account == other.account && s.sha256 == event.source.sha256;
      });
  Likeness likeness = Likeness::kUnclear;
  if (own != home.sources.end() && StatesCoverage(*own) && StatesCoverage(other)) {
    likeness = ByCoverage(event, *own, other);
  }
  if (likeness == Likeness::kElsewhere) return likeness;
  if (event.row.balance_after && known.balance_after) {
    return *event.row.balance_after == *known.balance_after ? Likeness::kBalance
                                                            : Likeness::kOtherBalance;
  }
  return likeness;
}

}  // namespace

absl::StatusOr<Sighting> Memory::RecallRow(const ledger::Event& event, uint64_t content,
                                           Hash128* id, Found* first) {
  const ledger::RowIdentity& row = event.row;
  const base::Day day = base::DayOf(event.occurred_at_us);
  // Candidates, and which of them it is by the one evidence and by the other.
  uint32_t candidates = 0, by_balance = 0, by_coverage = 0, by_none = 0;
  Found of_balance, of_coverage, unclear;
  for (uint32_t ordinal = 0;; ++ordinal) {
    *id = base::HashBytes128(ledger::RowIdAt(event, ordinal));
    TIEOUT_ASSIGN_OR_RETURN(Found known, Find(*id, day));
    known.row = ordinal;
    *first = known;
    if (known.page == nullptr) break;
    if (!IsContent(event, content, known.entry())) return Sighting::kConflict;
    const Detail* detail = known.page->page.detail(known.index);
    if (detail == nullptr || detail->source == kNone) return Sighting::kSame;
    const Likeness likeness = Compare(turn_.cached.page, event, *detail);
    if (likeness == Likeness::kItself) return Sighting::kSame;
    if (likeness == Likeness::kElsewhere) continue;
    ++candidates;
    if (likeness == Likeness::kBalance && by_balance++ == row.balance_ordinal) of_balance = known;
    // Rows with a balance took those before it, and left their balances there.
    const uint32_t before = row.balance_after ? 0 : row.ordinal;
    if (likeness == Likeness::kCoverage && by_coverage++ == before) of_coverage = known;
    if (likeness == Likeness::kUnclear && by_none++ <= row.ordinal) unclear = known;
  }
  if (of_balance.page != nullptr) {
    *first = of_balance;
    return Sighting::kSame;
  }
  // Its source told of as many others that may be the candidates.
  if (row.ordinal >= candidates) return Sighting::kNew;
  if (of_coverage.page != nullptr) {
    *first = of_coverage;
    if (row.balance_after) {
      of_coverage.page->dirty = true;
      of_coverage.page->page.MakeDetail(of_coverage.index).balance_after = row.balance_after;
    }
    return Sighting::kSame;
  }
  if (unclear.page == nullptr) return Sighting::kNew;
  *first = unclear;
  return Sighting::kUnclear;
}

}  // namespace tieout::matching
