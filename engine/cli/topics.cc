// tieout topics: the Kafka topics of a log, made and checked.
#include "engine/cli/command.h"
#include "engine/cli/open.h"
#include "engine/log/kafka_topics.h"
#include "engine/runtime/beginning.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

absl::StatusOr<ExitCode> RunCreate(Context& context, const log::TopicPlan& plan) {
  TIEOUT_ASSIGN_OR_RETURN(const log::KafkaOptions kafka, KafkaOf(context));
  const runtime::EngineOptions& engine = context.config.engine;
  const log::Identity identity{runtime::NewLogId(), engine.partitions};
  TIEOUT_RETURN_IF_ERROR(log::CreateTopics(
      kafka, plan, identity, runtime::BeginningOf(identity, engine.clock->NowMicros())));
  context.out << fmt::format("log {} begun: {} partitions, topics {}*\n", identity.log_id,
                             identity.partitions, kafka.prefix);
  return ExitCode::kOk;
}

constexpr std::string_view kBrokers = "(brokers)";

void PrintForPrograms(Context& context, const std::vector<log::Finding>& findings) {
  Table table({{"topic", ""}, {"setting", ""}, {"found", ""}, {"wanted", ""}, {"way_out", ""}});
  for (const log::Finding& finding : findings) {
    table.Add({finding.topic.empty() ? std::string(kBrokers) : finding.topic, finding.setting,
               finding.found, finding.wanted, finding.way_out});
  }
  context.Print(table);
}

// The way out is a line of its own, whole: it is there to be copied.
void PrintForPeople(Context& context, const log::Finding& finding) {
  context.out << fmt::format("{}: {} is {}, wanted: {}\n  {}\n",
                             finding.topic.empty() ? kBrokers : finding.topic, finding.setting,
                             context.out_terminal.Paint(Style::kBad, finding.found), finding.wanted,
                             finding.way_out);
}

absl::StatusOr<ExitCode> RunCheck(Context& context) {
  TIEOUT_ASSIGN_OR_RETURN(const log::KafkaOptions kafka, KafkaOf(context));
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<log::Finding> findings, log::CheckTopics(kafka));
  if (context.format != Format::kTable) {
    PrintForPrograms(context, findings);
  } else if (findings.empty()) {
    context.out << "All topics are as they should be.\n";
  } else {
    for (const log::Finding& finding : findings) PrintForPeople(context, finding);
  }
  return findings.empty() ? ExitCode::kOk : ExitCode::kFound;
}

}  // namespace

void AddTopics(Command app, Invocation& invocation) {
  const Command command = app.AddCommand("topics", "Kafka: make a log's topics, check them");
  command.RequireCommand();
  command.Footer(
      "Examples:\n  tieout topics create --brokers localhost:9092\n"
      "  tieout topics check --brokers localhost:9092");
  const Command create = command.AddCommand("create", "topics, committed positions, beginning");
  auto plan = std::make_shared<log::TopicPlan>();
  create
      .AddOption("--replication", plan->replication_factor,
                 "copies of each topic [as many as brokers, at most 3]")
      .TypeName("N");
  create
      .AddOption("--min-insync", plan->min_insync_replicas,
                 "copies an append must reach [2 where there are 3, else 1]")
      .TypeName("N");
  create.Footer(
      "The number of partitions is log.partitions of tieout.toml (8); a log keeps it.\n"
      "Example:\n  tieout topics create --brokers localhost:9092");
  create.OnUse([plan, &invocation] {
    invocation.run = [plan](Context& context) { return RunCreate(context, *plan); };
  });
  const Command check = command.AddCommand("check", "settings that would endanger the log");
  AddFormat(check, invocation);
  check.Footer(
      "Exit code 1: there are some.\nExample:\n  tieout topics check --brokers localhost:9092");
  check.OnUse([&invocation] { invocation.run = RunCheck; });
}

}  // namespace tieout::cli
