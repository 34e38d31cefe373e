// An embedded log that another process (`serve`) holds: appends go through its socket, reading
// looks at the same files. Slots are its own: OpenSlot is refused, and so is the ticker's role.
// Thread safety: as EventLog.
#pragma once

#include <memory>
#include <string>

#include "engine/base/status.h"
#include "engine/log/log.h"

namespace tieout::runtime {

class RemoteLog : public log::EventLog {
 public:
  // `files` is the log opened for reading. kUnavailable: nobody listens.
  static absl::StatusOr<std::unique_ptr<RemoteLog>> Connect(const std::string& data_directory,
                                                            std::unique_ptr<log::EventLog> files);
  // The serving process's ticker appends a settled tick.
  virtual absl::Status Settle() = 0;
};

}  // namespace tieout::runtime
