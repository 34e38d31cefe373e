#include "tests/engine/audit/small_log.h"

#include <map>

#include "engine/base/check.h"

namespace tieout::audit {
namespace {

constexpr int64_t kNow = 1'775'023'200 * base::kMicrosPerSecond;  // 2026-04-01 06:00 UTC

int64_t At(std::string_view day) { return base::ParseDay(day)->start_us(); }

ledger::Event Declared(std::string_view provider, std::string_view account, std::string_view id,
                       std::string_view pays_into) {
  ledger::Event event;
  event.event_id = id;
  event.account = {provider, account, ""};
  event.occurred_at_us = At("2026-03-01");
  ledger::AccountOpened opened;
  opened.owner = "acme";
  opened.pays_into = pays_into;
  event.body = opened;
  return event;
}

ledger::Event Started() {
  ledger::Event event;
  event.event_id = "stripe/acct_1/start";
  event.account = {"stripe", "acct_1", "EUR"};
  event.occurred_at_us = At("2026-03-02");
  event.body = ledger::Start{.first_day = *base::ParseDay("2026-03-02"), .available = 500};
  return event;
}

template <typename Body>
ledger::Event Fact(std::string_view id, std::string_view account, std::string_view day,
                   ledger::Minor amount, Body body) {
  ledger::Event event;
  event.event_id = id;
  event.account = {account == "DE1" ? "bank" : "stripe", account, "EUR"};
  event.occurred_at_us = At(day);
  event.amount = amount;
  event.body = std::move(body);
  return event;
}

ledger::Event Sale(std::string_view id, std::string_view payment, std::string_view payout,
                   ledger::Minor amount) {
  ledger::Event event = Fact(id, "acct_1", "2026-03-02", amount, ledger::Sale{});
  event.refs.payment_id = payment;
  event.refs.order_id = "order-1";
  event.refs.payout_id = payout;
  event.source.connector = "stripe";
  event.source.name = "march.csv";
  event.source.line = 2;
  return event;
}

ledger::Event RefundOf(std::string_view payment, std::string_view id, ledger::Minor amount) {
  ledger::Event event = Fact(id, "acct_1", "2026-03-16", amount, ledger::Refund{});
  event.refs.payment_id = payment;
  return event;
}

ledger::Event Payout(std::string_view id, std::string_view payout, std::string_view day,
                     ledger::Minor amount) {
  ledger::Payout body;
  body.state = ledger::Payout::State::kPaid;
  body.arrival_date = *base::ParseDay(day);
  body.list_complete = true;
  ledger::Event event = Fact(id, "acct_1", day, amount, body);
  event.refs.payout_id = payout;
  return event;
}

ledger::Event Deposit(std::string_view id, std::string_view day, ledger::Minor amount,
                      std::string_view text) {
  ledger::BankDeposit body;
  body.booking_date = body.value_date = *base::ParseDay(day);
  body.remittance = text;
  return Fact(id, "DE1", day, amount, body);
}

// A statement's row without an id of its own, told from its like by the balance behind it.
ledger::Event Row(std::string_view source, ledger::Minor balance) {
  ledger::Event event = Deposit("bank/DE1/2026-03-20.row.0/deposit", "2026-03-20", 650, "CASH");
  event.row.hash = "0123456789abcdef";
  event.row.day = *base::ParseDay("2026-03-20");
  event.row.balance_after = balance;
  event.source.sha256 = source;
  return event;
}

ledger::Event Parcel(std::string_view id, std::string_view order, ledger::Shipment body) {
  ledger::Event event = Fact(id, "app", "2026-03-03", 0, body);
  event.account.provider = ledger::kShippingProvider;
  event.refs.order_id = order;
  return event;
}

ledger::Event Covered(std::string_view id, std::string_view account,
                      ledger::SourceReport::Phase phase) {
  ledger::SourceReport body;
  body.phase = phase;
  body.coverage_from_us = At("2026-03-01");
  body.coverage_to_us = At("2026-04-01");
  return Fact(id, account, "2026-03-31", 0, body);
}

}  // namespace

SmallLog::SmallLog() : clock_(kNow) {
  std::string pattern = std::filesystem::temp_directory_path() / "tieout-audit-XXXXXX";
  TIEOUT_CHECK(mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
  options_.data_dir = folder_ + "/data";
  options_.partitions = 3;
  options_.fsync = "never";
  options_.clock = &clock_;
  auto engine = runtime::Engine::Open(options_);
  TIEOUT_CHECK(engine.ok());
  const std::vector<ledger::Event> accounts = {
      Declared("stripe", "acct_1", "stripe/acct_1/account/acme", "DE1"),
      Declared("bank", "DE1", "bank/DE1/account/acme", ""),
      Declared("shipping", "app", "shipping/app/account/acme", "")};
  TIEOUT_CHECK((*engine)->AppendConfig(accounts).ok());
  const ledger::Event start = Started();
  TIEOUT_CHECK((*engine)->AppendConfig({&start, 1}).ok());
  TIEOUT_CHECK((*engine)->Append(Facts()).ok());
  clock_.Set(kNow + 3600 * base::kMicrosPerSecond);
  TIEOUT_CHECK((*engine)->Settle().ok());
  TIEOUT_CHECK((*engine)->RunToEnd({}).ok());
}

std::vector<ledger::Event> SmallLog::Facts() {
  using Phase = ledger::SourceReport::Phase;
  return {
      Covered("stripe/acct_1/r1/opened", "acct_1", Phase::kOpened),
      Covered("bank/DE1/r2/opened", "DE1", Phase::kOpened),
      Fact("stripe/acct_1/txn_0/gross", "acct_1", "2026-03-01", 900, ledger::Sale{}),
      Fact("stripe/acct_1/txn_0/gross", "acct_1", "2026-03-01", 900, ledger::Sale{}),  // again
      Sale("stripe/acct_1/txn_1/gross", "ch_1", "po_first0001", 10000),
      Payout("stripe/acct_1/po_first0001/paid", "po_first0001", "2026-03-06", 10000),
      Sale("stripe/acct_1/txn_2/gross", "ch_2", "po_second002", 7700),
      Payout("stripe/acct_1/po_second002/paid", "po_second002", "2026-03-13", 7700),
      Deposit("bank/DE1/b1/deposit", "2026-03-06", 10000, "STRIPE po_first0001"),
      Deposit("bank/DE1/b1/deposit", "2026-03-06", 10000, "STRIPE po_first0001"),  // again
      Row("the first file's sha256, 32 byte", 10650),
      Row("the second file's sha256, 32 byt", 10650),  // the same
      Row("the third file's sha256, 32 byte", 11300),  // another
      RefundOf("ch_2", "stripe/acct_1/txn_3/gross", -1200),
      Parcel("shipping/app/T1/label", "order-1",
             {.status = ledger::Shipment::Status::kLabelled, .label_cost = 699}),
      Parcel("shipping/app/T1/claimed", "order-1",
             {.status = ledger::Shipment::Status::kClaimed, .claim_id = "CL-77"}),
      Parcel("shipping/app/T2/label", "order-9",
             {.status = ledger::Shipment::Status::kLabelled, .label_cost = 699}),
      Covered("stripe/acct_1/r1/closed", "acct_1", Phase::kClosed),
      Covered("bank/DE1/r2/closed", "DE1", Phase::kClosed),
  };
}

std::unique_ptr<log::EventLog> SmallLog::CopyWithOutput(
    const std::function<void(std::vector<log::Entry>&)>& change) const {
  auto from = runtime::OpenLogForReading(options_);
  TIEOUT_CHECK(from.ok());
  const auto entries = [&](log::Stream stream) {
    std::vector<log::Entry> all;
    for (int partition = 0; partition < options_.partitions; ++partition) {
      const int64_t end = *(*from)->End(stream, partition);
      auto reader = *(*from)->NewReader(stream, partition, 0);
      while (reader->position() < end) {
        const auto batch = reader->Read(1000, std::chrono::seconds(1));
        TIEOUT_CHECK(batch.ok());
        for (const log::Stored& stored : *batch) {
          all.push_back({stream, partition, std::string(stored.key), std::string(stored.value)});
        }
      }
    }
    return all;
  };
  std::vector<log::Entry> output = entries(log::Stream::kRecords);
  change(output);
  std::vector<log::CommitPoint> points;
  for (int partition = 0; partition < options_.partitions; ++partition) {
    points.push_back(*(*from)->Committed(partition));
  }
  const std::string copy = folder_ + "/copy";
  std::filesystem::remove_all(copy);
  log::EmbeddedOptions embedded;
  embedded.fsync = log::Fsync::kNever;
  TIEOUT_CHECK(
      log::CreateEmbedded(copy, (*from)->identity(), entries(log::Stream::kEvents), embedded).ok());
  auto to = log::OpenEmbedded(copy, embedded);
  TIEOUT_CHECK(to.ok());
  auto slot = (*to)->OpenSlot(0);
  TIEOUT_CHECK(slot.ok());
  while ((*slot)->epoch() == 0) TIEOUT_CHECK((*slot)->Poll(1, std::chrono::seconds(1)).ok());
  const auto outcome = (*slot)->Commit(output, points);
  TIEOUT_CHECK(outcome.ok() && *outcome == log::CommitOutcome::kCommitted);
  return *std::move(to);
}

}  // namespace tieout::audit
