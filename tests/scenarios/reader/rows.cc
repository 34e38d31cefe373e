#include "tests/scenarios/reader/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "tests/scenarios/reader/bodies.h"

namespace tieout::scenarios {
namespace {

using ledger::Event;

constexpr std::array<std::string_view, 10> kFacts = {
    "sale",   "fee",          "refund",     "chargeback", "reserve",
    "payout", "bank_deposit", "adjustment", "shipment",   "expense"};

uint32_t Number(const std::string& text) {
  return static_cast<uint32_t>(std::strtoul(text.c_str(), nullptr, 10));
}

std::string ComponentOf(const Words& words) {
  if (words.at(0) == "payout" || words.at(0) == "shipment") return words.at(6);
  if (words.at(0) == "fee") return "fee";
  if (words.at(0) == "bank_deposit") return "booked";
  if (words.at(0) == "expense") return "spent";
  return "gross";
}

ledger::References ReadReferences(const Words& words) {
  return {.order_id = words.option("order"),
          .payment_id = words.option("payment"),
          .payout_id = words.at(0) == "payout" ? words.at(1) : words.option("payout"),
          .dispute_id = words.option("dispute"),
          .hold_id = words.option("hold"),
          .trace_id = words.option("trace"),
          .bank_reference = words.option("reference"),
          .end_to_end_id = words.option("end_to_end")};
}

}  // namespace

absl::StatusOr<Event> RowReader::Read(const Words& words) {
  Event event;
  const std::string& kind = words.at(0);
  if (std::count(kFacts.begin(), kFacts.end(), kind) > 0) {
    TIEOUT_RETURN_IF_ERROR(ReadFact(words, &event));
  } else if (kind == "amendment") {
    TIEOUT_RETURN_IF_ERROR(ReadAmendment(words, &event));
  } else if (kind == "source_report") {
    TIEOUT_RETURN_IF_ERROR(ReadReport(words, &event));
  } else {
    TIEOUT_RETURN_IF_ERROR(ReadConfiguration(words, &event));
  }
  words.option("key");  // the scenario's business, not the event's
  TIEOUT_RETURN_IF_ERROR(words.CheckAllUsed());
  return event;
}

absl::Status RowReader::ReadConfiguration(const Words& words, Event* event) {
  const std::string& kind = words.at(0);
  event->event_id = Keep(fmt::format("config/{}/{}/{}", kind, words.at(1), ++unnamed_));
  if (kind == "log") {
    const uint32_t partitions = std::max(1U, Number(words.option("partitions")));
    event->body = ledger::LogBeginning{"scenario", partitions, "murmur2", 1};
  } else if (kind == "tick") {
    TIEOUT_ASSIGN_OR_RETURN(const int64_t time_us, ParseTime(words.at(1)));
    event->body = ledger::Tick{static_cast<uint64_t>(time_us / ledger::kTickMicros),
                               words.at(2) == "settled"};
  } else if (kind == "account") {
    TIEOUT_ASSIGN_OR_RETURN(event->account, ParseAccount(words.at(1), words.at(2)));
    ledger::AccountOpened opened{
        .owner = words.option("owner"), .pays_into = words.option("pays_into"), .time_zone = "UTC"};
    TIEOUT_ASSIGN_OR_RETURN(opened.owner_from, ParseDate(words.option("from")));
    event->body = opened;
  } else if (kind == "start") {
    TIEOUT_RETURN_IF_ERROR(ReadStart(words, event));
  } else if (kind == "rule") {
    TIEOUT_ASSIGN_OR_RETURN(event->body, ReadRule(words));
  } else if (kind == "schedule") {
    TIEOUT_ASSIGN_OR_RETURN(event->body, ReadSchedule(words));
  } else if (kind == "expense_rule") {
    TIEOUT_ASSIGN_OR_RETURN(event->body, ReadExpenseRule(words));
  } else if (kind == "calendar") {
    TIEOUT_ASSIGN_OR_RETURN(event->body, ReadCalendar(words));
  } else {
    return base::InvalidArgument(fmt::format("no row begins with \"{}\"", kind));
  }
  return absl::OkStatus();
}

// start account currency first_day [pending= available= reserved=]
absl::Status RowReader::ReadStart(const Words& words, Event* event) {
  TIEOUT_ASSIGN_OR_RETURN(event->account, ParseAccount(words.at(1), words.at(2)));
  ledger::Start start;
  TIEOUT_ASSIGN_OR_RETURN(start.first_day, ParseDate(words.at(3)));
  event->occurred_at_us = start.first_day.start_us();
  for (const auto& [name, amount] :
       {std::pair{"pending", &start.pending}, std::pair{"available", &start.available},
        std::pair{"reserved", &start.reserved}}) {
    const std::string text = words.option(name);
    if (text.empty()) continue;
    TIEOUT_ASSIGN_OR_RETURN(*amount, ParseMinor(text, words.at(2)));
  }
  event->body = start;
  return absl::OkStatus();
}

// kind name account currency amount time [state or phase] key=value ...
absl::Status RowReader::ReadFact(const Words& words, Event* event) {
  TIEOUT_ASSIGN_OR_RETURN(event->account, ParseAccount(words.at(2), words.at(3)));
  TIEOUT_ASSIGN_OR_RETURN(event->amount, ParseMinor(words.at(4), words.at(3)));
  TIEOUT_ASSIGN_OR_RETURN(event->occurred_at_us, ParseTime(words.at(5)));
  TIEOUT_ASSIGN_OR_RETURN(event->available_on, ParseDate(words.option("available")));
  event->refs = ReadReferences(words);
  TIEOUT_RETURN_IF_ERROR(ReadRowIdentity(words, event));
  std::string entry = words.at(1);
  if (!event->row.hash.empty()) {
    entry = fmt::format("{}.{}.{}", base::FormatDay(event->row.day), words.option("row"),
                        event->row.ordinal);
  }
  const std::string component = ComponentOf(words);
  event->event_id = Keep(ledger::MakeEventId(event->account.provider,
                                             event->account.merchant_account, entry, component));
  names_.emplace(words.at(1), event->event_id);
  names_.emplace(words.at(1) + "/" + component, event->event_id);
  TIEOUT_ASSIGN_OR_RETURN(event->body, ReadFactBody(words, base::DayOf(event->occurred_at_us)));
  return absl::OkStatus();
}

// file=F says which source; row=HASH ordinal=N balance=A balance_ordinal=N make it a row without an
// id.
absl::Status RowReader::ReadRowIdentity(const Words& words, Event* event) {
  const std::string& file = words.option("file");
  event->source = {.connector = "scenario", .name = file, .line = 1};
  if (!file.empty()) event->source.sha256 = Keep(fmt::format("{:*<32}", file));
  const std::string& hash = words.option("row");
  if (hash.empty()) return absl::OkStatus();
  event->row.hash = Keep(fmt::format("{:*<16}", hash));
  event->row.day = base::DayOf(event->occurred_at_us);
  event->row.ordinal = Number(words.option("ordinal"));
  const std::string& balance = words.option("balance");
  if (!balance.empty()) {
    TIEOUT_ASSIGN_OR_RETURN(event->row.balance_after, ParseMinor(balance, words.at(3)));
    event->row.balance_ordinal = Number(words.option("balance_ordinal"));
  }
  return absl::OkStatus();
}

// amendment NAME account currency time field=value [as_of=...]
absl::Status RowReader::ReadAmendment(const Words& words, Event* event) {
  using Field = ledger::Amendment::Field;
  static constexpr std::pair<const char*, Field> kFields[] = {
      {"payout", Field::kPayoutId},       {"trace", Field::kTraceId},
      {"available", Field::kAvailableOn}, {"arrival", Field::kArrivalDate},
      {"complete", Field::kListComplete}, {"reference", Field::kBankReference},
      {"end_to_end", Field::kEndToEndId},
  };
  TIEOUT_ASSIGN_OR_RETURN(event->account, ParseAccount(words.at(2), words.at(3)));
  TIEOUT_ASSIGN_OR_RETURN(event->occurred_at_us, ParseTime(words.at(4)));
  ledger::Amendment amendment{.as_of_us = event->occurred_at_us};
  const std::string& as_of = words.option("as_of");
  if (!as_of.empty()) {
    TIEOUT_ASSIGN_OR_RETURN(amendment.as_of_us, ParseTime(as_of));
  }
  for (const auto& [name, field] : kFields) {
    if (!words.has(name)) continue;
    amendment.field = field;
    amendment.value = words.option(name);
  }
  event->event_id = Keep(ledger::MakeEventId(
      event->account.provider, event->account.merchant_account, words.at(1),
      fmt::format("amended-{}-{}", static_cast<int>(amendment.field), amendment.as_of_us)));
  amendment.entry = ledger::EntryOf(event->event_id);
  event->body = amendment;
  return absl::OkStatus();
}

// source_report account currency from..to|uncovered opened|closed [file=F] [on=date]
// [total=A stated=A] [number=N] [opening=A] [closing=A]
absl::Status RowReader::ReadReport(const Words& words, Event* event) {
  TIEOUT_ASSIGN_OR_RETURN(event->account, ParseAccount(words.at(1), words.at(2)));
  const std::string_view span = words.at(3);
  ledger::SourceReport report;
  if (span != "uncovered") {
    const size_t dots = span.find("..");
    if (dots == std::string::npos) return base::InvalidArgument("the coverage is no from..to");
    TIEOUT_ASSIGN_OR_RETURN(report.coverage_from_us, ParseTime(span.substr(0, dots)));
    TIEOUT_ASSIGN_OR_RETURN(report.coverage_to_us, ParseTime(span.substr(dots + 2)));
  }
  const std::string& phase = words.at(4);
  if (phase != "opened" && phase != "closed") {
    return base::InvalidArgument("a report is opened or closed");
  }
  report.phase = phase == "opened" ? ledger::SourceReport::Phase::kOpened
                                   : ledger::SourceReport::Phase::kClosed;
  if (const std::string& stated = words.option("stated"); !stated.empty()) {
    TIEOUT_ASSIGN_OR_RETURN(report.stated_total, ParseMinor(stated, words.at(2)));
    TIEOUT_ASSIGN_OR_RETURN(report.total, ParseMinor(words.option("total"), words.at(2)));
  }
  report.sequence = words.option("number");
  for (const auto& [name, balance] :
       {std::pair("opening", &report.opening), std::pair("closing", &report.closing)}) {
    if (words.option(name).empty()) continue;
    TIEOUT_ASSIGN_OR_RETURN(*balance, ParseMinor(words.option(name), words.at(2)));
  }
  event->occurred_at_us = report.coverage_from_us;
  const std::string& on = words.option("on");
  if (!on.empty()) {
    TIEOUT_ASSIGN_OR_RETURN(event->occurred_at_us, ParseTime(on));
  }
  TIEOUT_RETURN_IF_ERROR(ReadRowIdentity(words, event));
  const std::string name = fmt::format("report-{}", ++reports_);
  event->event_id = Keep(
      ledger::MakeEventId(event->account.provider, event->account.merchant_account, name, phase));
  names_.emplace(name, event->event_id);
  event->body = report;
  return absl::OkStatus();
}

}  // namespace tieout::scenarios
