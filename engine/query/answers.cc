#include "engine/query/answers.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "engine/base/text.h"
#include "engine/codec/codec.h"
#include "engine/runtime/json_text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace tieout::query {
namespace {

using runtime::JsonText;

std::string Page(const char* name, const std::vector<std::string>& items, const std::string& next,
                 bool more) {
  return fmt::format(R"({{"{}":[{}],"next":{},"more":{}}})", name, fmt::join(items, ","),
                     JsonText(next), more);
}

// The homes after `after`, and where a page of them begins.
absl::StatusOr<std::vector<std::string>> HomesAfter(runtime::ReadModel* model,
                                                    const std::string& after) {
  TIEOUT_ASSIGN_OR_RETURN(std::vector<std::string> homes, model->Homes());
  homes.erase(homes.begin(), std::upper_bound(homes.begin(), homes.end(), after));
  return homes;
}

}  // namespace

absl::StatusOr<size_t> ParseLimit(const std::string& text) {
  if (text.empty()) return kDefaultLimit;
  size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error == std::errc() && end == text.data() + text.size() && limit >= 1 &&
      limit <= kGreatestLimit) {
    return limit;
  }
  return base::InvalidArgument(
      fmt::format("limit: {} is no number from 1 to {}", base::Quoted(text), kGreatestLimit));
}

absl::StatusOr<std::string> StatusAnswer(runtime::ReadModel* model) {
  TIEOUT_ASSIGN_OR_RETURN(const auto partitions, model->Status());
  std::vector<std::string> items;
  items.reserve(partitions.size());
  for (const runtime::PartitionStatus& p : partitions) {
    items.push_back(fmt::format(
        R"({{"partition":{},"stored_position":{},"committed_position":{},"folded_position":{},)"
        R"("end_position":{},"next_ordinal":{},"tick":{},"records":{},)"
        R"("dead_letters":{},"resident_bytes":{},"dirty_bytes":{}}})",
        p.partition, p.stored_position, p.committed_position, p.folded_position, p.end_position,
        p.next_ordinal, p.tick, p.records, p.dead_letters, p.resident_bytes, p.dirty_bytes));
  }
  return fmt::format(R"({{"partitions":[{}]}})", fmt::join(items, ","));
}

absl::StatusOr<std::string> RecordsAnswer(runtime::ReadModel* model, const std::string& after,
                                          size_t limit) {
  TIEOUT_ASSIGN_OR_RETURN(const runtime::RecordsPage page, model->Records(after, limit));
  std::vector<std::string> items;
  items.reserve(page.records.size());
  for (const ledger::Record& record : page.records) items.push_back(codec::RecordToJson(record));
  return Page("records", items, page.next, page.more);
}

absl::StatusOr<std::string> SellersAnswer(runtime::ReadModel* model, const std::string& after,
                                          size_t limit) {
  TIEOUT_ASSIGN_OR_RETURN(std::vector<std::string> homes, HomesAfter(model, after));
  const bool more = homes.size() > limit;
  if (more) homes.resize(limit);
  std::vector<std::string> items;
  items.reserve(homes.size());
  for (const std::string& home : homes) items.push_back(JsonText(home));
  return Page("sellers", items, homes.empty() ? after : homes.back(), more);
}

absl::StatusOr<std::string> SellerAnswer(runtime::ReadModel* model, const std::string& seller) {
  TIEOUT_ASSIGN_OR_RETURN(const ledger::SellerProjection projection, model->Project(seller));
  return codec::SellerToJson(projection);
}

absl::StatusOr<std::string> BreaksAnswer(runtime::ReadModel* model, const std::string& seller,
                                         const std::string& after, size_t limit) {
  std::vector<std::string> homes = {seller};
  if (seller.empty()) {
    TIEOUT_ASSIGN_OR_RETURN(homes, HomesAfter(model, after));
  }
  std::vector<std::string> items;
  std::string next = after;
  size_t asked = 0;
  for (; asked < homes.size() && items.size() < limit; ++asked) {
    TIEOUT_ASSIGN_OR_RETURN(const ledger::SellerProjection projection,
                            model->Project(homes[asked]));
    for (const ledger::Record& record : projection.breaks) {
      items.push_back(codec::RecordToJson(record));
    }
    next = homes[asked];
  }
  return Page("breaks", items, next, asked < homes.size());
}

absl::Status Readiness(runtime::ReadModel* model) {
  TIEOUT_ASSIGN_OR_RETURN(const auto partitions, model->Status());
  if (partitions.empty()) return base::Unavailable("no partition is held yet");
  for (const runtime::PartitionStatus& p : partitions) {
    if (p.folded_position < p.committed_position) {
      return base::Unavailable(fmt::format("partition {} is folded up to {} of {}", p.partition,
                                           p.folded_position, p.committed_position));
    }
  }
  return absl::OkStatus();
}

}  // namespace tieout::query
