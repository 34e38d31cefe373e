// From a provider's API into the log, window by window.
//
// A stream of a provider (provider.h) is asked for in windows of time, oldest first; the pages of
// one window are one source. The cursor is in the log and nowhere else: it is the end of what the
// closed reports of the stream's sources cover without a hole, so what was taken back is pulled
// again. A pull that dies has closed every window it took; the next one goes on behind them, and
// reads again what lies within the stream's overlap before that, where ids keep anything from
// counting twice.
//
//   pull:stripe/acct_1/balance_transactions 2026-03-01T00:00:00Z..2026-03-02T00:00:00Z
//   pull:stripe/acct_1/payout po_1ABC         an entry's own list, once, when it is final
//   pull:adyen/MillLane/settlement_batch 7    a report; its number is the cursor
//
// Memory: a page, and 8 bytes for each page of a window.
// Thread safety: none.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/pull/fetcher.h"
#include "engine/pull/provider.h"
#include "engine/runtime/clock.h"
#include "engine/runtime/ingest.h"
#include "engine/runtime/log_index.h"

namespace tieout::pull {

// Where sources go: an engine, or a preview of what one would append.
class Target {
 public:
  virtual ~Target() = default;
  virtual absl::StatusOr<std::vector<runtime::PulledSource>> Pulled(std::string_view name) = 0;
  // What is returned ends the pull.
  virtual absl::Status Take(const std::string& path, const runtime::Fetched& fetched) = 0;
};

struct PullRequest {
  std::string account;
  int64_t first_us = 0;       // where to begin when nothing was pulled yet; 0: nobody said
  int64_t again_us = 0;       // read again from here, whatever was pulled; 0: no
  uint64_t first_report = 0;  // the number to begin with; 0: nobody said
  std::string scratch;        // an existing folder for the window at hand
  runtime::Clock* clock = nullptr;
  // Of the stream and how far it is; may be empty.
  std::function<void(std::string_view stream, uint64_t rows)> progress;
};

class Pull {
 public:
  // All must outlive it.
  Pull(const Provider& provider, Fetcher* fetcher, Target* target, PullRequest request);

  // kFailedPrecondition: something must be said or corrected first; kUnavailable: try again later.
  // Either way what was taken before stays, and the next pull goes on behind it.
  absl::Status Run();

  uint64_t rows() const { return rows_; }
  uint64_t pages() const { return pages_; }

 private:
  struct EntryPage;
  struct Rows;
  struct Walked;
  absl::Status RunStream(const Stream& stream, const std::string& scope);
  absl::Status RunReports(const Reports& reports);
  absl::StatusOr<std::vector<std::string>> ScopesOf(const Stream& stream);
  // Takes one window; how many pages it had.
  absl::StatusOr<uint64_t> TakeWindow(const Stream& stream, const std::string& name,
                                      const Ask& ask);
  absl::Status TakeEntryLists(const Stream& stream,
                              const std::map<std::string, EntryPage>& entries);
  // Fetches a list into a file behind `head` (null: none), and again from its beginning where its
  // pages don't hold together.
  absl::Status Gather(const Paging& paging, const Ask& ask, const std::string& path,
                      const EntryPage* head, const std::function<absl::Status()>& take,
                      Walked* walked);
  // Gives a page that may lack its list an empty one.
  absl::Status ReadRows(const Paging& paging, const std::string& path,
                        const connectors::JsonFields& page, HttpResponse* response, Rows* rows,
                        Walked* walked) const;
  absl::Status Walk(const Paging& paging, const Ask& ask,
                    const std::function<absl::Status(const std::string& path,
                                                     const HttpResponse& response)>& on_page,
                    Walked* walked);
  std::string NameOf(std::string_view stream, const std::string& scope = "") const;

  const Provider& provider_;
  Fetcher* const fetcher_;
  Target* const target_;
  const PullRequest request_;
  std::string_view stream_;  // at hand, for progress
  uint64_t rows_ = 0, pages_ = 0;
};

// The first instant from the sources' beginning on that none of them covers; 0: there is none.
int64_t CoveredUntil(std::vector<runtime::PulledSource> sources);

}  // namespace tieout::pull
