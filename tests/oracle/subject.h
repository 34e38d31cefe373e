// What a scenario or a random log is played to: the oracle, or the fold.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "tests/oracle/oracle.h"

namespace tieout::oracle {

class Subject {
 public:
  virtual ~Subject() = default;
  virtual std::string_view name() const = 0;
  // `value`: the event as it stands on the log.
  virtual Answer Apply(std::string_view key, std::string_view value) = 0;
  virtual Answer ApplyPoison(std::string_view key, std::string_view value) = 0;
  // Forgets all but what a checkpoint keeps.
  virtual void Restart() = 0;
  // `live` is empty where the subject doesn't show it.
  virtual std::map<std::string, End> Ends() = 0;
};

std::unique_ptr<Subject> MakeOracleSubject(int partition);
// In fold_subject.cc.
std::unique_ptr<Subject> MakeFoldSubject(int partition);

}  // namespace tieout::oracle
