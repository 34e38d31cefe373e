// A naive second implementation of the fold, for tests: written from the domain's rules and the
// fold's README, sharing only the plain values of ledger/. It keeps every fact of a home in one
// list, works everything out anew after each entry, and compares with what it said before. Slow on
// purpose; what it lacks in speed it has in being readable.
//
//   Oracle oracle(partition);
//   Answer answer = oracle.Apply(key, event);   // event's bytes must outlive the oracle
//
// It says what a record says about money (Said), not ids, positions and texts for people. Of the
// records that one entry causes for one seller it promises no order.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/event.h"
#include "engine/ledger/record.h"
#include "tests/oracle/said.h"

namespace tieout::oracle {

class Configuration;
class Home;

struct Answer {
  std::vector<Said> records;
  std::vector<std::string> dead_letters;  // their reasons
};

class Oracle {
 public:
  explicit Oracle(int partition);
  ~Oracle();

  Answer Apply(std::string_view key, const ledger::Event& event);
  Answer ApplyPoison();

  // By seller, homes that applied or refused anything.
  std::map<std::string, End> ends() const;

 private:
  Home& HomeNamed(const std::string& name);
  bool BelongsHere(std::string_view key) const;
  void Tick(const ledger::Tick& tick, Answer* answer);

  const int partition_;
  int partitions_ = 1;
  uint64_t next_ordinal_ = 0;
  int64_t now_us_ = 0;  // log time
  std::unique_ptr<Configuration> configuration_;
  std::map<std::string, std::unique_ptr<Home>, std::less<>> homes_;
};

}  // namespace tieout::oracle
