// tieout group: the Kafka consumer group of the slots.
#include "engine/cli/command.h"
#include "engine/cli/open.h"
#include "engine/codec/codec.h"
#include "engine/log/kafka_topics.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

// The commit that wrote a position wrote, beside it, how many records there are.
absl::Status CheckRecords(const log::CommitPoint& point, uint64_t records) {
  if (point.progress.empty() && records == 0) return absl::OkStatus();  // never committed
  ledger::Progress progress;
  if (!point.progress.empty()) {
    TIEOUT_ASSIGN_OR_RETURN(progress, codec::DecodeProgress(point.progress));
  }
  if (records == progress.records) return absl::OkStatus();
  return base::DataLoss(fmt::format(
      "partition {}: the records topic holds {}, there were {} when position {} was committed: "
      "the topics don't belong together, or one was cut. Nothing was restored; take the log from a "
      "copy (tieout log copy)",
      point.partition, records, progress.records, point.next_position));
}

absl::StatusOr<ExitCode> RunRestore(Context& context) {
  TIEOUT_ASSIGN_OR_RETURN(const log::KafkaOptions kafka, KafkaOf(context));
  TIEOUT_ASSIGN_OR_RETURN(const auto log, OpenLog(context));
  std::vector<uint64_t> records(static_cast<size_t>(log->identity().partitions));
  const auto count = [&](int partition, const log::Stored&) {
    ++records[static_cast<size_t>(partition)];
    return absl::OkStatus();
  };
  TIEOUT_RETURN_IF_ERROR(ForEachEntry(context, *log, log::Stream::kRecords, "records", count));
  const auto check = [&](const log::CommitPoint& point) {
    return CheckRecords(point, records[static_cast<size_t>(point.partition)]);
  };
  TIEOUT_ASSIGN_OR_RETURN(const auto points, log::RestoreGroup(kafka, check));
  Table table({{"partition", "Partition", Align::kRight}, {"position", "Position", Align::kRight}});
  for (const log::CommitPoint& point : points) {
    table.Add({std::to_string(point.partition), std::to_string(point.next_position)});
  }
  context.Print(table);
  if (context.format == Format::kTable) {
    context.out << fmt::format("The group has its positions again; {} goes on from there.\n",
                               context.Next("run"));
  }
  return ExitCode::kOk;
}

}  // namespace

void AddGroup(Command app, Invocation& invocation) {
  const Command command = app.AddCommand("group", "Kafka: the positions that the slots committed");
  command.RequireCommand();
  command.Footer("Example:\n  tieout group restore --brokers localhost:9092");
  const Command restore = command.AddCommand("restore", "after the brokers have forgotten them");
  AddFormat(restore, invocation);
  restore.Footer(
      "Brokers forget an idle group after offsets.retention.minutes; the progress topic doesn't.\n"
      "Takes the positions from there, after counting the records topic. No slot may run.\n"
      "Example:\n  tieout group restore --brokers localhost:9092");
  restore.OnUse([&invocation] { invocation.run = RunRestore; });
}

}  // namespace tieout::cli
