#include "engine/log/kafka_slot.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "engine/base/check.h"
#include "engine/log/commit_point.h"

namespace tieout::log {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kHeartbeat{1000};
constexpr milliseconds kLookAgain{5};
constexpr milliseconds kLeaveWithin{3000};  // a broker that is away isn't waited for

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaSlot>> KafkaSlot::Open(KafkaLookup* lookup, std::string log_id,
                                                           int slot) {
  const KafkaOptions& options = lookup->client().options();
  std::unique_ptr<KafkaSlot> opened(
      new KafkaSlot(lookup, std::move(log_id), options.prefix + std::to_string(slot)));
  TIEOUT_ASSIGN_OR_RETURN(
      opened->consumer_,
      KafkaClient::Consumer(options,
                            {{"group.id", GroupId(options)},
                             {"group.instance.id", opened->id_},
                             {"partition.assignment.strategy", "cooperative-sticky"},
                             {"heartbeat.interval.ms", std::to_string(kHeartbeat.count())}},
                            &KafkaSlot::OnRebalance, opened.get()));
  // The group first: joining it, in the background, fences the former holder's positions; the
  // producer then ends the transaction it may have left open.
  const PartitionListPtr topics = NewPartitionList();
  rd_kafka_topic_partition_list_add(topics.get(), TopicName(options, Stream::kEvents).c_str(),
                                    RD_KAFKA_PARTITION_UA);
  const rd_kafka_resp_err_t code = rd_kafka_subscribe(opened->consumer_->get(), topics.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return opened->consumer_->Error("subscribing", code);
  TIEOUT_ASSIGN_OR_RETURN(opened->producer_, TransactionalProducer::Open(options, opened->id_));
  return opened;
}

KafkaSlot::~KafkaSlot() {
  flight_.reset();  // waits for the sending thread
  closing_ = true;
  taken_.Clear();
  if (consumer_ == nullptr) return;
  if (CheckAlive().ok()) Leave();
  rd_kafka_consumer_close(consumer_->get());
}

// A static member that closes keeps its place for a session. One that unsubscribes gives it to the
// others at once, if it isn't closed before it is out of the group.
void KafkaSlot::Leave() {
  rd_kafka_t* const handle = consumer_->get();
  const auto until = steady_clock::now() + kLeaveWithin;
  rd_kafka_unsubscribe(handle);
  for (bool is_member = true; is_member && steady_clock::now() < until;) {
    const MessagePtr ignored(rd_kafka_consumer_poll(handle, Milliseconds(kLookAgain)));
    char* const id = rd_kafka_memberid(handle);
    is_member = id != nullptr && *id != '\0';
    rd_kafka_mem_free(handle, id);
  }
}

void KafkaSlot::OnRebalance(rd_kafka_t*, rd_kafka_resp_err_t code,
                            rd_kafka_topic_partition_list_t* list, void* self) {
  static_cast<KafkaSlot*>(self)->Rebalance(code, list);
}

void KafkaSlot::Rebalance(rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* list) {
  rd_kafka_t* const handle = consumer_->get();
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    for (int i = 0; i < list->cnt; ++i) {
      held_.push_back(list->elems[i].partition);
      readings_[list->elems[i].partition] = {};
    }
    std::sort(held_.begin(), held_.end());
    const ErrorPtr ignored(rd_kafka_incremental_assign(handle, list));
    rd_kafka_pause_partitions(handle, list);  // until Seek
  } else {
    for (int i = 0; i < list->cnt; ++i) {
      std::erase(held_, list->elems[i].partition);
    }
    if (closing_ || code != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS ||
        rd_kafka_assignment_lost(handle)) {
      const ErrorPtr ignored(rd_kafka_incremental_unassign(handle, list));
    } else {
      // The group waits for it, so that what was folded can be committed first.
      leaving_.reset(rd_kafka_topic_partition_list_copy(list));
    }
  }
  if (list->cnt > 0) ++epoch_;
  rd_kafka_yield(handle);  // one change a Poll
}

void KafkaSlot::GiveUpLeaving() {
  std::erase_if(readings_, [this](const auto& reading) { return !IsHeld(reading.first); });
  if (leaving_ == nullptr) return;
  const ErrorPtr ignored(rd_kafka_incremental_unassign(consumer_->get(), leaving_.get()));
  leaving_.reset();
}

absl::Status KafkaSlot::CheckAlive() {
  if (!dead_.ok()) return dead_;
  char why[256];
  if (rd_kafka_fatal_error(consumer_->get(), why, sizeof why) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    dead_ = base::Aborted(fmt::format("Kafka: another process opened slot {} ({})", id_, why));
  }
  return dead_;
}

bool KafkaSlot::IsHeld(int partition) const {
  return std::find(held_.begin(), held_.end(), partition) != held_.end();
}

bool KafkaSlot::MayCommit(int partition) const {
  if (IsHeld(partition)) return true;
  if (leaving_ == nullptr) return false;
  const std::string topic = TopicName(consumer_->options(), Stream::kEvents);
  return rd_kafka_topic_partition_list_find(leaving_.get(), topic.c_str(), partition) != nullptr;
}

PartitionListPtr KafkaSlot::One(int partition, int64_t offset) const {
  PartitionListPtr list = NewPartitionList();
  rd_kafka_topic_partition_list_add(
      list.get(), TopicName(consumer_->options(), Stream::kEvents).c_str(), partition)
      ->offset = offset;
  return list;
}

absl::StatusOr<CommitPoint> KafkaSlot::Committed(int partition) {
  TIEOUT_RETURN_IF_ERROR(CheckAlive());
  TIEOUT_ASSIGN_OR_RETURN(CommitPoint point, lookup_->Committed(partition));
  committed_[partition] = point;
  return point;
}

absl::Status KafkaSlot::Seek(int partition, int64_t position) {
  TIEOUT_RETURN_IF_ERROR(CheckAlive());
  const auto found = readings_.find(partition);
  TIEOUT_CHECK(found != readings_.end() && IsHeld(partition));
  TIEOUT_ASSIGN_OR_RETURN(const KafkaLookup::Bounds bounds,
                          lookup_->Find(Stream::kEvents, partition));
  if (position < bounds.first || position > bounds.end) {
    return base::OutOfRange(
        fmt::format("Kafka: partition {}: position {} is not in the log, which goes from {} to {}: "
                    "was the topic "
                    "made anew, or retention set on it? tieout topics check",
                    partition, position, bounds.first, bounds.end));
  }
  found->second = Reading{.position = position, .known_end = bounds.end};
  const PartitionListPtr list = One(partition, position);
  const auto until = steady_clock::now() + consumer_->options().timeout;
  for (;;) {
    const ErrorPtr error(rd_kafka_seek_partitions(consumer_->get(), list.get(),
                                                  Milliseconds(consumer_->options().timeout)));
    if (error != nullptr) return consumer_->Error("seeking", error.get());
    const rd_kafka_resp_err_t code = list->elems[0].err;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) break;
    // An assignment takes effect in the background.
    if (code != RD_KAFKA_RESP_ERR__STATE || steady_clock::now() >= until) {
      return consumer_->Error("seeking", code);
    }
    std::this_thread::sleep_for(kLookAgain);
  }
  rd_kafka_resume_partitions(consumer_->get(), list.get());
  return absl::OkStatus();
}

int64_t KafkaSlot::Position(int partition) const {
  const auto found = readings_.find(partition);
  TIEOUT_CHECK(found != readings_.end() && found->second.position >= 0);  // was sought
  return found->second.position;
}

std::optional<Batch> KafkaSlot::TakeReady(size_t max) {
  for (size_t i = 1; i <= held_.size(); ++i) {
    const size_t at = (last_served_ + i) % held_.size();
    Reading& reading = readings_[held_[at]];
    if (reading.given == reading.ready.size()) continue;
    const auto entries = std::span<const Stored>(reading.ready)
                             .subspan(reading.given)
                             .first(std::min(max, reading.ready.size() - reading.given));
    reading.given += entries.size();
    reading.position = entries.back().position + 1;
    if (reading.given == reading.ready.size()) {
      reading.position = std::max(reading.position, reading.end);
    }
    last_served_ = at;
    return Batch{held_[at], entries};
  }
  return std::nullopt;
}

// Gives what was taken to the partitions' readings.
void KafkaSlot::Sort() {
  for (auto& [partition, reading] : readings_) {
    reading.ready.clear();
    reading.given = 0;
  }
  for (const MessagePtr& message : taken_.messages()) {
    const auto found = readings_.find(message->partition);
    if (found == readings_.end() || !IsHeld(message->partition)) continue;
    Reading& reading = found->second;
    if (reading.position < 0 || message->offset < reading.position) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      reading.ready.push_back(AsStored(*message));
    } else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      reading.end = message->offset;
      if (reading.ready.empty()) reading.position = message->offset;
    }
  }
}

absl::StatusOr<Batch> KafkaSlot::Poll(size_t max, std::chrono::milliseconds wait) {
  TIEOUT_RETURN_IF_ERROR(CheckAlive());
  GiveUpLeaving();
  if (const std::optional<Batch> batch = TakeReady(max)) return *batch;
  const uint64_t epoch = epoch_;
  const absl::Status status = taken_.Take(*consumer_, max, wait);
  Sort();
  TIEOUT_RETURN_IF_ERROR(CheckAlive());
  TIEOUT_RETURN_IF_ERROR(status);
  if (epoch_ != epoch) return Batch{};
  const bool waiting = std::any_of(readings_.begin(), readings_.end(), [](const auto& reading) {
    return reading.second.position >= 0 && reading.second.position < reading.second.known_end;
  });
  stall_.Note(waiting, !taken_.messages().empty());
  TIEOUT_RETURN_IF_ERROR(stall_.Check(*consumer_));
  return TakeReady(max).value_or(Batch{});
}

SendOutcome KafkaSlot::Send(const Flight& flight) {
  PartitionListPtr positions = NewPartitionList();
  const std::string topic = TopicName(consumer_->options(), Stream::kEvents);
  for (const CommitPoint& point : flight.points) {
    rd_kafka_topic_partition_list_add(positions.get(), topic.c_str(), point.partition)->offset =
        point.next_position;
  }
  return producer_->Send(flight.output, {positions.get(), consumer_->get(), flight.progress});
}

// What became of a commit whose answer never came: nullopt: nothing, send it again.
absl::StatusOr<std::optional<CommitOutcome>> KafkaSlot::Resolve(
    std::span<const CommitPoint> points) {
  TIEOUT_RETURN_IF_ERROR(producer_->Reopen());  // ends the transaction, one way or the other
  size_t there = 0, absent = 0;
  for (const CommitPoint& point : points) {
    TIEOUT_ASSIGN_OR_RETURN(const CommitPoint now, lookup_->Committed(point.partition));
    const CommitPoint& before = committed_[point.partition];
    if (now.next_position == point.next_position && now.progress == point.progress) {
      ++there;
    } else if (now.next_position == before.next_position && now.progress == before.progress) {
      ++absent;
    }
  }
  outcome_unknown_ = false;
  Warn(there == points.size()    ? "a commit of unknown outcome was there"
       : absent == points.size() ? "a commit of unknown outcome was not there"
                                 : "a commit of unknown outcome was overtaken by another's");
  if (there == points.size()) return std::optional(CommitOutcome::kCommitted);
  if (absent == points.size()) return std::optional<CommitOutcome>();
  return std::optional(CommitOutcome::kLost);
}

// Told by the group: a producer is also fenced when its own transaction timed out.
bool KafkaSlot::ConsumerIsFenced() const {
  const auto until = steady_clock::now() + 3 * kHeartbeat;
  while (rd_kafka_fatal_error(consumer_->get(), nullptr, 0) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(kLookAgain);
  }
  return true;
}

void KafkaSlot::Warn(std::string_view what) const {
  consumer_->Warn(fmt::format("slot {}: {}", id_, what));
}

absl::StatusOr<CommitOutcome> KafkaSlot::Lost() {
  ++epoch_;
  return CommitOutcome::kLost;
}

absl::StatusOr<CommitOutcome> KafkaSlot::Commit(std::span<const Entry> output,
                                                std::span<const CommitPoint> points) {
  StartCommit(output, points);
  return FinishCommit();
}

void KafkaSlot::StartCommit(std::span<const Entry> output, std::span<const CommitPoint> points) {
  TIEOUT_CHECK(!flight_);
  Flight& flight = flight_.emplace(Flight{.output = output, .points = points});
  flight.lost = !CheckAlive().ok();
  for (const CommitPoint& point : points) {
    if (!MayCommit(point.partition)) flight.lost = true;
    if (flight.lost) return;
    TIEOUT_CHECK(committed_.contains(point.partition));  // Committed() is asked before folding
    flight.progress.push_back(CommitPointEntry(log_id_, point));
  }
  if (outcome_unknown_) return;
  flight.sent = std::async(std::launch::async, [this, &flight] { return Send(flight); });
}

bool KafkaSlot::CommitIsDone() const {
  return !flight_ || !flight_->sent.valid() ||
         flight_->sent.wait_for(milliseconds(0)) == std::future_status::ready;
}

absl::StatusOr<CommitOutcome> KafkaSlot::FinishCommit() {
  TIEOUT_CHECK(flight_);
  absl::StatusOr<CommitOutcome> outcome = OutcomeOf(&*flight_);
  flight_.reset();
  return outcome;
}

absl::StatusOr<CommitOutcome> KafkaSlot::OutcomeOf(Flight* flight) {
  if (flight->lost) return Lost();
  for (;;) {
    if (outcome_unknown_) {
      TIEOUT_ASSIGN_OR_RETURN(const std::optional<CommitOutcome> outcome, Resolve(flight->points));
      if (outcome == CommitOutcome::kLost) return Lost();
      if (outcome == CommitOutcome::kCommitted) break;
    }
    const SendOutcome sent = flight->sent.valid() ? flight->sent.get() : Send(*flight);
    if (sent == SendOutcome::kCommitted) break;
    const absl::Status& why = producer_->last_error();
    Warn(base::Message(why));
    if (sent == SendOutcome::kRefused && absl::IsInvalidArgument(why)) return why;
    if (sent == SendOutcome::kAborted) return CommitOutcome::kAborted;
    if (sent == SendOutcome::kRefused || sent == SendOutcome::kFenced) {
      if (ConsumerIsFenced()) {
        CheckAlive().IgnoreError();  // remembers it
        return Lost();
      }
      if (rd_kafka_assignment_lost(consumer_->get())) return Lost();
      // A rebalance is under way; its generation will be known when this is sent again.
      if (sent == SendOutcome::kRefused) return CommitOutcome::kAborted;
    }
    outcome_unknown_ = true;
  }
  for (const CommitPoint& point : flight->points) committed_[point.partition] = point;
  return CommitOutcome::kCommitted;
}

}  // namespace tieout::log
