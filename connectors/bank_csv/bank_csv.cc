#include "connectors/bank_csv/bank_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>

#include "connectors/bank_csv/layout.h"
#include "connectors/emit.h"
#include "connectors/lex/csv.h"
#include "connectors/lex/number.h"
#include "engine/base/text.h"

namespace tieout::connectors {
namespace bank_csv {
namespace {

std::string CollapseBlanks(std::string_view text) {
  std::string collapsed;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!blank) {
      collapsed.push_back(c);
    } else if (!collapsed.empty() && collapsed.back() != ' ') {
      collapsed.push_back(' ');
    }
  }
  if (!collapsed.empty() && collapsed.back() == ' ') collapsed.pop_back();
  return collapsed;
}

// The time of day behind a date, where there is one.
CivilTime WithClock(base::Day day, std::string_view rest) {
  const auto time = ParseIsoTime(base::FormatDay(day) + std::string(rest));
  return time.ok() ? *time : CivilTime{.day = day};
}

// Follows a running balance. Files list the newest row first or last: the first pair of rows that
// fits one way only tells which.
class BalanceChain {
 public:
  // True when the row at hand doesn't continue the chain.
  bool Breaks(ledger::Minor amount, ledger::Minor balance) {
    if (!has_rows_) {
      has_rows_ = true;
      first_amount_ = amount;
      first_balance_ = balance;
    } else {
      const bool forward = ledger::WideMinor{last_balance_} + amount == balance;
      const bool backward = ledger::WideMinor{balance} + last_amount_ == last_balance_;
      if (forward && !backward && order_ == 0) order_ = 1;
      if (backward && !forward && order_ == 0) order_ = -1;
      const bool fits = order_ == 0 ? forward || backward : order_ > 0 ? forward : backward;
      if (!fits) return true;
    }
    last_amount_ = amount;
    last_balance_ = balance;
    return false;
  }
  bool has_rows() const { return has_rows_; }
  ledger::WideMinor opening() const {
    return order_ < 0 ? ledger::WideMinor{last_balance_} - last_amount_
                      : ledger::WideMinor{first_balance_} - first_amount_;
  }
  ledger::Minor closing() const { return order_ < 0 ? first_balance_ : last_balance_; }

 private:
  bool has_rows_ = false;
  int order_ = 0;  // 1: oldest row first; -1: newest first; 0: not yet told
  ledger::Minor first_amount_ = 0, first_balance_ = 0, last_amount_ = 0, last_balance_ = 0;
};

struct Row {
  std::string account, currency;
  CivilTime booked;
  base::Day valued;
  ledger::Minor amount = 0;
  std::optional<ledger::Minor> balance;
  std::string text, reference;
  bool pending = false;
};

class Parser {
 public:
  Parser(std::string_view connector, const Context& context, Sink& sink, Zone zone)
      : emitter_(connector, context, sink), zone_(zone) {}

  absl::StatusOr<Summary> Parse(InputStream& in);

 private:
  struct AccountState {
    std::string account, currency;
    BalanceChain chain;
    bool broken = false;
    bool gap = false;  // a row without a readable balance or a quarantined one
  };

  absl::Status ReadRow(const CsvRow& row);
  absl::Status ReadFields(Cells& cells, Row* row);
  absl::Status ReadAccount(const Cells& cells, Row* row);
  void LookAhead(std::string_view head);
  absl::StatusOr<CivilTime> ReadDate(Cells& cells, int column);
  ledger::Minor ReadNumber(Cells& cells, int column, std::string_view currency);
  ledger::Minor ReadSigned(Cells& cells, std::string_view currency);
  absl::Status EmitRow(const Cells& cells, const Row& row);
  void FollowBalance(const Row& row, uint64_t line);
  AccountState& StateOf(const Row& row);
  bool IsIgnored(const CsvRow& row) const;
  bool IsPending(const Cells& cells) const;
  std::string At(uint64_t line) const {
    return fmt::format("{}:{}", emitter_.context().file_name, line);
  }

  Emitter emitter_;
  Profile profile_;
  const Zone zone_;
  Layout layout_;
  uint64_t line_ = 0;
  bool account_is_other_side_ = false;
  bool every_row_has_balance_ = false;
  std::string only_account_;
  std::deque<AccountState> states_;
};

bool Parser::IsIgnored(const CsvRow& row) const {
  const std::string_view first = row.fields.empty() ? std::string_view() : row.fields[0];
  return std::any_of(profile_.ignore.begin(), profile_.ignore.end(),
                     [&](const std::string& start) { return first.starts_with(start); });
}

// A date that could be two dates ends the file: quarantining the odd row and guessing the others
// would be worse than asking.
absl::StatusOr<CivilTime> Parser::ReadDate(Cells& cells, int column) {
  const std::string_view text = cells.Text(column);
  if (const auto iso = ParseIsoTime(text); iso.ok()) return *iso;
  const std::string_view date = text.substr(0, text.find(' '));
  CivilTime time;
  if (!profile_.date_order.empty()) {
    const auto day = ParseOrderedDate(date, profile_.date_order);
    if (!day.has_value()) {
      cells.Fail(column, fmt::format("is no date in the order {}", profile_.date_order));
      return time;
    }
    return WithClock(*day, text.substr(date.size()));
  }
  const DateGuess guess = GuessDate(date);
  if (guess.other.has_value()) {
    return base::InvalidArgument(fmt::format(
        "{}: {} {} may be {} or {}: say which with date_order in the profile, or --profile "
        "generic-dmy (day first) or generic-mdy (month first)",
        At(line_), layout_.columns.name(column), base::Quoted(text), base::FormatDay(*guess.day),
        base::FormatDay(*guess.other)));
  }
  if (!guess.day.has_value()) {
    cells.Fail(column, "is no date");
    return time;
  }
  return WithClock(*guess.day, text.substr(date.size()));
}

ledger::Minor Parser::ReadNumber(Cells& cells, int column, std::string_view currency) {
  const std::string bare = BareNumber(cells.Text(column), currency);
  std::optional<ledger::NumberFormat> format;
  if (profile_.decimal != 0) {
    format = ledger::NumberFormat{.decimal = profile_.decimal, .group = profile_.group};
  } else {
    format = GuessNumberFormat(bare, *ledger::CurrencyExponent(currency));
  }
  if (!format.has_value()) {
    cells.Fail(column, "may be two numbers: say decimal = \".\" or \",\" in the profile");
    return 0;
  }
  ledger::Minor amount = 0;
  RowError error;
  if (!ReadAmount(layout_.columns.name(column), bare, currency, *format, &amount, &error)) {
    cells.Fail(column, error.reason);
  }
  return amount;
}

ledger::Minor Parser::ReadSigned(Cells& cells, std::string_view currency) {
  const Layout& l = layout_;
  const auto is_one_of = [](std::string_view text, const std::vector<std::string>& words) {
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
      return NormalName(word) == NormalName(text);
    });
  };
  switch (l.sign) {
    case Sign::kInverse:
      return -ReadNumber(cells, l.amount, currency);
    case Sign::kDebitCredit: {
      const bool has_debit = !cells.Text(l.debit).empty();
      const bool has_credit = !cells.Text(l.credit).empty();
      const ledger::Minor debit = has_debit ? ReadNumber(cells, l.debit, currency) : 0;
      const ledger::Minor credit = has_credit ? ReadNumber(cells, l.credit, currency) : 0;
      if (!has_debit && !has_credit) cells.Fail(l.debit, "and the credit column are both empty");
      if (debit != 0 && credit != 0) cells.Fail(l.debit, "and the credit column are both filled");
      // Some banks print debits with their sign, some without.
      return debit != 0 ? (debit < 0 ? debit : -debit) : credit;
    }
    case Sign::kFlag: {
      const ledger::Minor amount = ReadNumber(cells, l.amount, currency);
      if (is_one_of(cells.Text(l.flag), profile_.flag_credit)) return amount;
      if (is_one_of(cells.Text(l.flag), profile_.flag_debit)) return -amount;
      cells.Fail(l.flag, "is neither in flag_credit nor in flag_debit of the profile");
      return 0;
    }
    case Sign::kAuto:
    case Sign::kSigned:
      break;
  }
  return ReadNumber(cells, l.amount, currency);
}

// The profile, else the column, else the command line.
absl::Status Parser::ReadAccount(const Cells& cells, Row* row) {
  row->account = profile_.account;
  if (row->account.empty() && !account_is_other_side_) row->account = cells.Text(layout_.account);
  if (row->account.empty()) row->account = emitter_.context().merchant_account;
  std::erase(row->account, ' ');
  if (row->account.empty()) {
    return base::FailedPrecondition(fmt::format(
        "{}: no column names the account{}: say it with --account IBAN, or account in "
        "the profile",
        At(line_),
        account_is_other_side_ ? fmt::format(" ({} changes from row to row: the other side's)",
                                             layout_.columns.name(layout_.account))
                               : ""));
  }
  if (only_account_.empty()) only_account_ = row->account;
  if (row->account != only_account_ && !profile_.several_accounts) {
    return base::InvalidArgument(
        fmt::format("{}: {} names {} here and {} before: if the file holds several accounts, say "
                    "several_accounts = true in the profile; if it is the other side's, give your "
                    "own as account",
                    At(line_), layout_.columns.name(layout_.account), row->account, only_account_));
  }
  return absl::OkStatus();
}

absl::Status Parser::ReadFields(Cells& cells, Row* row) {
  const Layout& l = layout_;
  if (!cells.Text(l.currency).empty()) {
    row->currency = cells.Currency(l.currency);
  } else {
    const std::string& said =
        !profile_.currency.empty() ? profile_.currency : emitter_.context().currency;
    RowError error;
    if (said.empty()) {
      return base::FailedPrecondition(
          fmt::format("{}: no column names the currency: say it with --currency EUR, or currency "
                      "in the profile",
                      At(line_)));
    }
    if (!ReadCurrency("currency", said, &row->currency, &error)) {
      return base::FailedPrecondition(fmt::format("currency {} {}", said, error.reason));
    }
  }
  if (cells.failed()) return absl::OkStatus();
  TIEOUT_RETURN_IF_ERROR(ReadAccount(cells, row));
  TIEOUT_ASSIGN_OR_RETURN(row->booked, ReadDate(cells, l.date));
  row->valued = row->booked.day;
  if (!cells.Text(l.value_date).empty()) {
    TIEOUT_ASSIGN_OR_RETURN(const CivilTime valued, ReadDate(cells, l.value_date));
    row->valued = valued.day;
  }
  row->pending = IsPending(cells);
  row->amount = ReadSigned(cells, row->currency);
  if (!cells.Text(l.balance).empty()) row->balance = ReadNumber(cells, l.balance, row->currency);
  for (const int column : l.text) {
    const std::string text = CollapseBlanks(cells.Text(column));
    if (!text.empty()) row->text += (row->text.empty() ? "" : "\n") + text;
  }
  for (const int column : l.reference) {
    const std::string text = CollapseBlanks(cells.Text(column));
    if (!text.empty()) row->reference += (row->reference.empty() ? "" : " ") + text;
  }
  return absl::OkStatus();
}

bool Parser::IsPending(const Cells& cells) const {
  return std::any_of(profile_.pending.begin(), profile_.pending.end(),
                     [&](const std::string& word) { return word == cells.Text(layout_.status); });
}

// In many exports the column named like an account holds the other side's: one's own doesn't change
// from row to row. And some banks print the balance on a day's last row only, so that it comes and
// goes with the export: it is a fixed column only where every row has one.
void Parser::LookAhead(std::string_view head) {
  MemoryInput in(head);
  CsvReader reader(
      in, {.delimiter = layout_.delimiter, .quote = profile_.quote, .encoding = profile_.encoding});
  CsvRow row;
  std::string first;
  bool account_changes = false;
  every_row_has_balance_ = layout_.balance >= 0;
  for (size_t number = 0;; ++number) {
    const auto more = reader.Next(&row);
    // The head may end within a row: the last one doesn't count.
    if (!more.ok() || !*more || !reader.ended_with_newline()) break;
    if (number < layout_.rows_before || row.fields.size() != layout_.columns.size()) continue;
    if (IsIgnored(row)) continue;
    const Cells cells(layout_.columns, row.fields);
    if (cells.Text(layout_.date).empty()) continue;
    if (cells.Text(layout_.balance).empty()) every_row_has_balance_ = false;
    const std::string_view account = cells.Text(layout_.account);
    account_changes |= account.empty() || (!first.empty() && account != first);
    if (first.empty()) first = account;
  }
  account_is_other_side_ = account_changes && layout_.account >= 0 && !profile_.several_accounts;
}

Parser::AccountState& Parser::StateOf(const Row& row) {
  for (AccountState& state : states_) {
    if (state.account == row.account && state.currency == row.currency) return state;
  }
  AccountState& state = states_.emplace_back();
  state.account = row.account;
  state.currency = row.currency;
  return state;
}

void Parser::FollowBalance(const Row& row, uint64_t line) {
  AccountState& state = StateOf(row);
  if (!row.balance.has_value()) {
    state.gap = true;
    return;
  }
  if (state.broken || state.gap || !state.chain.Breaks(row.amount, *row.balance)) return;
  state.broken = true;
  emitter_.AddNote(line, "BALANCE_CHAIN_BROKEN",
                   fmt::format("account {}: the balance {} doesn't follow from the row before and "
                               "the amount {}: a row is missing, or was changed",
                               row.account, ledger::FormatMoney(*row.balance, row.currency),
                               ledger::FormatMoney(row.amount, row.currency)));
}

absl::Status Parser::EmitRow(const Cells& cells, const Row& row) {
  const ledger::AccountRef account{ledger::kBankProvider, row.account, row.currency};
  const int64_t occurred_at = ToInstant(row.booked, zone_);
  const std::string_view id = cells.Text(layout_.id);
  ledger::Event event;
  if (!id.empty()) {
    event = emitter_.NewEvent(account, id, "entry", occurred_at);
  } else {
    std::string fixed = fmt::format("{}|{}", row.currency, row.amount);
    if (row.booked.has_time) fixed += fmt::format("|at:{}", occurred_at);
    if (row.pending) fixed += "|pending";  // never counts among those that are booked
    for (const std::string& text :
         {row.text, row.reference, CollapseBlanks(cells.Text(layout_.end_to_end)),
          CollapseBlanks(cells.Text(layout_.counterparty))}) {
      fixed += fmt::format("|{}:{}", text.size(), text);
    }
    TIEOUT_ASSIGN_OR_RETURN(
        event, emitter_.NewRowEvent(account,
                                    row.booked.has_time ? base::DayOf(occurred_at) : row.booked.day,
                                    base::HashBytes128(fixed), "entry", occurred_at,
                                    every_row_has_balance_ ? row.balance : std::nullopt));
  }
  event.amount = row.amount;
  event.refs.bank_reference = row.reference;
  event.refs.end_to_end_id = cells.Text(layout_.end_to_end);
  ledger::BankDeposit deposit;
  deposit.booking_date = row.booked.day;
  deposit.value_date = row.valued;
  deposit.provisional = row.pending;
  deposit.counterparty = cells.Text(layout_.counterparty);
  deposit.counterparty_account = cells.Text(layout_.counterparty_account);
  if (account_is_other_side_ && deposit.counterparty_account.empty()) {
    deposit.counterparty_account = cells.Text(layout_.account);
  }
  deposit.remittance = row.text;
  event.body = deposit;
  TIEOUT_RETURN_IF_ERROR(emitter_.Emit(event));
  if (row.pending) return absl::OkStatus();
  Emitter::Cover(&emitter_.account(account), occurred_at,
                 row.booked.has_time ? occurred_at + base::kMicrosPerSecond
                                     : row.booked.day.plus(1).start_us());
  emitter_.NoteAsOf(row.booked.day.start_us());
  return absl::OkStatus();
}

absl::Status Parser::ReadRow(const CsvRow& row) {
  emitter_.BeginRow(row.line, row.raw);
  line_ = row.line;
  const auto give_up = [&](const RowError& error) {
    for (AccountState& state : states_) state.gap = true;
    return emitter_.Quarantine(error);
  };
  if (!row.problem.empty()) return give_up({"", "", std::string(row.problem)});
  if (IsIgnored(row)) return emitter_.NoOp("the profile ignores such rows");
  // Rows that end in one separator more than the header are common, and harmless when empty.
  std::span<const std::string_view> fields = row.fields;
  while (fields.size() > layout_.columns.size() && fields.back().empty()) {
    fields = fields.subspan(0, fields.size() - 1);
  }
  if (fields.size() != layout_.columns.size()) {
    return give_up({"", "", WrongCellCount(fields.size(), layout_.columns.size())});
  }
  Cells cells(layout_.columns, fields);
  const bool has_money = !cells.Text(layout_.amount).empty() ||
                         !cells.Text(layout_.debit).empty() || !cells.Text(layout_.credit).empty();
  if (cells.Text(layout_.date).empty() && !has_money) {
    return emitter_.NoOp("neither a date nor an amount");
  }
  Row read;
  TIEOUT_RETURN_IF_ERROR(ReadFields(cells, &read));
  if (cells.failed()) return give_up(cells.error());
  if (!read.pending) FollowBalance(read, row.line);
  return EmitRow(cells, read);
}

absl::StatusOr<Summary> Parser::Parse(InputStream& in) {
  PeekInput peek(in);
  TIEOUT_ASSIGN_OR_RETURN(const std::string_view head, peek.Peek(kDetectBytes));
  const std::string& file = emitter_.context().file_name;
  if (head.empty()) return base::InvalidArgument(fmt::format("{} is empty", file));
  const std::string& named = emitter_.context().profile;
  TIEOUT_ASSIGN_OR_RETURN(profile_, named.empty() ? ProfileFor(head) : LoadProfile(named));
  TIEOUT_ASSIGN_OR_RETURN(layout_, FindLayout(file, head, profile_));
  LookAhead(head);
  CsvReader reader(
      peek,
      {.delimiter = layout_.delimiter, .quote = profile_.quote, .encoding = profile_.encoding});
  CsvRow row;
  for (size_t number = 0;; ++number) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, reader.Next(&row));
    if (!more) break;
    if (number >= layout_.rows_before) TIEOUT_RETURN_IF_ERROR(ReadRow(row));
  }
  for (const AccountState& state : states_) {
    if (!state.chain.has_rows() || state.gap || state.broken) continue;
    AccountSummary& account =
        emitter_.account({ledger::kBankProvider, state.account, state.currency});
    account.opening = ledger::Narrow(state.chain.opening());
    account.closing = state.chain.closing();
    account.stated_total = ledger::WideMinor{state.chain.closing()} - state.chain.opening();
  }
  return emitter_.Finish();
}

}  // namespace
}  // namespace bank_csv

namespace {

class BankCsvConnector : public Connector {
 public:
  std::string_view name() const override { return "bank_csv"; }
  std::string_view reads() const override {
    return "bank_csv: a bank's CSV by its columns (Sparkasse, ING, Wise, Chase, Barclays), else by "
           "mapping profile (--profile; built in: generic, generic-dmy, generic-mdy)";
  }

  Confidence Detect(std::string_view head) const override {
    const auto profile = bank_csv::ProfileFor(head);
    if (!profile.ok()) return Confidence::kNone;
    const auto layout = bank_csv::FindLayout("", head, *profile);
    if (!layout.ok()) return Confidence::kNone;
    if (!profile->known_by.empty()) return Confidence::kCertain;
    // What no bank prints: a provider's or shop's statement that nobody here knows.
    for (const std::string_view foreign :
         {"Fee", "Fees", "Fees & Taxes", "Net", "Gross", "Order", "Order ID", "Payout ID", "SKU"}) {
      if (layout->columns.Has(foreign)) return Confidence::kNone;
    }
    return Confidence::kPossible;
  }

  absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                Sink& sink) const override {
    TIEOUT_ASSIGN_OR_RETURN(const Zone zone, Zone::Find(context.time_zone));
    return bank_csv::Parser(name(), context, sink, zone).Parse(in);
  }
};

}  // namespace

const Connector& BankCsv() {
  static const BankCsvConnector connector;
  return connector;
}

}  // namespace tieout::connectors
