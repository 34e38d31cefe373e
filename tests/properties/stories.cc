#include "tests/properties/stories.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace tieout::properties {

using ledger::Event;
using ledger::Minor;
using Field = ledger::Amendment::Field;

std::vector<Told> Stories::Tell() {
  for (int i = 0; i < taste_.cycles; ++i) TellCycle();
  for (int i = chance_.Below(4); i > 0; --i) TellStrayDeposit();
  if (taste_.expenses) {
    for (int i = chance_.Below(5); i > 0; --i) TellSpending();
  }
  if (chance_.Percent(30)) TellParcels();
  if (taste_.rows && chance_.Percent(60)) TellRows();
  TellReports();
  if (chance_.Percent(20)) TellUnknown();
  TellAgain();
  return std::move(told_);
}

Event Stories::Make(const ledger::AccountRef& account, std::string entry,
                    std::string_view component, int day, Minor amount, ledger::Body body) {
  Event event;
  event.event_id = world_.Keep(
      ledger::MakeEventId(account.provider, account.merchant_account, entry, component));
  event.account = account;
  event.amount = amount;
  event.occurred_at_us =
      kFirstDay.plus(day).start_us() + chance_.Below(86'400) * base::kMicrosPerSecond;
  event.source = {.connector = "random", .name = "random"};
  event.body = std::move(body);
  return event;
}

// The log hears of it on the day or some days later.
void Stories::Hear(const Event& event, int day, bool may_move) {
  int delay_hours = chance_.Below(24);
  if (chance_.Percent(30)) delay_hours += 24 * chance_.Below(9);
  told_.push_back({kFirstDay.plus(day).start_us() + delay_hours * 3600 * base::kMicrosPerSecond,
                   event, may_move});
}

void Stories::Amend(const Event& event, Field field, std::string_view value, int day) {
  ledger::Amendment amendment{.entry = ledger::EntryOf(event.event_id),
                              .field = field,
                              .value = value,
                              .as_of_us = kFirstDay.plus(day).start_us()};
  Event later = event;
  later.refs = {};
  later.amount = 0;
  later.available_on = {};
  later.row = {};
  later.event_id = world_.Keep(fmt::format("{}/amended-{}-{}", amendment.entry,
                                           static_cast<int>(field), amendment.as_of_us));
  later.body = amendment;
  const bool told_already = std::any_of(told_.begin(), told_.end(), [&](const Told& told) {
    return told.event.event_id == later.event_id;
  });
  if (!told_already) Hear(later, day);
}

std::string_view Stories::PayoutId() {
  if (chance_.Percent(25)) return world_.Keep(fmt::format("{}", chance_.Between(41, 44)));
  if (chance_.Percent(20)) return world_.Keep(fmt::format("{}", 90'000'000 + ++entries_));
  return world_.Keep(fmt::format("po_{:06}x{}", ++entries_, chance_.Below(10)));
}

void Stories::TellCycle() {
  const Account& account = chance_.OneOf(world_.providers());
  const int day = chance_.Below(25);
  const std::string_view id = PayoutId();
  const bool has_list = chance_.Percent(60);
  Minor sum = 0;
  for (int i = chance_.Below(4); i > 0; --i) {
    sum += TellSale(account, day - chance_.Below(4), has_list ? id : std::string_view());
  }
  if (chance_.Percent(20)) {
    const Minor amount = chance_.Between(-30, 30) * 10;
    Event event = Make(account.ref, fmt::format("adj{}", ++entries_), "gross", day, amount,
                       ledger::Adjustment{chance_.Percent(20) ? "unclassified" : "correction", ""});
    if (chance_.Percent(40)) event.body = ledger::Reserve{};
    if (chance_.Percent(20)) event.available_on = kFirstDay.plus(day + chance_.Below(6));
    if (has_list) event.refs.payout_id = id;
    sum += amount;
    Hear(event, day);
  }
  Minor amount = has_list && chance_.Percent(80) ? sum : chance_.Between(1, 8) * 1000;
  if (!has_list && chance_.Percent(30)) amount = -amount;
  TellPayout(account, day, id, amount);
}

// Labels and what became of them, some of them told twice and otherwise.
void Stories::TellParcels() {
  using Status = ledger::Shipment::Status;
  if (world_.apps().empty()) return;
  const Account& app = chance_.OneOf(world_.apps());
  for (int i = chance_.Between(1, 4); i > 0; --i) {
    const int day = chance_.Below(25);
    const int number = chance_.Below(6);
    const std::string entry = fmt::format("T{}", number);
    const Status status = chance_.Percent(50) ? Status::kLabelled : Status::kLost;
    Minor cost = status == Status::kLabelled ? (number + 1) * 100 : 0;
    if (taste_.conflicts && cost != 0 && chance_.Percent(25)) cost += 5;
    Event event = Make(app.ref, entry, ledger::StatusName(status), day, 0,
                       ledger::Shipment{.status = status, .label_cost = cost});
    event.refs.order_id = world_.Keep("O-" + entry);
    Hear(event, day);
  }
}

// The sum of what goes into its payout.
Minor Stories::TellSale(const Account& account, int day, std::string_view payout_id) {
  const Minor gross = chance_.Between(1, 9) * 500;
  const std::string entry = fmt::format("c{}", ++entries_);
  const std::string_view payment = world_.Keep("pi" + entry);
  Event sale = Make(account.ref, entry, "gross", day, gross, ledger::Sale{});
  sale.refs.payment_id = chance_.Percent(90) ? payment : std::string_view();
  if (chance_.Percent(20)) {
    sale.body = ledger::Sale{.customer_amount = gross * 2, .customer_currency = "GBP"};
  }
  if (chance_.Percent(30)) sale.available_on = kFirstDay.plus(day + chance_.Below(6));
  const bool amended = chance_.Percent(30);
  if (!amended) sale.refs.payout_id = payout_id;
  Hear(sale, day);
  if (amended && !payout_id.empty()) Amend(sale, Field::kPayoutId, payout_id, day + 2);
  if (chance_.Percent(8)) Amend(sale, Field::kPayoutId, "po_elsewhere", day + chance_.Below(4));
  if (chance_.Percent(10)) {
    Amend(sale, Field::kAvailableOn,
          world_.Keep(base::FormatDay(kFirstDay.plus(day + chance_.Below(9)))),
          day + chance_.Below(4));
  }
  Minor sum = gross;
  if (chance_.Percent(6)) {  // captured in two parts
    Event second = sale;
    second.event_id = world_.Keep(std::string(ledger::EntryOf(sale.event_id)) + "b/gross");
    if (chance_.Percent(30)) second.amount = -gross * chance_.Between(1, 2);  // and taken back
    Hear(second, day);
    if (!amended) sum += second.amount;
  }
  for (int i = chance_.OneOf(std::vector<int>{0, 1, 1, 1, 2}); i > 0; --i) {
    const Minor fee = -chance_.OneOf(std::vector<int>{45, 72, 25, 30, 55, 100, 130});
    Event event =
        Make(account.ref, entry, i == 1 ? "fee" : "fee2", day, fee, ledger::Fee{"processing"});
    event.refs.payment_id = payment;
    if (chance_.Percent(80)) event.available_on = sale.available_on;
    if (!amended) event.refs.payout_id = payout_id;
    sum += fee;
    Hear(event, day);
  }
  if (chance_.Percent(30)) TellReversal(account, day, payment, gross, {});
  return sum;
}

void Stories::TellReversal(const Account& account, int day, std::string_view payment, Minor gross,
                           std::string_view payout_id) {
  for (int i = chance_.Between(1, 2); i > 0; --i) {
    const int later = day + chance_.Below(10);
    const Minor amount = chance_.Percent(40) ? -gross : -gross / 2;
    const bool by_customer = chance_.Percent(30);
    const std::string_view currency = by_customer ? "GBP" : "";
    const Minor customer = by_customer ? amount * 2 : 0;
    Event event = Make(account.ref, fmt::format("re{}", ++entries_), "gross", later, amount,
                       ledger::Refund{customer, currency, ""});
    event.refs.payment_id = payment;
    if (chance_.Percent(30)) event.available_on = kFirstDay.plus(later + chance_.Below(6));
    if (chance_.Percent(40)) {
      using Phase = ledger::Chargeback::Phase;
      event.body = ledger::Chargeback{Phase::kOpened, {}, customer, currency};
      event.refs.dispute_id = world_.Keep(fmt::format("dp{}", entries_));
      if (chance_.Percent(40)) {
        Event won = event;
        won.event_id = world_.Keep(std::string(ledger::EntryOf(event.event_id)) + "won/gross");
        won.amount = -amount;
        won.occurred_at_us += base::kMicrosPerDay;
        won.body = ledger::Chargeback{Phase::kWon, {}, -customer, currency};
        Hear(won, later + 3);
      }
    }
    event.refs.payout_id = payout_id;
    Hear(event, later);
  }
}

void Stories::TellPayout(const Account& account, int day, std::string_view id, Minor amount) {
  using State = ledger::Payout::State;
  using Method = ledger::Payout::Method;
  const bool in_cash = (account.ref.provider == "till") != chance_.Percent(10);
  ledger::Payout body{.state = State::kInitiated,
                      .method = in_cash ? Method::kCash : Method::kAutomatic};
  if (chance_.Percent(60)) body.arrival_date = kFirstDay.plus(day + chance_.Below(4));
  body.list_complete = chance_.Percent(50);
  const std::string_view trace =
      chance_.Percent(50)
          ? world_.Keep(fmt::format("TR{:06}", chance_.Percent(80) ? ++entries_ : 7))
          : std::string_view();
  const std::string entry(id);
  Event event = Make(account.ref, entry, "initiated", day, amount, body);
  event.refs.payout_id = id;
  const bool told_already = std::any_of(told_.begin(), told_.end(), [&](const Told& told) {
    return ledger::EntryOf(told.event.event_id) == ledger::EntryOf(event.event_id);
  });
  if (told_already) return;
  if (chance_.Percent(50)) event.refs.trace_id = trace;
  if (event.refs.trace_id.empty() && !trace.empty()) Amend(event, Field::kTraceId, trace, day + 3);
  if (!body.list_complete && chance_.Percent(30)) {
    Amend(event, Field::kListComplete, "true", day + 1);
  }
  if (chance_.Percent(15)) {
    Amend(event, Field::kArrivalDate,
          world_.Keep(base::FormatDay(kFirstDay.plus(day + chance_.Below(9)))), day + 1);
  }
  if (chance_.Percent(90)) Hear(event, day);
  Event other = event;
  body.state = State::kPaid;
  other.body = body;
  other.event_id = world_.Keep(
      ledger::MakeEventId(account.ref.provider, account.ref.merchant_account, entry, "paid"));
  if (chance_.Percent(50)) Hear(other, day + 1);
  if (chance_.Percent(12)) {
    body.state =
        chance_.OneOf(std::vector<State>{State::kFailed, State::kReturned, State::kCancelled});
    other.body = body;
    other.event_id = world_.Keep(
        ledger::MakeEventId(account.ref.provider, account.ref.merchant_account, entry, "failed"));
    Hear(other, day + chance_.Below(8));
  }
  TellDeposits(account, day + chance_.Below(4), id, trace, amount);
}

std::string Stories::Text(const Account& account, std::string_view id, std::string_view trace) {
  switch (chance_.Below(9)) {
    case 0:
    case 1:
      return fmt::format("PAYOUT {}", id);
    case 2:
      return fmt::format("{} {}", account.ref.provider, id);
    case 3:
      return fmt::format("{} ref {}", account.ref.provider, trace);
    case 4:
      return std::string(account.ref.provider);
    case 5:
      return fmt::format("{} Po_{}9", account.ref.provider, 12'345 + chance_.Below(3));
    case 6:
      return fmt::format("Shopify {}", 1'234'567'890 + chance_.Below(9));
    default:
      return "";
  }
}

void Stories::TellDeposits(const Account& account, int day, std::string_view id,
                           std::string_view trace, Minor amount) {
  if (amount == 0 || chance_.Percent(12)) return;
  const ledger::AccountRef bank = world_.BankOf(account).ref;
  const std::string_view counterparty =
      chance_.Percent(30) ? account.ref.provider : std::string_view();
  const std::string_view end_to_end = chance_.Percent(8) ? id : std::string_view();
  const std::string text = Text(account, id, trace);
  const int way = chance_.Below(10);
  if (way == 0) {  // in two parts
    const Minor part = amount / 3;
    TellDeposit(bank, day, part, text, counterparty, end_to_end);
    TellDeposit(bank, day + chance_.Below(5), amount - part, Text(account, id, trace), counterparty,
                end_to_end);
  } else if (way == 1) {  // a little off
    TellDeposit(bank, day, amount + chance_.Between(-3, 3), text, counterparty, end_to_end);
  } else if (way == 2) {  // together with another payout
    if (!waiting_.empty() && waiting_.back().account == bank) {
      TellDeposit(bank, day, amount + waiting_.back().amount, text + " " + waiting_.back().text,
                  counterparty, {});
      waiting_.pop_back();
    } else {
      waiting_.push_back({text, amount, bank});
    }
  } else {
    TellDeposit(bank, day, amount, text, counterparty, end_to_end);
  }
}

void Stories::TellDeposit(const ledger::AccountRef& bank, int day, Minor amount, std::string text,
                          std::string_view counterparty, std::string_view end_to_end) {
  ledger::BankDeposit body{.booking_date = kFirstDay.plus(day),
                           .value_date = kFirstDay.plus(day),
                           .provisional = chance_.Percent(5),
                           .counterparty = counterparty,
                           .remittance = world_.Keep(std::move(text))};
  Event event = Make(bank, fmt::format("d{}", ++entries_), "booked", day, amount, body);
  event.refs.end_to_end_id = end_to_end;
  Hear(event, day);
}

void Stories::TellStrayDeposit() {
  const Account& account = chance_.OneOf(world_.providers());
  TellDeposit(world_.BankOf(account).ref, chance_.Below(28),
              chance_.Between(1, 8) * (chance_.Percent(20) ? -1000 : 1000),
              Text(account, PayoutId(), "TR000007"), {}, {});
}

// A withdrawal that looks like an expense, some of which a payout's debit looks like too; and what
// the books tell of it, or of another.
void Stories::TellSpending() {
  using Words = std::vector<std::string_view>;
  const Account& book = chance_.OneOf(world_.books());
  const ledger::AccountRef bank = world_.BankOf(book).ref;
  const int day = chance_.Below(25);
  const Minor amount = chance_.Between(1, 4) * (chance_.Percent(10) ? 1000 : -1000);
  const std::string_view supplier = chance_.OneOf(Words{"Stripe", "Google ADS", "Print Hub", ""});
  const std::string_view reference =
      world_.Keep(chance_.Percent(50) ? fmt::format("INV{:05}", chance_.Below(4)) : std::string());
  if (chance_.Percent(60)) {
    Event event = Make(book.ref, fmt::format("e{}", ++entries_), "spent", day, amount,
                       ledger::Expense{.category = chance_.OneOf(Words{"advertising", "materials"}),
                                       .supplier = supplier});
    if (chance_.Percent(80)) {
      std::get<ledger::Expense>(event.body).paid_from = bank.merchant_account;
    }
    event.refs.bank_reference = reference;
    Hear(event, day);
  }
  if (chance_.Percent(25)) return;
  const Account& account = chance_.OneOf(world_.providers());
  const std::string text =
      chance_.Percent(60) ? fmt::format("{} {}", chance_.Percent(70) ? supplier : "ADS", reference)
                          : Text(account, PayoutId(), "TR000007");
  TellDeposit(bank, day + chance_.Below(5), amount, text, chance_.Percent(40) ? supplier : "", {});
}

// A bank's lines without ids: several files over the same days, each with a few equal rows.
void Stories::TellRows() {
  const Account& bank = chance_.OneOf(world_.banks());
  const int day = chance_.Below(20);
  const bool with_balance = chance_.Percent(30);
  const bool with_time = chance_.Percent(60);
  for (int f = chance_.Between(1, 3); f > 0; --f) {
    const std::string_view sha =
        world_.Keep(fmt::format("{:*<32}", fmt::format("f{}", ++entries_)));
    const int64_t noon = kFirstDay.plus(day).start_us() + base::kMicrosPerDay / 2;
    ledger::SourceReport report{.phase = ledger::SourceReport::Phase::kOpened};
    switch (chance_.Below(5)) {
      case 0:
        report.coverage_from_us = kFirstDay.plus(day - 3).start_us();
        report.coverage_to_us = noon;
        break;
      case 1:
        report.coverage_from_us = noon;
        report.coverage_to_us = kFirstDay.plus(day + 2).start_us();
        break;
      case 2:
        break;  // states none
      default:
        report.coverage_from_us = kFirstDay.plus(day - 1).start_us();
        report.coverage_to_us = kFirstDay.plus(day + 2).start_us();
    }
    Event opened = Make(bank.ref, fmt::format("report{}", entries_), "opened", day, 0, report);
    opened.source.sha256 = sha;
    const int64_t first_us =
        kFirstDay.plus(day).start_us() + chance_.Below(200) * 3600 * base::kMicrosPerSecond;
    told_.push_back({first_us, opened, false});
    std::map<ledger::Minor, uint32_t> of_balance;
    for (int ordinal = 0; ordinal < chance_.Between(1, 4); ++ordinal) {
      ledger::BankDeposit body{.value_date = kFirstDay.plus(day)};
      Event row =
          Make(bank.ref, fmt::format("{}.h1.{}", base::FormatDay(kFirstDay.plus(day)), ordinal),
               "booked", day, 3000, body);
      row.occurred_at_us = kFirstDay.plus(day).start_us() +
                           (with_time ? chance_.Between(1, 23) * 3600 * base::kMicrosPerSecond : 0);
      row.source.sha256 = sha;
      row.row = {.hash = "hash 16 bytes ok", .day = kFirstDay.plus(day)};
      row.row.ordinal = static_cast<uint32_t>(ordinal);
      if (with_balance && chance_.Percent(80)) {
        const ledger::Minor balance = chance_.Between(1, 3) * 100;
        row.row.balance_after = balance;
        row.row.balance_ordinal = of_balance[balance]++;
      }
      told_.push_back({first_us + ordinal + 1, row, false});
    }
  }
}

// What each source has shown completely, every few days.
void Stories::TellReports() {
  for (const std::vector<Account>* accounts : {&world_.providers(), &world_.banks()}) {
    for (const Account& account : *accounts) {
      if (chance_.Percent(40)) {
        TellDailyReports(account);
        continue;
      }
      int day = 0;
      while (day < 45 && !chance_.Percent(6)) {
        const int from = day;
        day += chance_.Between(2, 12);
        ledger::SourceReport report{.phase = ledger::SourceReport::Phase::kClosed,
                                    .coverage_from_us = kFirstDay.plus(from).start_us(),
                                    .coverage_to_us = kFirstDay.plus(day).start_us()};
        if (chance_.Percent(40)) {
          report.total = chance_.Between(1, 3) * 1000;
          report.stated_total = report.total + (chance_.Percent(30) ? 250 : 0);
          if (chance_.Percent(30)) report.coverage_from_us = kFirstDay.start_us();  // told anew
        }
        Event event =
            Make(account.ref, fmt::format("report{}", ++entries_), "closed", day, 0, report);
        Hear(event, day);
      }
    }
  }
}

// A source with a rhythm: each banking day's numbered statement on the next morning, now and then
// one is withheld; at last it falls silent. What another account calls it by is no number.
void Stories::TellDailyReports(const Account& account) {
  const bool with_balances = chance_.Percent(50);
  const bool with_numbers = chance_.Percent(50);
  const int last = chance_.Between(8, 45);
  int number = chance_.Between(1, 300);
  ledger::Minor balance = 0;
  for (int day = 0; day < last; ++day) {
    const base::Day from = kFirstDay.plus(day);
    if (from.iso_weekday() > 5) continue;
    ledger::SourceReport report{.phase = ledger::SourceReport::Phase::kClosed,
                                .coverage_from_us = from.start_us(),
                                .coverage_to_us = from.plus(1).start_us()};
    if (with_balances && chance_.Percent(90)) report.opening = balance;
    if (chance_.Percent(60)) balance += chance_.Between(-3, 3) * 1000;
    if (with_balances && chance_.Percent(90)) report.closing = balance;
    const int first = number;
    number += chance_.Percent(10) ? 2 : 1;
    if (with_numbers) {
      report.sequence = world_.Keep(number - first == 1 ? fmt::format("{}", first)
                                                        : fmt::format("{}-{}", first, number - 1));
    }
    Event event = Make(account.ref, fmt::format("report{}", ++entries_), "closed", day, 0, report);
    if (!chance_.Percent(8)) Hear(event, day + 1);
  }
}

// Some facts come twice, some with another amount.
void Stories::TellAgain() {
  const size_t told = told_.size();
  for (size_t i = 0; i < told; ++i) {
    if (!chance_.Percent(6)) continue;
    Told again = told_[i];
    again.heard_us += chance_.Below(100) * 3600 * base::kMicrosPerSecond;
    const bool is_row = !again.event.row.hash.empty();
    const bool moves_money = again.event.kind() != ledger::Kind::kShipment;
    if (taste_.conflicts && !is_row && moves_money && chance_.Percent(25)) {
      again.event.amount += 100;
    }
    told_.push_back(again);
  }
}

// Of accounts nobody declared, and of long ago.
void Stories::TellUnknown() {
  const ledger::AccountRef unknown{"stripe", "acct_unknown", "EUR"};
  Event sale = Make(unknown, fmt::format("c{}", ++entries_), "gross", 3, 1000, ledger::Sale{});
  sale.refs.payment_id = "pi_unknown";
  Hear(sale, 3);
  const ledger::AccountRef bank{"bank", "DE_unknown", "EUR"};
  TellDeposit(bank, 4, 1000, "STRIPE", {}, {});
  Event old = Make(chance_.OneOf(world_.providers()).ref, fmt::format("c{}", ++entries_), "gross",
                   -900, 1000, ledger::Sale{});
  Hear(old, 3);
}

}  // namespace tieout::properties
