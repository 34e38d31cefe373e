// The bytes of records and the digests of states, as each semantics number first wrote them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "engine/base/hash.h"
#include "engine/codec/codec.h"
#include "tests/oracle/fold_subject.h"
#include "tests/scenarios/reader/scenario.h"

namespace tieout::golden {

using oracle::FoldSubject;

const std::string kFolder = TIEOUT_SOURCE_DIR "/tests/golden/1";
const std::string kScenarios = TIEOUT_SOURCE_DIR "/tests/scenarios";

// By the names of logs, their lines.
using Sections = std::map<std::string, std::vector<std::string>>;

Sections Read(const std::string& file) {
  Sections sections;
  std::ifstream stream(kFolder + "/" + file);
  std::string line;
  std::vector<std::string>* section = nullptr;
  while (std::getline(stream, line)) {
    if (line.substr(0, 2) == "= ") {
      section = &sections[line.substr(2)];
    } else if (section != nullptr) {
      section->push_back(line);
    }
  }
  return sections;
}

void Write(const std::string& file, const Sections& sections) {
  std::ofstream stream(kFolder + "/" + file);
  for (const auto& [name, lines] : sections) {
    stream << "= " << name << "\n";
    for (const std::string& line : lines) stream << line << "\n";
  }
}

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

// The records of a log in hex, then the digest.
std::vector<std::string> Fold(const std::vector<std::string>& log) {
  FoldSubject fold(0);
  for (const std::string& line : log) {
    const size_t space = line.rfind(' ');
    const std::string value = FromHex(std::string_view(line).substr(space + 1));
    std::string key = line.substr(0, space);
    const bool is_poison = key.rfind("poison ", 0) == 0;
    if (is_poison) key = key.substr(std::strlen("poison "));
    if (key == "-") key.clear();
    if (is_poison) {
      fold.ApplyPoison(key, value);
    } else {
      fold.Apply(key, value);
    }
  }
  std::vector<std::string> lines;
  for (const std::string& bytes : fold.record_bytes()) lines.push_back(base::HexEncode(bytes));
  lines.push_back("digest " + fold.Checkpoint());
  return lines;
}

// For people: a record's JSON where it is one.
std::string Readable(const std::string& line) {
  if (line.rfind("digest", 0) == 0) return line;
  const absl::StatusOr<ledger::Record> record = codec::DecodeRecord(FromHex(line));
  return record.ok() && !record->record_id.empty() ? codec::RecordToJson(*record) : line;
}

std::vector<std::string> Encode(const scenarios::Scenario& scenario) {
  std::vector<std::string> lines;
  for (const scenarios::Step& step : scenario.steps) {
    const bool is_poison = step.kind == scenarios::Step::Kind::kPoison;
    if (!is_poison && step.kind != scenarios::Step::Kind::kEvent) continue;
    lines.push_back(fmt::format("{}{} {}", is_poison ? "poison " : "",
                                step.key.empty() ? "-" : step.key, base::HexEncode(step.value)));
  }
  return lines;
}

void WriteFromScenarios() {
  std::filesystem::create_directories(kFolder);
  Sections logs, records;
  for (const auto& entry : std::filesystem::directory_iterator(kScenarios)) {
    const std::string file = entry.path().filename();
    if (entry.path().extension() != ".txt" || file == "CMakeLists.txt" ||
        file == "configuration.txt") {
      continue;
    }
    const std::string name = entry.path().stem();
    logs[name] = Encode(scenarios::ReadScenario(kScenarios, file).value());
    records[name] = Fold(logs[name]);
  }
  Write("log.txt", logs);
  Write("records.txt", records);
}

TEST(Golden, NumberOneWritesTheSameBytes) {
  const Sections logs = Read("log.txt");
  const Sections records = Read("records.txt");
  ASSERT_FALSE(logs.empty()) << kFolder << "/log.txt holds no log";
  for (const auto& [name, log] : logs) {
    SCOPED_TRACE(name);
    const std::vector<std::string> now = Fold(log);
    ASSERT_EQ(records.count(name), 1U);
    const std::vector<std::string>& then = records.at(name);
    for (size_t i = 0; i < std::max(now.size(), then.size()); ++i) {
      const std::string is = i < now.size() ? now[i] : "";
      const std::string was = i < then.size() ? then[i] : "";
      ASSERT_EQ(is, was) << "line " << i << " of " << name << "\n was " << Readable(was)
                         << "\n  is " << Readable(is);
    }
  }
}

}  // namespace tieout::golden

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc > 1 && std::strcmp(argv[1], "--write") == 0) {
    tieout::golden::WriteFromScenarios();
    return 0;
  }
  return RUN_ALL_TESTS();
}
