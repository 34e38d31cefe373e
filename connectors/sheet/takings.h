// What a till took on each day, as payouts in cash that the bank should show.
//
// A day's takings are all that moved the till's balance on it, so a float stays out of the sheet or
// comes and goes on one day. Where that is zero or less there is nothing to bank. A file tells of
// whole days: one told again with another sum is a CONFLICTING_DUPLICATE, for a person.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "connectors/emit.h"

namespace tieout::connectors::sheet {

class Takings {
 public:
  Takings(std::string provider, Emitter* emitter)
      : provider_(std::move(provider)), emitter_(*emitter) {}

  // "stall-7-2026-03-07": what to write on the paying-in slip. Never the day alone, which other
  // bank lines print too.
  static std::string IdOf(std::string_view account, base::Day day);

  void Add(std::string_view account, std::string_view currency, base::Day day, uint64_t line,
           ledger::Minor amount);
  // The paying-in slip's or bag's number: the last that a row of the day names.
  void Name(std::string_view account, std::string_view currency, base::Day day,
            std::string_view reference);
  // A row of the day was set aside: its sum would be too small, and differ once it is repaired.
  void Hold(base::Day day, uint64_t line) { held_.try_emplace(day, line); }
  // After the last row: the payouts, whose items are all of the days' events.
  absl::Status Emit();

 private:
  struct Taken {
    ledger::WideMinor amount = 0;
    uint64_t line = 0;  // of its last row
    std::string reference;
  };
  absl::Status EmitDay(const ledger::AccountRef& account, base::Day day, const Taken& taken);

  const std::string provider_;
  Emitter& emitter_;
  std::map<std::tuple<std::string, std::string, base::Day>, Taken> days_;  // account, currency
  std::map<base::Day, uint64_t> held_;
};

}  // namespace tieout::connectors::sheet
