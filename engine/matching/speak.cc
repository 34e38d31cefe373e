#include "engine/matching/speak.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <limits>

#include "engine/matching/next_action.h"

namespace tieout::matching {
namespace {

using ledger::Status;

uint64_t Word(const base::Digest& digest, size_t at) {
  uint64_t word = 0;
  for (size_t i = 0; i < 8; ++i) word = word << 8 | digest.bytes[at + i];
  return word;
}

std::string Hex(std::string_view prefix, std::initializer_list<uint64_t> words) {
  std::string text(prefix.size() + 16 * words.size(), '\0');
  char* at = std::copy(prefix.begin(), prefix.end(), text.data());
  for (uint64_t word : words) {
    for (int shift = 60; shift >= 0; shift -= 4) *at++ = "0123456789abcdef"[word >> shift & 15];
  }
  return text;
}

Hash128 RecordId(const ledger::Record& r) {
  fmt::memory_buffer bytes;
  const auto add = [&](std::string_view part) {
    bytes.append(part.data(), part.data() + part.size());
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
  const fmt::format_int generation(r.generation);
  add({generation.data(), generation.size()});
  for (const ledger::Member& m : r.members) add(m.event_id);
  const base::Digest digest = base::Sha256({bytes.data(), bytes.size()});
  return {Word(digest, 0), Word(digest, 8)};
}

// Of a break named after what it is about. Zero would say "none".
uint64_t BreakId(ledger::Level level, std::string_view about, std::string_view part) {
  std::string named(ledger::LevelName(level));
  named += '\x1f';
  named += about;
  named += part;
  return std::max<uint64_t>(1, Word(base::Sha256(named), 0));
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

void Say(Turn& turn, ledger::Record&& record, Anchor& anchor, std::string_view about,
         std::string_view part) {
  HomePage& home = turn.home();
  record.generation = anchor.generation++;
  if (anchor.is_said()) {
    record.supersedes = Hex("", {anchor.last_record.high, anchor.last_record.low});
  }
  anchor.last_record = RecordId(record);
  anchor.status = record.status;
  record.record_id = Hex("", {anchor.last_record.high, anchor.last_record.low});
  const bool stays_open = StaysOpen(record);
  if (stays_open && !anchor.is_open()) {
    anchor.break_id = BreakId(record.level, about, part);
    anchor.break_opened = turn.state.log_day();
  }
  if (anchor.is_open()) {
    record.break_id = Hex("brk_", {anchor.break_id});
    record.opened_on = anchor.break_opened;
  }
  if (stays_open) {
    Advise(turn, &record);
    home.open[anchor.break_id] = record;
  } else if (anchor.is_open()) {
    home.open.erase(anchor.break_id);
    anchor.break_id = 0;
    anchor.break_opened = Day{};
  }
  turn.out->records.push_back(std::move(record));
}

void TakeOver(Anchor& from, Anchor& to) {
  to.last_record = from.last_record;
  to.break_id = from.break_id;
  to.break_opened = from.break_opened;
  to.status = from.status;
  const uint32_t generation = from.generation;
  from = Anchor{};
  from.generation = generation;
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
