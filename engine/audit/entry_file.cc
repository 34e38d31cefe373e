#include "engine/audit/entry_file.h"

#include <filesystem>

namespace tieout::audit {

EntryFile::~EntryFile() {
  file_.close();
  std::error_code error;
  std::filesystem::remove(path_, error);
}

absl::Status EntryFile::Trouble(const char* doing) const {
  return base::Unavailable(path_ + ": " + doing +
                           " failed: is the disk full? TMPDIR names another place for it");
}

absl::Status EntryFile::Add(const Entry& entry) {
  if (count_++ == 0) {
    file_.open(path_, std::ios::binary | std::ios::in | std::ios::out | std::ios::trunc);
  }
  file_.write(reinterpret_cast<const char*>(&entry), sizeof entry);
  return file_ ? absl::OkStatus() : Trouble("writing");
}

absl::StatusOr<std::optional<EntryFile::Entry>> EntryFile::At(uint64_t ordinal) {
  if (ordinal >= count_) return std::optional<Entry>();
  if (!written_ && !file_.flush()) return Trouble("writing");
  written_ = true;
  Entry entry;
  file_.seekg(static_cast<std::streamoff>(ordinal * sizeof entry));
  if (!file_.read(reinterpret_cast<char*>(&entry), sizeof entry)) return Trouble("reading");
  return std::optional<Entry>(entry);
}

}  // namespace tieout::audit
