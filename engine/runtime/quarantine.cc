#include "engine/runtime/quarantine.h"

#include <filesystem>
#include <utility>

#include "engine/runtime/json_text.h"
#include "fmt/format.h"

namespace tieout::runtime {

Quarantine::Quarantine(std::string directory, const std::string& sha256_hex)
    : directory_(std::move(directory)), path_(fmt::format("{}/{}.jsonl", directory_, sha256_hex)) {}

absl::Status Quarantine::Add(const connectors::Quarantined& row) {
  if (!file_.is_open()) {
    std::error_code error;
    std::filesystem::create_directories(directory_, error);
    file_.open(path_, std::ios::trunc | std::ios::binary);
  }
  file_ << fmt::format(R"({{"file":{},"line":{},"field":{},"value":{},"reason":{},"raw":{}}})",
                       JsonText(row.file), row.line, JsonText(row.field), JsonText(row.value),
                       JsonText(row.reason), JsonText(row.raw))
        << '\n';
  return Check();
}

absl::Status Quarantine::Close() {
  if (!file_.is_open()) return absl::OkStatus();
  file_.flush();
  return Check();
}

absl::Status Quarantine::Check() const {
  if (file_) return absl::OkStatus();
  return base::Unavailable(path_ + ": can't be written: disk full or not writable");
}

}  // namespace tieout::runtime
