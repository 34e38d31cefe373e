// From a number back to the line that proves it: record → rule → members and allocations → events →
// file, line and SHA-256 of the source's bytes.
//
// An id may be a record, a break, a payout, a bank reference, a payment, an order, a whole
// event_id, or the beginning (6 characters or more) of a record's or break's id. The answer holds
// every live record the named thing takes part in, and, upwards, the records its payout takes part
// in: a sale's chain is sale → payout → deposit. Of an order, sale or refund it holds the order's
// parcels too, though no record speaks of them.
//
// Costs a pass over the records and one over the events of the partitions concerned, twice for an
// id that is no record's, and once or twice more for parcels.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/ledger/record.h"
#include "engine/log/log.h"

namespace tieout::audit {

// Where a fact comes from.
struct SourceLine {
  std::string connector;
  std::string name;  // file as given, or webhook id
  uint64_t line = 0;
  std::string sha256;  // 32 bytes; empty: none (configuration)
};

// What a shipment tells of its parcel.
struct ExplainedParcel {
  ledger::Shipment::Status status = ledger::Shipment::Status::kUnspecified;
  std::string tracking_number, carrier, service, country, region;
  std::string outcome;  // the claim's, refund's or replacing parcel's id
  ledger::Minor label_cost = 0;
};

struct ExplainedEvent {
  ledger::Position position;
  std::string event_id;
  ledger::Kind kind = ledger::Kind::kNone;
  ledger::Minor amount = 0;
  std::string currency;
  int64_t occurred_at_us = 0;
  std::string order_id, payment_id;
  std::vector<std::string> ids;  // the entry's own and its references: what its row may name
  SourceLine source;
  std::optional<ExplainedParcel> parcel;  // of a shipment
  std::string receipt, receipt_sha256;    // of an expense: its file as given, 32 bytes; empty: none
};

struct ExplainedRecord {
  ledger::Record record;
  bool live = true;             // not superseded, not revoked
  std::vector<uint64_t> items;  // ordinals of record.items, in the record's partition
};

struct Explanation {
  std::vector<ExplainedRecord> records;  // order, payout, bank, source; older first
  // Every event that a member, an item or the id itself names, by position.
  std::map<std::pair<uint32_t, uint64_t>, ExplainedEvent> events;
};

// kNotFound: nothing in the log has this id.
absl::StatusOr<Explanation> Explain(log::EventLog& log, const std::string& id,
                                    const std::function<void(uint64_t, uint64_t)>& progress);

}  // namespace tieout::audit
