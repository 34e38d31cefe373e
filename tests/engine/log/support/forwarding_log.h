// A real log behind another's face: who derives from it fails on purpose at one point.
#pragma once

#include <memory>

#include "engine/log/log.h"

namespace tieout::log {

class ForwardingLog : public EventLog {
 public:
  explicit ForwardingLog(EventLog* log) : log_(log) {}  // not owned
  const Identity& identity() const override { return log_->identity(); }
  absl::Status Append(std::span<const Entry> entries) override { return log_->Append(entries); }
  absl::StatusOr<std::unique_ptr<RoleWriter>> TakeRole(Role role) override {
    return log_->TakeRole(role);
  }
  absl::StatusOr<std::unique_ptr<Reader>> NewReader(Stream stream, int partition,
                                                    int64_t from) override {
    return log_->NewReader(stream, partition, from);
  }
  absl::StatusOr<int64_t> End(Stream stream, int partition) override {
    return log_->End(stream, partition);
  }
  absl::StatusOr<CommitPoint> Committed(int partition) override {
    return log_->Committed(partition);
  }
  absl::StatusOr<std::unique_ptr<Slot>> OpenSlot(int slot) override { return log_->OpenSlot(slot); }

 private:
  EventLog* const log_;
};

}  // namespace tieout::log
