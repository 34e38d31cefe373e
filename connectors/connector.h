// The contract of a connector: bytes of a provider's or bank's file in, events out.
//
//   MemoryInput / FileInput -> Connector::Parse -> Sink: events, known no-ops, quarantined rows
//                                               -> Summary: accounts, coverage, totals, notes
//
// Every row of a file ends in exactly one of three ways: events, a known no-op, or a quarantined
// row that names file, line, field, value and reason. Nothing is dropped, nothing is guessed.
//
// A file is read twice by the same code. The first pass (Survey) writes nothing and tells what must
// be known before the first row is appended: which accounts occur, what each of them covers, when
// the source was made. The caller looks up owners, skips a known file, appends `source_report`
// opened, and parses again with the survey's `as_of_us` in the context. A file that can't be read
// to its end is found out before anything of it is in the log.
//
// Late facts (payout id, trace id, order id, status, availability, arrival) are never fields of the
// event they concern: a connector emits `amendment` events for them (emit.h).
//
// Errors: what concerns one row is quarantined and the file goes on. A status other than OK means
// that the file as a whole can't be taken (kInvalidArgument: its content; kFailedPrecondition:
// something must be said on the command line first; kDataLoss: it ends in the middle); the message
// names file, line and the way out.
// Thread safety: connectors are stateless; any number of Parse calls may run at once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/input.h"
#include "engine/base/status.h"
#include "engine/ledger/event.h"

namespace tieout::connectors {

// What the caller knows and the file may not say.
struct Context {
  std::string file_name;  // as given: goes into messages and source.name
  std::string sha256;     // 32 bytes, of the source's bytes; empty in a survey
  // The account, for files that don't name theirs (Stripe and Shopify exports never do). A file
  // that does is believed.
  std::string merchant_account;
  std::string currency;   // ISO 4217, for files that print none
  std::string time_zone;  // IANA; of local times without offset. Empty: UTC
  std::string profile;    // bank_csv: path of a mapping profile, or the name of a built-in one
  // SHA-256 of a file beside this one, by its path from there, after keeping it as a source; unset:
  // there are none. kUnavailable: the store can't be written; others are about the file.
  std::function<absl::StatusOr<std::string>(const std::string& path)> beside;
  // Names that sources have for an account, and its own: bank/532013000 -> DE89370400440532013000.
  std::map<std::string, std::string, std::less<>> same_as;
  // When the source was made: the time of amendments whose own time of change the provider doesn't
  // tell. 0: taken from the file, which is the survey's business.
  int64_t as_of_us = 0;
  // What the file covers, where the person knows better than its rows; both 0: from the file.
  int64_t coverage_from_us = 0;
  int64_t coverage_to_us = 0;
};

inline constexpr size_t kRawKept = 64 * 1024;  // bytes of a row that are kept for a person

// A row that became no event and is kept for a person.
struct Quarantined {
  std::string_view file;
  uint64_t line = 0;       // 1-based line the row starts at
  std::string_view field;  // the file's own word for it
  std::string_view value;
  std::string_view reason;  // why, and the way out
  std::string_view raw;     // the row as it stands in the file (at most kRawKept of it)

  // `payouts.csv:12: gross "12..34": is no number: "." after the decimal '.'`
  std::string Message() const;
};

// Takes what a connector makes of a file, in the file's order. Views live until the call returns.
// A status other than OK ends the parse and is returned by it.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual absl::Status OnEvent(const ledger::Event& event) = 0;
  // A row that says nothing about money, and is known to: counted, with why.
  virtual absl::Status OnNoOp(uint64_t line, std::string_view why) = 0;
  virtual absl::Status OnQuarantined(const Quarantined& row) = 0;
};

// What one file says of one account.
struct AccountSummary {
  std::string provider;
  std::string merchant_account;
  std::string currency;
  // Half-open; both 0: the file states no coverage. A pure day is its midnight UTC.
  int64_t coverage_from_us = 0;
  int64_t coverage_to_us = 0;
  std::string sequence;  // the statement's own number; of several the first and the last: 12-15
  uint64_t rows = 0;
  uint64_t events = 0;          // with amendments
  ledger::WideMinor total = 0;  // sum of the events' amounts as they stand, provisional ones apart
  std::optional<ledger::Minor> opening, closing;
  // The same sum by the file's own words (a net column, closing less opening), where it has any.
  std::optional<ledger::WideMinor> stated_total;
  void AddNumber(const std::string& number) {
    sequence = sequence.empty() || sequence == number
                   ? number
                   : sequence.substr(0, sequence.find('-')) + "-" + number;
  }
  void AddStated(ledger::WideMinor amount) { stated_total = stated_total.value_or(0) + amount; }
};

// A trouble with the file that refuses no row: a balance chain that breaks, a total that differs.
struct Note {
  uint64_t line = 0;
  std::string code;  // reason code: BALANCE_CHAIN_BROKEN, SOURCE_GAP, PAYOUT_COMPOSITION, ...
  std::string text;  // for a person
};

struct Summary {
  std::vector<AccountSummary> accounts;  // in the order of their first row
  uint64_t rows = 0;                     // = event_rows + no_ops + quarantined
  uint64_t event_rows = 0;               // that became events, one or several each
  uint64_t events = 0;
  uint64_t no_ops = 0;
  uint64_t quarantined = 0;
  int64_t as_of_us = 0;
  std::vector<Note> notes;  // the first hundred
};

// How sure a connector is that it knows the content. Two that are equally sure: refused.
enum class Confidence : uint8_t { kNone, kPossible, kCertain };

class Connector {
 public:
  virtual ~Connector() = default;
  // "stripe": stands in source.connector.
  virtual std::string_view name() const = 0;
  // One line for --help: what it reads.
  virtual std::string_view reads() const = 0;
  // From the content's first bytes (kDetectBytes, or the whole file), never from a name.
  virtual Confidence Detect(std::string_view head) const = 0;
  virtual absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                        Sink& sink) const = 0;
};

inline constexpr size_t kDetectBytes = 64 * 1024;

// The first pass: Parse into a sink that keeps nothing.
absl::StatusOr<Summary> Survey(const Connector& connector, InputStream& in, Context context);

// The `source_report` of one account of a file. Its id is <provider>/<account>/<currency>.<SHA-256
// of the file>/opened or closed; `id` owns it and must outlive the event.
absl::StatusOr<ledger::Event> SourceReportOf(const Connector& connector, const Context& context,
                                             const Summary& summary, const AccountSummary& account,
                                             ledger::SourceReport::Phase phase, std::string* id);

}  // namespace tieout::connectors
