// A provider's API on this machine, which also fails on purpose. Real HTTP by cpp-httplib; what it
// answers is the test's to say.
//
//   FakeProvider provider([](const FakeProvider::Request& request) { return Reply{...}; });
//   provider.Fail({.on = "/v1/payouts", .status = 429, .retry_after = "7"});
//
// Thread safety: all.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tieout::pull {

class FakeProvider {
 public:
  struct Request {
    std::string path;
    std::map<std::string, std::string> parameters;
    std::map<std::string, std::string> headers;  // the last of each name
    std::string form;                            // of a POST
    std::string target;                          // as it was asked for, with its query
  };
  struct Reply {
    int status = 200;
    std::string body;
    std::string link;
  };
  struct Fault {
    std::string on;  // in the target
    int skip = 0;    // so many requests first
    int times = 1;
    int status = 0;  // 0: the connection is cut in the middle of the right answer
    std::string retry_after, body;
    bool repeat = false;  // the answer before this one again, with status 200
  };
  using Handler = std::function<Reply(const Request&)>;

  explicit FakeProvider(Handler handler);
  ~FakeProvider();

  std::string url() const;  // "http://127.0.0.1:12345"
  void Fail(Fault fault);
  void Heal();  // nothing fails any more
  // Each one there was, its target; those that failed too.
  std::vector<std::string> requests() const;
  size_t Count(const std::string& in_target) const;
  // Waits until there were so many; false after ten seconds.
  bool AwaitRequests(size_t count) const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace tieout::pull
