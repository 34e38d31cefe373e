#include "tests/engine/runtime/support/outcome.h"

#include <algorithm>
#include <chrono>

#include "engine/codec/codec.h"
#include "fmt/format.h"
#include "gtest/gtest.h"

namespace tieout::runtime {
namespace {

std::string Compare(const char* what, const std::map<int, std::vector<std::string>>& expected,
                    const std::map<int, std::vector<std::string>>& actual) {
  for (const auto& [partition, values] : expected) {
    const auto& others = actual.at(partition);
    const auto [left, right] =
        std::mismatch(values.begin(), values.end(), others.begin(), others.end());
    if (left == values.end() && right == others.end()) continue;
    const auto text = [](const std::string& bytes) {
      const auto record = codec::DecodeRecord(bytes);
      return record.ok() ? codec::RecordToJson(*record) : std::string("(no record)");
    };
    return fmt::format("{} of partition {}: {} expected, {} found; first difference at {}:\n{}\n{}",
                       what, partition, values.size(), others.size(), left - values.begin(),
                       left == values.end() ? "(end)" : text(*left),
                       right == others.end() ? "(end)" : text(*right));
  }
  return "";
}

}  // namespace

std::vector<std::string> ReadAll(log::EventLog* log, log::Stream stream, int partition) {
  std::vector<std::string> values;
  const int64_t end = log->End(stream, partition).value();
  auto reader = log->NewReader(stream, partition, 0).value();
  while (reader->position() < end) {
    const auto some = reader->Read(1000, std::chrono::milliseconds(1000)).value();
    for (const log::Stored& entry : some) {
      values.emplace_back(entry.value);
    }
  }
  return values;
}

Outcome OutcomeOf(log::EventLog* log, store::StateStore* states) {
  Outcome out;
  for (int partition = 0; partition < log->identity().partitions; ++partition) {
    out.records[partition] = ReadAll(log, log::Stream::kRecords, partition);
    out.dead_letters[partition] = ReadAll(log, log::Stream::kDeadLetters, partition);
    auto pages = states->Open(partition);
    EXPECT_TRUE(pages.ok()) << pages.status();
    out.digests[partition] = (*pages)->meta() ? (*pages)->meta()->digest.hex() : "";
  }
  return out;
}

std::string FirstDifference(const Outcome& expected, const Outcome& actual) {
  std::string difference = Compare("records", expected.records, actual.records);
  if (difference.empty()) {
    difference = Compare("dead letters", expected.dead_letters, actual.dead_letters);
  }
  if (difference.empty() && expected.digests != actual.digests) {
    difference = "the records are the same, the digests differ";
  }
  return difference;
}

}  // namespace tieout::runtime
