#include "engine/pull/spool.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "engine/base/text.h"
#include "engine/runtime/json_text.h"
#include "fmt/format.h"

namespace tieout::pull {

std::string PageLine(std::string_view request, std::string_view body) {
  constexpr std::string_view kBlank = " \t\r\n";
  body = base::Trim(body, kBlank);
  body.remove_prefix(1);  // the brace
  body = base::Trim(body, kBlank);
  std::string line = fmt::format("{{\"request\":{}{}", runtime::JsonText(request),
                                 body.starts_with('}') ? "" : ",");
  // No text in JSON holds a bare line break: what follows one is indentation.
  while (!body.empty()) {
    const size_t end = std::min(body.find_first_of("\r\n"), body.size());
    line += body.substr(0, end);
    const size_t next = body.find_first_not_of(kBlank, end);
    body.remove_prefix(std::min(next, body.size()));
  }
  return line + '\n';
}

Spool::Spool(std::string path)
    : path_(std::move(path)), file_(path_, std::ios::binary | std::ios::trunc) {}

Spool::~Spool() {
  std::error_code error;
  std::filesystem::remove(path_, error);
}

absl::Status Spool::Add(std::string_view request, std::string_view body) {
  return AddBytes(PageLine(request, body));
}

absl::Status Spool::AddBytes(std::string_view bytes) {
  file_ << bytes;
  if (file_) return absl::OkStatus();
  return base::Unavailable(path_ + ": can't be written: disk full or not writable");
}

absl::Status Spool::Close() {
  file_.close();
  if (file_) return absl::OkStatus();
  return base::Unavailable(path_ + ": can't be written: disk full or not writable");
}

}  // namespace tieout::pull
