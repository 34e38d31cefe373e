// One balance transaction, whatever channel it came by, and what becomes of it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "connectors/emit.h"

namespace tieout::connectors::stripe {

inline constexpr std::string_view kProvider = "stripe";

struct Entry {
  std::string account;   // whose it is, in a platform's report; empty: the command line's
  std::string id;        // txn_...
  std::string currency;  // ISO 4217, upper case
  ledger::Minor gross = 0, fee = 0, net = 0;
  std::string category;  // reporting_category; from `type` where a channel has only that
  std::string raw_type;  // the file's own word
  std::string source_id, charge_id;
  int64_t created_us = 0;
  std::string description;
  ledger::Minor customer_amount = 0;
  std::string customer_currency;
  // Late facts; empty where the channel doesn't tell them.
  std::string available_on;  // date
  std::string status;
  std::string order_id;
  std::string payout_id;  // the payout it is part of
  int64_t payout_effective_us = 0;
  std::string payout_arrival;  // date
  std::string payout_trace_id;
  ledger::Payout::Method payout_method = ledger::Payout::Method::kUnspecified;  // payout rows
};

// `type` of the API and of the balance history -> reporting_category.
std::string CategoryOf(std::string_view type, std::string_view source_id, ledger::Minor gross);

class Mapper {
 public:
  explicit Mapper(Emitter& emitter)
      : emitter_(emitter), account_(emitter.context().merchant_account) {}

  // A row that BeginRow has begun: events, or quarantined.
  absl::Status Map(uint64_t line, const Entry& entry);
  // A payout known from its object rather than a balance transaction.
  struct PayoutObject {
    std::string id, currency, status, arrival_date, trace_id, failure_code;
    ledger::Minor amount = 0;
    int64_t created_us = 0;
    ledger::Payout::Method method = ledger::Payout::Method::kUnspecified;
  };
  absl::Status MapPayout(const PayoutObject& payout);

  // A row of the file couldn't be read: it may belong to any payout, so none's list is complete.
  void NoteUnreadable() { unreadable_ = true; }
  // At the file's end. A payout whose row stands in the file and whose items sum to it has its list
  // complete. `whole_payouts`: the report is made of whole payouts, so that those without a row of
  // their own are the exact sum of their items, and every list is complete.
  absl::Status FinishLists(bool whole_payouts);

 private:
  struct List {
    uint64_t line = 0;  // of the first row
    std::string account;
    std::string currency;
    ledger::WideMinor items = 0;  // sum of net, less the payout's own fee
    uint64_t rows = 0;
    int64_t effective_us = 0;
    std::string arrival, trace_id;
    bool has_row = false;
    ledger::Minor amount = 0;  // of the row
    int64_t created_us = 0;
  };

  ledger::AccountRef AccountOf(std::string_view currency) const;
  ledger::Event GrossEvent(const Entry& entry);
  absl::Status EmitFee(const ledger::Event& gross, const Entry& entry);
  absl::Status AmendEntry(const ledger::Event& gross, const Entry& entry);
  absl::Status MapPayoutRow(const Entry& entry);
  void AddToList(uint64_t line, const Entry& entry);
  absl::Status FinishList(const std::string& id, const List& list, bool whole_payouts);

  Emitter& emitter_;
  std::string account_;  // of the entry or list at hand
  bool unreadable_ = false;
  std::map<std::string, List> lists_;  // by payout id; payouts are few, rows are many
};

}  // namespace tieout::connectors::stripe
