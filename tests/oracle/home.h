// One home of the oracle: its facts, what it has said, and the difference between the two.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/oracle/facts.h"
#include "tests/oracle/oracle.h"
#include "tests/oracle/sources.h"
#include "tests/oracle/verdict.h"

namespace tieout::oracle {

// All members of `part` are members of `group`.
bool Holds(const Said& group, const Said& part);

class Home {
 public:
  Home(std::string name, const Configuration* configuration)
      : name_(std::move(name)), configuration_(*configuration), facts_(configuration) {}

  void Apply(uint64_t ordinal, const Event& event, int64_t now_us, Answer* answer);
  // `settled`: nothing that stands before `ordinal` waits for settling any more.
  void Tick(uint64_t ordinal, int64_t now_us, bool settled, Answer* answer);
  End end() const;

 private:
  // What was computed for a subject at the last look, since when, and what was said of it.
  struct Subject {
    Verdict verdict;
    Deadline changed;
    bool has_said = false;
    Said said;
    std::vector<uint64_t> said_items;
  };
  struct BankRecord {
    Said said;
    bool by_reference = false;
    std::string proposed_deposit;
    std::string takes_over;
    Day due_on;  // when it was said
  };

  void Refuse(const Event& event, std::string_view reason, const Fact* first, Answer* answer);

  void Judge(Answer* answer);
  void JudgeSubject(const Verdict& verdict, Subject* subject, Answer* answer);
  void JudgeBank(Answer* answer);
  bool WouldBeSaid(const BankVerdict& verdict) const;
  static bool Continues(const BankRecord& record, const BankRecord& old);
  // Of several that go on in one record the lowest is superseded, the others are revoked.
  std::pair<int, uint64_t> RankOf(const BankRecord& record, const BankRecord& old) const;
  bool IsTime(const BankVerdict& verdict);
  bool HasPassed(const Deadline& deadline) const;
  // Whether all of `needs` have reported; what hasn't is noted as late.
  bool AreCovered(const std::vector<AccountRef>& needs, int64_t until_us);
  void HearReport(const Event& event, Answer* answer);
  void LookAtSources(Answer* answer);
  Said HoleSaid(const Source& source, const Hole& hole) const;
  void TellLateSources(Answer* answer);
  void Say(const Said& said, Answer* answer) const;
  std::vector<Open> OpenItems() const;
  Minor AllocatedTo(std::string_view event_id) const;

  const std::string name_;
  const Configuration& configuration_;
  Facts facts_;

  std::map<std::string, Subject> subjects_;
  std::vector<BankRecord> bank_;  // what holds
  struct Late {
    Said said;
    int64_t until_us = 0;  // of all that wait for it
    AccountRef account;
  };
  std::map<std::string, Late> late_;
  std::map<std::string, Late> newly_late_;
  std::map<std::string, Source> sources_;  // by account and currency

  // The entry at hand.
  uint64_t ordinal_ = 0;
  int64_t now_us_ = 0;
  bool at_tick_ = false;
  uint64_t settled_before_ = 0;
};

}  // namespace tieout::oracle
