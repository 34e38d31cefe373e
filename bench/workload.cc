#include "bench/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/codec/codec.h"

namespace tieout::bench {
namespace {

using ledger::Event;
using ledger::Kind;

constexpr int64_t kHour = 3'600 * base::kMicrosPerSecond;
constexpr size_t kRecent = 4'096;
constexpr std::string_view kCurrency = "EUR";

// An id as providers make them: 24 letters and digits, told by what it stands for.
std::string Id(std::string_view prefix, uint64_t number) {
  constexpr std::string_view kDigits =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  base::Hash128 hash = base::HashBytes128(fmt::format("{}{}", prefix, number));
  std::string id(prefix);
  for (uint64_t half : {hash.high, hash.low}) {
    for (int i = 0; i < 12; ++i, half /= kDigits.size()) id += kDigits[half % kDigits.size()];
  }
  return id;
}

std::string SellerId(uint32_t seller) { return fmt::format("seller-{:06}", seller); }
std::string AccountId(uint32_t seller) { return fmt::format("acct_{:016x}", seller * 2654435761u); }
std::string BankId(uint32_t seller) { return fmt::format("DE{:020}", 10'000'000u + seller); }
// A payout's number is its seller's and its own.
std::string PayoutId(uint32_t seller, uint32_t payout) {
  return Id("po_", uint64_t{seller} << 32 | payout);
}
// What the list price of a fee is: 2.9 % and 0.30, half up.
ledger::Minor FeeOf(ledger::Minor gross) { return -((gross * 290 + 5'000) / 10'000 + 30); }

}  // namespace

Workload::Workload(const WorkloadOptions& options)
    : options_(options),
      random_(options.seed),
      sellers_(options.sellers),
      deposits_(static_cast<size_t>(options.days) + 2) {
  double sum = 0;
  cumulative_.reserve(options.sellers);
  for (uint32_t rank = 1; rank <= options.sellers; ++rank) {
    sum += std::pow(rank, -options.skew);
    cumulative_.push_back(sum);
  }
}

std::vector<log::Entry> Workload::Configuration() {
  std::vector<log::Entry> entries;
  auto everywhere = [&](const Event& event) {
    std::string bytes = codec::EncodeEvent(event);
    for (int partition = 0; partition < options_.partitions; ++partition) {
      entries.push_back({log::Stream::kEvents, partition, "", bytes});
    }
  };
  for (uint32_t seller = 0; seller < options_.sellers; ++seller) {
    const std::string owner = SellerId(seller), account = AccountId(seller), bank = BankId(seller);
    for (bool of_bank : {false, true}) {
      std::string id = fmt::format("account/{}", of_bank ? bank : account);
      Event event;
      event.event_id = id;
      event.account = of_bank ? ledger::AccountRef{ledger::kBankProvider, bank, kCurrency}
                              : ledger::AccountRef{"stripe", account, kCurrency};
      event.occurred_at_us = kFirstDay.start_us();
      ledger::AccountOpened opened;
      opened.owner = owner;
      if (!of_bank) opened.pays_into = bank;
      event.body = opened;
      everywhere(event);
    }
  }
  Event event;
  event.event_id = "rule/card_fee/1";
  event.occurred_at_us = kFirstDay.start_us();
  ledger::Rule rule;
  rule.rule_id = "card_fee";
  rule.version = 1;
  rule.scope.provider = "stripe";
  rule.fee_schedule = ledger::Rule::FeeSchedule{
      .fee_type = "processing", .percent_bp = 290, .fixed = 30, .grace_days = 3};
  event.body = rule;
  everywhere(event);
  return entries;
}

bool Workload::Next(std::vector<log::Entry>* entries) {
  entries->clear();
  out_ = entries;
  const int day = hour_ / 24;
  if (day >= options_.days + 2) return false;
  const int64_t hour_us = kFirstDay.start_us() + hour_ * kHour;
  EmitTick(hour_us);
  if (hour_ % 24 == 0) {  // payouts and deposits come in the morning
    for (uint32_t seller = day % 7; seller < options_.sellers; seller += 7) {
      if (sellers_[seller].pending != 0) PayOut(seller, day, hour_us);
    }
    for (const Deposit& deposit : deposits_[static_cast<size_t>(day)]) PayIn(deposit, hour_us);
  }
  if (day < options_.days) {
    const uint64_t hours = static_cast<uint64_t>(options_.days) * 24;
    const uint64_t until = options_.sales * static_cast<uint64_t>(hour_ + 1) / hours;
    const uint64_t in_this_hour = std::max<uint64_t>(1, until - std::min(until, sales_));
    for (uint64_t i = 0; sales_ < until; ++i) {
      const int64_t at_us =
          hour_us + static_cast<int64_t>(i) * kHour / static_cast<int64_t>(in_this_hour);
      Sell(at_us);
      if (Chance(options_.refunds)) Reverse(at_us, false);
      if (Chance(options_.chargebacks)) Reverse(at_us, true);
      if (Chance(options_.adjustments)) Adjust(at_us);
    }
  }
  ++hour_;
  return true;
}

uint32_t Workload::DrawSeller() {
  const double point = static_cast<double>(random_() >> 11) * 0x1p-53 * cumulative_.back();
  auto rank = std::upper_bound(cumulative_.begin(), cumulative_.end(), point) - cumulative_.begin();
  // Ranks are spread over the ids, so that the big sellers are not neighbours.
  return static_cast<uint32_t>(static_cast<uint64_t>(rank) * 61'813 % options_.sellers);
}

bool Workload::Chance(double share) {
  return static_cast<double>(random_() >> 11) * 0x1p-53 < share;
}

void Workload::Sell(int64_t at_us) {
  const uint32_t seller = DrawSeller();
  const ledger::Minor gross = 500 + static_cast<ledger::Minor>(Below(20'000));
  const uint64_t number = ++sales_;
  Seller& state = sellers_[seller];

  Event event = Begin(seller, "gross", number, at_us);
  event.amount = gross;
  ledger::Sale sale;
  sale.channel = "web";
  sale.region = "DE";
  sale.customer_amount = gross;
  sale.customer_currency = kCurrency;
  event.body = sale;
  Emit(seller, event);

  event = Begin(seller, "fee", number, at_us);
  event.amount = FeeOf(gross);
  event.body = ledger::Fee{.type = "processing"};
  Emit(seller, event);

  state.pending += gross + FeeOf(gross);
  state.last = {number, gross};
}

void Workload::Reverse(int64_t at_us, bool chargeback) {
  uint32_t seller = DrawSeller();
  for (int tries = 0; sellers_[seller].closed.number == 0 && tries < 50; ++tries)
    seller = DrawSeller();
  Seller& state = sellers_[seller];
  if (state.closed.number == 0) return;  // the first week has none
  const ClosedSale sale = std::exchange(state.closed, {});
  Event event = Begin(seller, chargeback ? "dispute" : "refund", sale.number, at_us);
  event.amount = chargeback ? -sale.gross : -(sale.gross / 2);
  texts_.push_back(Id(chargeback ? "dp_" : "re_", sale.number));
  if (chargeback) {
    event.refs.dispute_id = texts_.back();
    ledger::Chargeback body;
    body.phase = ledger::Chargeback::Phase::kOpened;
    event.body = body;
  } else {
    event.refs.refund_id = texts_.back();
    ledger::Refund body;
    body.reason = "requested_by_customer";
    event.body = body;
  }
  Emit(seller, event);
  state.pending += event.amount;
}

void Workload::Adjust(int64_t at_us) {
  const uint32_t seller = DrawSeller();
  Event event = Begin(seller, "label", ++entries_ << 32, at_us);
  event.amount = -495;
  event.refs.order_id = event.refs.payment_id = {};
  event.body = ledger::Adjustment{.reason = "shipping_label", .raw_type = "shipping_label"};
  Emit(seller, event);
  sellers_[seller].pending += event.amount;
}

void Workload::PayOut(uint32_t seller, int day, int64_t at_us) {
  Seller& state = sellers_[seller];
  const uint32_t number = state.payouts;
  const ledger::Minor amount = std::exchange(state.pending, 0);
  Event event = Begin(seller, "paid", uint64_t{seller} << 32 | number, at_us);
  event.refs.order_id = event.refs.payment_id = {};
  event.amount = amount;
  ledger::Payout payout;
  payout.state = ledger::Payout::State::kPaid;
  payout.method = ledger::Payout::Method::kAutomatic;
  payout.arrival_date = kFirstDay.plus(day + 2);
  payout.list_complete = true;
  event.body = payout;
  const std::string entry(ledger::EntryOf(event.event_id));
  Emit(seller, event);

  if (Chance(options_.traces_told_later)) {
    Event later = Begin(seller, "trace", uint64_t{seller} << 32 | number, at_us);
    texts_.push_back(Id("TR", number));
    later.body = ledger::Amendment{.entry = entry,
                                   .field = ledger::Amendment::Field::kTraceId,
                                   .value = texts_.back(),
                                   .as_of_us = at_us};
    later.refs = {};
    Emit(seller, later);
  }
  const size_t arrival = static_cast<size_t>(day) + 2;
  if (arrival < deposits_.size() && !Chance(options_.deposits_missing)) {
    deposits_[arrival].push_back({seller, number, amount});
  }
  ++state.payouts;
  state.closed = std::exchange(state.last, {});
}

void Workload::PayIn(const Deposit& deposit, int64_t at_us) {
  const std::string bank = BankId(deposit.seller);
  Event event =
      Begin(deposit.seller, "entry", uint64_t{deposit.seller} << 32 | deposit.payout, at_us);
  event.account = {ledger::kBankProvider, bank, kCurrency};
  event.source.connector = "camt";
  event.refs = {};
  event.amount = deposit.amount;
  texts_.push_back(Chance(options_.deposits_without_reference)
                       ? "STRIPE PAYMENTS EUROPE"
                       : "STRIPE " + PayoutId(deposit.seller, deposit.payout));
  ledger::BankDeposit body;
  body.booking_date = body.value_date = base::DayOf(at_us);
  body.counterparty = "STRIPE PAYMENTS EUROPE LTD";
  body.remittance = texts_.back();
  body.transaction_code = "PMNT/RCDT/ESCT";
  event.body = body;
  Emit(deposit.seller, event);
}

Event Workload::Begin(uint32_t seller, std::string_view kind, uint64_t number, int64_t at_us) {
  texts_.clear();
  texts_.reserve(16);  // its strings stay where they are
  auto keep = [&](std::string text) -> std::string_view {
    TIEOUT_CHECK(texts_.size() < 12);
    return texts_.emplace_back(std::move(text));
  };
  const std::string_view account = keep(AccountId(seller));
  const std::string_view entry = keep(Id("txn_", number));
  const bool of_bank = kind == "entry";
  Event event;
  event.event_id = keep(ledger::MakeEventId(of_bank ? ledger::kBankProvider : "stripe",
                                            of_bank ? BankId(seller) : account, entry, kind));
  event.seller_id = keep(SellerId(seller));
  event.account = {"stripe", account, kCurrency};
  event.source.connector = "stripe";
  event.source.sha256 = "0123456789abcdef0123456789abcdef";
  event.source.name = "payout_reconciliation_2026-01.csv";
  event.source.line = entries_ % 100'000 + 2;
  event.occurred_at_us = at_us;
  event.recorded_at_us = at_us + 90 * base::kMicrosPerSecond;
  event.refs.order_id = keep(fmt::format("order-{}", number));
  event.refs.payment_id = keep(Id("pi_", number));
  event.refs.payout_id = keep(PayoutId(seller, sellers_[seller].payouts));
  return event;
}

void Workload::Emit(uint32_t seller, const Event& event) {
  const std::string home = SellerId(seller);
  log::Entry entry{log::Stream::kEvents, base::PartitionOf(home, options_.partitions), home,
                   codec::EncodeEvent(event)};
  ++entries_;
  ++kinds_[static_cast<size_t>(event.kind())];
  auto hand_out = [&](const log::Entry& each) {
    ++events_;
    bytes_ += each.value.size();
    out_->push_back(each);
  };
  hand_out(entry);
  if (recent_.size() < kRecent) {
    recent_.push_back(std::move(entry));
  } else {
    recent_[recent_next_++ % kRecent] = std::move(entry);
  }
  if (Chance(options_.duplicates)) {
    ++duplicates_;
    hand_out(recent_[Below(recent_.size())]);
  }
}

void Workload::EmitTick(int64_t at_us) {
  const uint64_t number = static_cast<uint64_t>(at_us / ledger::kTickMicros);
  const std::string id = fmt::format("tick/{}", number);
  Event event;
  event.event_id = id;
  event.occurred_at_us = at_us;
  event.body = ledger::Tick{.number = number};
  for (int partition = 0; partition < options_.partitions; ++partition) {
    out_->push_back({log::Stream::kEvents, partition, "", codec::EncodeEvent(event)});
    ++events_;
    bytes_ += out_->back().value.size();
    ++kinds_[static_cast<size_t>(Kind::kTick)];
  }
}

std::string Workload::Describe() const {
  std::string text = fmt::format(
      "# {} events of {} sellers (Zipf {}) in {} days, {:.1f} bytes an envelope, seed {}\n",
      events_, options_.sellers, options_.skew, options_.days,
      static_cast<double>(bytes_) / static_cast<double>(std::max<uint64_t>(1, events_)),
      options_.seed);
  auto share = [&](std::string_view name, uint64_t count) {
    text += fmt::format(
        "#   {:<16}{:7.3f} %\n", name,
        100.0 * static_cast<double>(count) / static_cast<double>(std::max<uint64_t>(1, events_)));
  };
  for (size_t kind = 0; kind < kinds_.size(); ++kind) {
    if (kinds_[kind] != 0) share(ledger::KindName(static_cast<Kind>(kind)), kinds_[kind]);
  }
  share("duplicates", duplicates_);
  return text;
}

}  // namespace tieout::bench
