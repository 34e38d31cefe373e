// Level source: files that don't add up by their own words, and rows of unknown type.
#include <fmt/format.h>

#include <algorithm>

#include "tests/oracle/verdict.h"

namespace tieout::oracle {
namespace {

using ledger::Status;

const ledger::SourceReport& ReportOf(const Fact& fact) {
  return std::get<ledger::SourceReport>(fact.event->body);
}

bool IsClosedWithTotal(const Fact& fact) {
  return ReportOf(fact).phase == ledger::SourceReport::Phase::kClosed &&
         ReportOf(fact).stated_total.has_value();
}

bool AddsUp(const Fact& fact) { return *ReportOf(fact).stated_total == ReportOf(fact).total; }

bool Covers(const Fact& outer, const Fact& inner) {
  const ledger::SourceReport& o = ReportOf(outer);
  const ledger::SourceReport& i = ReportOf(inner);
  return i.coverage_from_us < i.coverage_to_us && o.coverage_from_us <= i.coverage_from_us &&
         i.coverage_to_us <= o.coverage_to_us;
}

Verdict About(const Fact& fact, std::string_view reason) {
  Verdict verdict;
  verdict.subject = fmt::format("{} of {}", reason, fact.event_id);
  Said& said = verdict.said;
  said.level = ledger::Level::kSource;
  said.status = Status::kUnmatched;
  said.reason = reason;
  said.currency = fact.event->account.currency;
  said.account =
      fmt::format("{}/{}", fact.event->account.provider, fact.event->account.merchant_account);
  said.members = {{fact.event_id, 0}};
  return verdict;
}

}  // namespace

std::vector<Verdict> SourceVerdicts(const Facts& facts) {
  std::vector<Verdict> verdicts;
  for (const Fact* fact : facts.OfKind(ledger::Kind::kAdjustment)) {
    if (std::get<ledger::Adjustment>(fact->event->body).reason != "unclassified") continue;
    verdicts.push_back(About(*fact, ledger::reason::kUnclassified));
    verdicts.back().said.actual = fact->event->amount;
  }
  const std::vector<const Fact*> reports = facts.OfKind(ledger::Kind::kSourceReport);
  for (const Fact* report : reports) {
    if (!IsClosedWithTotal(*report) || AddsUp(*report)) continue;
    Verdict verdict = About(*report, ledger::reason::kBalanceChainBroken);
    verdict.said.expected = *ReportOf(*report).stated_total;
    verdict.said.actual = ReportOf(*report).total;
    const bool is_healed = std::any_of(reports.begin(), reports.end(), [&](const Fact* other) {
      return other->ordinal > report->ordinal && other->event->account == report->event->account &&
             IsClosedWithTotal(*other) && AddsUp(*other) && Covers(*other, *report);
    });
    if (is_healed) {
      verdict.said.status = Status::kMatched;
      verdict.said.reason.clear();
      verdict.said.actual = verdict.said.expected;
      verdict.only_heals = true;
    }
    verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

}  // namespace tieout::oracle
