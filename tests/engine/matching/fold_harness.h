// A fold over memory pages with one seller S1, her Stripe account acct_1 and her bank account DE1,
// in EUR, one partition.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "engine/matching/fold.h"

namespace tieout::matching {

class MemoryPages : public PageSource, public PageSink {
 public:
  absl::StatusOr<bool> Load(std::string_view key, std::string* value) override {
    const auto it = pages.find(std::string(key));
    if (it == pages.end()) return false;
    *value = it->second;
    return true;
  }
  absl::Status Put(std::string_view key, std::string_view value) override {
    if (value.empty()) {
      pages.erase(std::string(key));
    } else {
      pages[std::string(key)] = value;
    }
    return absl::OkStatus();
  }
  std::map<std::string, std::string> pages;
};

class Harness {
 public:
  Harness() {
    fold = Fold::Open(0, &pages).value();
    ledger::Event log;
    log.event_id = "log";
    log.body = ledger::LogBeginning{"0", 1, "murmur2", 1};
    Apply("", log);
    for (const ledger::Event& e : BuiltinConfiguration()) Apply("", e);
    Account("stripe", "acct_1", "S1", "DE1");
    Account("bank", "DE1", "S1", "");
    TickAt("2026-03-01");
  }

  static int64_t At(std::string_view day) { return base::ParseDay(day)->start_us(); }
  std::string_view Keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  void Apply(std::string_view key, const ledger::Event& event) {
    Output out;
    const absl::Status status = fold->Apply(key, event, &out);
    if (!status.ok()) std::abort();
    for (ledger::Record& r : out.records) records.push_back(std::move(r));
    for (ledger::DeadLetter& d : out.dead_letters) dead_letters.push_back(std::move(d));
  }
  ledger::Event Base(std::string_view event_id, std::string_view day) {
    ledger::Event event;
    event.event_id = event_id;
    event.account = {"stripe", "acct_1", "EUR"};
    event.occurred_at_us = At(day) + 1;
    return event;
  }
  std::string_view Id(std::string_view provider, std::string_view account, std::string_view entry,
                      std::string_view part) {
    return Keep(ledger::MakeEventId(provider, account, entry, part));
  }
  void Account(std::string_view provider, std::string_view account, std::string_view owner,
               std::string_view pays_into) {
    ledger::Event event;
    event.event_id = Id("account", provider, account, owner);
    event.account = {provider, account, ""};
    event.occurred_at_us = At("2026-01-01");
    ledger::AccountOpened opened;
    opened.owner = owner;
    opened.pays_into = pays_into;
    event.body = opened;
    Apply("", event);
  }
  void TickAt(std::string_view day, bool settled = false) {
    ledger::Event event;
    const auto number = static_cast<uint64_t>(At(day) / ledger::kTickMicros);
    event.event_id = Keep("log/tick/" + std::to_string(number));
    event.body = ledger::Tick{number, settled};
    Apply("", event);
  }
  void Sale(std::string_view txn, std::string_view payment, ledger::Minor amount,
            std::string_view day) {
    ledger::Event event = Base(Id("stripe", "acct_1", txn, "gross"), day);
    event.amount = amount;
    event.refs.payment_id = payment;
    event.body = ledger::Sale{};
    Apply("S1", event);
  }
  void Fee(std::string_view txn, std::string_view payment, ledger::Minor amount,
           std::string_view day) {
    ledger::Event event = Base(Id("stripe", "acct_1", txn, "fee"), day);
    event.amount = amount;
    event.refs.payment_id = payment;
    ledger::Fee body;
    body.type = "processing";
    event.body = body;
    Apply("S1", event);
  }
  void FeeSchedule(uint32_t percent_bp, ledger::Minor fixed) {
    ledger::Rule rule;
    rule.rule_id = "stripe_standard";
    rule.version = 1;
    rule.scope.provider = "stripe";
    rule.fee_schedule.emplace();
    rule.fee_schedule->fee_type = "processing";
    rule.fee_schedule->percent_bp = percent_bp;
    rule.fee_schedule->fixed = fixed;
    ledger::Event event;
    event.event_id = "rule/stripe_standard/1";
    event.body = std::move(rule);
    Apply("", event);
  }
  void Payout(std::string_view payout, ledger::Minor amount, std::string_view arrival,
              ledger::Payout::State state = ledger::Payout::State::kInitiated) {
    ledger::Event event = Base(Id("stripe", "acct_1", payout,
                                  state == ledger::Payout::State::kFailed ? "failed" : "initiated"),
                               arrival);
    event.amount = amount;
    ledger::Payout body;
    body.state = state;
    body.arrival_date = *base::ParseDay(arrival);
    event.body = body;
    Apply("S1", event);
  }
  void Deposit(std::string_view entry, ledger::Minor amount, std::string_view day,
               std::string_view text) {
    ledger::Event event = Base(Id("bank", "DE1", entry, "entry"), day);
    event.account = {"bank", "DE1", "EUR"};
    event.amount = amount;
    ledger::BankDeposit body;
    body.value_date = body.booking_date = *base::ParseDay(day);
    body.remittance = text;
    event.body = body;
    Apply("S1", event);
  }
  void Amend(std::string_view entry, ledger::Amendment::Field field, std::string_view value,
             std::string_view day) {
    ledger::Event event =
        Base(Keep("stripe/acct_1/" + std::string(entry) +
                  "/amend:" + std::to_string(static_cast<int>(field)) + ":" + std::string(value)),
             day);
    ledger::Amendment body;
    body.entry = Keep("stripe/acct_1/" + std::string(entry));
    body.field = field;
    body.value = value;
    body.as_of_us = At(day);
    event.body = body;
    Apply("S1", event);
  }
  void Covered(std::string_view provider, std::string_view account, std::string_view from,
               std::string_view to) {
    ledger::Event event =
        Base(Id(provider, account, Keep("report-" + std::string(to)), "closed"), from);
    event.account = {provider, account, "EUR"};
    event.source.sha256 = Keep(std::string(32, static_cast<char>(kept_.size() % 251)));
    ledger::SourceReport body;
    body.phase = ledger::SourceReport::Phase::kClosed;
    body.coverage_from_us = At(from);
    body.coverage_to_us = At(to);
    event.body = body;
    Apply("S1", event);
  }
  // Writes a checkpoint and opens the fold anew from it.
  base::Digest Restart() {
    fold->Freeze();
    const CheckpointData data = fold->WriteFrozen(&pages).value();
    fold = Fold::Open(0, &pages).value();
    return data.digest;
  }

  MemoryPages pages;
  std::unique_ptr<Fold> fold;
  std::vector<ledger::Record> records;
  std::vector<ledger::DeadLetter> dead_letters;

 private:
  std::deque<std::string> kept_;
};

}  // namespace tieout::matching
