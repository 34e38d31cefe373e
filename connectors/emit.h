// What every connector needs between a row and the sink: sources and ids filled in, totals and
// coverages kept, late facts as amendments, rows without an id given one.
//
// Usage, per row:
//   emitter.BeginRow(row.line, row.raw);
//   if (bad) return emitter.Quarantine({"gross", text, why});
//   ledger::Event event = emitter.NewEvent({provider, merchant, currency}, id, occurred_at);
//   event.body = ...;  TIEOUT_RETURN_IF_ERROR(emitter.Emit(event));
//   TIEOUT_RETURN_IF_ERROR(emitter.Amend(event, Field::kPayoutId, po, as_of));
// Either the row is understood whole before the first Emit, or it is quarantined: never both.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "connectors/connector.h"
#include "engine/base/hash.h"
#include "engine/ledger/event.h"

namespace tieout::connectors {

// Why a row can't be read: the file's own word for the field, what stands there, why.
struct RowError {
  std::string field, value, reason;
};

// The currency's decimals, the number, the file's format -> minor units. On failure fills `error`.
bool ReadAmount(std::string_view field, std::string_view text, std::string_view currency,
                ledger::NumberFormat format, ledger::Minor* amount, RowError* error);

// Upper case; false and `error` filled where ISO 4217 doesn't know it.
bool ReadCurrency(std::string_view field, std::string_view text, std::string* currency,
                  RowError* error);

class Emitter {
 public:
  Emitter(std::string_view connector, const Context& context, Sink& sink)
      : connector_(connector), context_(context), sink_(sink) {}

  const Context& context() const { return context_; }
  // When the source was made: the context's, else the latest instant noted so far.
  int64_t as_of_us() const { return context_.as_of_us != 0 ? context_.as_of_us : seen_as_of_us_; }
  // A slip (the year 5026) is none: else all late facts of the file would be as of then.
  void NoteAsOf(int64_t us) {
    if (us < kLatestUs) seen_as_of_us_ = std::max(seen_as_of_us_, us);
  }

  // Counts a row and lets go of what was kept for the one before.
  void BeginRow(uint64_t line, std::string_view raw);
  // For events that stand for no row of their own (a payout made of its rows).
  void AtLine(uint64_t line) {
    line_ = line;
    row_refused_ = false;
    row_has_events_ = true;  // and none of its own to count
  }
  // A string that lives until the next BeginRow.
  std::string_view Keep(std::string text) { return Room() = std::move(text); }

  ledger::Event NewEvent(const ledger::AccountRef& account, std::string_view entry_id,
                         std::string_view component, int64_t occurred_at_us);
  // As above, for a row without an id: <day>.<hash>.<ordinal>. `balance`: the account's after it,
  // which is no part of the hash, since the same row may stand in an export that prints none.
  absl::StatusOr<ledger::Event> NewRowEvent(const ledger::AccountRef& account, base::Day day,
                                            const base::Hash128& hash, std::string_view component,
                                            int64_t occurred_at_us,
                                            std::optional<ledger::Minor> balance = std::nullopt);
  // The same entry's next component ("fee" beside "gross").
  ledger::Event Sibling(const ledger::Event& event, std::string_view component);

  // An event that makes no sense by itself (ledger/validate.h: a year 20260, a reference of a
  // kilobyte) quarantines its row, and what else the row would have become goes nowhere. Where
  // something of the row stands already, it is noted and left out.
  absl::Status Emit(const ledger::Event& event);
  // A late fact about the entry of `event`; nothing where the value is empty.
  absl::Status Amend(const ledger::Event& event, ledger::Amendment::Field field,
                     std::string_view value, int64_t as_of_us);
  absl::Status NoOp(std::string_view why);
  absl::Status Quarantine(const RowError& error);
  void AddNote(uint64_t line, std::string_view code, std::string text);

  AccountSummary& account(const ledger::AccountRef& account);
  static void Cover(AccountSummary* account, int64_t from_us, int64_t to_us);

  uint64_t quarantined() const { return summary_.quarantined; }
  uint64_t rows() const { return summary_.rows; }
  // Something of the row at hand stands.
  bool row_has_events() const { return row_has_events_; }
  Summary Finish();

 private:
  // An empty string that lives until the next BeginRow.
  std::string& Room();
  // 2200: what comes later no event may bear (ledger/validate.h).
  static constexpr int64_t kLatestUs = int64_t{7'258'118'400} * base::kMicrosPerSecond;

  // By its own name, whatever the source calls it.
  ledger::AccountRef OwnName(const ledger::AccountRef& account) const;
  absl::StatusOr<uint32_t> NextOrdinal(const AccountSummary& account, base::Day day,
                                       const base::Hash128& hash);

  const std::string connector_;
  const Context& context_;
  Sink& sink_;
  Summary summary_;
  int64_t seen_as_of_us_ = 0;
  int64_t latest_us_ = 0;  // of the events

  // The row at hand.
  uint64_t line_ = 0;
  std::string raw_;
  std::deque<std::string> rooms_;  // used again by each row, so that it allocates nothing
  size_t rooms_taken_ = 0;
  const AccountSummary* counted_for_ = nullptr;
  bool row_refused_ = false;
  bool row_has_events_ = false;

  std::deque<AccountSummary> accounts_;  // addresses stay
  // Equal rows of a day seen so far, by account. Bounded: see NextOrdinal.
  using DayRows = absl::flat_hash_map<base::Hash128, uint32_t>;
  std::map<std::pair<const AccountSummary*, int32_t>, DayRows> days_;
  std::map<std::pair<const AccountSummary*, int32_t>, bool> closed_days_;
  size_t remembered_rows_ = 0;
};

}  // namespace tieout::connectors
