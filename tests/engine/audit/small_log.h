// A log with a payout, its items, its deposit, one payout whose deposit stays away, a refund, two
// parcels, rows without ids, an opening balance and a sale before it, folded to the end by the real
// engine. Files live in a folder of the test's own.
#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/log/embedded.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/open_log.h"

namespace tieout::audit {

class SmallLog {
 public:
  SmallLog();
  ~SmallLog() { std::filesystem::remove_all(folder_); }

  const runtime::EngineOptions& options() const { return options_; }
  const std::string& folder() const { return folder_; }

  // A second log with the same events, and outputs as `change` leaves them (dropped, altered,
  // doubled), committed as a slot would.
  std::unique_ptr<log::EventLog> CopyWithOutput(
      const std::function<void(std::vector<log::Entry>&)>& change) const;

 private:
  std::vector<ledger::Event> Facts();
  std::string_view Text(std::string text) { return texts_.emplace_back(std::move(text)); }

  std::string folder_;
  runtime::ManualClock clock_;
  runtime::EngineOptions options_;
  std::deque<std::string> texts_;
};

}  // namespace tieout::audit
