// Whether the sources of a home report as often as they should, and without a hole. Looked up from
// the whole list of an account's closed reports whenever one comes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "tests/oracle/verdict.h"

namespace tieout::oracle {

struct Hole {
  int64_t from_us = 0, to_us = 0;
  Minor expected = 0, actual = 0;  // the balances at its ends, where they differ
  Deadline since;
  std::optional<Said> said;
};

class Source {
 public:
  explicit Source(AccountRef account) : account_(account) {}

  // A closed report. Returns the holes that it closed.
  std::vector<Hole> Hear(const ledger::SourceReport& report, const Configuration& configuration,
                         uint64_t ordinal, int64_t now_us);

  const AccountRef& account() const { return account_; }
  std::vector<Hole>& holes() { return holes_; }
  const std::vector<Hole>& holes() const { return holes_; }
  int64_t covered_until_us() const { return covered_until_us_; }
  // When its next report is due; nullptr: nobody knows, or it was looked at.
  const Deadline* next() const { return next_ ? &*next_ : nullptr; }
  void LookedAt() { next_.reset(); }

 private:
  struct Heard {
    int64_t to_us, from_us;
    uint64_t first, last;  // numbers of statements; 0: none
    std::optional<Minor> opening, closing;
    friend auto operator<=>(const Heard&, const Heard&) = default;
  };
  struct Beat {
    uint32_t every = 0, grace = 0;
    std::string_view calendar;
    bool ruled = false;
  };
  class Days;

  std::vector<Heard> Last() const;
  std::optional<Beat> BeatOf(const Days& days, const std::vector<Heard>& last) const;
  std::vector<Hole> HolesAmong(const Days& days, const std::vector<Heard>& last) const;

  AccountRef account_;
  std::vector<Heard> heard_;  // all of them
  std::vector<Hole> holes_;   // in the order in which they showed
  int64_t covered_until_us_ = 0;
  bool was_on_time_ = false;
  int64_t due_us_ = 0;
  std::optional<Deadline> next_;
};

}  // namespace tieout::oracle
