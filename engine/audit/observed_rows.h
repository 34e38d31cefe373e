// Which rows without an id a log tells of, each once: told apart by balance and coverage, by a
// reading of the rules (engine/matching/README.md, memory of ids) that shares nothing with the
// fold. Memory grows with the files; what is known of the rows goes to a ScratchMap. Thread safety:
// none.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/audit/scratch_map.h"
#include "engine/base/status.h"

namespace tieout::v1 {
class Event;
}  // namespace tieout::v1

namespace tieout::audit {

class ObservedRows {
 public:
  // `memory` outlives it.
  explicit ObservedRows(ScratchMap* memory) : memory_(memory) {}

  // An opened report: the first of a source and account says what it covers.
  void AddReport(const v1::Event& event);
  // The ordinal that a row of the home takes among those that look like it; nullopt: it is one of
  // them. For rows that the fold didn't hold. Errors: those of `memory`.
  absl::StatusOr<std::optional<uint32_t>> Add(std::string_view home, const v1::Event& event);

 private:
  struct Coverage {
    int64_t from_us = 0, to_us = 0;
  };
  struct Row {
    uint32_t source = 0;
    uint32_t ordinal = 0;  // that its file gave
    int64_t balance = 0;
    bool has_balance = false;
  };
  // What of the row's day stands in its source and in that of a known row.
  enum class Shared : uint8_t { kNothing, kTheRow, kUnknown };

  uint32_t SourceOf(const v1::Event& event);
  Shared SharedDay(const v1::Event& row, uint32_t source, uint32_t known_source) const;
  bool IsKnown(const v1::Event& event, uint32_t source, std::vector<Row>* alike,
               bool* learned) const;

  ScratchMap* const memory_;
  // By (account, SHA-256); its number is its place in `coverage_`.
  std::map<std::pair<std::string, std::string>, uint32_t> sources_;
  std::vector<std::optional<Coverage>> coverage_;
};

}  // namespace tieout::audit
