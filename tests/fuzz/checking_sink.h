// What a fuzz target gives to who reads any bytes: each event must be one that can be written and
// read again, each row that is set aside must say why. Remembers the first that isn't so.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

#include "connectors/connector.h"
#include "engine/codec/codec.h"
#include "engine/ledger/validate.h"

namespace tieout::connectors {

class CheckingSink : public Sink {
 public:
  absl::Status OnEvent(const ledger::Event& event) override {
    ++events;
    const std::string wire = codec::EncodeEvent(event);
    ledger::Event again;
    absl::Status status = codec::DecodeEvent(wire, &again);
    if (status.ok()) status = ledger::Validate(again);
    if (!status.ok()) Say(fmt::format("event {}: {}", event.event_id, base::Message(status)));
    if (codec::EncodeEvent(again) != wire) Say(fmt::format("event {} changes", event.event_id));
    return absl::OkStatus();
  }
  absl::Status OnNoOp(uint64_t, std::string_view) override { return ++no_ops, absl::OkStatus(); }
  absl::Status OnQuarantined(const Quarantined& row) override {
    ++quarantined;
    if (row.reason.empty()) Say(fmt::format("{} is refused without a reason", row.Message()));
    return absl::OkStatus();
  }
  void Say(std::string text) {
    if (trouble.empty()) trouble = std::move(text);
  }

  uint64_t events = 0, no_ops = 0, quarantined = 0;
  std::string trouble;
};

}  // namespace tieout::connectors
