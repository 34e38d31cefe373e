#include <fmt/format.h>

#include <algorithm>
#include <protozero/exception.hpp>

#include "engine/codec/codec.h"
#include "engine/codec/event_fields.h"
#include "engine/codec/reader.h"
#include "engine/codec/writer.h"
#include "schemas/event.pb.h"

namespace tieout::codec {
namespace {

constexpr size_t kUsualEventSize = 512;

absl::Status Newer(std::string_view event_id, uint32_t number) {
  return base::FailedPrecondition(fmt::format(
      "event {} was written for semantics number {}; this build folds up to {}: upgrade tieout",
      base::Quoted(event_id), number, kSemanticsNumber));
}

// The highest semantics number the event speaks of, be it as an envelope, a log's beginning or the
// change itself.
uint32_t NumberNeeded(const ledger::Event& event) {
  uint32_t number = event.semantics;
  if (const auto* log = std::get_if<ledger::LogBeginning>(&event.body)) {
    number = std::max(number, log->semantics);
  } else if (const auto* change = std::get_if<ledger::SemanticsChange>(&event.body)) {
    number = std::max(number, change->number);
  }
  return number;
}

}  // namespace

absl::Status DecodeEvent(std::string_view bytes, ledger::Event* event) {
  event->Clear();
  Findings findings;
  try {
    Reader(bytes, &v1::Event::descriptor, &findings).Read(*event);
  } catch (const protozero::exception& e) {
    return base::DataLoss(fmt::format("these {} bytes are no event: {}", bytes.size(), e.what()));
  }
  // First the number: what looks wrong here may be right for the build that knows it.
  if (const uint32_t number = NumberNeeded(*event); number > kSemanticsNumber) {
    return Newer(event->event_id, number);
  }
  if (!findings.refused.empty()) {
    return base::DataLoss(
        fmt::format("event {}: {}", base::Quoted(event->event_id), findings.refused));
  }
  if (!findings.newer.empty()) {
    return base::FailedPrecondition(fmt::format(
        "event {}: {}, which this build (semantics number {}) doesn't know: upgrade tieout",
        base::Quoted(event->event_id), findings.newer, kSemanticsNumber));
  }
  return absl::OkStatus();
}

std::string EncodeEvent(const ledger::Event& event) { return Encode(event, kUsualEventSize); }

}  // namespace tieout::codec
