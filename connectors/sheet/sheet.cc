#include "connectors/sheet/sheet.h"

#include <fmt/format.h>

#include <utility>

#include "connectors/lex/encoding.h"
#include "connectors/lex/rows.h"
#include "connectors/sheet/mapping.h"
#include "connectors/sheet/takings.h"
#include "engine/base/text.h"

namespace tieout::connectors {
namespace {

using sheet::Mapping;
using sheet::Takings;
using sheet::Word;

constexpr std::string_view kGiftCardProvider = "gift_card";

// A row, understood.
struct Entry {
  std::string account, currency, word;
  Word means;
  uint64_t line = 0;
  int64_t at_us = 0;
  base::Day day;                         // UTC
  base::Day own_day;                     // as the sheet prints it
  ledger::Minor amount = 0, fee = 0;     // with the tip
  ledger::Minor tip = 0, gift_card = 0;  // of the amount; beside it
  std::string_view id, order, payment, payout, text, reference;
};

class Parser {
 public:
  Parser(std::string_view connector, const Context& context, Sink& sink, Mapping mapping, Zone zone)
      : emitter_(connector, context, sink),
        mapping_(std::move(mapping)),
        zone_(zone),
        takings_(mapping_.provider, &emitter_) {}

  absl::StatusOr<Summary> Parse(InputStream& in);

 private:
  absl::Status Bind(const CsvRow& header);
  int Column(std::string_view field) const {
    const auto heading = mapping_.columns.find(field);
    return heading == mapping_.columns.end() ? -1 : columns_.Find(heading->second);
  }
  absl::Status ReadRow(Cells& cells, uint64_t line);
  absl::StatusOr<Entry> ReadEntry(Cells& cells) const;
  void ReadDate(Cells& cells, Entry* entry) const;
  void ReadAmounts(Cells& cells, Entry* entry) const;
  ledger::Minor ReadMoney(Cells& cells, int column, std::string_view currency) const;
  absl::StatusOr<ledger::Event> NewEvent(const ledger::AccountRef& account, const Entry& entry,
                                         std::string_view id, std::string_view component,
                                         std::string_view place = {});
  absl::Status Emit(const Entry& entry);
  Movement MovementOf(const Entry& entry) const;
  absl::Status EmitItem(const Entry& entry, const ledger::AccountRef& account);
  absl::Status EmitGiftCard(const Entry& entry, std::string_view component,
                            const Movement& movement);
  absl::Status EmitPayoutRow(const Entry& entry, const ledger::AccountRef& account);
  absl::Status NeedsSaying(std::string_view what, std::string_view flag) const;

  Emitter emitter_;
  const Mapping mapping_;
  const Zone zone_;
  Takings takings_;
  Columns columns_;
};

absl::StatusOr<Summary> Parser::Parse(InputStream& in) {
  CsvReader reader(in, {.delimiter = mapping_.delimiter, .encoding = Encoding::kUtf8OrLatin});
  CsvRow header;
  TIEOUT_ASSIGN_OR_RETURN(const bool more, reader.Next(&header));
  if (!more) return base::InvalidArgument(emitter_.context().file_name + " is empty");
  TIEOUT_RETURN_IF_ERROR(Bind(header));
  TIEOUT_RETURN_IF_ERROR(
      ForEachRow(reader, columns_, emitter_,
                 [this](Cells& cells, const CsvRow& row) { return ReadRow(cells, row.line); }));
  TIEOUT_RETURN_IF_ERROR(takings_.Emit());
  return emitter_.Finish();
}

absl::Status Parser::Bind(const CsvRow& header) {
  columns_ = Columns(header.fields);
  for (const auto& [field, heading] : mapping_.columns) {
    if (columns_.Has(heading)) continue;
    return base::InvalidArgument(fmt::format(
        "{}:{}: no column {}, which {} names as {}; the headings are {}. Is the delimiter {} "
        "right?",
        emitter_.context().file_name, header.line, base::Quoted(heading), mapping_.name, field,
        base::Quoted(header.raw, 400), base::Quoted(std::string(1, mapping_.delimiter))));
  }
  return absl::OkStatus();
}

absl::Status Parser::NeedsSaying(std::string_view what, std::string_view flag) const {
  return base::FailedPrecondition(fmt::format("{}: no column names the {}: say it in {} or with {}",
                                              emitter_.context().file_name, what, mapping_.name,
                                              flag));
}

void Parser::ReadDate(Cells& cells, Entry* entry) const {
  const int column = Column("date");
  const std::string_view text = cells.Text(column);
  if (!mapping_.date_order.empty()) {
    if (const auto day = ParseOrderedDate(text, mapping_.date_order)) {
      entry->day = entry->own_day = *day;
      entry->at_us = day->start_us();
      return;
    }
  }
  const auto time = ParseIsoTime(text);
  if (!time.ok()) {
    return cells.Fail(column, fmt::format("{}; if days, months and years stand in another order, "
                                          "say date_order in {}",
                                          base::Message(time.status()), mapping_.name));
  }
  entry->at_us = ToInstant(*time, zone_);
  entry->day = base::DayOf(entry->at_us);
  entry->own_day = time->day;
}

ledger::Minor Parser::ReadMoney(Cells& cells, int column, std::string_view currency) const {
  ledger::Minor amount = 0;
  RowError error;
  if (cells.failed() || column < 0 || cells.Text(column).empty()) return 0;
  if (!ReadAmount(columns_.name(column), BareNumber(cells.Text(column), currency), currency,
                  mapping_.number, &amount, &error)) {
    cells.Fail(column, error.reason);
  }
  return amount;
}

absl::StatusOr<Entry> Parser::ReadEntry(Cells& cells) const {
  const Context& context = emitter_.context();
  const auto said = [&](std::string_view field, const std::string& flag,
                        const std::string& mapping) {
    const std::string_view cell = cells.Text(Column(field));
    return !cell.empty() ? std::string(cell) : !flag.empty() ? flag : mapping;
  };
  Entry entry;
  ReadDate(cells, &entry);
  entry.account = said("account", context.merchant_account, mapping_.account);
  if (entry.account.empty()) return NeedsSaying("account", "--account ID");
  const std::string currency = said("currency", context.currency, mapping_.currency);
  if (currency.empty()) return NeedsSaying("currency", "--currency EUR");
  RowError error;
  if (!ReadCurrency("currency", currency, &entry.currency, &error)) {
    cells.Fail(Column("currency"), currency + " " + error.reason);
    return entry;
  }
  entry.word = said("type", "", mapping_.type);
  if (const auto means = mapping_.types.find(NormalWord(entry.word));
      means != mapping_.types.end()) {
    entry.means = means->second;
  }
  ReadAmounts(cells, &entry);
  entry.id = cells.Text(Column("id"));
  entry.order = cells.Text(Column("order"));
  entry.payment = cells.Text(Column("payment"));
  entry.payout = cells.Text(Column("payout"));
  entry.text = cells.Text(Column("text"));
  entry.reference = cells.Text(Column("reference"));
  return entry;
}

void Parser::ReadAmounts(Cells& cells, Entry* entry) const {
  const auto money = [&](std::string_view field) {
    return ReadMoney(cells, Column(field), entry->currency);
  };
  entry->gift_card = money("gift_card");
  if (cells.Text(Column("amount")).empty() && entry->means.becomes != Becomes::kNothing &&
      entry->gift_card == 0) {
    cells.Fail(Column("amount"), "is empty");
  }
  const ledger::Minor on_top = money("tip_on_top");
  const auto amount = ledger::Narrow(ledger::WideMinor{money("amount")} + on_top);
  const auto tip = ledger::Narrow(ledger::WideMinor{money("tip")} + on_top);
  if (!amount || !tip) return cells.Fail(Column("tip_on_top"), "makes a sum beyond 64 bits");
  entry->amount = entry->means.turned ? -*amount : *amount;
  entry->tip = entry->means.turned ? -*tip : *tip;
  entry->fee = -money("fee");
}

absl::Status Parser::ReadRow(Cells& cells, uint64_t line) {
  TIEOUT_ASSIGN_OR_RETURN(Entry entry, ReadEntry(cells));
  entry.line = line;
  if (cells.failed()) {
    if (mapping_.takings_by_day && entry.own_day.is_set()) takings_.Hold(entry.own_day, line);
    return emitter_.Quarantine(cells.error());
  }
  if (entry.means.becomes == Becomes::kNothing) {
    return emitter_.NoOp(
        fmt::format("the mapping says that {} moves no money", base::Quoted(entry.word)));
  }
  return Emit(entry);
}

// By its id, else by all that stands in it. `place`: where the id or the row comes from, in an
// account that several sheets tell of.
absl::StatusOr<ledger::Event> Parser::NewEvent(const ledger::AccountRef& account,
                                               const Entry& entry, std::string_view id,
                                               std::string_view component, std::string_view place) {
  ledger::Event event;
  if (!id.empty()) {
    const std::string of_place = place.empty() ? "" : fmt::format("{}-", place);
    event = emitter_.NewEvent(account, fmt::format("{}{}", of_place, id), component, entry.at_us);
  } else {
    std::string fixed =
        fmt::format("{}|{}|{}|{}", entry.currency, entry.at_us, entry.amount, entry.fee);
    for (const std::string_view text :
         {std::string_view(entry.word), entry.order, entry.payment, entry.payout, entry.text}) {
      fixed += fmt::format("|{}:{}", text.size(), text);
    }
    if (entry.tip != 0 || entry.gift_card != 0) {
      fixed += fmt::format("|{}|{}", entry.tip, entry.gift_card);
    }
    if (!place.empty()) fixed += fmt::format("|{}", place);
    TIEOUT_ASSIGN_OR_RETURN(
        event, emitter_.NewRowEvent(account, entry.day, base::HashBytes128(fixed), component,
                                    entry.at_us));
  }
  event.refs.order_id = entry.order;
  event.refs.payment_id = entry.payment;
  return event;
}

absl::Status Parser::Emit(const Entry& entry) {
  const ledger::AccountRef account{mapping_.provider, emitter_.Keep(entry.account),
                                   emitter_.Keep(entry.currency)};
  emitter_.NoteAsOf(entry.at_us);
  if (entry.means.becomes == Becomes::kPayout) {
    TIEOUT_RETURN_IF_ERROR(EmitPayoutRow(entry, account));
  } else if (entry.means.is_gift_card()) {
    TIEOUT_RETURN_IF_ERROR(EmitGiftCard(entry, "redeemed", MovementOf(entry)));
  } else if (entry.amount != 0 || entry.fee != 0 || entry.gift_card == 0) {
    TIEOUT_RETURN_IF_ERROR(EmitItem(entry, account));
  }
  if (entry.gift_card != 0) {
    TIEOUT_RETURN_IF_ERROR(EmitGiftCard(entry, "redeemed",
                                        {.meaning = {entry.word, Becomes::kSale, Word::kGiftCard},
                                         .raw_type = entry.word,
                                         .amount = entry.gift_card}));
  }
  if (entry.means.is_gift_card_sold()) {
    TIEOUT_RETURN_IF_ERROR(
        EmitGiftCard(entry, "sold",
                     {.meaning = {entry.word, Becomes::kAdjustment, entry.means.detail},
                      .raw_type = entry.word,
                      .amount = -entry.amount}));
  }
  if (!emitter_.row_has_events()) {
    if (mapping_.takings_by_day) takings_.Hold(entry.own_day, entry.line);  // set aside
    return absl::OkStatus();
  }
  // A till tells all of its day, also one on which nobody paid in cash.
  Emitter::Cover(&emitter_.account(account), entry.day.start_us(), entry.day.plus(1).start_us());
  return absl::OkStatus();
}

Movement Parser::MovementOf(const Entry& entry) const {
  Movement movement{.meaning = {entry.word, entry.means.becomes, entry.means.detail},
                    .raw_type = entry.word,
                    .amount = entry.amount,
                    .fees = {{"fee", "", entry.fee}}};
  if (entry.tip != 0) movement.parts.push_back({"TIP", entry.tip, mapping_.tips});
  return movement;
}

absl::Status Parser::EmitItem(const Entry& entry, const ledger::AccountRef& account) {
  TIEOUT_ASSIGN_OR_RETURN(ledger::Event event, NewEvent(account, entry, entry.id, "gross"));
  if (mapping_.takings_by_day) {
    event.refs.payout_id = emitter_.Keep(Takings::IdOf(entry.account, entry.own_day));
  }
  TIEOUT_RETURN_IF_ERROR(EmitMovement(emitter_, event, MovementOf(entry)));
  if (mapping_.takings_by_day && emitter_.row_has_events()) {
    takings_.Add(entry.account, entry.currency, entry.own_day, entry.line, entry.amount);
    takings_.Add(entry.account, entry.currency, entry.own_day, entry.line, entry.fee);
    takings_.Name(entry.account, entry.currency, entry.own_day, entry.reference);
  }
  return emitter_.Amend(event, ledger::Amendment::Field::kPayoutId, entry.payout,
                        emitter_.as_of_us());
}

// In the account of the cards' issuer: what it owes the seller, or the seller its cards' holders.
absl::Status Parser::EmitGiftCard(const Entry& entry, std::string_view component,
                                  const Movement& movement) {
  const ledger::AccountRef issuer{kGiftCardProvider, mapping_.gift_cards,
                                  emitter_.Keep(entry.currency)};
  const std::string till = fmt::format("{}-{}", mapping_.provider, entry.account);
  TIEOUT_ASSIGN_OR_RETURN(const ledger::Event event,
                          NewEvent(issuer, entry, entry.id, component, till));
  TIEOUT_RETURN_IF_ERROR(EmitMovement(emitter_, event, movement));
  if (!emitter_.row_has_events()) return absl::OkStatus();
  Emitter::Cover(&emitter_.account(issuer), entry.day.start_us(), entry.day.plus(1).start_us());
  return absl::OkStatus();
}

// What is sent to the bank; what that cost is a fee of the account.
absl::Status Parser::EmitPayoutRow(const Entry& entry, const ledger::AccountRef& account) {
  const bool in_cash = entry.means.is_takings();
  std::string id(!entry.payout.empty() ? entry.payout : entry.id);
  if (id.empty() && in_cash) id = Takings::IdOf(entry.account, entry.own_day);
  TIEOUT_ASSIGN_OR_RETURN(ledger::Event event, NewEvent(account, entry, id, "initiated"));
  const std::string_view entry_id = ledger::EntryOf(event.event_id);
  event.refs.payout_id =
      emitter_.Keep(!id.empty() ? id : std::string(entry_id.substr(entry_id.rfind('/') + 1)));
  event.amount = -entry.amount;
  event.body = ledger::Payout{
      .state = ledger::Payout::State::kInitiated,
      .method = in_cash ? ledger::Payout::Method::kCash : ledger::Payout::Method::kManual};
  TIEOUT_RETURN_IF_ERROR(emitter_.Emit(event));
  if (entry.fee != 0) {
    ledger::Event fee = emitter_.Sibling(event, "fee");
    fee.refs.payout_id = {};  // paid from the account, no item of what was sent
    fee.amount = entry.fee;
    fee.body = ledger::Fee{.type = FeeTypeBeside(Becomes::kPayout), .applies_to = entry_id};
    TIEOUT_RETURN_IF_ERROR(emitter_.Emit(fee));
  }
  return emitter_.Amend(event, ledger::Amendment::Field::kBankReference, entry.reference,
                        emitter_.as_of_us());
}

class SheetConnector : public Connector {
 public:
  std::string_view name() const override { return "sheet"; }
  std::string_view reads() const override {
    return "sheet: any CSV by a mapping file (--profile FILE): tills, cash takings, other "
           "providers";
  }
  Confidence Detect(std::string_view) const override { return Confidence::kNone; }
  absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                Sink& sink) const override {
    if (context.profile.empty()) {
      return base::FailedPrecondition(
          fmt::format("{}: what a sheet's columns mean is told by a mapping: --profile FILE",
                      context.file_name));
    }
    TIEOUT_ASSIGN_OR_RETURN(Mapping mapping, sheet::LoadMapping(context.profile));
    TIEOUT_ASSIGN_OR_RETURN(const Zone zone, Zone::Find(context.time_zone));
    return Parser(name(), context, sink, std::move(mapping), zone).Parse(in);
  }
};

}  // namespace

const Connector& Sheet() {
  static const SheetConnector connector;
  return connector;
}

}  // namespace tieout::connectors
