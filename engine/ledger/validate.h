// Whether an event makes sense by itself, before any state is asked: what the fold dead-letters as
// INVALID, and what a publisher had better refuse at its own door.
#pragma once

#include <cstddef>

#include "engine/base/status.h"
#include "engine/ledger/event.h"

namespace tieout::ledger {

inline constexpr size_t kMaxEventId = 512;  // bytes
inline constexpr size_t kMaxName = 256;     // of a seller, a provider, an account, a reference

// OK, or kInvalidArgument naming the event, the field, its value and what is allowed: the first
// thing that is wrong, in the order of the schema.
//
// Times and dates lie in the years 1970 to 2200. Every kind that stands at a home needs an account
// and a time; what stands in every partition (rules, ticks) needs neither. Amounts may be zero but
// not the most negative number, whose opposite doesn't fit.
absl::Status Validate(const Event& event);

}  // namespace tieout::ledger
