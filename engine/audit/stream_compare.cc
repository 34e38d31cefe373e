#include "engine/audit/stream_compare.h"

#include "engine/codec/codec.h"
#include "fmt/format.h"

namespace tieout::audit {
namespace {

// Both are records, or dead letters: shown as JSON where they can be read.
std::string Shown(std::string_view bytes) {
  if (const auto record = codec::DecodeRecord(bytes); record.ok()) {
    return fmt::format("record {}", record->record_id);
  }
  return fmt::format("{} bytes", bytes.size());
}

}  // namespace

absl::StatusOr<std::unique_ptr<StreamCompare>> StreamCompare::Open(log::EventLog& log,
                                                                   log::Stream stream,
                                                                   int partition) {
  TIEOUT_ASSIGN_OR_RETURN(const int64_t end, log.End(stream, partition));
  TIEOUT_ASSIGN_OR_RETURN(auto reader, log.NewReader(stream, partition, 0));
  return std::unique_ptr<StreamCompare>(
      new StreamCompare(std::string(log::StreamName(stream)), std::move(reader), end));
}

absl::StatusOr<const log::Stored*> StreamCompare::Peek() {
  while (at_ == batch_.size() && reader_->position() < end_) {
    TIEOUT_ASSIGN_OR_RETURN(batch_, reader_->Read(1024, std::chrono::milliseconds(1000)));
    at_ = 0;
  }
  if (at_ == batch_.size() || batch_[at_].position >= end_) return nullptr;
  return &batch_[at_];
}

absl::Status StreamCompare::Next(std::string_view expected) {
  if (!findings_.empty()) return absl::OkStatus();
  TIEOUT_ASSIGN_OR_RETURN(const log::Stored* stored, Peek());
  if (stored == nullptr) {
    findings_.push_back(fmt::format("{}: entry {} is missing: the fold gives {}", name_, compared_,
                                    Shown(expected)));
    return absl::OkStatus();
  }
  if (stored->value != expected) {
    findings_.push_back(fmt::format("{}: entry {} (position {}) is {}, the fold gives {}", name_,
                                    compared_, stored->position, Shown(stored->value),
                                    Shown(expected)));
    return absl::OkStatus();
  }
  ++at_;
  ++compared_;
  return absl::OkStatus();
}

absl::Status StreamCompare::End() {
  if (!findings_.empty()) return absl::OkStatus();
  TIEOUT_ASSIGN_OR_RETURN(const log::Stored* stored, Peek());
  if (stored == nullptr) return absl::OkStatus();
  findings_.push_back(fmt::format("{}: entry {} (position {}), {}, is one too many", name_,
                                  compared_, stored->position, Shown(stored->value)));
  return absl::OkStatus();
}

}  // namespace tieout::audit
