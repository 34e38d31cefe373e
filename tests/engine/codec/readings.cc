#include "tests/engine/codec/readings.h"

#include <fmt/format.h>

#include "engine/base/hash.h"
#include "engine/codec/codec.h"
#include "schemas/event.pb.h"

namespace tieout::codec {

std::string Disagreement(std::string_view bytes) {
  ledger::Event event;
  const absl::Status read = DecodeEvent(bytes, &event);
  if (!read.ok()) {
    if (absl::IsDataLoss(read) || absl::IsFailedPrecondition(read)) return "";
    return fmt::format("refused with another error: {}", read.ToString());
  }
  const std::string written = EncodeEvent(event);
  ledger::Event again;
  if (const absl::Status reread = DecodeEvent(written, &again); !reread.ok()) {
    return fmt::format("can't read what it wrote: {}", reread.ToString());
  }
  if (EncodeEvent(again) != written) return "writes the same event in two ways";
  v1::Event generated;
  if (!generated.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return "generated code refuses what the views read";
  }
  // Through our own writer once more: generated code keeps empty messages that we leave out.
  const std::string serialized = generated.SerializeAsString();
  if (const absl::Status reread = DecodeEvent(serialized, &again); !reread.ok()) {
    return fmt::format("can't read what generated code wrote: {}", reread.ToString());
  }
  if (EncodeEvent(again) != written) {
    return fmt::format("generated code read another event:\n{}\n{}", base::HexEncode(written),
                       base::HexEncode(EncodeEvent(again)));
  }
  return "";
}

}  // namespace tieout::codec
