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

// The row at hand beside the known ones of its look.
class Comparison {
 public:
  Comparison(const HomePage& home, const ledger::Event& event) : home_(home), event_(event) {}

  Likeness With(const Look::Row& known) {
    if (known.source != source_) {
      source_ = known.source;
      by_coverage_ = WithSource(home_.sources[source_]);
    }
    const ledger::RowIdentity& row = event_.row;
    if (by_coverage_ == Likeness::kItself) {
      return known.ordinal == row.ordinal ? Likeness::kItself : Likeness::kElsewhere;
    }
    if (by_coverage_ == Likeness::kElsewhere || !row.balance_after || !known.balance_after) {
      return by_coverage_;
    }
    return *row.balance_after == *known.balance_after ? Likeness::kBalance
                                                      : Likeness::kOtherBalance;
  }

 private:
  Likeness WithSource(const SourceState& other) const {
    if (other.sha256 == event_.source.sha256) return Likeness::kItself;
    const auto own =
        std::find_if(home_.sources.begin(), home_.sources.end(), [&](const SourceState& s) {
          return s.account == other.account && s.sha256 == event_.source.sha256;
        });
    const bool both = own != home_.sources.end() && StatesCoverage(*own) && StatesCoverage(other);
    return both ? ByCoverage(event_, *own, other) : Likeness::kUnclear;
  }

  const HomePage& home_;
  const ledger::Event& event_;
  uint32_t source_ = kNone;  // that `by_coverage_` is of
  Likeness by_coverage_ = Likeness::kUnclear;
};

// Which of its look's rows the event is: the ordinal of that one, of the one it was compared with,
// or, for a new one, the next.
struct Judgement {
  Sighting sighting = Sighting::kNew;
  uint32_t ordinal = 0;
  bool learns = false;  // that one the balance of the event
};

Judgement JudgeRow(const HomePage& home, const ledger::Event& event, const Look& look) {
  const ledger::RowIdentity& row = event.row;
  // Rows with a balance took those before it, and left their balances there.
  const uint32_t same_before = row.balance_after ? 0 : row.ordinal;
  uint32_t candidates = 0, of_balance = 0, of_coverage = 0, of_nothing = 0;
  std::optional<uint32_t> by_balance, by_coverage, unclear;
  Comparison comparison(home, event);
  for (uint32_t i = 0; i < look.rows.size(); ++i) {
    if (look.rows[i].source == kNone) return {Sighting::kSame, i};
    const Likeness likeness = comparison.With(look.rows[i]);
    if (likeness == Likeness::kItself) return {Sighting::kSame, i};
    if (likeness == Likeness::kElsewhere) continue;
    ++candidates;
    if (likeness == Likeness::kBalance && of_balance++ == row.balance_ordinal) by_balance = i;
    if (likeness == Likeness::kCoverage && of_coverage++ == same_before) by_coverage = i;
    if (likeness == Likeness::kUnclear && of_nothing++ <= row.ordinal) unclear = i;
  }
  const Judgement is_new{Sighting::kNew, static_cast<uint32_t>(look.rows.size())};
  if (by_balance) return {Sighting::kSame, *by_balance};
  // Its source told of as many others that may be the candidates.
  if (row.ordinal >= candidates) return is_new;
  if (by_coverage) return {Sighting::kSame, *by_coverage, row.balance_after.has_value()};
  return unclear ? Judgement{Sighting::kUnclear, *unclear} : is_new;
}

constexpr size_t kManyAlike = 16;
constexpr size_t kLookRowsHeld = 200'000;  // 24 bytes each

}  // namespace

// What has come since it was read.
absl::Status Memory::ReadLook(const ledger::Event& event, Look* look) {
  const base::Day day = base::DayOf(event.occurred_at_us);
  while (true) {
    const auto ordinal = static_cast<uint32_t>(look->rows.size());
    TIEOUT_ASSIGN_OR_RETURN(const Found known,
                            Find(base::HashBytes128(ledger::RowIdAt(event, ordinal)), day));
    if (known.page == nullptr) return absl::OkStatus();
    if (ordinal == 0) {
      look->content = known.entry().content;
      look->kind = known.entry().kind;
    }
    Look::Row& row = look->rows.emplace_back();
    if (const Detail* detail = known.page->page.detail(known.index); detail != nullptr) {
      row = {detail->source, detail->row, detail->balance_after};
    }
  }
}

absl::StatusOr<Sighting> Memory::RecallRow(const ledger::Event& event, uint64_t content,
                                           Hash128* id, Found* first) {
  HomeIndex& index = turn_.cached.page.index;
  if (index.look_rows > kLookRowsHeld) {
    index.looks.clear();
    index.look_rows = 0;
  }
  const Hash128 look_id = base::HashBytes128(ledger::RowIdAt(event, 0));
  const auto held = index.looks.find(look_id);
  Look look = held == index.looks.end() ? Look{} : std::move(held->second);
  const size_t read_before = look.rows.size();
  TIEOUT_RETURN_IF_ERROR(ReadLook(event, &look));

  Judgement judgement = JudgeRow(turn_.cached.page, event, look);
  if (!look.rows.empty() && (look.content != content || look.kind != event.kind())) {
    judgement = {Sighting::kConflict, 0};
  }
  *id = base::HashBytes128(ledger::RowIdAt(event, judgement.ordinal));
  *first = {.row = judgement.ordinal};
  if (judgement.sighting != Sighting::kNew) {
    TIEOUT_ASSIGN_OR_RETURN(*first, Find(*id, base::DayOf(event.occurred_at_us)));
    first->row = judgement.ordinal;
  }
  if (judgement.learns) {
    Touch(first->page);
    first->page->page.MakeDetail(first->index).balance_after = event.row.balance_after;
    look.rows[judgement.ordinal].balance_after = event.row.balance_after;
  }
  if (look.rows.size() > kManyAlike) {
    index.look_rows += look.rows.size() - (held == index.looks.end() ? 0 : read_before);
    index.looks[look_id] = std::move(look);
  }
  return judgement.sighting;
}

}  // namespace tieout::matching
