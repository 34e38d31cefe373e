// Reading an envelope: generated code, generated code on an arena, and the views of the hot path.
#include <google/protobuf/arena.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/report.h"
#include "bench/workload.h"
#include "engine/base/check.h"
#include "engine/codec/codec.h"
#include "schemas/event.pb.h"

namespace {

using tieout::bench::Report;
using tieout::bench::Stopwatch;

// Reads each of `bytes` for at least two seconds; reports envelopes a second.
template <typename Read>
void Measure(const std::string& name, const std::vector<std::string>& bytes, Read read) {
  for (const std::string& each : bytes) read(each);  // warm
  Stopwatch watch;
  uint64_t count = 0;
  while (watch.wall_s() < 2) {
    for (const std::string& each : bytes) read(each);
    count += bytes.size();
  }
  Report(name, static_cast<double>(count) / watch.wall_s(), "events/s");
}

}  // namespace

int main() {
  tieout::bench::Workload workload({.sales = 50'000, .sellers = 10'000, .days = 14});
  std::vector<tieout::log::Entry> entries;
  std::vector<std::string> bytes;
  while (workload.Next(&entries)) {
    for (tieout::log::Entry& entry : entries) bytes.push_back(std::move(entry.value));
  }
  std::fputs(workload.Describe().c_str(), stdout);

  tieout::v1::Event generated;
  Measure("decode_generated", bytes,
          [&](const std::string& each) { TIEOUT_CHECK(generated.ParseFromString(each)); });
  Measure("decode_arena", bytes, [&](const std::string& each) {
    google::protobuf::Arena arena;
    auto* event = google::protobuf::Arena::CreateMessage<tieout::v1::Event>(&arena);
    TIEOUT_CHECK(event->ParseFromString(each));
  });
  tieout::ledger::Event view;
  Measure("decode_views", bytes, [&](const std::string& each) {
    TIEOUT_CHECK(tieout::codec::DecodeEvent(each, &view).ok());
  });
  return 0;
}
