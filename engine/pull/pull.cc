#include "engine/pull/pull.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>
#include <utility>

#include "absl/strings/numbers.h"
#include "connectors/lex/json.h"
#include "engine/base/day.h"
#include "engine/pull/spool.h"
#include "fmt/format.h"

namespace tieout::pull {
namespace {

using connectors::JsonEntries;
using connectors::JsonFields;
using runtime::PulledSource;

constexpr int kGatherings = 3;  // of one list whose pages don't hold together
// A window shorter than a day is no use where little happens, one of a thousand pages is much to
// fetch again after a crash: the next one is as long again, or half as long.
constexpr int64_t kFirstWindow_s = kDay;
constexpr int64_t kShortestWindow_s = 60;
constexpr uint64_t kFewPages = 10, kManyPages = 100;

int64_t Micros(int64_t seconds) { return seconds * base::kMicrosPerSecond; }

// Of one list: its pages don't follow each other, and it is asked for anew.
absl::Status Broken(std::string why) { return base::Aborted(std::move(why)); }

// A page without rows that leaves its list out, with it.
std::string WithEmptyList(std::string_view list, std::string_view body) {
  body.remove_prefix(body.find('{') + 1);
  const size_t next = body.find_first_not_of(" \t\r\n");
  return fmt::format("{{\"{}\":[]{}{}", list, body[next] == '}' ? "" : ",", body);
}

// The provider takes this window for too long.
bool IsTooMuch(const Stream& stream, const absl::Status& status) {
  return !stream.too_much.empty() && absl::IsInvalidArgument(status) &&
         base::Message(status).find(stream.too_much) != std::string::npos;
}

}  // namespace

int64_t CoveredUntil(std::vector<PulledSource> sources) {
  std::sort(sources.begin(), sources.end(),
            [](const auto& a, const auto& b) { return a.from_us < b.from_us; });
  int64_t until = 0;
  for (const PulledSource& source : sources) {
    if (until != 0 && source.from_us > until) break;
    until = std::max(until, source.to_us);
  }
  return until;
}

// An entry as a page of its own.
struct Pull::EntryPage {
  std::string request, body;
};

// What is learned on the way through a list.
struct Pull::Walked {
  const EntryList* entry_list = nullptr;
  std::string_view row_id;                   // a field that is gathered, as are final entries
  std::map<std::string, EntryPage> entries;  // by id; few: payouts, locations
  uint64_t pages = 0, rows = 0;
};

// Of one page.
struct Pull::Rows {
  uint64_t count = 0;
  size_t hash = 0;
  std::optional<JsonFields> last;
};

Pull::Pull(const Provider& provider, Fetcher* fetcher, Target* target, PullRequest request)
    : provider_(provider), fetcher_(fetcher), target_(target), request_(std::move(request)) {}

std::string Pull::NameOf(std::string_view stream, const std::string& scope) const {
  return fmt::format("pull:{}/{}/{}{}{} ", provider_.name, request_.account, stream,
                     scope.empty() ? "" : "/", scope);
}

absl::Status Pull::Run() {
  for (const Stream& stream : provider_.streams) {
    stream_ = stream.name;
    TIEOUT_ASSIGN_OR_RETURN(const std::vector<std::string> scopes, ScopesOf(stream));
    for (const std::string& scope : scopes) TIEOUT_RETURN_IF_ERROR(RunStream(stream, scope));
  }
  return provider_.reports == nullptr ? absl::OkStatus() : RunReports(*provider_.reports);
}

absl::Status Pull::RunReports(const Reports& reports) {
  stream_ = reports.name;
  const std::string name = NameOf(reports.name);
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<PulledSource> pulled, target_->Pulled(name));
  uint64_t next = pulled.empty() ? request_.first_report : 0;
  for (const PulledSource& source : pulled) {
    uint64_t number = 0;
    if (absl::SimpleAtoi(source.name.substr(name.size()), &number)) {
      next = std::max(next, number + 1);
    }
  }
  if (next == 0) {
    return base::FailedPrecondition(
        fmt::format("nothing of {}/{} was pulled yet: say the number of the first {} as "
                    "first_report in tieout.toml",
                    provider_.name, request_.account, reports.name));
  }
  const Ask ask{.account = request_.account};
  for (;; ++next) {
    const auto report = fetcher_->Get(reports.path(ask, next));
    const bool is_first = pulled.empty() && next == request_.first_report;
    if (absl::IsNotFound(report.status()) && !is_first) return absl::OkStatus();
    TIEOUT_RETURN_IF_ERROR(report.status());
    // As it is: the same file by hand is the same source.
    Spool spool(request_.scratch + "/report");
    TIEOUT_RETURN_IF_ERROR(spool.AddBytes(report->body));
    TIEOUT_RETURN_IF_ERROR(spool.Close());
    ++pages_;
    runtime::Fetched fetched;
    fetched.name = name + std::to_string(next);
    TIEOUT_RETURN_IF_ERROR(target_->Take(spool.path(), fetched));
  }
}

absl::StatusOr<std::vector<std::string>> Pull::ScopesOf(const Stream& stream) {
  if (stream.scopes == nullptr) return std::vector<std::string>{""};
  Walked walked;
  walked.row_id = stream.scopes->id;
  TIEOUT_RETURN_IF_ERROR(Walk(
      stream.scopes->paging, {.account = request_.account},
      [](const auto&, const auto&) { return absl::OkStatus(); }, &walked));
  std::vector<std::string> scopes;
  scopes.reserve(walked.entries.size());
  for (const auto& [id, page] : walked.entries) scopes.push_back(id);
  return scopes;
}

absl::Status Pull::RunStream(const Stream& stream, const std::string& scope) {
  const std::string name = NameOf(stream.name, scope);
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<PulledSource> pulled, target_->Pulled(name));
  const int64_t covered_until = CoveredUntil(pulled);
  int64_t from = request_.first_us;
  if (covered_until == 0 && from == 0) {
    // A stream without a row yet: from where the account's others begin.
    TIEOUT_ASSIGN_OR_RETURN(
        const std::vector<PulledSource> others,
        target_->Pulled(fmt::format("pull:{}/{}/", provider_.name, request_.account)));
    for (const PulledSource& other : others) {
      if (from == 0 || other.from_us < from) from = other.from_us;
    }
  }
  if (covered_until != 0) {
    const auto earliest =
        std::min_element(pulled.begin(), pulled.end(),
                         [](const auto& a, const auto& b) { return a.from_us < b.from_us; });
    from = std::max(earliest->from_us, covered_until - Micros(stream.overlap_s));
  }
  if (request_.again_us != 0) from = request_.again_us;
  if (from == 0) {
    return base::FailedPrecondition(fmt::format(
        "nothing of {}/{} was pulled yet: say from which day on with --since, or as since in "
        "tieout.toml",
        provider_.name, request_.account));
  }
  const int64_t end = request_.clock->NowMicros() / Micros(1) * Micros(1);
  int64_t length = stream.longest_s == 0
                       ? (end - from) / Micros(1)
                       : std::max(kFirstWindow_s, std::min(stream.overlap_s, stream.longest_s));
  while (from < end) {
    const int64_t to = std::min(end, from + Micros(length));
    const Ask ask{.account = request_.account, .scope = scope, .from_us = from, .to_us = to};
    const absl::StatusOr<uint64_t> taken = TakeWindow(stream, name, ask);
    if (IsTooMuch(stream, taken.status()) && length > kShortestWindow_s) {
      length = std::max(length / 2, kShortestWindow_s);
      continue;
    }
    TIEOUT_RETURN_IF_ERROR(taken.status());
    const uint64_t pages = *taken;
    if (pages < kFewPages) length = std::min(length * 2, stream.longest_s);
    if (pages > kManyPages) length = std::max(length / 2, kShortestWindow_s);
    from = to;
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> Pull::TakeWindow(const Stream& stream, const std::string& name,
                                          const Ask& ask) {
  Walked walked;
  walked.entry_list = stream.entry_list;
  runtime::Fetched fetched;
  fetched.as_of_us = request_.clock->NowMicros();
  fetched.from_us = ask.from_us;
  fetched.to_us =
      std::max(ask.from_us + 1, std::min(ask.to_us, fetched.as_of_us - Micros(stream.lag_s)));
  fetched.name = fmt::format("{}{}..{}", name, base::FormatInstant(ask.from_us),
                             base::FormatInstant(ask.to_us));
  const std::string path = request_.scratch + "/window";
  TIEOUT_RETURN_IF_ERROR(Gather(
      stream.paging, ask, path, nullptr,
      [&]() -> absl::Status {
        // The window's own report says that its entries' lists were taken too: they come before it.
        TIEOUT_RETURN_IF_ERROR(TakeEntryLists(stream, walked.entries));
        return target_->Take(path, fetched);
      },
      &walked));
  return walked.pages;
}

absl::Status Pull::TakeEntryLists(const Stream& stream,
                                  const std::map<std::string, EntryPage>& entries) {
  if (entries.empty()) return absl::OkStatus();
  const EntryList& list = *stream.entry_list;
  const std::string name = NameOf(list.name);
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<PulledSource> pulled, target_->Pulled(name));
  std::set<std::string, std::less<>> known;
  for (const PulledSource& source : pulled) known.insert(source.name);
  const std::string path = request_.scratch + "/entry";
  for (const auto& [entry, page] : entries) {
    runtime::Fetched fetched;
    fetched.name = name + entry;
    if (known.contains(fetched.name)) continue;
    fetched.as_of_us = request_.clock->NowMicros();
    Walked walked;
    const Ask ask{.account = request_.account, .entry = entry};
    TIEOUT_RETURN_IF_ERROR(Gather(
        list.paging, ask, path, list.with_entry ? &page : nullptr,
        [&] { return target_->Take(path, fetched); }, &walked));
  }
  return absl::OkStatus();
}

absl::Status Pull::Gather(const Paging& paging, const Ask& ask, const std::string& path,
                          const EntryPage* head, const std::function<absl::Status()>& take,
                          Walked* walked) {
  for (int gathering = 1;; ++gathering) {
    Spool spool(path);
    walked->entries.clear();
    walked->pages = walked->rows = 0;
    if (head != nullptr) TIEOUT_RETURN_IF_ERROR(spool.Add(head->request, head->body));
    const absl::Status status = Walk(
        paging, ask,
        [&](const std::string& page, const HttpResponse& response) {
          return spool.Add(page, response.body);
        },
        walked);
    if (absl::IsAborted(status) && gathering < kGatherings) continue;
    if (absl::IsAborted(status)) {
      return base::Unavailable(fmt::format("{}: {}, {} times in a row: pull again later",
                                           provider_.name, base::Message(status), kGatherings));
    }
    TIEOUT_RETURN_IF_ERROR(status);
    TIEOUT_RETURN_IF_ERROR(spool.Close());
    rows_ += walked->rows;
    pages_ += walked->pages;
    return take();
  }
}

absl::Status Pull::ReadRows(const Paging& paging, const std::string& path, const JsonFields& page,
                            HttpResponse* response, Rows* rows, Walked* walked) const {
  connectors::MemoryInput bytes(response->body);
  JsonEntries entries(bytes, "page", {paging.list});
  JsonEntries::Entry entry;
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, entries.Next(&entry));
    if (!more) return absl::OkStatus();
    if (entry.list.empty()) break;  // the page itself, which has no such list
    ++rows->count;
    rows->hash = rows->hash * 31 + std::hash<std::string_view>()(entry.json);
    auto row = JsonFields::Parse(entry.json);
    if (!row.ok()) continue;  // the connector sets it aside and says why
    rows->last = *std::move(row);
    std::string id;
    if (walked->entry_list != nullptr) id = walked->entry_list->id(*rows->last);
    if (!walked->row_id.empty()) id = rows->last->Any(walked->row_id);
    if (id.empty()) continue;
    walked->entries[id] = {path, fmt::format("{{\"{}\":[{}]}}", paging.list, entry.json)};
  }
  if (!paging.may_lack_list || page.HasBelow("error") || page.HasBelow("errors")) {
    return base::InvalidArgument(
        fmt::format("{}: the answer to {} has no list `{}`", provider_.name, path, paging.list));
  }
  response->body = WithEmptyList(paging.list, response->body);
  return absl::OkStatus();
}

absl::Status Pull::Walk(const Paging& paging, const Ask& ask,
                        const std::function<absl::Status(const std::string& path,
                                                         const HttpResponse& response)>& on_page,
                        Walked* walked) {
  const std::string first = paging.first(ask);
  std::unordered_set<size_t> seen_pages, seen_rows;
  const std::hash<std::string_view> hash;
  std::optional<std::string> path = first;
  while (path) {
    if (!seen_pages.insert(hash(*path)).second) return Broken("its pages lead round in a circle");
    absl::StatusOr<HttpResponse> response = fetcher_->Get(*path);
    const bool refused =
        absl::IsInvalidArgument(response.status()) || absl::IsNotFound(response.status());
    if (refused && walked->pages > 0) {
      return Broken(base::Message(response.status()));  // a cursor that is known no more
    }
    TIEOUT_RETURN_IF_ERROR(response.status());
    const auto fields = JsonFields::Parse(response->body);
    if (!fields.ok()) return Broken(fmt::format("{} is answered by no JSON object", *path));
    Rows rows;
    TIEOUT_RETURN_IF_ERROR(ReadRows(paging, *path, *fields, &*response, &rows, walked));
    if (rows.count > 0 && !seen_rows.insert(rows.hash).second) {
      return Broken(fmt::format("{} repeats an earlier page", *path));
    }
    TIEOUT_RETURN_IF_ERROR(on_page(*path, *response));
    ++walked->pages;
    walked->rows += rows.count;
    if (request_.progress) request_.progress(stream_, rows_ + walked->rows);
    const Page page{.first = first,
                    .path = *path,
                    .link = response->link,
                    .fields = *fields,
                    .rows = rows.count,
                    .last = rows.last ? &*rows.last : nullptr};
    path = paging.next(page);
  }
  return absl::OkStatus();
}

}  // namespace tieout::pull
