// google.protobuf.Timestamp and the ledger's microseconds. Private to codec.
#pragma once

#include <cstdint>

#include "engine/base/day.h"
#include "engine/codec/event_fields.h"

namespace tieout::codec {

struct SplitMicros {
  int64_t seconds = 0;  // since 1970, rounded down
  int32_t nanos = 0;    // 0 .. 999,999,999, also before 1970
};

template <typename V, Of<SplitMicros> M>
void Fields(V& v, M& m) {
  v.Plain(1, m.seconds);
  v.Plain(2, m.nanos);
}

constexpr SplitMicros SplitInstant(int64_t micros) {
  int64_t seconds = micros / base::kMicrosPerSecond;
  int64_t rest = micros % base::kMicrosPerSecond;
  if (rest < 0) {
    --seconds;
    rest += base::kMicrosPerSecond;
  }
  return {.seconds = seconds, .nanos = static_cast<int32_t>(rest * 1000)};
}

}  // namespace tieout::codec
