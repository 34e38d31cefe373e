// The way for other commands to append while `serve` holds an embedded log: a Unix socket in the
// data directory, open to whoever may open the directory. Plain frames rather than HTTP: Debian
// 12's cpp-httplib knows no Unix sockets, and there are four requests.
//
//   request  := frame(operation:number argument)      response := frame(code:number message:text)
//   frame    := length:number byte*
//   argument := append, config: count:number (partition:number key:text value:text)*
//               take_config, settle: nothing
//
// `code` is absl::StatusCode's. What is appended goes to the events stream. A connection that took
// the configuration's role keeps it until it ends or another takes it.
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "engine/base/status.h"
#include "engine/log/log.h"
#include "engine/runtime/ticker.h"

namespace tieout::runtime {

enum class SocketOperation : uint64_t { kAppend = 1, kTakeConfig = 2, kConfig = 3, kSettle = 4 };

inline constexpr uint64_t kLongestFrame = 256ull << 20;

// Both directions; kUnavailable: the other side is gone.
absl::Status SendFrame(int fd, std::string_view body);
absl::StatusOr<std::string> ReceiveFrame(int fd);
// A connected socket. kUnavailable: nobody listens there.
absl::StatusOr<int> ConnectToWriter(const std::string& data_directory);

// The serving side. Threads of its own, one a connection.
class WriterSocket {
 public:
  // Replaces a socket that a crash left. `log` and `ticker` must outlive it.
  static absl::StatusOr<std::unique_ptr<WriterSocket>> Listen(const std::string& data_directory,
                                                              log::EventLog* log, Ticker* ticker);
  // Ends all connections after the request at hand.
  ~WriterSocket();
  WriterSocket(const WriterSocket&) = delete;
  WriterSocket& operator=(const WriterSocket&) = delete;

 private:
  struct Connection {
    int fd = -1;
    std::thread thread;
    std::atomic<bool> ended{false};
  };
  WriterSocket(int fd, std::string path, log::EventLog* log, Ticker* ticker);
  void Accept();
  void Serve(Connection* connection);
  absl::Status Answer(std::string_view request, std::unique_ptr<log::RoleWriter>* role);
  void JoinEnded();

  const int fd_;
  const std::string path_;
  log::EventLog* const log_;
  Ticker* const ticker_;
  std::atomic<bool> stopping_{false};
  std::list<Connection> connections_;  // touched by the accepting thread, then by the destructor
  std::thread accepting_;
};

}  // namespace tieout::runtime
