#include "connectors/sheet/sheet.h"

#include <fmt/format.h>

#include <utility>

#include "connectors/lex/encoding.h"
#include "connectors/lex/rows.h"
#include "connectors/sheet/mapping.h"
#include "engine/base/text.h"

namespace tieout::connectors {
namespace {

using sheet::Mapping;
using sheet::Word;

// A row, understood.
struct Entry {
  std::string account, currency, word;
  Word means;
  int64_t at_us = 0;
  base::Day day;
  ledger::Minor amount = 0, fee = 0;
  std::string_view id, order, payment, payout, text;
};

class Parser {
 public:
  Parser(std::string_view connector, const Context& context, Sink& sink, Mapping mapping, Zone zone)
      : emitter_(connector, context, sink), mapping_(std::move(mapping)), zone_(zone) {}

  absl::StatusOr<Summary> Parse(InputStream& in);

 private:
  absl::Status Bind(const CsvRow& header);
  int Column(std::string_view field) const {
    const auto heading = mapping_.columns.find(field);
    return heading == mapping_.columns.end() ? -1 : columns_.Find(heading->second);
  }
  absl::Status ReadRow(Cells& cells);
  absl::StatusOr<Entry> ReadEntry(Cells& cells) const;
  void ReadDate(Cells& cells, Entry* entry) const;
  ledger::Minor ReadMoney(Cells& cells, int column, std::string_view currency) const;
  absl::Status Emit(const Entry& entry);
  absl::Status EmitPayoutRow(const Entry& entry, ledger::Event event);
  absl::Status NeedsSaying(std::string_view what, std::string_view flag) const;

  Emitter emitter_;
  const Mapping mapping_;
  const Zone zone_;
  Columns columns_;
};

absl::StatusOr<Summary> Parser::Parse(InputStream& in) {
  CsvReader reader(in, {.delimiter = mapping_.delimiter, .encoding = Encoding::kUtf8OrLatin});
  CsvRow header;
  TIEOUT_ASSIGN_OR_RETURN(const bool more, reader.Next(&header));
  if (!more) return base::InvalidArgument(emitter_.context().file_name + " is empty");
  TIEOUT_RETURN_IF_ERROR(Bind(header));
  TIEOUT_RETURN_IF_ERROR(ForEachRow(
      reader, columns_, emitter_, [this](Cells& cells, const CsvRow&) { return ReadRow(cells); }));
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
      entry->day = *day;
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
  ReadDate(cells, &entry);
  if (cells.Text(Column("amount")).empty() && entry.means.becomes != Becomes::kNothing) {
    cells.Fail(Column("amount"), "is empty");
  }
  const ledger::Minor amount = ReadMoney(cells, Column("amount"), entry.currency);
  entry.amount = entry.means.turned ? -amount : amount;
  entry.fee = -ReadMoney(cells, Column("fee"), entry.currency);
  entry.id = cells.Text(Column("id"));
  entry.order = cells.Text(Column("order"));
  entry.payment = cells.Text(Column("payment"));
  entry.payout = cells.Text(Column("payout"));
  entry.text = cells.Text(Column("text"));
  return entry;
}

absl::Status Parser::ReadRow(Cells& cells) {
  TIEOUT_ASSIGN_OR_RETURN(const Entry entry, ReadEntry(cells));
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  if (entry.means.becomes == Becomes::kNothing) {
    return emitter_.NoOp(
        fmt::format("the mapping says that {} moves no money", base::Quoted(entry.word)));
  }
  return Emit(entry);
}

absl::Status Parser::Emit(const Entry& entry) {
  const ledger::AccountRef account{mapping_.provider, emitter_.Keep(entry.account),
                                   emitter_.Keep(entry.currency)};
  const bool is_payout = entry.means.becomes == Becomes::kPayout;
  const std::string_view component = is_payout ? "initiated" : "gross";
  const std::string_view id = is_payout && !entry.payout.empty() ? entry.payout : entry.id;
  ledger::Event event;
  if (!id.empty()) {
    event = emitter_.NewEvent(account, id, component, entry.at_us);
  } else {
    std::string fixed =
        fmt::format("{}|{}|{}|{}", entry.currency, entry.at_us, entry.amount, entry.fee);
    for (const std::string_view text :
         {std::string_view(entry.word), entry.order, entry.payment, entry.payout, entry.text}) {
      fixed += fmt::format("|{}:{}", text.size(), text);
    }
    TIEOUT_ASSIGN_OR_RETURN(
        event, emitter_.NewRowEvent(account, entry.day, base::HashBytes128(fixed), component,
                                    entry.at_us));
  }
  event.refs.order_id = entry.order;
  event.refs.payment_id = entry.payment;
  emitter_.NoteAsOf(entry.at_us);
  if (is_payout) {
    TIEOUT_RETURN_IF_ERROR(EmitPayoutRow(entry, std::move(event)));
  } else {
    TIEOUT_RETURN_IF_ERROR(
        EmitMovement(emitter_, event,
                     {.meaning = {entry.word, entry.means.becomes, entry.means.detail},
                      .raw_type = entry.word,
                      .amount = entry.amount,
                      .fees = {{"fee", "", entry.fee}}}));
    TIEOUT_RETURN_IF_ERROR(emitter_.Amend(event, ledger::Amendment::Field::kPayoutId, entry.payout,
                                          emitter_.as_of_us()));
  }
  if (!emitter_.row_has_events()) return absl::OkStatus();
  Emitter::Cover(&emitter_.account(account), entry.day.start_us(), entry.day.plus(1).start_us());
  return absl::OkStatus();
}

// What is sent to the bank; what that cost is a fee of the account.
absl::Status Parser::EmitPayoutRow(const Entry& entry, ledger::Event event) {
  const std::string_view entry_id = ledger::EntryOf(event.event_id);
  const std::string_view id = !entry.payout.empty() ? entry.payout : entry.id;
  event.refs.payout_id =
      emitter_.Keep(std::string(!id.empty() ? id : entry_id.substr(entry_id.rfind('/') + 1)));
  event.amount = -entry.amount;
  event.body = ledger::Payout{.state = ledger::Payout::State::kInitiated,
                              .method = ledger::Payout::Method::kManual};
  TIEOUT_RETURN_IF_ERROR(emitter_.Emit(event));
  if (entry.fee == 0) return absl::OkStatus();
  ledger::Event fee = emitter_.Sibling(event, "fee");
  fee.refs.payout_id = {};  // paid from the account, no item of what was sent
  fee.amount = entry.fee;
  fee.body = ledger::Fee{.type = FeeTypeBeside(Becomes::kPayout), .applies_to = entry_id};
  return emitter_.Emit(fee);
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
