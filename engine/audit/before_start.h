// What is dated before its account's first day (`start`): in the log, shown, and without effect,
// since the opening balances hold it. The state only counts it; the log lists it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/base/status.h"
#include "engine/ledger/event.h"
#include "engine/ledger/record.h"
#include "engine/log/log.h"

namespace tieout::audit {

struct BeforeStart {
  std::string_view seller_id;
  const ledger::Event& event;  // its views and seller_id are valid during the visit
  base::Day first_day;
  ledger::Position position;
};

// In the order of the log, each entry once. `seller` empty: everybody's; else only that seller's
// partition is read. `progress` may be empty. Costs a pass over the events.
absl::Status ForEachBeforeStart(log::EventLog& log, const std::string& seller,
                                const std::function<absl::Status(const BeforeStart&)>& visit,
                                const std::function<void(uint64_t, uint64_t)>& progress);

}  // namespace tieout::audit
