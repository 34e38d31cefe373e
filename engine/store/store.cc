#include "engine/store/store.h"

#include <cstring>

#include "fmt/format.h"

namespace tieout::store {
namespace {

constexpr uint8_t kFormat = 1;
constexpr size_t kFixedBytes = 1 + 4 + 8 + 8 + 4 + 32;

template <typename T>
void PutLittleEndian(T value, std::string* out) {
  for (size_t i = 0; i < sizeof(T); ++i) {
    out->push_back(static_cast<char>(static_cast<uint64_t>(value) >> (8 * i)));
  }
}

template <typename T>
T TakeLittleEndian(std::string_view* bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    value |= uint64_t{static_cast<uint8_t>((*bytes)[i])} << (8 * i);
  }
  bytes->remove_prefix(sizeof(T));
  return static_cast<T>(value);
}

}  // namespace

absl::Status PartitionStore::Write(const Meta& meta, std::span<const PageWrite> pages) {
  for (const PageWrite& page : pages) TIEOUT_RETURN_IF_ERROR(Put(page.key, page.value));
  return Commit(meta);
}

std::string EncodeMeta(const Meta& meta) {
  std::string out;
  PutLittleEndian(kFormat, &out);
  PutLittleEndian(static_cast<uint32_t>(meta.partition), &out);
  PutLittleEndian(meta.next_position, &out);
  PutLittleEndian(meta.next_ordinal, &out);
  PutLittleEndian(meta.semantics, &out);
  out += meta.digest.view();
  out += meta.log_id;
  return out;
}

absl::StatusOr<Meta> DecodeMeta(std::string_view bytes) {
  if (bytes.size() < kFixedBytes) {
    return base::DataLoss(fmt::format("the store's meta entry has {} bytes", bytes.size()));
  }
  if (uint8_t format = TakeLittleEndian<uint8_t>(&bytes); format != kFormat) {
    return base::FailedPrecondition(
        fmt::format("the store has format {}, this build reads {}", format, kFormat));
  }
  Meta meta;
  meta.partition = static_cast<int>(TakeLittleEndian<uint32_t>(&bytes));
  meta.next_position = TakeLittleEndian<int64_t>(&bytes);
  meta.next_ordinal = TakeLittleEndian<uint64_t>(&bytes);
  meta.semantics = TakeLittleEndian<uint32_t>(&bytes);
  std::memcpy(meta.digest.bytes.data(), bytes.data(), meta.digest.bytes.size());
  meta.log_id = std::string(bytes.substr(meta.digest.bytes.size()));
  return meta;
}

absl::Status CheckMeta(const Meta& meta, const Expected& expected, std::string_view place) {
  if (meta.log_id != expected.log_id) {
    return base::FailedPrecondition(fmt::format(
        "{} is the state of log {}, this is log {}: point to the log it belongs to, or remove the "
        "folder and it will be folded again from this one",
        place, meta.log_id, expected.log_id));
  }
  if (meta.partition != expected.partition) {
    return base::FailedPrecondition(
        fmt::format("{} is the state of partition {}, not of {}: it was moved or renamed; remove "
                    "the folder and it will be folded again from the log",
                    place, meta.partition, expected.partition));
  }
  if (meta.semantics > expected.newest_semantics) {
    return base::FailedPrecondition(fmt::format(
        "{} was folded with semantics number {}, this tieout knows up to {}: use a newer tieout",
        place, meta.semantics, expected.newest_semantics));
  }
  if (meta.next_position > expected.committed_position) {
    return base::FailedPrecondition(fmt::format(
        "{} is folded up to position {}, but the log says {} was committed: the log lost what was "
        "committed, or is an older copy. Find the newer log; only if that is gone, remove the "
        "folder and it will be folded again from this one",
        place, meta.next_position, expected.committed_position));
  }
  return absl::OkStatus();
}

}  // namespace tieout::store
