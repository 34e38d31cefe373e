// Latency from an event's scheduled sending to its committed record, at a steady rate on Kafka.
//
//   bench/run latency [--rate N] [--seconds N] [--brokers ADDRESS]
//
// Open loop: events are due at fixed times, and a late one counts from when it was due. Every
// second event is a sale, the next its fee, on which the fee's record is made: that record's time
// is when a read_committed consumer has it. First a bare loop that copies each fee, then the
// engine.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/bare_kafka.h"
#include "bench/report.h"
#include "bench/workload.h"
#include "engine/codec/codec.h"
#include "engine/log/kafka.h"
#include "engine/log/kafka_topics.h"
#include "engine/runtime/beginning.h"
#include "engine/runtime/engine.h"

namespace {

using namespace tieout;  // a program of its own
using bench::Must;
using bench::Report;
using SteadyClock = std::chrono::steady_clock;

struct Options {
  uint64_t rate = 10'000;
  uint64_t seconds = 20;
  std::string brokers;
};

// The sales and fees of a workload, in pairs, each once. Returns a fee's number by its id.
std::vector<log::Entry> Pairs(uint64_t count, std::map<std::string, size_t, std::less<>>* fees) {
  bench::Workload workload({.sales = count,
                            .sellers = 2'000,
                            .refunds = 0,
                            .chargebacks = 0,
                            .adjustments = 0,
                            .duplicates = 0});
  std::vector<log::Entry> pairs, hour;
  ledger::Event event;
  while (pairs.size() < count && workload.Next(&hour)) {
    for (log::Entry& entry : hour) {
      Must(codec::DecodeEvent(entry.value, &event));
      if (event.kind() != ledger::Kind::kSale && event.kind() != ledger::Kind::kFee) continue;
      if (event.kind() == ledger::Kind::kFee) fees->emplace(event.event_id, pairs.size());
      pairs.push_back(std::move(entry));
    }
  }
  return pairs;
}

// Sends `entries` at the rate and watches `output`; `fee_of` says which entry a record answers.
void Measure(const std::string& name, const Options& options, const std::string& input,
             const std::string& output, const std::vector<log::Entry>& entries,
             const std::function<int64_t(const rd_kafka_message_t&)>& fee_of) {
  const auto start = SteadyClock::now() + std::chrono::milliseconds(500);
  auto due = [&](size_t i) {
    return start + std::chrono::nanoseconds(1'000'000'000 / options.rate * i);
  };
  std::thread sender([&] {
    bench::BareProducer producer(options.brokers, input, "", "0");
    for (size_t i = 0; i < entries.size(); ++i) {
      std::this_thread::sleep_until(due(i));
      producer.Produce(entries[i].key, entries[i].value);
    }
    producer.Flush();
  });
  std::vector<double> latencies_ms;
  uint64_t answered = 0;
  bench::BareConsumer records(options.brokers, output, 0);
  const auto give_up = due(entries.size()) + std::chrono::seconds(20);
  while (answered < entries.size() / 2 && SteadyClock::now() < give_up) {
    records.Take(4'096, std::chrono::milliseconds(5), [&](const rd_kafka_message_t& message) {
      const int64_t fee = fee_of(message);
      if (fee < 0) return;
      ++answered;
      if (static_cast<size_t>(fee) < entries.size() / 10) return;
      latencies_ms.push_back(std::chrono::duration<double, std::milli>(
                                 SteadyClock::now() - due(static_cast<size_t>(fee)))
                                 .count());
    });
  }
  sender.join();
  Report(name + "_answered", static_cast<double>(answered), "records");
  if (latencies_ms.empty()) return;
  bench::ReportPercentiles(name + "_", &latencies_ms);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Latency on Kafka");
  app.add_option("--rate", options.rate);
  app.add_option("--seconds", options.seconds);
  app.add_option("--brokers", options.brokers);
  CLI11_PARSE(app, argc, argv);

  const std::string directory =
      std::filesystem::absolute(fmt::format("build/bench/latency-{}", getpid()));
  std::filesystem::create_directories(directory);
  if (options.brokers.empty()) options.brokers = bench::StartBroker(directory + "/broker");

  std::map<std::string, size_t, std::less<>> fees;
  const std::vector<log::Entry> entries = Pairs(options.rate * options.seconds, &fees);
  fmt::print("# {} events at {}/s, sale and fee in turn; broker on the same cores\n",
             entries.size(), options.rate);

  for (const std::string name : {"bare", "engine"}) {
    log::KafkaOptions kafka;
    kafka.properties["bootstrap.servers"] = options.brokers;
    kafka.prefix = "latency-" + name + "-";
    const log::Identity identity{runtime::NewLogId(), 1};
    Must(log::CreateTopics(kafka, {}, identity,
                           runtime::BeginningOf(identity, bench::kFirstDay.start_us() - 1)));
    auto events = Must(log::OpenKafka(kafka));
    Must(events->Append(bench::Workload({.sellers = 2'000}).Configuration()));

    std::atomic<bool> stop = false, ready = false;
    if (name == "bare") {
      bench::BareLoop bare;
      bare.brokers = options.brokers;
      bare.input = kafka.prefix + "events";
      bare.output_topic = kafka.prefix + "records";
      bare.from = Must(events->End(log::Stream::kEvents, 0));
      bare.output = [&](std::string_view event_id, std::string_view) -> std::string_view {
        return fees.find(event_id) == fees.end() ? std::string_view() : event_id;
      };
      std::thread worker([&] { bare.Run(stop); });
      std::this_thread::sleep_for(std::chrono::seconds(2));
      Measure(name, options, bare.input, bare.output_topic, entries,
              [&](const rd_kafka_message_t& message) -> int64_t {
                const auto found = fees.find(
                    std::string_view(static_cast<const char*>(message.payload), message.len));
                return found == fees.end() ? -1 : static_cast<int64_t>(found->second);
              });
      stop = true;
      worker.join();
    } else {
      runtime::EngineOptions engine_options;
      engine_options.data_dir = directory + "/data";
      engine_options.brokers = options.brokers;
      engine_options.topic_prefix = kafka.prefix;
      auto engine = Must(runtime::Engine::Open(engine_options));
      std::thread worker([&] {
        Must(engine->Serve(stop, [&] {
          ready = true;
          return absl::OkStatus();
        }));
      });
      while (!ready) std::this_thread::sleep_for(std::chrono::milliseconds(10));
      Measure(name, options, kafka.prefix + "events", kafka.prefix + "records", entries,
              [&](const rd_kafka_message_t& message) -> int64_t {
                const auto record = Must(
                    codec::DecodeRecord({static_cast<const char*>(message.payload), message.len}));
                for (const ledger::Member& member : record.members) {
                  const auto found = fees.find(member.event_id);
                  if (found != fees.end()) return static_cast<int64_t>(found->second);
                }
                return -1;
              });
      stop = true;
      worker.join();
    }
  }
  std::filesystem::remove_all(directory + "/data");
  return 0;
}
