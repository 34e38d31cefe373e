#include "engine/cli/configuration.h"

#include <algorithm>
#include <array>
#include <map>

#include "engine/base/text.h"
#include "engine/cli/open.h"
#include "engine/cli/show.h"
#include "engine/codec/codec.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

std::string ScopeText(const ledger::AccountRef& scope) {
  std::string text;
  for (std::string_view part : {scope.provider, scope.merchant_account, scope.currency}) {
    if (part.empty()) continue;
    text += text.empty() ? "" : " ";
    text += part;
  }
  return text.empty() ? "all accounts" : text;
}

std::string BasisPoints(uint32_t bp) { return fmt::format("{}.{:02}%", bp / 100, bp % 100); }

std::string RuleText(const ledger::Rule& rule) {
  if (rule.withdrawn) return "withdrawn";
  std::string text = ScopeText(rule.scope) + ": ";
  const std::string_view currency = rule.scope.currency;
  if (const auto& m = rule.bank_match) {
    std::vector<std::string> parts;
    if (m->tolerance > 0) {
      parts.push_back("tolerance " + ledger::FormatMoney(m->tolerance, currency));
    }
    if (m->tolerance_bp > 0) parts.push_back("tolerance " + BasisPoints(m->tolerance_bp));
    if (m->window_before_days > 0 || m->window_after_days > 0) {
      parts.push_back(
          fmt::format("window -{}/+{} days", m->window_before_days, m->window_after_days));
    }
    if (m->lag_banking_days > 0) parts.push_back(fmt::format("lag {} days", m->lag_banking_days));
    if (m->grace_banking_days > 0) {
      parts.push_back(fmt::format("grace {} banking days", m->grace_banking_days));
    }
    if (m->chance_bound > 0) parts.push_back(fmt::format("chance bound {}", m->chance_bound));
    if (!m->calendar.empty()) parts.push_back(fmt::format("calendar {}", m->calendar));
    text += parts.empty() ? "exact" : fmt::format("{}", fmt::join(parts, ", "));
  }
  if (const auto& f = rule.fee_schedule) {
    text += fmt::format("{} fee {} + {}", f->fee_type, BasisPoints(f->percent_bp),
                        ledger::FormatAmount(f->fixed, currency));
    if (f->minimum > 0) text += ", at least " + ledger::FormatAmount(f->minimum, currency);
    if (f->maximum > 0) text += ", at most " + ledger::FormatAmount(f->maximum, currency);
    text += fmt::format(", rounding {}, grace {} days",
                        std::array{"half up", "down", "half even"}[static_cast<int>(f->rounding)],
                        f->grace_days);
  }
  if (const auto& e = rule.expense) {
    text += fmt::format("withdrawals of {} are {}", base::Quoted(e->text), e->category);
    if (e->maximum > 0) text += ", at most " + ledger::FormatAmount(e->maximum, currency);
  }
  return text;
}

std::string CalendarText(const ledger::Calendar& calendar) {
  std::string text = fmt::format("{} holidays", calendar.holidays.size());
  if (!calendar.holidays.empty()) {
    text += fmt::format(", {} to {}", base::FormatDay(calendar.holidays.front()),
                        base::FormatDay(calendar.holidays.back()));
  }
  return text;
}

// The event's bytes without what changes from version to version: two settings are the same iff
// these are.
std::string Content(ledger::Event event) {
  ledger::Event bare;
  bare.account = event.account;
  bare.body = std::move(event.body);
  if (auto* rule = std::get_if<ledger::Rule>(&bare.body)) rule->version = 0;
  if (auto* calendar = std::get_if<ledger::Calendar>(&bare.body)) calendar->version = 0;
  return codec::EncodeEvent(bare);
}

// nullopt: this event is no configuration a person writes.
std::optional<InForce> Describe(const ledger::Event& event) {
  InForce entry;
  entry.kind = ledger::KindName(event.kind());
  if (const auto* rule = std::get_if<ledger::Rule>(&event.body)) {
    entry.id = rule->rule_id;
    entry.version = rule->version;
    entry.summary = RuleText(*rule);
  } else if (const auto* calendar = std::get_if<ledger::Calendar>(&event.body)) {
    entry.id = calendar->calendar_id;
    entry.version = calendar->version;
    entry.summary = CalendarText(*calendar);
  } else if (const auto* account = std::get_if<ledger::AccountOpened>(&event.body)) {
    entry.id = AccountName(event.account.provider, event.account.merchant_account);
    entry.summary = fmt::format(
        "owner {}{}{}", account->owner, account->shared ? ", shared" : "",
        account->pays_into.empty() ? "" : fmt::format(", pays into {}", account->pays_into));
  } else {
    return std::nullopt;
  }
  entry.content = Content(event);
  return entry;
}

ledger::Event AccountEvent(const AccountSetting& setting) {
  ledger::Event event;
  event.account = {setting.provider, setting.merchant_account, setting.currency};
  ledger::AccountOpened opened;
  opened.owner = setting.seller;
  opened.shared = setting.shared;
  opened.pays_into = setting.pays_into;
  opened.time_zone = setting.time_zone;
  event.body = opened;
  return event;
}

// (kind, id) -> what holds.
using Index = std::map<std::pair<std::string, std::string>, InForce>;

absl::StatusOr<Index> ReadIndex(Context& context, log::EventLog& log) {
  TIEOUT_ASSIGN_OR_RETURN(std::vector<InForce> all, ReadConfiguration(context, log));
  Index index;
  for (InForce& entry : all) {
    const auto key = std::make_pair(entry.kind, entry.id);
    index[key] = std::move(entry);
  }
  return index;
}

}  // namespace

absl::StatusOr<std::vector<InForce>> ReadConfiguration(Context& context, log::EventLog& log) {
  Progress progress("reading the configuration", "entries", context.err_terminal, context.err);
  TIEOUT_ASSIGN_OR_RETURN(const int64_t end, log.End(log::Stream::kEvents, 0));
  TIEOUT_ASSIGN_OR_RETURN(auto reader, log.NewReader(log::Stream::kEvents, 0, 0));
  Index last;
  std::vector<std::pair<std::string, std::string>> order;
  ledger::Event event;
  while (reader->position() < end) {
    TIEOUT_ASSIGN_OR_RETURN(const auto entries, reader->Read(4096, std::chrono::seconds(1)));
    for (const log::Stored& stored : entries) {
      if (!stored.key.empty()) continue;  // what stands in every partition bears no key
      event.Clear();
      if (!codec::DecodeEvent(stored.value, &event).ok()) continue;  // a dead letter
      std::optional<InForce> entry = Describe(event);
      if (!entry) continue;
      const auto key = std::make_pair(entry->kind, entry->id);
      if (!last.contains(key)) order.push_back(key);
      last[key] = *std::move(entry);
    }
    progress.Update(static_cast<uint64_t>(reader->position()), static_cast<uint64_t>(end));
  }
  std::vector<InForce> in_force;
  in_force.reserve(order.size());
  for (const auto& key : order) in_force.push_back(std::move(last[key]));
  return in_force;
}

absl::Status DeclareAccounts(Context& context, runtime::Engine& engine) {
  if (context.config.accounts.empty()) return absl::OkStatus();
  TIEOUT_ASSIGN_OR_RETURN(const Index index, ReadIndex(context, engine.log()));
  std::deque<std::string> ids;
  std::vector<ledger::Event> events;
  for (const AccountSetting& setting : context.config.accounts) {
    ledger::Event event = AccountEvent(setting);
    const std::string name = AccountName(setting.provider, setting.merchant_account);
    const auto known = index.find({"account", name});
    if (known != index.end() && known->second.content == Content(event)) continue;
    if (known != index.end()) {
      return base::FailedPrecondition(fmt::format(
          "tieout.toml: [accounts.\"{}\"] says \"{}\", the log \"{}\". A change of owner or bank "
          "account needs the day it begins: append an `account` event with owner_from by `tieout "
          "ingest --connector events`, or make tieout.toml agree",
          name, Describe(event)->summary, known->second.summary));
    }
    ids.push_back(
        ledger::MakeEventId(setting.provider, setting.merchant_account, "account", setting.seller));
    event.event_id = ids.back();
    event.occurred_at_us = context.config.engine.clock->NowMicros();
    events.push_back(std::move(event));
  }
  if (events.empty()) return absl::OkStatus();
  return engine.AppendConfig(events);
}

absl::StatusOr<std::vector<RuleChange>> ApplyRules(Context& context, runtime::Engine& engine) {
  TIEOUT_ASSIGN_OR_RETURN(std::vector<ledger::Event> events, RuleEvents(context.config));
  TIEOUT_ASSIGN_OR_RETURN(const Index index, ReadIndex(context, engine.log()));
  std::vector<RuleChange> changes;
  std::deque<std::string> ids;
  std::vector<ledger::Event> appended;
  for (ledger::Event& event : events) {
    const InForce setting = *Describe(event);
    const auto known = index.find({setting.kind, setting.id});
    RuleChange& change =
        changes.emplace_back(RuleChange{setting.kind, setting.id, setting.summary, 0});
    if (known != index.end() && known->second.content == setting.content) continue;
    change.version = known == index.end() ? 1 : known->second.version + 1;
    if (auto* rule = std::get_if<ledger::Rule>(&event.body)) rule->version = change.version;
    if (auto* calendar = std::get_if<ledger::Calendar>(&event.body)) {
      calendar->version = change.version;
    }
    ids.push_back(ledger::MakeEventId("tieout", setting.kind + "s", setting.id,
                                      fmt::format("v{}", change.version)));
    event.event_id = ids.back();
    event.occurred_at_us = context.config.engine.clock->NowMicros();
    appended.push_back(std::move(event));
  }
  if (!appended.empty()) TIEOUT_RETURN_IF_ERROR(engine.AppendConfig(appended));
  return changes;
}

}  // namespace tieout::cli
