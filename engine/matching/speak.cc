#include "engine/matching/speak.h"

#include <limits>

#include "engine/matching/next_action.h"

namespace tieout::matching {
namespace {

using ledger::Status;

std::string Name(std::string_view prefix, std::string_view bytes, size_t hex_digits) {
  return std::string(prefix) + base::Sha256(bytes).hex().substr(0, hex_digits);
}

std::string RecordId(const ledger::Record& r) {
  std::string bytes;
  const auto add = [&](std::string_view part) {
    bytes += part;
    bytes.push_back('\x1f');
  };
  add(r.seller_id);
  add(r.provider);
  add(r.merchant_account);
  add(r.currency);
  add(ledger::LevelName(r.level));
  add(ledger::StatusName(r.status));
  add(r.reason);
  add(r.rule_id);
  add(std::to_string(r.generation));
  for (const ledger::Member& m : r.members) add(m.event_id);
  return Name("", bytes, 32);
}

// Sums beyond 64 bits can't be shown in a record; the nearest value is, and the difference with it.
Minor Clamp(WideMinor v) {
  if (v > std::numeric_limits<Minor>::max()) return std::numeric_limits<Minor>::max();
  if (v < std::numeric_limits<Minor>::min()) return std::numeric_limits<Minor>::min();
  return static_cast<Minor>(v);
}

}  // namespace

bool StaysOpen(const ledger::Record& r) {
  return r.status == Status::kUnmatched || r.status == Status::kProposed ||
         (r.status == Status::kPartiallyMatched && !r.reason.empty());
}

void Say(Turn& turn, ledger::Record record, Anchor& anchor, std::string_view about) {
  HomePage& home = turn.home();
  record.generation = anchor.generation++;
  record.supersedes = anchor.last_record;
  record.record_id = RecordId(record);
  if (StaysOpen(record)) {
    if (anchor.break_id.empty()) {
      std::string named(ledger::LevelName(record.level));
      named += '\x1f';
      named += about;
      anchor.break_id = Name("brk_", named, 16);
      anchor.break_opened = turn.state.log_day();
    }
    record.break_id = anchor.break_id;
    record.opened_on = anchor.break_opened;
    Advise(turn, &record);
    home.open[record.break_id] = record;
  } else if (!anchor.break_id.empty()) {
    record.break_id = anchor.break_id;
    record.opened_on = anchor.break_opened;
    home.open.erase(anchor.break_id);
    anchor.break_id.clear();
    anchor.break_opened = Day{};
  }
  anchor.last_record = record.record_id;
  anchor.status = record.status;
  anchor.reason = record.reason;
  turn.out->records.push_back(std::move(record));
}

void TakeOver(Anchor& from, Anchor& to) {
  to.last_record = std::move(from.last_record);
  to.break_id = std::move(from.break_id);
  to.break_opened = from.break_opened;
  to.status = from.status;
  to.reason = from.reason;
  from.last_record.clear();
  from.break_id.clear();
  from.break_opened = Day{};
  from.status = {};
  from.reason.clear();
}

ledger::Record NewRecord(const Turn& turn, const AccountState& account, ledger::Level level,
                         Status status, std::string_view reason) {
  ledger::Record record;
  record.seller_id = turn.cached.page.home;
  record.provider = account.provider;
  record.merchant_account = account.merchant_account;
  record.currency = account.currency;
  record.level = level;
  record.status = status;
  record.reason = reason;
  record.position = turn.position;
  record.caused_by = turn.caused_by;
  record.tick = turn.state.meta().tick;
  return record;
}

void NameRule(const Turn& turn, uint32_t rule, ledger::Record* record) {
  if (rule == kNone) return;
  record->rule_id = turn.rule(rule).rule_id;
  record->rule_version = turn.rule(rule).version;
}

ledger::Member NewMember(const Turn& turn, ledger::Role role, std::string_view event_id,
                         uint64_t ordinal, Minor amount, Minor allocated) {
  ledger::Member member;
  member.role = role;
  member.event_id = event_id;
  member.position = {turn.position.partition, ordinal};
  member.amount = amount;
  member.allocated = allocated;
  member.residual = Clamp(WideMinor{amount} - allocated);
  return member;
}

bool SetAmounts(WideMinor expected, WideMinor actual, ledger::Record* record) {
  record->expected = Clamp(expected);
  record->actual = Clamp(actual);
  record->difference = Clamp(actual - expected);
  return record->expected == expected && record->actual == actual &&
         record->difference == actual - expected;
}

}  // namespace tieout::matching
