// Kafka, one partition: consume only; a bare consume-parse-produce-commit loop; the engine, exactly
// once.
//
//   bench/run kafka [--sales N] [--brokers ADDRESS]
//
// Without --brokers it starts a broker of its own, on the same cores. The bare loop produces as
// many records an event as the engine and of the same mean size. The engine folds into RocksDB.
#include "engine/log/kafka.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bench/bare_kafka.h"
#include "bench/report.h"
#include "bench/workload.h"
#include "engine/codec/codec.h"
#include "engine/log/kafka_topics.h"
#include "engine/runtime/beginning.h"
#include "engine/runtime/engine.h"

namespace {

using namespace tieout;  // a program of its own
using bench::Must;
using bench::Report;
using bench::Stopwatch;

constexpr char kPrefix[] = "bench-";

// Appends in transactions of a few thousand entries.
void AppendAll(log::EventLog* events, const std::vector<log::Entry>& entries) {
  constexpr size_t kPiece = 20'000;
  for (size_t at = 0; at < entries.size(); at += kPiece) {
    const size_t count = std::min(kPiece, entries.size() - at);
    Must(events->Append(std::span(entries).subspan(at, count)));
  }
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t sales = 400'000;
  uint32_t sellers = 100'000;
  std::string brokers;
  CLI::App app("Kafka");
  app.add_option("--sales", sales);
  app.add_option("--sellers", sellers);
  app.add_option("--brokers", brokers);
  CLI11_PARSE(app, argc, argv);

  const std::string directory =
      std::filesystem::absolute(fmt::format("build/bench/kafka-{}", getpid()));
  std::filesystem::create_directories(directory);
  if (brokers.empty()) brokers = bench::StartBroker(directory + "/broker");

  bench::Workload workload({.sales = sales, .sellers = sellers});
  log::KafkaOptions kafka;
  kafka.properties["bootstrap.servers"] = brokers;
  kafka.prefix = kPrefix;
  const log::Identity identity{runtime::NewLogId(), 1};
  Must(log::CreateTopics(kafka, {}, identity,
                         runtime::BeginningOf(identity, bench::kFirstDay.start_us() - 1)));
  auto events = Must(log::OpenKafka(kafka));
  AppendAll(events.get(), workload.Configuration());
  const int64_t from = Must(events->End(log::Stream::kEvents, 0));

  runtime::EngineOptions options;
  options.data_dir = directory + "/data";
  options.brokers = brokers;
  options.topic_prefix = kPrefix;
  options.memory.pages_bytes = 128ull << 20;
  options.memory.dirty_bytes = 64ull << 20;
  options.checkpoint.events = 300'000;
  {  // The configuration, before the clock runs.
    auto engine = Must(runtime::Engine::Open(options));
    Must(engine->RunToEnd({}));
  }

  std::vector<log::Entry> entries, hour;
  while (workload.Next(&hour)) {
    for (log::Entry& entry : hour) entries.push_back(std::move(entry));
    if (entries.size() >= 20'000) {
      AppendAll(events.get(), entries);
      entries.clear();
    }
  }
  AppendAll(events.get(), entries);
  const int64_t end = Must(events->End(log::Stream::kEvents, 0));
  std::fputs(workload.Describe().c_str(), stdout);
  const auto count = static_cast<double>(workload.events());

  const std::string topic = std::string(kPrefix) + "events";
  double engine_rate = 0;
  runtime::RunReport run;
  {  // The broker has just started: what is measured first would pay for compiling its code.
    bench::BareLoop warm;
    warm.brokers = brokers;
    warm.input = topic;
    warm.output_topic = std::string(kPrefix) + "dead_letters";
    warm.from = from;
    warm.end = end - 1;
    warm.output = [](std::string_view, std::string_view value) { return value; };
    std::atomic<bool> stop = false;
    warm.Run(stop);
  }
  {
    bench::BareConsumer consumer(brokers, topic, from);
    Stopwatch watch;
    uint64_t taken = 0;
    while (taken < workload.events()) {
      taken += consumer.Take(4'096, std::chrono::milliseconds(100), [](const auto&) {});
    }
    Report("consume_only", static_cast<double>(taken) / watch.wall_s(), "events/s");
  }
  {
    auto engine = Must(runtime::Engine::Open(options));
    Stopwatch watch;
    run = Must(engine->RunToEnd({}));
    engine_rate = count / watch.wall_s();
    Report("engine_exactly_once", engine_rate, "events/s");
    Report("engine_exactly_once_cpu", count / watch.cpu_s(), "events/cpu_s");
    Report("engine_records", static_cast<double>(run.records) / count, "records/event");
    Report("engine_commits", static_cast<double>(run.commits), "commits");
    Report("engine_checkpoints", static_cast<double>(run.checkpoints), "checkpoints");
  }
  {
    uint64_t record_count = 0, bytes = 0;
    bench::BareConsumer records(brokers, std::string(kPrefix) + "records", 0);
    while (record_count < run.records) {
      record_count +=
          records.Take(4'096, std::chrono::milliseconds(1'000),
                       [&](const rd_kafka_message_t& message) { bytes += message.len; });
    }
    const double an_event = static_cast<double>(record_count) / count;
    const std::string record(bytes / std::max<uint64_t>(1, record_count), 'r');
    fmt::print("# bare loop: {:.3f} records of {} bytes an event\n", an_event, record.size());
    double due = 0;
    bench::BareLoop bare;
    bare.brokers = brokers;
    bare.input = topic;
    bare.output_topic = std::string(kPrefix) + "dead_letters";  // it is empty
    bare.from = from;
    bare.end = end - 1;  // the last append's end marker is no message
    bare.output = [&](std::string_view, std::string_view) -> std::string_view {
      if ((due += an_event) < 1) return {};
      due -= 1;
      return record;
    };
    std::atomic<bool> stop = false;
    Stopwatch watch;
    const uint64_t done = bare.Run(stop);
    const double rate = static_cast<double>(done) / watch.wall_s();
    Report("bare_exactly_once", rate, "events/s");
    Report("bare_exactly_once_cpu", static_cast<double>(done) / watch.cpu_s(), "events/cpu_s");
    Report("engine_of_bare", 100 * engine_rate / rate, "percent");
  }
  std::filesystem::remove_all(directory + "/data");
  return 0;
}
