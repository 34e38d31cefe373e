// What the facts of a home say at this moment, before asking what was said already.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "tests/oracle/facts.h"
#include "tests/oracle/said.h"

namespace tieout::oracle {

inline constexpr int64_t kSettlingUs = 600 * base::kMicrosPerSecond;
inline constexpr int64_t kNoDeadline = std::numeric_limits<int64_t>::min();

// When an absence or difference may be told: after its business deadline and after the settling
// time of the fact that began it.
struct Deadline {
  int64_t due_us = kNoDeadline;
  int64_t arrived_us = 0;
  uint64_t ordinal = 0;
};

// Of one thing that is judged by itself: a fee, a reversal, a payout's list.
struct Verdict {
  std::string subject;
  Said said;
  bool negative = false;               // told at ticks only
  bool only_heals = false;             // said only where a break was
  std::vector<uint64_t> items;         // a list's, by ordinal
  bool complete = true;                // the list is called so
  int64_t due_us = kNoDeadline;        // business deadline; settling runs from the last change
  std::vector<AccountRef> needs;       // sources that must have reported beyond due_us
  std::optional<Deadline> not_before;  // judged from here on only
};

std::vector<Verdict> OrderVerdicts(const Facts& facts, const Configuration& configuration);
std::vector<Verdict> PayoutVerdicts(const Facts& facts);
std::vector<Verdict> SourceVerdicts(const Facts& facts);

// Of payouts and deposits that belong together, or of one alone.
struct BankVerdict {
  Said said;
  bool by_reference = false;
  bool negative = false;    // an absence, told at ticks only
  std::string late_reason;  // what a rest is called after its deadline; empty: there is none
  std::vector<Deadline> deadlines;  // all must have passed
  std::string proposed_deposit;     // of a proposal
  std::string takes_over;           // a failed payout: the member whose break it goes on with
  std::vector<AccountRef> needs;
  Day due_on;  // of what may be missing: the latest arrival of its payouts
};

std::vector<BankVerdict> BankVerdicts(const std::string& home, const Facts& facts,
                                      const Configuration& configuration);

}  // namespace tieout::oracle
