#include "engine/pull/http.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <string_view>

#include "engine/base/check.h"
#include "engine/base/text.h"
#include "fmt/format.h"
#include "strings.h"

namespace tieout::pull {
namespace {

constexpr long kConnectSeconds = 20;
constexpr long kStalledSeconds = 60;  // without a byte

struct Answer {
  HttpResponse response;
  bool too_large = false;
};

size_t OnBody(char* data, size_t, size_t size, void* context) {
  auto* answer = static_cast<Answer*>(context);
  answer->too_large |= answer->response.body.size() + size > kLargestAnswer;
  if (answer->too_large) return 0;  // ends the transfer
  answer->response.body.append(data, size);
  return size;
}

// "name: value\r\n", whatever the case of the name.
bool IsHeader(std::string_view line, std::string_view name, std::string* value) {
  if (line.size() <= name.size() || line[name.size()] != ':' ||
      strncasecmp(line.data(), name.data(), name.size()) != 0) {
    return false;
  }
  *value = base::Trim(line.substr(name.size() + 1), " \t\r\n");
  return true;
}

std::optional<int64_t> SecondsIn(const std::string& text) {
  int64_t seconds = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (code == std::errc() && end == text.data() + text.size()) return std::max<int64_t>(0, seconds);
  const time_t date = curl_getdate(text.c_str(), nullptr);
  if (date < 0) return std::nullopt;
  return std::max<int64_t>(0, date - std::time(nullptr));
}

size_t OnHeader(char* data, size_t, size_t size, void* context) {
  auto* answer = static_cast<Answer*>(context);
  const std::string_view line(data, size);
  std::string value;
  if (IsHeader(line, "Retry-After", &value)) answer->response.retry_after_s = SecondsIn(value);
  if (IsHeader(line, "Link", &value)) answer->response.link = value;
  return size;
}

// What no second try changes.
bool IsLasting(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
}

// The host of "https://host:port/path?query".
std::string_view HostOf(std::string_view url) {
  const size_t begin = url.find("://");
  if (begin == std::string_view::npos) return {};
  url.remove_prefix(begin + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const size_t user = url.rfind('@'); user != std::string_view::npos)
    url.remove_prefix(user + 1);
  if (url.starts_with('[')) return url.substr(0, url.find(']') + 1);
  return url.substr(0, url.find(':'));
}

}  // namespace

struct HttpClient::Handle {
  CURL* curl = nullptr;
};

HttpClient::HttpClient() : handle_(std::make_unique<Handle>()) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  handle_->curl = curl_easy_init();
  TIEOUT_CHECK(ready == CURLE_OK && handle_->curl != nullptr);
}

HttpClient::~HttpClient() { curl_easy_cleanup(handle_->curl); }

absl::Status CheckAddress(const std::string& url) {
  const std::string_view host = HostOf(url);
  const bool here = host == "localhost" || host == "127.0.0.1" || host == "[::1]";
  if (!host.empty() && url.starts_with("https://")) return absl::OkStatus();
  if (here && url.starts_with("http://")) return absl::OkStatus();
  return base::FailedPrecondition(fmt::format(
      "{}: is no https:// address, and a credential is sent over nothing else", base::Quoted(url)));
}

absl::StatusOr<HttpResponse> HttpClient::Send(const HttpRequest& request) {
  TIEOUT_RETURN_IF_ERROR(CheckAddress(request.url));
  CURL* const curl = handle_->curl;
  curl_easy_reset(curl);  // keeps its connections
  Answer answer;
  std::array<char, CURL_ERROR_SIZE> why{};
  curl_slist* headers = nullptr;
  for (const std::string& header : request.headers)
    headers = curl_slist_append(headers, header.c_str());
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "tieout");
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");  // all it knows
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kStalledSeconds);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why.data());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, OnHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
  if (!request.form.empty()) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.form.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.form.c_str());
  }
  if (!request.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(curl, CURLOPT_USERNAME, request.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, request.password.c_str());
  }
  const CURLcode code = curl_easy_perform(curl);
  curl_slist_free_all(headers);
  const std::string_view host = HostOf(request.url);
  if (answer.too_large) {
    return base::InvalidArgument(
        fmt::format("{}: an answer of more than {} MiB", host, kLargestAnswer >> 20));
  }
  if (code != CURLE_OK) {
    std::string text =
        fmt::format("{}: {}", host, why[0] != 0 ? why.data() : curl_easy_strerror(code));
    return IsLasting(code) ? base::FailedPrecondition(std::move(text))
                           : base::Unavailable(std::move(text));
  }
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.response.status);
  return std::move(answer.response);
}

}  // namespace tieout::pull
