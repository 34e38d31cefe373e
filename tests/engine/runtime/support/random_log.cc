#include "tests/engine/runtime/support/random_log.h"

#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <random>
#include <vector>

#include "engine/base/hash.h"
#include "engine/codec/codec.h"
#include "engine/log/embedded.h"
#include "engine/runtime/beginning.h"
#include "engine/runtime/log_index.h"
#include "engine/runtime/publisher.h"
#include "engine/runtime/ticker.h"
#include "fmt/format.h"
#include "gtest/gtest.h"

namespace tieout::runtime {
namespace {

constexpr int64_t kFirstDayUs = kRandomLogBeginsUs;

class Writer {
 public:
  Writer(log::EventLog* log, const RandomLogShape& shape)
      : shape_(shape),
        random_(shape.seed),
        clock_(kFirstDayUs),
        index_(log, ""),
        publisher_(log, &index_),
        ticker_(log, &clock_),
        log_(log) {}

  void WriteAll() {
    Must(index_.Refresh());
    ticker_.Know(index_.last_tick());
    DeclareAccounts();
    for (int day = 0; day < shape_.days; ++day) {
      clock_.Set(kFirstDayUs + day * base::kMicrosPerDay);
      Must(ticker_.CatchUp().status());
      for (int seller = 0; seller < shape_.sellers; ++seller) WriteDay(seller, day);
      Must(publisher_.Flush());
      if (random_() % 4 == 0) WritePoison();
      if (random_() % 4 == 0) WriteAstray(day);
    }
    clock_.Set(kFirstDayUs + (shape_.days + 20) * base::kMicrosPerDay);
    Must(ticker_.Settle());
  }

 private:
  static void Must(const absl::Status& status) { ASSERT_TRUE(status.ok()) << status; }
  std::string_view Keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  ledger::Event Base(std::string_view provider, std::string_view account, std::string_view entry,
                     std::string_view component, int64_t at_us) {
    ledger::Event event;
    event.account = {provider, account, "EUR"};
    event.event_id = Keep(ledger::MakeEventId(provider, account, entry, component));
    event.occurred_at_us = at_us;
    event.source.connector = "test";
    return event;
  }

  void DeclareAccounts() {
    std::vector<ledger::Event> events;
    for (int i = 0; i < shape_.sellers; ++i) {
      for (const std::string_view provider : {"stripe", "bank"}) {
        ledger::Event event =
            Base(provider, Keep(fmt::format("acct{}", i)), "account", "owner", kFirstDayUs);
        event.account.currency = "";
        ledger::AccountOpened opened;
        opened.owner = Keep(fmt::format("seller-{}", i));
        if (provider == "stripe") opened.pays_into = Keep(fmt::format("acct{}", i));
        event.body = opened;
        events.push_back(event);
      }
    }
    Must(publisher_.AppendConfig(events));
  }

  // The day's sales, each named by the payout of the day, and the payout's deposit two days later.
  void WriteDay(int seller, int day) {
    const std::string_view account = Keep(fmt::format("acct{}", seller));
    const std::string_view payout_id = Keep(fmt::format("po_{}_{:08}", seller, day));
    const int64_t at = kFirstDayUs + day * base::kMicrosPerDay;
    ledger::Minor sum = 0;
    for (int i = 0; i < shape_.sales_a_day; ++i) {
      ledger::Event sale =
          Base("stripe", account, fmt::format("ch_{}_{}", day, i), "gross", at + i);
      sale.amount = 1000 + static_cast<ledger::Minor>(random_() % 5000);
      sale.refs.payment_id = Keep(fmt::format("pi_{}_{}", day, i));
      sale.refs.payout_id = payout_id;
      sale.body = ledger::Sale{};
      sum += sale.amount;
      Put(sale);
      if (random_() % 12 == 0) Put(sale);  // through a second door
      if (random_() % 9 == 0) sum += PutRefund(sale, account, payout_id, i);
    }
    PutPayout(account, payout_id, at, sum);
    PutDeposit(account, payout_id, at + 2 * base::kMicrosPerDay, sum);
  }

  ledger::Minor PutRefund(const ledger::Event& sale, std::string_view account,
                          std::string_view payout_id, int i) {
    ledger::Event refund = Base("stripe", account, fmt::format("{}_r{}", payout_id, i), "gross",
                                sale.occurred_at_us + 60);
    refund.amount = -sale.amount / 2;
    refund.refs.payment_id = sale.refs.payment_id;
    refund.refs.payout_id = payout_id;
    refund.body = ledger::Refund{};
    Put(refund);
    return refund.amount;
  }

  void PutPayout(std::string_view account, std::string_view payout_id, int64_t at,
                 ledger::Minor sum) {
    ledger::Event payout = Base("stripe", account, payout_id, "paid", at + base::kMicrosPerDay / 2);
    payout.amount = sum;
    payout.refs.payout_id = payout_id;
    ledger::Payout body;
    body.state = ledger::Payout::State::kPaid;
    body.arrival_date = base::DayOf(at).plus(2);
    body.list_complete = true;
    payout.body = body;
    Put(payout);
  }

  // One in six stays away, one in six comes short, half of the others cite the payout.
  void PutDeposit(std::string_view account, std::string_view payout_id, int64_t at,
                  ledger::Minor sum) {
    const auto luck = random_() % 6;
    if (luck == 0) return;
    ledger::Event deposit = Base("bank", account, payout_id, "entry", at);
    deposit.amount = luck == 1 ? sum - 17 : sum;
    ledger::BankDeposit body;
    body.value_date = base::DayOf(at);
    body.booking_date = base::DayOf(at);
    body.counterparty = "STRIPE PAYMENTS";
    if (luck % 2 == 1) body.remittance = payout_id;
    deposit.body = body;
    Put(deposit);
  }

  void Put(const ledger::Event& event) { Must(publisher_.Add(event)); }

  void WritePoison() {
    log::Entry entry;
    entry.partition = static_cast<int>(random_() % static_cast<uint64_t>(shape_.partitions));
    entry.key = "seller-0";
    entry.value = "\xff\xff no event";
    Must(log_->Append({&entry, 1}));
  }

  // A sale whose producer reckoned with another partition count.
  void WriteAstray(int day) {
    ledger::Event sale = Base("stripe", "acct0", Keep(fmt::format("astray_{}", day)), "gross",
                              kFirstDayUs + day * base::kMicrosPerDay);
    sale.amount = 4711;
    sale.body = ledger::Sale{};
    log::Entry entry;
    entry.key = "seller-0";
    entry.partition =
        (base::PartitionOf(entry.key, shape_.partitions) + 1) % std::max(2, shape_.partitions);
    if (entry.partition >= shape_.partitions) return;
    entry.value = codec::EncodeEvent(sale);
    Must(log_->Append({&entry, 1}));
  }

  const RandomLogShape shape_;
  std::mt19937_64 random_;
  ManualClock clock_;
  LogIndex index_;
  Publisher publisher_;
  Ticker ticker_;
  log::EventLog* const log_;
  std::deque<std::string> kept_;  // what the events' views point to
};

// This process's alone, since tests run side by side; gone when it ends.
struct OwnDirectory {
  std::string path = fmt::format("{}tieout_runtime_{}", ::testing::TempDir(), ::getpid());
  ~OwnDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

log::EmbeddedOptions Fast() {
  log::EmbeddedOptions options;
  options.fsync = log::Fsync::kNever;
  return options;
}

}  // namespace

std::string FreshDirectory(const std::string& name) {
  static const OwnDirectory own;
  const std::string path = own.path + "/" + name;
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path;
}

std::unique_ptr<log::EventLog> OpenTestLog(const std::string& directory) {
  auto log = log::OpenEmbedded(directory, Fast());
  EXPECT_TRUE(log.ok()) << log.status();
  return *std::move(log);
}

void WriteRandomLog(const std::string& directory, const RandomLogShape& shape) {
  const log::Identity identity{fmt::format("test-{}", shape.seed), shape.partitions};
  const absl::Status created =
      log::CreateEmbedded(directory, identity, BeginningOf(identity, kFirstDayUs), Fast());
  ASSERT_TRUE(created.ok()) << created;
  auto log = OpenTestLog(directory);
  Writer(log.get(), shape).WriteAll();
}

}  // namespace tieout::runtime
