#include "engine/pull/fetcher.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "connectors/lex/json.h"
#include "engine/base/text.h"
#include "engine/runtime/incoming_file.h"
#include "fmt/format.h"

namespace tieout::pull {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Shorter than that is no secret, and hiding it would hide half of every message.
constexpr size_t kSecretBytes = 6;
constexpr seconds kTokenSpare{60};  // a token is made anew so long before it ends

bool MayPass(long status) { return status == 408 || status == 429 || status >= 500; }

// What the provider says, on one line.
std::string Said(const HttpResponse& response) {
  const std::string_view body = base::Trim(response.body, " \t\r\n");
  return body.empty() ? fmt::format("status {}", response.status)
                      : fmt::format("status {}, {}", response.status, base::Quoted(body, 240));
}

// As a whole.
absl::Status Replace(const std::string& path, std::string_view content) {
  runtime::IncomingFile incoming(path);
  absl::Status status = incoming.Create();
  if (status.ok()) status = incoming.Write(content);
  if (status.ok()) status = incoming.MoveTo(path);
  if (status.ok()) return status;
  return base::FailedPrecondition(
      fmt::format("{}: the new refresh token can't be written there: make the file and its folder "
                  "writable",
                  path));
}

}  // namespace

Fetcher::Fetcher(const Provider& provider, Address address, Credential credential, Sleep sleep)
    : provider_(provider),
      address_(std::move(address)),
      credential_(std::move(credential)),
      sleep_(std::move(sleep)),
      chance_(std::random_device{}()) {
  secret_ = {credential_.secret, credential_.refresh_token,
             absl::Base64Escape(credential_.client_id + ":" + credential_.secret)};
}

absl::StatusOr<HttpResponse> Fetcher::Get(const std::string& path) {
  for (const bool again : {false, true}) {
    HttpRequest request;
    request.url = address_.base + path;
    TIEOUT_RETURN_IF_ERROR(Authorize(&request));
    TIEOUT_ASSIGN_OR_RETURN(HttpResponse response, Patiently(request));
    const bool stale = response.status == 401 && !token_.empty() && !again;
    if (stale) {
      token_.clear();
      continue;
    }
    if (response.status == 204) response.body = "{}";  // nothing found
    if (response.status != 200 && response.status != 204) return Refused(response, path);
    if (Shows(response.body)) {
      return base::FailedPrecondition(fmt::format(
          "{}: an answer repeats the credential, and is not kept: is {} really {}'s address?",
          address_.key, address_.base, provider_.name));
    }
    return response;
  }
  return base::Internal("unreachable");
}

absl::Status Fetcher::Refused(const HttpResponse& response, std::string_view path) const {
  const std::string said = Redacted(Said(response));
  if (response.status == 401 || response.status == 403) {
    return base::FailedPrecondition(fmt::format(
        "{} refuses the credential of {}, or it may not read this ({}): {}: check its "
        "secret in tieout.toml and its rights at {}",
        provider_.name, address_.key, Redacted(std::string(path)), said, provider_.name));
  }
  std::string text = fmt::format("{} doesn't take the request {}: {}", provider_.name,
                                 Redacted(std::string(path)), said);
  return response.status == 404 ? base::NotFound(std::move(text))
                                : base::InvalidArgument(std::move(text));
}

absl::StatusOr<HttpResponse> Fetcher::Patiently(const HttpRequest& request) {
  milliseconds waited{0};
  for (int attempt = 1;; ++attempt) {
    KeepPace();
    ++counts_.requests;
    absl::StatusOr<HttpResponse> response = http_.Send(request);
    if (response.ok() && !MayPass(response->status)) return response;
    if (!response.ok() && !absl::IsUnavailable(response.status())) return response.status();
    milliseconds pause = PauseAfter(attempt);
    if (response.ok() && response->retry_after_s) {
      pause = std::max(pause, milliseconds(seconds(*response->retry_after_s)));
    }
    waited += pause;
    if (attempt == kAttempts || waited > kLongestWait) {
      const std::string last = response.ok() ? Said(*response) : base::Message(response.status());
      return base::Unavailable(fmt::format(
          "{}: given up after {} tries at one request{}; the last: {}", provider_.name, attempt,
          attempt == kAttempts ? std::string()
                               : fmt::format(", since the next may come in {} s only",
                                             std::chrono::ceil<seconds>(pause).count()),
          Redacted(last)));
    }
    ++counts_.repeated;
    counts_.waited += pause;
    sleep_(pause);
  }
}

milliseconds Fetcher::PauseAfter(int attempt) {
  const milliseconds full = std::min(kLongestPause, kFirstPause * (1 << (attempt - 1)));
  std::uniform_int_distribution<int64_t> half(0, full.count() / 2);
  return full - milliseconds(half(chance_));
}

void Fetcher::KeepPace() {
  const Clock::time_point now = Clock::now();
  if (now < next_) sleep_(std::chrono::ceil<milliseconds>(next_ - now));
  next_ = std::max(now, next_) + std::chrono::duration_cast<Clock::duration>(
                                     std::chrono::duration<double>(1 / address_.per_second));
}

absl::Status Fetcher::Authorize(HttpRequest* request) {
  for (const auto line : absl::StrSplit(std::string(provider_.headers), '\n', absl::SkipEmpty())) {
    request->headers.emplace_back(line);
  }
  if (provider_.auth == Auth::kHeader) {
    request->headers.push_back(fmt::format("{}: {}", provider_.auth_header, credential_.secret));
    return absl::OkStatus();
  }
  if (provider_.auth != Auth::kBearer && (token_.empty() || Clock::now() >= token_until_)) {
    TIEOUT_RETURN_IF_ERROR(GetToken());
  }
  const bool made = provider_.auth != Auth::kBearer;
  request->headers.push_back("Authorization: Bearer " + (made ? token_ : credential_.secret));
  // The application, named beside the token.
  if (made && !provider_.auth_header.empty()) {
    request->headers.push_back(
        fmt::format("{}: {}{}{}", provider_.auth_header, credential_.client_id,
                    credential_.secret.empty() ? "" : ":", credential_.secret));
  }
  return absl::OkStatus();
}

absl::Status Fetcher::GetToken() {
  HttpRequest request;
  request.url = address_.token;
  if (provider_.auth == Auth::kClientCredentials) {
    request.form = "grant_type=client_credentials";
  } else {
    request.form = "grant_type=refresh_token&refresh_token=" + Encoded(credential_.refresh_token);
  }
  if (!provider_.token_scope.empty()) request.form += "&scope=" + Encoded(provider_.token_scope);
  if (provider_.public_client) {
    request.form += "&client_id=" + Encoded(credential_.client_id);
  } else {
    request.user = credential_.client_id;
    request.password = credential_.secret;
  }
  TIEOUT_ASSIGN_OR_RETURN(const HttpResponse response, Patiently(request));
  const auto fields = connectors::JsonFields::Parse(response.body);
  const std::string_view token = fields.ok() ? fields->Text("access_token") : std::string_view();
  if (response.status != 200 || token.empty()) {
    return base::FailedPrecondition(fmt::format(
        "{} gives {} no access token: {}: check its client_id and secrets in tieout.toml",
        provider_.name, address_.key,
        response.status == 200 ? "its answer has none" : Redacted(Said(response))));
  }
  token_ = token;
  int64_t lives = 0;
  if (!absl::SimpleAtoi(std::string(fields->Any("expires_in")), &lives)) lives = 300;
  token_until_ = Clock::now() + std::max(kTokenSpare, seconds(lives)) - kTokenSpare;
  secret_.push_back(token_);
  return KeepRefreshToken(fields->Text("refresh_token"));
}

// Some providers make the old one worthless with each new one.
absl::Status Fetcher::KeepRefreshToken(std::string_view token) {
  if (token.empty() || token == credential_.refresh_token) return absl::OkStatus();
  if (credential_.refresh_token_file.empty()) {
    return base::FailedPrecondition(
        fmt::format("{} gives a new refresh token with each use, and an environment can't keep it: "
                    "put the token into a file and name it with refresh_token_file",
                    provider_.name));
  }
  credential_.refresh_token = token;
  secret_.emplace_back(token);
  return Replace(credential_.refresh_token_file, credential_.refresh_token + "\n");
}

bool Fetcher::Shows(std::string_view text) const {
  return std::any_of(secret_.begin(), secret_.end(), [&](const std::string& secret) {
    return secret.size() >= kSecretBytes && text.find(secret) != std::string_view::npos;
  });
}

std::string Fetcher::Redacted(std::string text) const {
  for (const std::string& secret : secret_) {
    if (secret.size() < kSecretBytes) continue;
    for (size_t at = text.find(secret); at != std::string::npos; at = text.find(secret)) {
      text.replace(at, secret.size(), "***");
    }
  }
  return text;
}

}  // namespace tieout::pull
