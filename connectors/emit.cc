#include "connectors/emit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "absl/strings/ascii.h"
#include "engine/base/check.h"
#include "engine/base/text.h"
#include "engine/ledger/validate.h"

namespace tieout::connectors {
namespace {

constexpr size_t kNotesKept = 100;
// Two million rows of 40 bytes: the memory a file of any size may take here.
constexpr size_t kRememberedRows = 2'000'000;

std::string_view FieldName(ledger::Amendment::Field field) {
  static constexpr std::array<std::string_view, 10> kNames = {"",
                                                              "payout_id",
                                                              "trace_id",
                                                              "status",
                                                              "available_on",
                                                              "arrival_date",
                                                              "list_complete",
                                                              "bank_reference",
                                                              "order_id",
                                                              "end_to_end_id"};
  const auto index = static_cast<size_t>(field);
  TIEOUT_CHECK(index > 0 && index < kNames.size());
  return kNames[index];
}

bool IsSame(const AccountSummary& a, const ledger::AccountRef& b) {
  return a.currency == b.currency && a.merchant_account == b.merchant_account &&
         a.provider == b.provider;
}

std::string HashText(const base::Hash128& hash) {
  return fmt::format("{:016x}{:016x}", hash.high, hash.low);
}

std::string HashBytes(const base::Hash128& hash) {
  std::string bytes;
  for (const uint64_t half : {hash.high, hash.low}) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(half >> shift));
  }
  return bytes;
}

}  // namespace

bool ReadAmount(std::string_view field, std::string_view text, std::string_view currency,
                ledger::NumberFormat format, ledger::Minor* amount, RowError* error) {
  const auto exponent = ledger::CurrencyExponent(currency);
  TIEOUT_CHECK(exponent.has_value());
  const auto parsed = ledger::ParseAmount(text, *exponent, format);
  // The one value whose negative doesn't fit is refused here, once, for all who turn signs.
  if (parsed.ok() && *parsed == std::numeric_limits<ledger::Minor>::min()) {
    *error = {std::string(field), std::string(text), "is beyond 64 bits"};
    return false;
  }
  if (parsed.ok()) {
    *amount = *parsed;
    return true;
  }
  // The message of ParseAmount begins with what RowError says itself.
  std::string why = base::Message(parsed.status());
  const std::string lead = fmt::format("amount {} ", base::Quoted(text));
  if (why.starts_with(lead)) why.erase(0, lead.size());
  *error = {std::string(field), std::string(text), std::move(why)};
  return false;
}

bool ReadCurrency(std::string_view field, std::string_view text, std::string* currency,
                  RowError* error) {
  currency->assign(text);
  absl::AsciiStrToUpper(currency);
  if (ledger::CurrencyExponent(*currency).has_value()) return true;
  *error = {std::string(field), std::string(text), "is no ISO 4217 currency"};
  return false;
}

void Emitter::BeginRow(uint64_t line, std::string_view raw) {
  ++summary_.rows;
  line_ = line;
  raw_.assign(raw.substr(0, kRawKept));
  rooms_taken_ = 0;
  counted_for_ = nullptr;
  row_refused_ = false;
  row_has_events_ = false;
}

std::string& Emitter::Room() {
  if (rooms_taken_ == rooms_.size()) rooms_.emplace_back();
  std::string& room = rooms_[rooms_taken_++];
  room.clear();
  return room;
}

ledger::AccountRef Emitter::OwnName(const ledger::AccountRef& account) const {
  if (context_.same_as.empty()) return account;
  const auto own =
      context_.same_as.find(fmt::format("{}/{}", account.provider, account.merchant_account));
  return own == context_.same_as.end()
             ? account
             : ledger::AccountRef{account.provider, own->second, account.currency};
}

ledger::Event Emitter::NewEvent(const ledger::AccountRef& as_told, std::string_view entry_id,
                                std::string_view component, int64_t occurred_at_us) {
  const ledger::AccountRef account = OwnName(as_told);
  ledger::Event event;
  std::string& id = Room();
  ledger::AppendEventId(account.provider, account.merchant_account, entry_id, component, &id);
  event.event_id = id;
  event.account = account;
  event.occurred_at_us = occurred_at_us;
  event.source = {.connector = connector_,
                  .sha256 = context_.sha256,
                  .name = context_.file_name,
                  .line = line_,
                  .as_of_us = as_of_us()};
  return event;
}

absl::StatusOr<ledger::Event> Emitter::NewRowEvent(const ledger::AccountRef& account_ref,
                                                   base::Day day, const base::Hash128& hash,
                                                   std::string_view component,
                                                   int64_t occurred_at_us,
                                                   std::optional<ledger::Minor> balance) {
  TIEOUT_ASSIGN_OR_RETURN(const uint32_t ordinal, NextOrdinal(account(account_ref), day, hash));
  const std::string entry = fmt::format("{}.{}.{}", base::FormatDay(day), HashText(hash), ordinal);
  ledger::Event event = NewEvent(account_ref, entry, component, occurred_at_us);
  event.row.hash = Keep(HashBytes(hash));
  event.row.day = day;
  event.row.ordinal = ordinal;
  event.row.balance_after = balance;
  if (balance) {
    const std::string equal = fmt::format("{}|{}", HashText(hash), *balance);
    TIEOUT_ASSIGN_OR_RETURN(event.row.balance_ordinal,
                            NextOrdinal(account(account_ref), day, base::HashBytes128(equal)));
  }
  return event;
}

ledger::Event Emitter::Sibling(const ledger::Event& event, std::string_view component) {
  ledger::Event sibling = event;
  std::string& id = Room();
  id += ledger::EntryOf(event.event_id);
  id += '/';
  id += component;
  sibling.event_id = id;
  sibling.body = std::monostate();
  sibling.amount = 0;
  return sibling;
}

absl::Status Emitter::Emit(const ledger::Event& event) {
  if (row_refused_) return absl::OkStatus();
  if (const absl::Status valid = ledger::Validate(event); !valid.ok()) {
    row_refused_ = event.kind() != ledger::Kind::kAmendment || !row_has_events_;
    if (!row_has_events_) {
      return Quarantine({"event", std::string(event.event_id), base::Message(valid)});
    }
    AddNote(line_, "INVALID", base::Message(valid));
    return absl::OkStatus();
  }
  latest_us_ = std::max(latest_us_, event.occurred_at_us);
  if (!row_has_events_) ++summary_.event_rows;
  row_has_events_ = true;
  if (event.account.provider.empty()) {  // configuration speaks of no account
    ++summary_.events;
    return sink_.OnEvent(event);
  }
  AccountSummary& summary = account(event.account);
  if (counted_for_ != &summary) {
    ++summary.rows;
    counted_for_ = &summary;
  }
  ++summary.events;
  ++summary_.events;
  const auto* deposit = std::get_if<ledger::BankDeposit>(&event.body);
  if (deposit == nullptr || !deposit->provisional) summary.total += event.amount;
  return sink_.OnEvent(event);
}

absl::Status Emitter::Amend(const ledger::Event& event, ledger::Amendment::Field field,
                            std::string_view value, int64_t as_of_us) {
  if (value.empty()) return absl::OkStatus();
  std::string component = "amend:";
  component += FieldName(field);
  component += ':';
  component += std::to_string(as_of_us);
  ledger::Event amendment = Sibling(event, component);
  amendment.row = {};
  amendment.available_on = {};
  amendment.refs.payout_id = {};
  amendment.refs.trace_id = {};
  amendment.body = ledger::Amendment{.entry = ledger::EntryOf(event.event_id),
                                     .field = field,
                                     .value = value,
                                     .as_of_us = as_of_us};
  return Emit(amendment);
}

absl::Status Emitter::NoOp(std::string_view why) {
  ++summary_.no_ops;
  return sink_.OnNoOp(line_, why);
}

absl::Status Emitter::Quarantine(const RowError& error) {
  ++summary_.quarantined;
  return sink_.OnQuarantined({.file = context_.file_name,
                              .line = line_,
                              .field = error.field,
                              .value = error.value,
                              .reason = error.reason,
                              .raw = raw_});
}

void Emitter::AddNote(uint64_t line, std::string_view code, std::string text) {
  if (summary_.notes.size() >= kNotesKept) return;
  summary_.notes.push_back({line, std::string(code), std::move(text)});
}

AccountSummary& Emitter::account(const ledger::AccountRef& as_told) {
  const ledger::AccountRef account = OwnName(as_told);
  for (AccountSummary& known : accounts_) {
    if (IsSame(known, account)) return known;
  }
  AccountSummary& added = accounts_.emplace_back();
  added.provider = account.provider;
  added.merchant_account = account.merchant_account;
  added.currency = account.currency;
  return added;
}

void Emitter::Cover(AccountSummary* account, int64_t from_us, int64_t to_us) {
  const bool first = account->coverage_from_us == 0 && account->coverage_to_us == 0;
  account->coverage_from_us = first ? from_us : std::min(account->coverage_from_us, from_us);
  account->coverage_to_us = first ? to_us : std::max(account->coverage_to_us, to_us);
}

// Counts equal rows within a day. Days are let go when there are too many rows to remember, the one
// farthest from the day at hand first; files are in the order of their dates, so it won't come
// back. Should it, counting from 0 again would swallow a row: the file is refused instead.
absl::StatusOr<uint32_t> Emitter::NextOrdinal(const AccountSummary& account, base::Day day,
                                              const base::Hash128& hash) {
  const std::pair key(&account, day.days);
  if (closed_days_.contains(key)) {
    return base::FailedPrecondition(fmt::format(
        "{}:{}: a row of {} stands millions of rows after the others of that day: sort the file by "
        "date",
        context_.file_name, line_, base::FormatDay(day)));
  }
  while (remembered_rows_ >= kRememberedRows && days_.size() > 1) {
    const auto first = days_.begin();
    const auto last = std::prev(days_.end());
    const auto farthest = std::abs(int64_t{first->first.second} - day.days) >=
                                  std::abs(int64_t{last->first.second} - day.days)
                              ? first
                              : last;
    if (farthest->first == key) break;
    remembered_rows_ -= farthest->second.size();
    closed_days_[farthest->first] = true;
    days_.erase(farthest);
  }
  const auto [it, is_new] = days_[key].try_emplace(hash, 0);
  if (is_new) ++remembered_rows_;
  return it->second++;
}

Summary Emitter::Finish() {
  for (AccountSummary& account : accounts_) {
    if (context_.coverage_from_us != 0 || context_.coverage_to_us != 0) {
      account.coverage_from_us = context_.coverage_from_us;
      account.coverage_to_us = context_.coverage_to_us;
    }
    summary_.accounts.push_back(std::move(account));
  }
  accounts_.clear();
  // A source that doesn't say when it was made is at least as young as what stands in it.
  summary_.as_of_us = as_of_us() != 0 ? as_of_us() : latest_us_;
  return std::move(summary_);
}

}  // namespace tieout::connectors
