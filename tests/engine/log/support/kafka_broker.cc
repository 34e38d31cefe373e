#include "tests/engine/log/support/kafka_broker.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "engine/base/check.h"

namespace tieout::log {
namespace {

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// Its errors go to the test's own standard error.
void Run(const std::string& command) {
  const int status = std::system(fmt::format("{} >/dev/null", command).c_str());
  TIEOUT_CHECK(status == 0);
}

}  // namespace

KafkaBroker::KafkaBroker() {
  Run(fmt::format("{}/ops/kafka/up --port 0 --dir {} --while {} --secure", TIEOUT_SOURCE_DIR,
                  folder_.path(), getpid()));
  bootstrap_ = FirstLine(folder_.path() + "/bootstrap");
}

KafkaBroker::~KafkaBroker() { Kill(); }

int KafkaBroker::Pid() const { return std::stoi(FirstLine(folder_.path() + "/pid")); }

void KafkaBroker::Kill() {
  const int pid = Pid();
  ::kill(pid, SIGKILL);
  while (::kill(pid, 0) == 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

void KafkaBroker::Suspend() { ::kill(Pid(), SIGSTOP); }

void KafkaBroker::Resume() { ::kill(Pid(), SIGCONT); }

void KafkaBroker::Start() {
  Run(fmt::format("{}/ops/kafka/up --port {} --dir {} --while {} --secure", TIEOUT_SOURCE_DIR,
                  bootstrap_.substr(bootstrap_.find(':') + 1), folder_.path(), getpid()));
}

KafkaOptions KafkaBroker::OptionsOfNewLog() const {
  static std::atomic<int> count = 0;
  KafkaOptions options;
  options.properties["bootstrap.servers"] = bootstrap_;
  options.prefix = fmt::format("log{}-", ++count);
  return options;
}

KafkaBroker& TheBroker() {
  static KafkaBroker broker;
  return broker;
}

}  // namespace tieout::log
