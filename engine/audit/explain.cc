#include "engine/audit/explain.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/container/flat_hash_set.h"
#include "engine/audit/refold.h"
#include "engine/base/text.h"
#include "engine/codec/codec.h"
#include "fmt/format.h"

namespace tieout::audit {
namespace {

using Place = std::pair<uint32_t, uint64_t>;  // partition, ordinal
constexpr size_t kShortestAbbreviation = 6;

bool Abbreviates(const std::string& typed, std::string_view id) {
  return typed.size() >= kShortestAbbreviation && id.starts_with(typed);
}

std::vector<uint64_t> OrdinalsOf(const ledger::ItemList& items) {
  std::vector<uint64_t> ordinals;
  ordinals.reserve(items.ordinal_deltas.size());
  uint64_t ordinal = 0;
  for (uint64_t delta : items.ordinal_deltas) ordinals.push_back(ordinal += delta);
  return ordinals;
}

// provider/account/ENTRY/component -> ENTRY.
std::string_view EntryIn(std::string_view event_id) {
  const std::string_view entry = ledger::EntryOf(event_id);
  const size_t slash = entry.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : entry.substr(slash + 1);
}

// What the event refers to by name, its own entry first; parts may be empty.
std::array<std::string_view, 10> IdsOf(const ledger::Event& event) {
  const ledger::References& refs = event.refs;
  return {EntryIn(event.event_id), refs.order_id,     refs.payment_id, refs.payout_id,
          refs.refund_id,          refs.dispute_id,   refs.hold_id,    refs.trace_id,
          refs.bank_reference,     refs.end_to_end_id};
}

// Does the event bear the id in any of its names?
bool Names(const ledger::Event& event, std::string_view id) {
  const auto ids = IdsOf(event);
  return event.event_id == id || std::find(ids.begin(), ids.end(), id) != ids.end();
}

class Explainer {
 public:
  Explainer(log::EventLog& log, const std::string& id,
            const std::function<void(uint64_t, uint64_t)>& progress)
      : log_(log), id_(id), progress_(progress) {}

  absl::StatusOr<Explanation> Run() {
    TIEOUT_RETURN_IF_ERROR(CollectRecords([&](const ledger::Record& record) {
      return Abbreviates(id_, record.record_id) || Abbreviates(id_, record.break_id);
    }));
    if (chosen_.empty()) {
      TIEOUT_RETURN_IF_ERROR(FindEventsNamed());
      if (places_.empty()) {
        return base::NotFound(
            fmt::format("no record, break, payout, deposit or sale {} in this log; a record's or "
                        "break's id may "
                        "be cut to its first {} digits, all others are needed whole",
                        base::Quoted(id_), kShortestAbbreviation));
      }
      TIEOUT_RETURN_IF_ERROR(CollectTouching());
      TIEOUT_RETURN_IF_ERROR(FindParcels());
    }
    // Upwards: the payout of an order, the deposits of a payout.
    for (int level = 0; level < 2; ++level) {
      AddUpwardPlaces();
      TIEOUT_RETURN_IF_ERROR(CollectTouching());
    }
    AddAllPlaces();
    TIEOUT_RETURN_IF_ERROR(ReadEvents());
    return Answer();
  }

 private:
  absl::Status ForEachRecord(const std::function<void(const ledger::Record&)>& visit) {
    for (int partition = 0; partition < log_.identity().partitions; ++partition) {
      TIEOUT_ASSIGN_OR_RETURN(const int64_t end, log_.End(log::Stream::kRecords, partition));
      TIEOUT_RETURN_IF_ERROR(ReadAll(log_, log::Stream::kRecords, partition, end,
                                     [&](const log::Stored& entry) -> absl::Status {
                                       TIEOUT_ASSIGN_OR_RETURN(const ledger::Record record,
                                                               codec::DecodeRecord(entry.value));
                                       visit(record);
                                       return absl::OkStatus();
                                     }));
    }
    return absl::OkStatus();
  }

  absl::Status CollectRecords(const std::function<bool(const ledger::Record&)>& wanted) {
    return ForEachRecord([&](const ledger::Record& record) {
      if (!record.supersedes.empty()) superseded_.insert(record.supersedes);
      if (!wanted(record) || chosen_ids_.contains(record.record_id)) return;
      chosen_ids_.insert(record.record_id);
      chosen_.push_back({record, true, OrdinalsOf(record.items)});
    });
  }

  // Records that hold any of places_ as a member or an item.
  absl::Status CollectTouching() {
    return CollectRecords([&](const ledger::Record& record) {
      for (const ledger::Member& member : record.members) {
        if (places_.contains({member.position.partition, member.position.ordinal})) return true;
      }
      for (uint64_t ordinal : OrdinalsOf(record.items)) {
        if (places_.contains({record.position.partition, ordinal})) return true;
      }
      return false;
    });
  }

  // An order or trace id may come later than its entry, as an amendment: then the entry's events
  // are meant.
  absl::Status FindEventsNamed() {
    absl::flat_hash_set<std::string> entries;
    TIEOUT_RETURN_IF_ERROR(ForEachEvent([&](const Place&, const ledger::Event& event) {
      const auto* amendment = std::get_if<ledger::Amendment>(&event.body);
      if (amendment == nullptr || amendment->value != id_) return;
      if (amendment->field == ledger::Amendment::Field::kPayoutId) return;  // names its items
      entries.emplace(amendment->entry);
    }));
    return ForEachEvent([&](const Place& place, const ledger::Event& event) {
      if (event.kind() == ledger::Kind::kAmendment) return;
      if (!Names(event, id_) && !entries.contains(std::string(ledger::EntryOf(event.event_id)))) {
        return;
      }
      places_.insert(place);
      // Not of all items of a payout that was named.
      if (event.refs.payout_id == id_) return;
      if (!event.refs.order_id.empty()) orders_.emplace(event.refs.order_id);
      if (ledger::IsBalanceItem(event.kind())) items_.emplace(ledger::EntryOf(event.event_id));
    });
  }

  // Of the orders of what was named; where it tells none, an amendment may.
  absl::Status FindParcels() {
    if (orders_.empty() && !items_.empty()) {
      TIEOUT_RETURN_IF_ERROR(ForEachEvent([&](const Place&, const ledger::Event& event) {
        const auto* amendment = std::get_if<ledger::Amendment>(&event.body);
        if (amendment == nullptr || amendment->field != ledger::Amendment::Field::kOrderId) return;
        if (items_.contains(std::string(amendment->entry))) orders_.emplace(amendment->value);
      }));
    }
    if (orders_.empty()) return absl::OkStatus();
    return ForEachEvent([&](const Place& place, const ledger::Event& event) {
      if (event.kind() != ledger::Kind::kShipment) return;
      if (orders_.contains(std::string(event.refs.order_id))) places_.insert(place);
    });
  }

  // What the chain goes on by: of payout records their payout, of order records all members.
  void AddUpwardPlaces() {
    for (const ExplainedRecord& explained : chosen_) {
      for (const ledger::Member& member : explained.record.members) {
        if (explained.record.level == ledger::Level::kBank) continue;
        places_.insert({member.position.partition, member.position.ordinal});
      }
    }
  }

  void AddAllPlaces() {
    for (const ExplainedRecord& explained : chosen_) {
      for (const ledger::Member& member : explained.record.members) {
        places_.insert({member.position.partition, member.position.ordinal});
      }
      for (uint64_t ordinal : explained.items) {
        places_.insert({explained.record.position.partition, ordinal});
      }
    }
  }

  absl::Status ForEachEvent(const std::function<void(const Place&, const ledger::Event&)>& visit) {
    for (int partition = 0; partition < log_.identity().partitions; ++partition) {
      TIEOUT_RETURN_IF_ERROR(
          ForEachEvent(partition, [&](uint64_t ordinal, const ledger::Event& event) {
            visit({static_cast<uint32_t>(partition), ordinal}, event);
          }));
    }
    return absl::OkStatus();
  }

  absl::Status ForEachEvent(int partition,
                            const std::function<void(uint64_t, const ledger::Event&)>& visit) {
    TIEOUT_ASSIGN_OR_RETURN(const int64_t end, log_.End(log::Stream::kEvents, partition));
    uint64_t ordinal = 0;
    ledger::Event event;
    return ReadAll(log_, log::Stream::kEvents, partition, end, [&](const log::Stored& entry) {
      event.Clear();
      if (codec::DecodeEvent(entry.value, &event).ok()) visit(ordinal, event);
      ++ordinal;
      if (progress_ && ordinal % 4096 == 0) progress_(ordinal, static_cast<uint64_t>(end));
      return absl::OkStatus();
    });
  }

  absl::Status ReadEvents() {
    std::set<uint32_t> partitions;
    for (const Place& place : places_) partitions.insert(place.first);
    for (uint32_t partition : partitions) {
      TIEOUT_RETURN_IF_ERROR(ForEachEvent(static_cast<int>(partition),
                                          [&](uint64_t ordinal, const ledger::Event& event) {
                                            if (places_.contains({partition, ordinal}))
                                              Keep({partition, ordinal}, event);
                                          }));
    }
    return absl::OkStatus();
  }

  void Keep(const Place& place, const ledger::Event& event) {
    ExplainedEvent& kept = answer_.events[place];
    kept.position = {place.first, place.second};
    kept.event_id = event.event_id;
    kept.kind = event.kind();
    kept.amount = event.amount;
    kept.currency = event.account.currency;
    kept.occurred_at_us = event.occurred_at_us;
    kept.order_id = event.refs.order_id;
    kept.payment_id = event.refs.payment_id;
    for (const std::string_view id : IdsOf(event)) {
      if (!id.empty()) kept.ids.emplace_back(id);
    }
    kept.source = {std::string(event.source.connector), std::string(event.source.name),
                   event.source.line, std::string(event.source.sha256)};
    if (const auto* expense = std::get_if<ledger::Expense>(&event.body)) {
      kept.receipt = expense->receipt;
      kept.receipt_sha256 = expense->receipt_sha256;
    }
    if (const auto* parcel = std::get_if<ledger::Shipment>(&event.body)) {
      kept.parcel = ParcelOf(event, *parcel);
    }
  }

  static ExplainedParcel ParcelOf(const ledger::Event& event, const ledger::Shipment& parcel) {
    std::string_view outcome = event.refs.refund_id;
    if (!parcel.claim_id.empty()) outcome = parcel.claim_id;
    if (!parcel.replaced_by.empty()) outcome = parcel.replaced_by;
    return {parcel.status,
            std::string(parcel.tracking_number),
            std::string(parcel.carrier),
            std::string(parcel.service),
            std::string(parcel.country),
            std::string(parcel.region),
            std::string(outcome),
            parcel.label_cost};
  }

  Explanation Answer() {
    for (ExplainedRecord& explained : chosen_) {
      explained.live = !superseded_.contains(explained.record.record_id) &&
                       explained.record.status != ledger::Status::kRevoked;
    }
    std::stable_sort(chosen_.begin(), chosen_.end(),
                     [](const ExplainedRecord& a, const ExplainedRecord& b) {
                       return a.record.level < b.record.level;
                     });
    answer_.records = std::move(chosen_);
    return std::move(answer_);
  }

  log::EventLog& log_;
  const std::string& id_;
  const std::function<void(uint64_t, uint64_t)>& progress_;
  std::set<Place> places_;
  std::vector<ExplainedRecord> chosen_;
  absl::flat_hash_set<std::string> chosen_ids_, superseded_;
  absl::flat_hash_set<std::string> orders_, items_;  // of what was named; entries
  Explanation answer_;
};

}  // namespace

absl::StatusOr<Explanation> Explain(log::EventLog& log, const std::string& id,
                                    const std::function<void(uint64_t, uint64_t)>& progress) {
  return Explainer(log, id, progress).Run();
}

}  // namespace tieout::audit
