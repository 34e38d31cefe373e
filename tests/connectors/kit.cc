#include "tests/connectors/kit.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#include "connectors/lex/csv.h"
#include "engine/base/check.h"
#include "engine/codec/codec.h"

namespace tieout::connectors::testing {
namespace {

class Collector : public Sink {
 public:
  explicit Collector(Result* result) : result_(result) {}
  absl::Status OnEvent(const ledger::Event& event) override {
    result_->events.push_back(codec::EncodeEvent(event));
    return absl::OkStatus();
  }
  absl::Status OnNoOp(uint64_t line, std::string_view why) override {
    result_->no_ops.push_back(fmt::format("{}: {}", line, why));
    return absl::OkStatus();
  }
  absl::Status OnQuarantined(const Quarantined& row) override {
    result_->quarantined.push_back(row.Message());
    result_->raw.emplace_back(row.raw);
    return absl::OkStatus();
  }

 private:
  Result* result_;
};

ledger::Event Decode(const std::string& wire) {
  ledger::Event event;
  const absl::Status status = codec::DecodeEvent(wire, &event);
  TIEOUT_CHECK(status.ok());
  return event;
}

// Every row is events, a known no-op or quarantined, and exactly one of them; and what was counted
// is what the sink was given.
void ExpectEveryRowOnce(const Result& result) {
  const Summary& is = result.summary;
  EXPECT_EQ(is.rows, is.event_rows + is.no_ops + is.quarantined);
  EXPECT_EQ(is.no_ops, result.no_ops.size());
  EXPECT_EQ(is.quarantined, result.quarantined.size());
  EXPECT_EQ(is.events, result.events.size());
}

}  // namespace

Result Run(const Connector& connector, std::string_view bytes, Context context) {
  Result result;
  MemoryInput first(bytes);
  auto survey = Survey(connector, first, context);
  if (!survey.ok()) {
    result.status = survey.status();
    return result;
  }
  if (context.as_of_us == 0) context.as_of_us = survey->as_of_us;
  MemoryInput second(bytes);
  Collector collector(&result);
  auto summary = connector.Parse(second, context, collector);
  result.status = summary.status();
  if (!summary.ok()) return result;
  result.summary = std::move(*summary);
  ExpectEveryRowOnce(result);
  return result;
}

std::string Json(std::string_view wire) {
  auto json = codec::EventToJson(wire);
  return json.ok() ? *json : std::string(json.status().message());
}

std::string Lines(const Result& result) {
  std::string lines;
  for (const std::string& wire : result.events) lines += Json(wire) + "\n";
  return lines;
}

std::string Brief(const Result& result) {
  std::string lines;
  for (const std::string& wire : result.events) {
    const ledger::Event event = Decode(wire);
    if (event.kind() == ledger::Kind::kAmendment) continue;
    lines += fmt::format("{} {} {}\n", event.event_id, ledger::KindName(event.kind()),
                         ledger::FormatMoney(event.amount, event.account.currency));
  }
  return lines;
}

std::string ReadTestFile(const std::string& path) {
  std::ifstream in(std::string(TIEOUT_SOURCE_DIR "/tests/connectors/") + path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void ExpectGolden(const Connector& connector, const std::string& input, const std::string& golden,
                  Context context) {
  context.file_name = input.substr(input.rfind('/') + 1);
  const std::string bytes = ReadTestFile(input);
  const Result result = Run(connector, bytes, context);
  ASSERT_TRUE(result.status.ok()) << result.status;
  std::string lines = Lines(result);
  for (const std::string& row : result.quarantined) lines += fmt::format("quarantined {}\n", row);
  for (const Note& note : result.summary.notes) {
    lines += fmt::format("note {}: {} {}\n", note.line, note.code, note.text);
  }
  // A profile is named by its path; where the project stands is nothing of the connector's.
  const std::string_view root = TIEOUT_SOURCE_DIR "/";
  for (size_t at; (at = lines.find(root)) != std::string::npos;) lines.erase(at, root.size());
  if (std::getenv("TIEOUT_WRITE_GOLDEN") != nullptr) {
    std::ofstream(std::string(TIEOUT_SOURCE_DIR "/tests/connectors/") + golden) << lines;
  }
  EXPECT_EQ(lines, ReadTestFile(golden)) << input;
}

void ExpectSurvivesTruncation(const Connector& connector, std::string_view bytes,
                              const Context& context) {
  for (size_t size = 0; size < bytes.size(); ++size) {
    const Result cut = Run(connector, bytes.substr(0, size), context);
    EXPECT_TRUE(cut.status.ok() || !cut.status.message().empty()) << "cut at " << size;
  }
}

std::vector<std::string> Identities(const Result& result) {
  std::vector<std::string> identities;
  for (const std::string& wire : result.events) {
    const ledger::Event event = Decode(wire);
    if (event.kind() == ledger::Kind::kAmendment) continue;
    identities.push_back(fmt::format("{} {:016x}", event.event_id, ledger::ContentHash(event)));
  }
  std::sort(identities.begin(), identities.end());
  return identities;
}

std::vector<std::string> OriginColumns(const Connector& connector, std::string_view file,
                                       const Context& context,
                                       const std::map<std::string, std::string>& values,
                                       char delimiter, const std::string& but) {
  // By the connectors' own reader, so that quoted cells are one.
  MemoryInput in(file);
  CsvReader reader(in, {.delimiter = delimiter});
  std::vector<std::vector<std::string>> rows;
  CsvRow row;
  while (reader.Next(&row).value()) {
    rows.emplace_back(row.fields.begin(), row.fields.end());
  }
  EXPECT_EQ(rows.size(), 2u);
  const auto identities = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (const std::vector<std::string>* line : {std::as_const(rows).data(), &cells}) {
      for (const std::string& cell : *line) {
        text += (&cell == &(*line)[0] ? "\"" : std::string(1, delimiter) + "\"") + cell + "\"";
      }
      text += "\n";
    }
    const Result result = Run(connector, text, context);
    auto found = result.quarantined.empty() ? Identities(result) : result.quarantined;
    std::erase_if(found, [&](const std::string& id) { return id.find(but) != id.npos; });
    return found;
  };
  const auto before = identities(rows[1]);
  std::vector<std::string> origin;
  for (size_t i = 0; i < rows[0].size(); ++i) {
    auto cells = rows[1];
    const auto value = values.find(rows[0][i]);
    cells[i] = value != values.end() ? value->second : "other";
    if (identities(cells) != before) origin.push_back(rows[0][i]);
  }
  return origin;
}

}  // namespace tieout::connectors::testing
