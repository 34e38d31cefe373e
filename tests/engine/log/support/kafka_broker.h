// A real Apache Kafka of this test binary: started at first use on a free port, stopped when the
// binary ends, however it ends.
#pragma once

#include <string>

#include "engine/log/kafka.h"
#include "tests/engine/log/support/folder.h"

namespace tieout::log {

class KafkaBroker {
 public:
  KafkaBroker();
  ~KafkaBroker();
  const std::string& bootstrap() const { return bootstrap_; }
  // Of its listeners for TLS and SASL: addresses, certificate, passwords (ops/kafka/up --secure).
  std::string secure_folder() const { return folder_.path() + "/secure"; }
  // For a log under a prefix that nothing else uses.
  KafkaOptions OptionsOfNewLog() const;

  void Kill();     // at once, as a machine that dies
  void Suspend();  // alive but silent
  void Resume();
  void Start();  // again, on the same port with what it had

 private:
  int Pid() const;

  Folder folder_;
  std::string bootstrap_;
};

// The broker that all tests of the binary share.
KafkaBroker& TheBroker();

}  // namespace tieout::log
