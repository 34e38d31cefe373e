#include "connectors/events/events.h"

#include <fmt/format.h>

#include "connectors/emit.h"
#include "connectors/lex/json.h"
#include "engine/codec/codec.h"

namespace tieout::connectors {
namespace {

// An event of a few fields has hundreds of bytes; a cart of a thousand lines some hundred thousand.
constexpr size_t kLongestLine = 8 << 20;

bool IsWrittenByTheLog(ledger::Kind kind) {
  return kind == ledger::Kind::kLog || kind == ledger::Kind::kTick ||
         kind == ledger::Kind::kSemantics;
}

class EventsConnector : public Connector {
 public:
  std::string_view name() const override { return "events"; }
  std::string_view reads() const override {
    return "events: tieout's own events as JSON lines (schemas/event.proto)";
  }

  Confidence Detect(std::string_view head) const override {
    if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
    const std::string_view line = head.substr(0, head.find('\n'));
    const bool is_event = line.starts_with("{") && (line.find("\"event_id\"") != line.npos ||
                                                    line.find("\"eventId\"") != line.npos);
    return is_event ? Confidence::kCertain : Confidence::kNone;
  }

  absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                Sink& sink) const override {
    Emitter emitter(name(), context, sink);
    LineReader lines(in, kLongestLine);
    while (true) {
      std::string_view line;
      auto more = lines.Next(&line);
      if (!more.ok()) {
        return base::InvalidArgument(
            fmt::format("{}: {}", context.file_name, base::Message(more.status())));
      }
      if (!*more) break;
      if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
      TIEOUT_RETURN_IF_ERROR(ReadLine(lines.line_number(), line, &emitter));
    }
    if (lines.line_number() == 0) {
      return base::InvalidArgument(fmt::format("{} is empty", context.file_name));
    }
    return emitter.Finish();
  }

 private:
  absl::Status ReadLine(uint64_t number, std::string_view line, Emitter* emitter) const {
    emitter->BeginRow(number, line);
    const auto wire = codec::EventFromJson(line);
    if (!wire.ok()) return emitter->Quarantine({"", "", base::Message(wire.status())});
    ledger::Event event;
    if (const absl::Status status = codec::DecodeEvent(*wire, &event); !status.ok()) {
      return emitter->Quarantine({"", "", base::Message(status)});
    }
    if (IsWrittenByTheLog(event.kind())) {
      return emitter->Quarantine(
          {"event", std::string(event.event_id), "is written by the log itself"});
    }
    if (event.source.connector.empty() && event.source.name.empty()) {
      event.source.connector = name();
      event.source.sha256 = emitter->context().sha256;
      event.source.name = emitter->context().file_name;
      event.source.line = number;
    }
    emitter->NoteAsOf(event.occurred_at_us);
    TIEOUT_RETURN_IF_ERROR(emitter->Emit(event));
    if (emitter->row_has_events() &&
        (ledger::IsBalanceItem(event.kind()) || event.kind() == ledger::Kind::kPayout ||
         event.kind() == ledger::Kind::kBankDeposit)) {
      Emitter::Cover(&emitter->account(event.account), event.occurred_at_us,
                     event.occurred_at_us + base::kMicrosPerSecond);
    }
    return absl::OkStatus();
  }
};

}  // namespace

const Connector& Events() {
  static const EventsConnector connector;
  return connector;
}

}  // namespace tieout::connectors
