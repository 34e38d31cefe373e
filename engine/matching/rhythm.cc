#include "engine/matching/rhythm.h"

#include <algorithm>
#include <charconv>

namespace tieout::matching {
namespace {

constexpr size_t kRemembered = 16;       // reports of an account
constexpr size_t kBeatsToLearn = 4;      // days from one report's end to the next's
constexpr uint64_t kMostMissing = 100;   // statements; a jump beyond is another count
constexpr uint32_t kGraceOfLearned = 1;  // banking days

// "12" or, of a file with several statements, "12-15". Of banks only: what else carries a number
// doesn't count by one.
void ReadNumbers(std::string_view text, Reported* r) {
  const auto read = [](std::string_view digits, uint64_t* number) {
    const char* end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, *number);
    return error == std::errc() && rest == end;
  };
  const size_t dash = text.find('-');
  const bool is_range = dash != std::string_view::npos;
  if (!read(text.substr(0, dash), &r->first_number) ||
      !read(is_range ? text.substr(dash + 1) : text, &r->last_number)) {
    r->first_number = r->last_number = 0;
  }
}

Day LastDay(const Reported& r) { return base::DayOf(r.to_us - 1); }

// Whole banking days within [from, to).
uint32_t BankingDaysWithin(const ConfigPage& config, std::string_view calendar, int64_t from_us,
                           int64_t to_us) {
  const Day before = base::DayOf(from_us - 1);  // the last that has begun
  const Day end = base::DayOf(to_us);
  return end <= before.plus(1) ? 0 : BankingDaysBetween(config, calendar, before, end.plus(-1));
}

// The largest beat, when all but one are alike: none longer than the shortest and half of it again.
// The one apart may be what is missing now, or a holiday.
std::optional<uint32_t> LearnBeat(const ConfigPage& config, const std::vector<Reported>& reported) {
  std::vector<uint32_t> beats;
  for (size_t i = 1; i < reported.size(); ++i) {
    const uint32_t days =
        BankingDaysBetween(config, "", LastDay(reported[i - 1]), LastDay(reported[i]));
    if (days > 0) beats.push_back(days);
  }
  if (beats.size() < kBeatsToLearn) return std::nullopt;
  std::sort(beats.begin(), beats.end());
  beats.pop_back();
  if (beats.back() * 2 > beats.front() * 3) return std::nullopt;
  return beats.back();
}

// The report that ended last before `r` begins; nullptr: none, or another reaches across.
const Reported* Before(const std::vector<Reported>& reported, const Reported& r) {
  const Reported* before = nullptr;
  for (const Reported& other : reported) {
    if (other.to_us <= r.from_us) before = &other;
  }
  for (const Reported& other : reported) {
    if (before != nullptr && other.from_us < r.from_us && other.to_us > before->to_us) {
      return nullptr;
    }
  }
  return before;
}

bool IsMissingBetween(const ConfigPage& config, const std::optional<Rhythm>& rhythm,
                      const Reported& before, const Reported& r) {
  const uint64_t expected = before.last_number + 1;
  if (before.last_number != 0 && r.first_number > expected &&
      r.first_number - expected <= kMostMissing) {
    return true;
  }
  if (before.closing && r.opening) return *before.closing != *r.opening;
  if (!rhythm) return false;
  const uint64_t days = BankingDaysWithin(config, rhythm->calendar, before.to_us, r.from_us);
  return days > 0 && days * 3 >= uint64_t{rhythm->lag_banking_days} * 2;
}

}  // namespace

std::optional<Rhythm> RhythmOf(const ConfigPage& config, const AccountState& account) {
  const uint32_t index = RuleInForce(config, kSourceRhythm, account);
  if (index != kNone) {
    const RuleState& rule = config.rules[index];
    if (rule.lag_banking_days == 0) return std::nullopt;
    return Rhythm{rule.lag_banking_days, rule.grace_banking_days, rule.calendar, true};
  }
  const std::optional<uint32_t> beat = LearnBeat(config, account.reported);
  if (!beat) return std::nullopt;
  return Rhythm{*beat, kGraceOfLearned, "", false};
}

int64_t NextReportDue(const ConfigPage& config, const Rhythm& rhythm, const AccountState& account) {
  return AddBankingDays(config, rhythm.calendar, base::DayOf(account.covered_until_us - 1),
                        rhythm.lag_banking_days + rhythm.grace_banking_days)
      .plus(1)
      .start_us();
}

void Remember(const ledger::SourceReport& report, bool counts, std::vector<Reported>* reported) {
  if (report.coverage_from_us >= report.coverage_to_us) return;
  Reported r{report.coverage_to_us, report.coverage_from_us};
  r.opening = report.opening;
  r.closing = report.closing;
  if (counts) ReadNumbers(report.sequence, &r);
  const auto at = std::lower_bound(reported->begin(), reported->end(), r);
  if (at != reported->end() && *at == r) return;
  reported->insert(at, r);
  if (reported->size() > kRemembered) reported->erase(reported->begin());
}

std::vector<SourceGap> GapsAmong(const ConfigPage& config, const AccountState& account) {
  const std::optional<Rhythm> rhythm = RhythmOf(config, account);
  std::vector<SourceGap> gaps;
  for (const Reported& r : account.reported) {
    const Reported* before = Before(account.reported, r);
    if (before == nullptr || !IsMissingBetween(config, rhythm, *before, r)) continue;
    SourceGap gap{.from_us = before->to_us, .to_us = r.from_us};
    if (before->closing && r.opening && *before->closing != *r.opening) {
      gap.expected = *before->closing;
      gap.actual = *r.opening;
    }
    const auto same = [&](const SourceGap& g) { return g.SpansSame(gap); };
    if (std::none_of(gaps.begin(), gaps.end(), same)) gaps.push_back(gap);
  }
  std::sort(gaps.begin(), gaps.end(), [](const SourceGap& a, const SourceGap& b) {
    return std::tie(a.from_us, a.to_us) < std::tie(b.from_us, b.to_us);
  });
  return gaps;
}

}  // namespace tieout::matching
