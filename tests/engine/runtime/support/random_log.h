// A small marketplace's log, a function of a seed: sellers with a Stripe and a bank account each,
// sales in payouts, deposits with and without reference, refunds, late and doubled events, ticks,
// bytes that are no event, and events in a partition that isn't theirs.
#pragma once

#include <memory>
#include <string>

#include "engine/base/day.h"
#include "engine/log/log.h"

namespace tieout::runtime {

// Midnight, 1 March 2026.
inline constexpr int64_t kRandomLogBeginsUs = base::Day{20'513}.start_us();

struct RandomLogShape {
  uint64_t seed = 1;
  int partitions = 3;
  int sellers = 5;
  int days = 20;
  int sales_a_day = 10;  // of each seller
};

// A fresh directory of this process, gone when it ends.
std::string FreshDirectory(const std::string& name);

// Creates an embedded log in `directory` and appends everything.
void WriteRandomLog(const std::string& directory, const RandomLogShape& shape);

std::unique_ptr<log::EventLog> OpenTestLog(const std::string& directory);

}  // namespace tieout::runtime
