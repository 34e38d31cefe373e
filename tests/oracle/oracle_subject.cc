#include "engine/base/check.h"
#include "engine/codec/codec.h"
#include "tests/oracle/subject.h"

namespace tieout::oracle {
namespace {

class OracleSubject : public Subject {
 public:
  explicit OracleSubject(int partition) : oracle_(partition) {}
  std::string_view name() const override { return "oracle"; }

  Answer Apply(std::string_view key, std::string_view value) override {
    bytes_.emplace_back(value);
    TIEOUT_CHECK(codec::DecodeEvent(bytes_.back(), &events_.emplace_back()).ok());
    return oracle_.Apply(key, events_.back());
  }
  Answer ApplyPoison(std::string_view key, std::string_view value) override {
    return oracle_.ApplyPoison();
  }
  void Restart() override {}
  std::map<std::string, End> Ends() override { return oracle_.ends(); }

 private:
  std::deque<std::string> bytes_;
  std::deque<ledger::Event> events_;
  Oracle oracle_;
};

}  // namespace

std::unique_ptr<Subject> MakeOracleSubject(int partition) {
  return std::make_unique<OracleSubject>(partition);
}

}  // namespace tieout::oracle
