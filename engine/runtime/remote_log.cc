#include "engine/runtime/remote_log.h"

#include <unistd.h>

#include <mutex>
#include <utility>

#include "engine/base/check.h"
#include "engine/runtime/byte_frames.h"
#include "engine/runtime/writer_socket.h"

namespace tieout::runtime {
namespace {

// One request at a time.
class Line {
 public:
  explicit Line(int fd) : fd_(fd) {}
  ~Line() { ::close(fd_); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  absl::Status Ask(SocketOperation operation, std::span<const log::Entry> entries) {
    std::string request;
    PutNumber(static_cast<uint64_t>(operation), &request);
    if (operation == SocketOperation::kAppend || operation == SocketOperation::kConfig) {
      PutNumber(entries.size(), &request);
      for (const log::Entry& entry : entries) {
        TIEOUT_CHECK(entry.stream == log::Stream::kEvents);
        PutNumber(static_cast<uint64_t>(entry.partition), &request);
        PutText(entry.key, &request);
        PutText(entry.value, &request);
      }
    }
    std::lock_guard lock(mutex_);
    TIEOUT_RETURN_IF_ERROR(SendFrame(fd_, request));
    TIEOUT_ASSIGN_OR_RETURN(const std::string response, ReceiveFrame(fd_));
    FrameReader reader(response);
    const auto code = static_cast<absl::StatusCode>(reader.Number());
    const std::string message(reader.Text());
    if (!reader.AtEnd()) return base::DataLoss("the process that holds the log answers oddly");
    return absl::Status(code, message);
  }

 private:
  std::mutex mutex_;
  const int fd_;
};

class RemoteRole : public log::RoleWriter {
 public:
  explicit RemoteRole(std::shared_ptr<Line> line) : line_(std::move(line)) {}
  absl::Status Append(std::span<const log::Entry> entries) override {
    return line_->Ask(SocketOperation::kConfig, entries);
  }

 private:
  const std::shared_ptr<Line> line_;
};

class SocketLog : public RemoteLog {
 public:
  SocketLog(int fd, std::unique_ptr<log::EventLog> files)
      : line_(std::make_shared<Line>(fd)), files_(std::move(files)) {}

  const log::Identity& identity() const override { return files_->identity(); }
  absl::Status Append(std::span<const log::Entry> entries) override {
    return line_->Ask(SocketOperation::kAppend, entries);
  }
  absl::StatusOr<std::unique_ptr<log::RoleWriter>> TakeRole(log::Role role) override {
    if (role != log::Role::kConfig) {
      return base::FailedPrecondition("ticks are appended by the process that holds the log");
    }
    TIEOUT_RETURN_IF_ERROR(line_->Ask(SocketOperation::kTakeConfig, {}));
    return std::make_unique<RemoteRole>(line_);
  }
  absl::Status Settle() override { return line_->Ask(SocketOperation::kSettle, {}); }

  absl::StatusOr<std::unique_ptr<log::Reader>> NewReader(log::Stream stream, int partition,
                                                         int64_t from_position) override {
    return files_->NewReader(stream, partition, from_position);
  }
  absl::StatusOr<int64_t> End(log::Stream stream, int partition) override {
    return files_->End(stream, partition);
  }
  absl::StatusOr<log::CommitPoint> Committed(int partition) override {
    return files_->Committed(partition);
  }
  absl::StatusOr<std::unique_ptr<log::Slot>> OpenSlot(int) override {
    return base::FailedPrecondition(
        "the log's events are folded by the process that holds it (`tieout serve`)");
  }

 private:
  const std::shared_ptr<Line> line_;
  const std::unique_ptr<log::EventLog> files_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RemoteLog>> RemoteLog::Connect(
    const std::string& data_directory, std::unique_ptr<log::EventLog> files) {
  TIEOUT_ASSIGN_OR_RETURN(const int fd, ConnectToWriter(data_directory));
  return std::make_unique<SocketLog>(fd, std::move(files));
}

}  // namespace tieout::runtime
