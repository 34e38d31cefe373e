#include "engine/runtime/record_spool.h"

#include <cerrno>
#include <cstring>

namespace tieout::runtime {
namespace {

absl::Status Trouble(const char* doing) {
  return base::Unavailable(std::string(doing) + " a temporary file: " + std::strerror(errno) +
                           "; make room there, or name another place with TMPDIR");
}

}  // namespace

absl::Status RecordSpool::Add(std::string_view record) {
  if (file_ == nullptr) file_.reset(std::tmpfile());
  if (file_ == nullptr) return Trouble("making");
  const int64_t begin = ends_.empty() ? 0 : ends_.back();
  if (std::fseek(file_.get(), begin, SEEK_SET) != 0 ||
      std::fwrite(record.data(), 1, record.size(), file_.get()) != record.size()) {
    return Trouble("writing");
  }
  ends_.push_back(begin + static_cast<int64_t>(record.size()));
  return absl::OkStatus();
}

absl::StatusOr<std::string> RecordSpool::Read(size_t index) const {
  const int64_t begin = index == 0 ? 0 : ends_[index - 1];
  std::string record(static_cast<size_t>(ends_[index] - begin), '\0');
  if (std::fseek(file_.get(), begin, SEEK_SET) != 0 ||
      std::fread(record.data(), 1, record.size(), file_.get()) != record.size()) {
    return Trouble("reading");
  }
  return record;
}

}  // namespace tieout::runtime
