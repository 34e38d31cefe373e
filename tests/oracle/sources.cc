#include "tests/oracle/sources.h"

#include <algorithm>
#include <set>
#include <string>

namespace tieout::oracle {

// Banking days by the calendars in force at a place of the log, counted one by one.
class Source::Days {
 public:
  Days(const Configuration& configuration, uint64_t at) : configuration_(configuration), at_(at) {}
  const Configuration& configuration() const { return configuration_; }
  uint64_t at() const { return at_; }

  Day Later(std::string_view calendar, Day day, uint32_t days) const {
    return configuration_.AddBankingDays(calendar, at_, day, days);
  }
  // Within [first, end).
  uint32_t Count(std::string_view calendar, Day first, Day end) const {
    uint32_t count = 0;
    for (Day day = first; day < end; day = day.plus(1)) {
      if (Later(calendar, day.plus(-1), 1) == day) ++count;
    }
    return count;
  }

 private:
  const Configuration& configuration_;
  uint64_t at_;
};

namespace {

uint64_t NumberIn(const std::string& text) {
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return digits && text.size() < 19 ? std::stoull(text) : 0;
}

Day FirstWholeDay(int64_t us) {
  const Day day = base::DayOf(us);
  return day.start_us() == us ? day : day.plus(1);
}

Day LastDay(int64_t to_us) { return base::DayOf(to_us - 1); }

}  // namespace

std::vector<Source::Heard> Source::Last() const {
  const std::set<Heard> unique(heard_.begin(), heard_.end());
  std::vector<Heard> last(unique.begin(), unique.end());
  if (last.size() > 16) last.erase(last.begin(), last.end() - 16);
  return last;
}

std::optional<Source::Beat> Source::BeatOf(const Days& days, const std::vector<Heard>& last) const {
  const ledger::Rule* rule = days.configuration().RuleAt("source_rhythm", account_, days.at());
  if (rule != nullptr) {
    const ledger::Rule::BankMatch match = rule->bank_match.value_or(ledger::Rule::BankMatch{});
    if (match.lag_banking_days == 0) return std::nullopt;
    return Beat{match.lag_banking_days, match.grace_banking_days, match.calendar, true};
  }
  std::multiset<uint32_t> gaps;
  for (size_t i = 1; i < last.size(); ++i) {
    gaps.insert(days.Count("", LastDay(last[i - 1].to_us).plus(1), LastDay(last[i].to_us).plus(1)));
  }
  gaps.erase(0);
  if (gaps.size() < 4) return std::nullopt;
  gaps.erase(std::prev(gaps.end()));
  const uint32_t longest = *gaps.rbegin();
  if (2 * longest > 3 * *gaps.begin()) return std::nullopt;
  return Beat{longest, 1, "", false};
}

std::vector<Hole> Source::HolesAmong(const Days& days, const std::vector<Heard>& last) const {
  const std::optional<Beat> beat = BeatOf(days, last);
  std::vector<Hole> holes;
  for (const Heard& after : last) {
    std::optional<Heard> before;
    for (const Heard& other : last) {
      if (other.to_us <= after.from_us) before = other;
    }
    if (!before) continue;
    const bool bridged = std::any_of(last.begin(), last.end(), [&](const Heard& other) {
      return other.from_us < after.from_us && other.to_us > before->to_us;
    });
    if (bridged) continue;
    const bool both_count = before->last != 0 && after.first != 0;
    const bool number_missing =
        both_count && after.first >= before->last + 2 && after.first <= before->last + 101;
    const bool both_balances = before->closing && after.opening;
    const uint32_t silent =
        beat ? days.Count(beat->calendar, FirstWholeDay(before->to_us), base::DayOf(after.from_us))
             : 0;
    const bool days_missing = silent > 0 && 3 * silent >= 2 * beat->every;
    const bool is_hole =
        number_missing || (both_balances ? *before->closing != *after.opening : days_missing);
    if (!is_hole) continue;
    Hole hole{.from_us = before->to_us, .to_us = after.from_us};
    if (both_balances && *before->closing != *after.opening) {
      hole.expected = *before->closing;
      hole.actual = *after.opening;
    }
    const bool told = std::any_of(holes.begin(), holes.end(), [&](const Hole& h) {
      return h.from_us == hole.from_us && h.to_us == hole.to_us;
    });
    if (!told) holes.push_back(hole);
  }
  return holes;
}

std::vector<Hole> Source::Hear(const ledger::SourceReport& report,
                               const Configuration& configuration, uint64_t ordinal,
                               int64_t now_us) {
  if (report.coverage_to_us == 0) return {};
  const Days days(configuration, ordinal);
  const bool grew = report.coverage_to_us > covered_until_us_;
  covered_until_us_ = std::max(covered_until_us_, report.coverage_to_us);
  if (report.coverage_from_us < report.coverage_to_us) {
    const std::string text(report.sequence);
    const size_t dash = text.find('-');
    Heard heard{report.coverage_to_us, report.coverage_from_us, 0, 0,
                report.opening,        report.closing};
    if (IsBank(account_)) {
      heard.first = NumberIn(text.substr(0, dash));
      heard.last = dash == std::string::npos ? heard.first : NumberIn(text.substr(dash + 1));
      if (heard.first == 0 || heard.last == 0) heard.first = heard.last = 0;
    }
    heard_.push_back(heard);
  }
  const std::vector<Heard> last = Last();
  if (last.empty()) return {};
  const std::vector<Hole> now = HolesAmong(days, last);
  const auto is_in = [](const std::vector<Hole>& holes, const Hole& hole) {
    return std::any_of(holes.begin(), holes.end(), [&](const Hole& h) {
      return h.from_us == hole.from_us && h.to_us == hole.to_us;
    });
  };
  std::vector<Hole> closed, open;
  for (const Hole& hole : holes_) {
    const bool forgotten = hole.from_us < last.front().to_us;
    const bool reached_across =
        report.coverage_from_us <= hole.from_us && report.coverage_to_us >= hole.to_us &&
        report.coverage_from_us < hole.to_us && report.coverage_to_us > hole.from_us;
    (forgotten ? !reached_across : is_in(now, hole)) ? open.push_back(hole)
                                                     : closed.push_back(hole);
  }
  for (Hole hole : now) {
    if (is_in(open, hole)) continue;
    hole.since = {now_us, now_us, ordinal};
    open.push_back(hole);
  }
  holes_ = open;

  const std::optional<Beat> beat = BeatOf(days, last);
  int64_t due_us = 0;
  if (beat) {
    const Day until = LastDay(covered_until_us_);
    due_us = days.Later(beat->calendar, until, beat->every + beat->grace).plus(1).start_us();
    if (due_us > now_us) was_on_time_ = true;
    if (!beat->ruled && !was_on_time_) due_us = 0;
  }
  if (grew || due_us != due_us_) {
    due_us_ = due_us;
    next_.reset();
    if (due_us != 0) next_ = Deadline{due_us, now_us, ordinal};
  }
  return closed;
}

}  // namespace tieout::oracle
