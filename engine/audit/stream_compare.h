// An output stream of one partition held against what the fold gives, byte for byte, in order.
// Thread safety: none.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/log.h"

namespace tieout::audit {

class StreamCompare {
 public:
  static absl::StatusOr<std::unique_ptr<StreamCompare>> Open(log::EventLog& log, log::Stream stream,
                                                             int partition);
  // The next bytes the fold gives. After the first difference nothing more is compared: what
  // follows would only repeat it.
  absl::Status Next(std::string_view expected);
  // The fold gives no more: the stream must be at its end, too.
  absl::Status End();

  uint64_t compared() const { return compared_; }
  const std::vector<std::string>& findings() const { return findings_; }

 private:
  StreamCompare(std::string name, std::unique_ptr<log::Reader> reader, int64_t end)
      : name_(std::move(name)), reader_(std::move(reader)), end_(end) {}
  // The stream's next entry; nullptr at its end.
  absl::StatusOr<const log::Stored*> Peek();

  const std::string name_;
  const std::unique_ptr<log::Reader> reader_;
  const int64_t end_;
  std::span<const log::Stored> batch_;
  size_t at_ = 0;
  uint64_t compared_ = 0;
  std::vector<std::string> findings_;
};

}  // namespace tieout::audit
