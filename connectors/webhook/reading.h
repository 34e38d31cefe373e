// What the providers' readings share: a webhook's JSON around the objects that the API's readers
// know, and the sink between them that remembers whether there were events.
// Thread safety: none.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "connectors/emit.h"
#include "connectors/webhook/webhook.h"

namespace tieout::connectors::webhook {

// Passes events on and notes what a file's quarantine would hold: a webhook is a source of one row.
class Reading : public Sink {
 public:
  explicit Reading(Sink& sink) : sink_(sink) {}

  absl::Status OnEvent(const ledger::Event& event) override {
    has_events_ = true;
    return sink_.OnEvent(event);
  }
  absl::Status OnNoOp(uint64_t, std::string_view) override { return absl::OkStatus(); }
  absl::Status OnQuarantined(const Quarantined& row) override {
    if (why_.empty()) why_ = row.Message();
    return sink_.OnQuarantined(row);
  }

  // Events, else unreadable, else what a webhook of its type is without them.
  void Conclude(Webhooks::Became otherwise, Webhooks::Told* told) const {
    using Became = Webhooks::Became;
    told->became = has_events_ ? Became::kEvents : !why_.empty() ? Became::kUnreadable : otherwise;
    if (!has_events_ && !why_.empty()) told->why = why_;
  }

 private:
  Sink& sink_;
  bool has_events_ = false;
  std::string why_;
};

// What becomes of a webhook whose type begins so.
struct TypeWord {
  std::string_view word;
  Webhooks::Became became;
};
// The first that fits; kUnknown: none.
Webhooks::Became BecameOf(std::string_view type, std::span<const TypeWord> words);

// "stripe webhook evt_1": what stands in source.name.
std::string SourceName(const Context& context, std::string_view id);

// kInvalidArgument: `secret_file` or `secret_env` is needed.
absl::Status NeedsSecrets(const Webhooks::Keys& keys);

}  // namespace tieout::connectors::webhook
