#include "engine/runtime/log_index.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <variant>

#include "engine/base/hash.h"
#include "engine/codec/codec.h"
#include "engine/ledger/validate.h"
#include "engine/runtime/byte_frames.h"
#include "fmt/format.h"

namespace tieout::runtime {
namespace {

constexpr std::string_view kFormat = "tieout log index 2";
constexpr size_t kReadEntries = 8192;
constexpr std::chrono::milliseconds kReadWait{200};
constexpr std::string_view kPulled = "pull:";

}  // namespace

LogIndex::LogIndex(log::EventLog* log, std::string cache_file)
    : log_(log), cache_file_(std::move(cache_file)) {
  std::ifstream file(cache_file_, std::ios::binary);
  std::stringstream content;
  if (file) content << file.rdbuf();
  if (!Restore(content.str())) Reset();
}

void LogIndex::Reset() {
  positions_.assign(static_cast<size_t>(log_->identity().partitions), 0);
  last_tick_ = 0;
  account_events_.clear();
  accounts_ = {};
  closed_.clear();
}

absl::Status LogIndex::Refresh() {
  for (int partition = 0; partition < log_->identity().partitions; ++partition) {
    TIEOUT_RETURN_IF_ERROR(ReadPartition(partition));
  }
  return absl::OkStatus();
}

absl::Status LogIndex::ReadPartition(int partition) {
  int64_t& position = positions_[static_cast<size_t>(partition)];
  TIEOUT_ASSIGN_OR_RETURN(const int64_t end, log_->End(log::Stream::kEvents, partition));
  if (position >= end) return absl::OkStatus();
  TIEOUT_ASSIGN_OR_RETURN(auto reader, log_->NewReader(log::Stream::kEvents, partition, position));
  ledger::Event event;
  while (reader->position() < end) {
    TIEOUT_ASSIGN_OR_RETURN(const auto entries, reader->Read(kReadEntries, kReadWait));
    for (const log::Stored& entry : entries) {
      event.Clear();
      // What can't be decoded is the fold's business, not a publisher's.
      if (codec::DecodeEvent(entry.value, &event).ok()) Take(partition, entry.value, event);
    }
    position = reader->position();
  }
  return absl::OkStatus();
}

void LogIndex::Take(int partition, std::string_view wire, const ledger::Event& event) {
  if (const auto* tick = std::get_if<ledger::Tick>(&event.body)) {
    if (partition == 0) last_tick_ = std::max(last_tick_, tick->number);
  } else if (event.kind() == ledger::Kind::kAccount) {
    // What the fold refuses declares nothing there, so nothing here either.
    if (partition == 0 && ledger::Validate(event).ok()) Declare(wire);
  } else if (const auto* report = std::get_if<ledger::SourceReport>(&event.body)) {
    if (report->phase == ledger::SourceReport::Phase::kClosed) {
      auto& pulled = closed_[{std::string(event.source.sha256), partition}];
      if (event.source.name.starts_with(kPulled)) {
        pulled.push_back({std::string(event.source.name), std::string(event.account.provider),
                          std::string(event.account.merchant_account),
                          std::string(event.account.currency), report->coverage_from_us,
                          report->coverage_to_us});
      }
    }
  } else if (const auto* retraction = std::get_if<ledger::Retraction>(&event.body)) {
    if (!retraction->source_sha256.empty()) {
      closed_.erase({std::string(retraction->source_sha256), partition});
    }
  }
}

void LogIndex::Declare(std::string_view wire) {
  ledger::Event event;
  account_events_.emplace_back(wire);
  if (!codec::DecodeEvent(account_events_.back(), &event).ok()) return;
  accounts_.Declare(event.account, std::get<ledger::AccountOpened>(event.body));
}

bool LogIndex::IsClosed(std::string_view sha256) const {
  auto it = closed_.lower_bound({std::string(sha256), 0});
  return it != closed_.end() && it->first.first == sha256;
}

std::vector<PulledSource> LogIndex::Pulled(std::string_view name) const {
  std::vector<PulledSource> found;
  for (const auto& [source, pulled] : closed_) {
    std::copy_if(pulled.begin(), pulled.end(), std::back_inserter(found),
                 [&](const PulledSource& one) { return one.name.starts_with(name); });
  }
  return found;
}

// format log_id partitions position* last_tick accounts wire* closed (sha256 partition pulled
// (name provider merchant_account currency from to)*)*, before it the SHA-256 of all that.
std::string LogIndex::Serialized() const {
  std::string body;
  PutText(kFormat, &body);
  PutText(log_->identity().log_id, &body);
  PutNumber(positions_.size(), &body);
  for (int64_t position : positions_) PutNumber(static_cast<uint64_t>(position), &body);
  PutNumber(last_tick_, &body);
  PutNumber(account_events_.size(), &body);
  for (const std::string& wire : account_events_) PutText(wire, &body);
  PutNumber(closed_.size(), &body);
  for (const auto& [source, pulled] : closed_) {
    PutText(source.first, &body);
    PutNumber(static_cast<uint64_t>(source.second), &body);
    PutNumber(pulled.size(), &body);
    for (const PulledSource& one : pulled) {
      for (const std::string* text :
           {&one.name, &one.provider, &one.merchant_account, &one.currency}) {
        PutText(*text, &body);
      }
      PutNumber(static_cast<uint64_t>(one.from_us), &body);
      PutNumber(static_cast<uint64_t>(one.to_us), &body);
    }
  }
  std::string out(base::Sha256(body).view());
  return out + body;
}

bool LogIndex::Restore(std::string_view bytes) {
  constexpr size_t kDigestBytes = 32;
  if (bytes.size() < kDigestBytes) return false;
  const std::string_view body = bytes.substr(kDigestBytes);
  if (bytes.substr(0, kDigestBytes) != base::Sha256(body).view()) return false;
  Reset();
  FrameReader reader(body);
  if (reader.Text() != kFormat || reader.Text() != log_->identity().log_id ||
      reader.Number() != positions_.size()) {
    return false;
  }
  for (int64_t& position : positions_) position = static_cast<int64_t>(reader.Number());
  last_tick_ = reader.Number();
  for (uint64_t n = reader.Number(); n > 0 && reader.ok(); --n) Declare(reader.Text());
  for (uint64_t n = reader.Number(); n > 0 && reader.ok(); --n) {
    const std::string sha256(reader.Text());
    auto& pulled = closed_[{sha256, static_cast<int>(reader.Number())}];
    for (uint64_t reports = reader.Number(); reports > 0 && reader.ok(); --reports) {
      PulledSource& one = pulled.emplace_back();
      for (std::string* text : {&one.name, &one.provider, &one.merchant_account, &one.currency}) {
        *text = reader.Text();
      }
      one.from_us = static_cast<int64_t>(reader.Number());
      one.to_us = static_cast<int64_t>(reader.Number());
    }
  }
  return reader.AtEnd();
}

absl::Status LogIndex::Save() const {
  if (cache_file_.empty()) return absl::OkStatus();
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(cache_file_).parent_path(), error);
  const std::string incoming = fmt::format("{}.incoming.{}", cache_file_, ::getpid());
  {
    std::ofstream file(incoming, std::ios::binary | std::ios::trunc);
    file << Serialized();
    file.flush();
    if (!file) return base::Unavailable("writing " + incoming + ": disk full or not writable");
  }
  std::filesystem::rename(incoming, cache_file_, error);
  if (error) return base::Unavailable("writing " + cache_file_ + ": " + error.message());
  return absl::OkStatus();
}

}  // namespace tieout::runtime
