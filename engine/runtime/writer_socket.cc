#include "engine/runtime/writer_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "engine/runtime/byte_frames.h"
#include "fmt/format.h"

namespace tieout::runtime {
namespace {

constexpr int kPollMillis = 100;

// A Unix address holds 107 bytes, a data directory's path may be longer: go by its descriptor.
class SocketAddress {
 public:
  explicit SocketAddress(const std::string& data_directory)
      : directory_(::open(data_directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    const std::string path = fmt::format("/proc/self/fd/{}/socket", directory_);
    address_.sun_family = AF_UNIX;
    std::strncpy(address_.sun_path, path.c_str(), sizeof(address_.sun_path) - 1);
  }
  ~SocketAddress() {
    if (directory_ >= 0) ::close(directory_);
  }
  SocketAddress(const SocketAddress&) = delete;
  SocketAddress& operator=(const SocketAddress&) = delete;

  bool ok() const { return directory_ >= 0; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  static socklen_t size() { return sizeof(sockaddr_un); }

 private:
  const int directory_;
  sockaddr_un address_{};
};

absl::Status Gone(const char* doing) {
  return base::Unavailable(
      fmt::format("{} the process that holds the log: {}", doing, std::strerror(errno)));
}

absl::Status Fill(int fd, char* buffer, size_t size) {
  while (size > 0) {
    const ssize_t n = ::recv(fd, buffer, size, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Gone("hearing from");
    if (n == 0) return base::Unavailable("the process that holds the log has hung up");
    buffer += n;
    size -= static_cast<size_t>(n);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<log::Entry>> ReadEntries(FrameReader* reader, int partitions) {
  std::vector<log::Entry> entries;
  for (uint64_t n = reader->Number(); n > 0 && reader->ok(); --n) {
    log::Entry entry;
    const uint64_t partition = reader->Number();
    if (partition >= static_cast<uint64_t>(partitions)) {
      return base::InvalidArgument(fmt::format("the log has no partition {}", partition));
    }
    entry.partition = static_cast<int>(partition);
    entry.key = reader->Text();
    entry.value = reader->Text();
    entries.push_back(std::move(entry));
  }
  if (!reader->AtEnd()) return base::InvalidArgument("a request that isn't understood");
  return entries;
}

}  // namespace

absl::Status SendFrame(int fd, std::string_view body) {
  std::string frame;
  PutText(body, &frame);
  std::string_view rest = frame;
  while (!rest.empty()) {
    const ssize_t n = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Gone("speaking to");
    rest.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReceiveFrame(int fd) {
  char length[8];
  TIEOUT_RETURN_IF_ERROR(Fill(fd, length, sizeof(length)));
  const uint64_t size = FrameReader({length, sizeof(length)}).Number();
  if (size > kLongestFrame) return base::DataLoss(fmt::format("a frame of {} bytes", size));
  std::string body(size, '\0');
  TIEOUT_RETURN_IF_ERROR(Fill(fd, body.data(), body.size()));
  return body;
}

absl::StatusOr<int> ConnectToWriter(const std::string& data_directory) {
  const SocketAddress address(data_directory);
  if (!address.ok()) return base::Unavailable(data_directory + ": can't be opened");
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && ::connect(fd, address.get(), SocketAddress::size()) == 0) return fd;
  const absl::Status status = Gone("connecting to");
  if (fd >= 0) ::close(fd);
  return status;
}

absl::StatusOr<std::unique_ptr<WriterSocket>> WriterSocket::Listen(
    const std::string& data_directory, log::EventLog* log, Ticker* ticker) {
  const std::string path = data_directory + "/socket";
  // The writer's lock is ours, so whoever made this one is gone.
  ::unlink(path.c_str());
  const SocketAddress address(data_directory);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (!address.ok() || fd < 0 || ::bind(fd, address.get(), SocketAddress::size()) != 0 ||
      ::listen(fd, 16) != 0) {
    const std::string error = std::strerror(errno);
    if (fd >= 0) ::close(fd);
    return base::Unavailable(fmt::format("{}: can't listen: {}", path, error));
  }
  return std::unique_ptr<WriterSocket>(new WriterSocket(fd, path, log, ticker));
}

WriterSocket::WriterSocket(int fd, std::string path, log::EventLog* log, Ticker* ticker)
    : fd_(fd), path_(std::move(path)), log_(log), ticker_(ticker) {
  accepting_ = std::thread([this] { Accept(); });
}

WriterSocket::~WriterSocket() {
  stopping_ = true;
  accepting_.join();
  ::unlink(path_.c_str());
  ::close(fd_);
  for (Connection& connection : connections_) {
    // Reading ends; an answer under way is still sent.
    ::shutdown(connection.fd, SHUT_RD);
    connection.thread.join();
    ::close(connection.fd);
  }
}

void WriterSocket::Accept() {
  while (!stopping_) {
    JoinEnded();
    pollfd ready{fd_, POLLIN, 0};
    if (::poll(&ready, 1, kPollMillis) <= 0) continue;
    const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    Connection& connection = connections_.emplace_back();
    connection.fd = fd;
    connection.thread = std::thread([this, &connection] { Serve(&connection); });
  }
}

void WriterSocket::JoinEnded() {
  for (auto it = connections_.begin(); it != connections_.end();) {
    if (!it->ended) {
      ++it;
      continue;
    }
    it->thread.join();
    ::close(it->fd);
    it = connections_.erase(it);
  }
}

void WriterSocket::Serve(Connection* connection) {
  std::unique_ptr<log::RoleWriter> role;
  while (!stopping_) {
    const absl::StatusOr<std::string> request = ReceiveFrame(connection->fd);
    if (!request.ok()) break;
    const absl::Status status = Answer(*request, &role);
    std::string response;
    PutNumber(static_cast<uint64_t>(status.code()), &response);
    PutText(base::Message(status), &response);
    if (!SendFrame(connection->fd, response).ok()) break;
  }
  connection->ended = true;
}

absl::Status WriterSocket::Answer(std::string_view request,
                                  std::unique_ptr<log::RoleWriter>* role) {
  FrameReader reader(request);
  const auto operation = static_cast<SocketOperation>(reader.Number());
  if (operation == SocketOperation::kSettle) return ticker_->Settle();
  if (operation == SocketOperation::kTakeConfig) {
    TIEOUT_ASSIGN_OR_RETURN(*role, log_->TakeRole(log::Role::kConfig));
    return absl::OkStatus();
  }
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<log::Entry> entries,
                          ReadEntries(&reader, log_->identity().partitions));
  if (operation == SocketOperation::kAppend) return log_->Append(entries);
  if (operation == SocketOperation::kConfig) {
    if (*role == nullptr) return base::InvalidArgument("the configuration's role wasn't taken");
    return (*role)->Append(entries);
  }
  return base::InvalidArgument("a request that isn't understood: is `serve` an older version?");
}

}  // namespace tieout::runtime
