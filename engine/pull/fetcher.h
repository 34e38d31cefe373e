// Requests with a credential, a pace, patience and an end.
//
// A pace: never faster than the provider allows. Patience: 429, 408, 5xx and trouble on the way are
// tried again, after what Retry-After says, else after a time that doubles, its second half by
// chance, so that many who failed together don't come back together. An end: after
// kAttempts, or where more than kLongestWait would have to be waited for one answer, kUnavailable
// says how often was tried and what the last answer was.
//
// The credential never shows: messages are searched for it, and an answer that repeats it is
// refused. Thread safety: none.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/pull/http.h"
#include "engine/pull/provider.h"

namespace tieout::pull {

// What proves who asks. Which of these a provider wants, its table says (provider.h).
struct Credential {
  std::string secret;              // an API key, an access token, an application's secret
  std::string client_id;           // the application's
  std::string refresh_token;       // from which access tokens are made
  std::string refresh_token_file;  // where a new one replaces it; empty: it came by the environment
};

struct FetchCounts {
  uint64_t requests = 0;  // repeated ones among them
  uint64_t repeated = 0;
  std::chrono::milliseconds waited{0};  // for repeating
};

class Fetcher {
 public:
  using Sleep = std::function<void(std::chrono::milliseconds)>;
  static constexpr int kAttempts = 8;
  static constexpr std::chrono::milliseconds kFirstPause{500};
  static constexpr std::chrono::milliseconds kLongestPause{60'000};
  static constexpr std::chrono::minutes kLongestWait{15};

  struct Address {
    std::string base;             // "https://api.stripe.com"
    std::string token;            // of the token, where the provider has one; whole
    double per_second = 0;        // requests
    std::string key = "account";  // for messages: what tieout.toml names it
  };
  // `provider` must outlive it. `sleep`: tests don't wait.
  Fetcher(const Provider& provider, Address address, Credential credential, Sleep sleep);

  // GET of a path with its query. kFailedPrecondition: the credential was refused;
  // kInvalidArgument: the provider doesn't take this request (400, 410, 422, …); kNotFound: 404;
  // kUnavailable: given up.
  absl::StatusOr<HttpResponse> Get(const std::string& path);

  const FetchCounts& counts() const { return counts_; }

 private:
  using Clock = std::chrono::steady_clock;
  absl::StatusOr<HttpResponse> Patiently(const HttpRequest& request);
  absl::Status Authorize(HttpRequest* request);
  absl::Status GetToken();
  absl::Status KeepRefreshToken(std::string_view token);
  absl::Status Refused(const HttpResponse& response, std::string_view path) const;
  std::chrono::milliseconds PauseAfter(int attempt);
  std::string Redacted(std::string text) const;
  bool Shows(std::string_view text) const;
  void KeepPace();

  const Provider& provider_;
  const Address address_;
  Credential credential_;
  const Sleep sleep_;
  HttpClient http_;
  std::minstd_rand chance_;
  FetchCounts counts_;
  Clock::time_point next_;  // not before
  std::string token_;       // an access token that was made; empty: none
  Clock::time_point token_until_;
  std::vector<std::string> secret_;  // all that must not show
};

}  // namespace tieout::pull
