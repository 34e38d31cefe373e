// One HTTP exchange, by libcurl: it verifies certificates, speaks HTTP/2 and gzip, takes proxies
// from the environment and sees a body that ends too early; its header is light, and Debian keeps
// it.
//
// Connections stay open between requests of one client. Redirects are not followed: a credential
// goes to the host it was given for and to no other. Plain http is refused but to this machine.
// Thread safety: one client, one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/status.h"

namespace tieout::pull {

inline constexpr size_t kLargestAnswer = 64 << 20;

struct HttpRequest {
  std::string url;
  std::vector<std::string> headers;  // "Name: value"
  std::string user, password;        // Basic authentication; empty: none
  std::string form;                  // POST of a form; empty: GET
};

struct HttpResponse {
  long status = 0;
  std::string body;
  std::string link;                      // of the header Link
  std::optional<int64_t> retry_after_s;  // from seconds or from a date; never negative
};

class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Any status is an answer. kUnavailable: no connection, too slow, cut off; kFailedPrecondition:
  // the address or its certificate is wrong, and trying again won't help; kInvalidArgument: an
  // answer larger than kLargestAnswer. Messages name the host and never a header.
  absl::StatusOr<HttpResponse> Send(const HttpRequest& request);

 private:
  struct Handle;
  const std::unique_ptr<Handle> handle_;
};

// kFailedPrecondition: neither https nor this machine.
absl::Status CheckAddress(const std::string& url);

}  // namespace tieout::pull
