#include "connectors/etsy/etsy.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>

#include "connectors/etsy/ledger.h"
#include "connectors/lex/encoding.h"
#include "connectors/lex/json.h"
#include "connectors/lex/localized.h"
#include "connectors/lex/rows.h"
#include "connectors/movement.h"

namespace tieout::connectors {
namespace {

using Field = ledger::Amendment::Field;

using etsy::kProvider;

// The statement's types, and where they are too wide, the titles.
constexpr Meaning kTypes[] = {
    {"sale", Becomes::kSale, ""},
    {"refund", Becomes::kRefund, ""},
    {"deposit", Becomes::kPayout, "transfer"},
    {"tax", Becomes::kAdjustment, "tax"},
    {"vat", Becomes::kFee, "tax_on_fee"},
    {"gst", Becomes::kFee, "tax_on_fee"},
    {"hst", Becomes::kFee, "tax_on_fee"},
    {"marketing", Becomes::kFee, "advertising"},
    {"shipping", Becomes::kFee, "shipping_label"},
    {"buyer fee", Becomes::kFee, "buyer_fee"},
    {"payment", Becomes::kAdjustment, "topup"},
    {"reserve*", Becomes::kReserve, ""},
    {"fee", Becomes::kFee, "other"},
};
constexpr Meaning kFeeTitles[] = {
    {"transaction fee*", Becomes::kFee, "platform"},
    {"processing fee*", Becomes::kFee, "processing"},
    {"regulatory operating fee*", Becomes::kFee, "platform"},
    {"listing fee*", Becomes::kFee, "listing"},
    {"auto renew*", Becomes::kFee, "listing"},
    {"multi quantity*", Becomes::kFee, "listing"},
    {"etsy ads*", Becomes::kFee, "advertising"},
    {"fee for sale made through offsite ads*", Becomes::kFee, "advertising"},
    {"offsite ads*", Becomes::kFee, "advertising"},
    {"etsy plus*", Becomes::kFee, "subscription"},
    {"subscription*", Becomes::kFee, "subscription"},
    {"pattern*", Becomes::kFee, "subscription"},
    {"vat*", Becomes::kFee, "tax_on_fee"},
    {"deposit fee*", Becomes::kFee, "payout"},
    {"currency conversion*", Becomes::kFee, "fx"},
    {"postage label*", Becomes::kFee, "shipping_label"},
    {"shipping label*", Becomes::kFee, "shipping_label"},
};

enum class Kind : uint8_t { kNone, kStatement, kDeposits, kSoldOrders };

struct Layout {
  Columns columns;
  Kind kind = Kind::kNone;
  int date, type, title, info, currency, amount, fees, net, status, available, order, total;
};

Layout Bind(const Columns& c) {
  Layout l{};
  l.columns = c;
  l.date = c.FindAny({"Date", "Datum", "Fecha", "Data"});
  l.type = c.FindAny({"Type", "Art", "Typ", "Tipo"});
  l.title = c.FindAny({"Title", "Titel", "Título", "Titre", "Titolo"});
  l.info = c.FindAny({"Info", "Información", "Infos", "Informazioni"});
  l.currency = c.FindAny({"Currency", "Währung", "Moneda", "Divisa", "Devise", "Valuta"});
  l.amount = c.FindAny({"Amount", "Betrag", "Importe", "Montant", "Importo"});
  l.fees = c.FindAny({"Fees & Taxes", "Gebühren & Steuern", "Tarifas e impuestos",
                      "Comisiones e impuestos", "Tasas e impuestos", "Frais et taxes",
                      "Commissioni e tasse"});
  l.net = c.FindAny({"Net", "Netto", "Neto"});
  l.status = c.Find("Status");
  l.available = c.Find("Availability Date");
  l.order = c.Find("Order ID");
  l.total = c.Find("Order Total");
  if (l.date >= 0 && l.type >= 0 && l.title >= 0 && l.fees >= 0 && l.net >= 0 && l.amount >= 0) {
    l.kind = Kind::kStatement;
  } else if (c.Has("Sale Date") && l.order >= 0 && c.Has("Order Value")) {
    l.kind = Kind::kSoldOrders;
    l.date = c.Find("Sale Date");
  } else if (l.date >= 0 && l.amount >= 0 &&
             (c.FindAny({"Bank Account Ending Digits", "Bank Account"}) >= 0) && c.size() <= 8) {
    l.kind = Kind::kDeposits;
  }
  return l;
}

std::optional<std::pair<Layout, char>> FindLayout(std::string_view head) {
  for (const char delimiter : {',', ';', '\t'}) {
    const auto columns = ReadHeader(head, delimiter);
    if (!columns.has_value()) continue;
    Layout layout = Bind(*columns);
    if (layout.kind != Kind::kNone) return std::pair(std::move(layout), delimiter);
  }
  return std::nullopt;
}

// "Payment for Order #3000000001" -> "3000000001".
std::string OrderIn(std::string_view text) {
  const size_t at = text.find("Order #");
  if (at == std::string_view::npos) return "";
  const std::string_view rest = text.substr(at + 7);
  return std::string(rest.substr(0, rest.find_first_not_of("0123456789")));
}

bool IsEmpty(std::string_view cell) { return cell.empty() || cell == "--" || cell == "-"; }

class Parser {
 public:
  Parser(std::string_view connector, const Context& context, Sink& sink, Layout layout)
      : emitter_(connector, context, sink), layout_(std::move(layout)) {}

  absl::StatusOr<Summary> Parse(InputStream& in, char delimiter) {
    CsvReader reader(in, {.delimiter = delimiter, .encoding = Encoding::kUtf8OrLatin});
    CsvRow header;
    TIEOUT_RETURN_IF_ERROR(reader.Next(&header).status());
    TIEOUT_RETURN_IF_ERROR(
        ForEachRow(reader, layout_.columns, emitter_, [&](Cells& cells, const CsvRow&) {
          switch (layout_.kind) {
            case Kind::kDeposits:
              return ReadDeposit(cells);
            case Kind::kSoldOrders:
              return ReadOrder(cells);
            default:
              return ReadStatement(cells);
          }
        }));
    return emitter_.Finish();
  }

 private:
  absl::Status ReadStatement(Cells& cells);
  absl::Status ReadDeposit(Cells& cells);
  absl::Status ReadOrder(Cells& cells);
  absl::Status EmitDeposit(base::Day day, const std::string& currency, ledger::Minor amount);
  base::Day ReadDay(Cells& cells);
  ledger::AccountRef AccountOf(std::string_view currency) const {
    return {kProvider, emitter_.context().merchant_account, currency};
  }
  void Cover(base::Day day, std::string_view currency) {
    emitter_.NoteAsOf(day.plus(1).start_us());
    Emitter::Cover(&emitter_.account(AccountOf(currency)), day.start_us(), day.plus(1).start_us());
  }
  // The entry of an order's payment: the second of a file is another.
  std::string SaleEntry(const std::string& order) {
    const int n = ++payments_[order];
    return n == 1 ? "order-" + order : fmt::format("order-{}.{}", order, n);
  }

  Emitter emitter_;
  const Layout layout_;
  std::map<std::string, int> payments_;  // a month's orders
  std::map<std::pair<int32_t, std::string>, int> deposits_;
};

base::Day Parser::ReadDay(Cells& cells) {
  const std::string_view text = cells.Text(layout_.date);
  const auto day = layout_.kind == Kind::kSoldOrders && !ParseWrittenDate(text).has_value()
                       ? ParseOrderedDate(text, "mdy")
                       : ParseWrittenDate(text);
  if (day.has_value()) return *day;
  cells.Fail(layout_.date, layout_.kind == Kind::kSoldOrders
                               ? "is no date (expected like 09/24/26, month first)"
                               : "is no date (expected like September 24, 2026)");
  return {};
}

absl::Status Parser::EmitDeposit(base::Day day, const std::string& currency, ledger::Minor amount) {
  const int n = ++deposits_[{day.days, currency}];
  std::string id = fmt::format("deposit-{}-{}", base::FormatDay(day), currency);
  if (n > 1) id += fmt::format(".{}", n);
  Cover(day, currency);
  return EmitPayout(emitter_, {.account = AccountOf(currency),
                               .id = id,
                               .method = ledger::Payout::Method::kAutomatic,
                               .amount = amount,
                               .at_us = day.start_us()});
}

absl::Status Parser::ReadStatement(Cells& cells) {
  const Layout& l = layout_;
  const base::Day day = ReadDay(cells);
  const std::string currency = cells.Currency(l.currency);
  const std::string type(cells.Text(l.type));
  const std::string title(cells.Text(l.title));
  const std::string info(cells.Text(l.info));
  if (type.empty()) cells.Fail(l.type, "is empty");
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  Meaning meaning = FindMeaning(kTypes, type);
  if (meaning.becomes == Becomes::kPayout) {
    ledger::Minor amount = 0;
    RowError error;
    // "$3.67 sent to your bank account": the number ends where the words begin.
    const std::string number = NumberIn(title.substr(0, title.find(" sent")));
    const std::string digits = number.empty() ? NumberIn(cells.Text(l.net)) : number;
    if (digits.empty()) {
      cells.Fail(l.title, "names no amount: a deposit's stands in its title");
    } else if (!ReadAmount(l.columns.name(l.title), digits, currency,
                           FormatByDecimals(digits, currency), &amount, &error)) {
      cells.Fail(l.title, error.reason);
    }
    if (cells.failed()) return emitter_.Quarantine(cells.error());
    return EmitDeposit(day, currency, amount);
  }
  const bool has_amount = !IsEmpty(cells.Text(l.amount));
  const bool has_fees = !IsEmpty(cells.Text(l.fees));
  const ledger::Minor amount = has_amount ? ReadPrinted(cells, l.columns, l.amount, currency) : 0;
  const ledger::Minor fees = has_fees ? ReadPrinted(cells, l.columns, l.fees, currency) : 0;
  const ledger::Minor net =
      IsEmpty(cells.Text(l.net)) ? 0 : ReadPrinted(cells, l.columns, l.net, currency);
  if (!cells.failed() && ledger::WideMinor{amount} + fees != net) {
    cells.Fail(l.net, "isn't amount and fees: the row was changed, or columns are mixed up");
  }
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  if (NormalWord(type) == "fee") {
    std::string word = NormalWord(title);
    if (word.starts_with("credit for ")) word.erase(0, 11);
    const Meaning by_title = FindMeaning(kFeeTitles, word);
    if (by_title.becomes == Becomes::kFee) meaning.detail = by_title.detail;
  }
  const std::string in_title = OrderIn(title);
  const std::string order = in_title.empty() ? OrderIn(info) : in_title;
  Cover(day, currency);
  AddStated(emitter_, AccountOf(currency), net);
  ledger::Event event;
  if (meaning.becomes == Becomes::kSale && !order.empty()) {
    event = emitter_.NewEvent(AccountOf(currency), SaleEntry(order), "gross", day.start_us());
  } else {
    std::string fixed;
    for (const std::string_view part : {std::string_view(type), std::string_view(title),
                                        std::string_view(info), std::string_view(currency)}) {
      fixed += fmt::format("{}:{}|", part.size(), part);
    }
    fixed += fmt::format("{}|{}|{}", amount, fees, net);
    TIEOUT_ASSIGN_OR_RETURN(
        event, emitter_.NewRowEvent(AccountOf(currency), day, base::HashBytes128(fixed), "gross",
                                    day.start_us()));
  }
  event.refs.order_id = emitter_.Keep(order);
  event.refs.payment_id = event.refs.order_id;
  // A row is of one column or of both: what stands alone is the entry itself.
  Movement movement{.meaning = meaning, .raw_type = type};
  movement.amount = has_amount ? amount : fees;
  if (has_amount) movement.fees = {{"fee", "", fees}};
  TIEOUT_RETURN_IF_ERROR(EmitMovement(emitter_, event, movement));
  if (l.available >= 0 && !IsEmpty(cells.Text(l.available))) {
    const auto available = ParseWrittenDate(cells.Text(l.available));
    if (available.has_value()) {
      TIEOUT_RETURN_IF_ERROR(emitter_.Amend(event, Field::kAvailableOn,
                                            emitter_.Keep(base::FormatDay(*available)),
                                            emitter_.as_of_us()));
    }
  }
  if (IsEmpty(cells.Text(l.status))) return absl::OkStatus();
  return emitter_.Amend(event, Field::kStatus, cells.Text(l.status), emitter_.as_of_us());
}

absl::Status Parser::ReadDeposit(Cells& cells) {
  const base::Day day = ReadDay(cells);
  const std::string currency = cells.Currency(layout_.currency);
  const ledger::Minor amount = ReadPrinted(cells, layout_.columns, layout_.amount, currency);
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  return EmitDeposit(day, currency, amount);
}

absl::Status Parser::ReadOrder(Cells& cells) {
  const base::Day day = ReadDay(cells);
  const std::string currency = cells.Currency(layout_.currency);
  const std::string order(cells.Text(layout_.order));
  if (order.empty()) cells.Fail(layout_.order, "is empty");
  const ledger::Minor total = ReadPrinted(cells, layout_.columns, layout_.total, currency);
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  if (NormalName(cells.Text(layout_.status)) == "canceled" ||
      NormalName(cells.Text(layout_.status)) == "cancelled") {
    return emitter_.NoOp("the order was cancelled");
  }
  Cover(day, currency);
  AddStated(emitter_, AccountOf(currency), total);
  ledger::Event event =
      emitter_.NewEvent(AccountOf(currency), "order-" + order, "gross", day.start_us());
  event.refs.order_id = order;
  event.refs.payment_id = order;
  return EmitMovement(emitter_, event,
                      {.meaning = {"", Becomes::kSale, ""}, .raw_type = "order", .amount = total});
}

class EtsyConnector : public Connector {
 public:
  std::string_view name() const override { return "etsy"; }
  std::string_view reads() const override {
    return "etsy: monthly statements, deposits and sold orders as CSV; the API's ledger as JSON";
  }
  Confidence Detect(std::string_view head) const override {
    const bool known = etsy::LooksLikeLedger(head) || FindLayout(DecodeHead(head)).has_value();
    return known ? Confidence::kCertain : Confidence::kNone;
  }
  absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                Sink& sink) const override {
    PeekInput peek(in);
    TIEOUT_ASSIGN_OR_RETURN(const std::string_view head, peek.Peek(kDetectBytes));
    if (head.empty()) return base::InvalidArgument(fmt::format("{} is empty", context.file_name));
    if (BeginsAsJson(head)) return etsy::ParseLedger(name(), peek, context, sink);
    auto found = FindLayout(DecodeHead(head));
    if (!found.has_value()) {
      return base::InvalidArgument(
          fmt::format("{}:1: neither the header of Etsy's monthly statement (Date, Type, Title, "
                      "Info, Currency, Amount, Fees & Taxes, Net) nor of its deposits (Date, "
                      "Amount, Currency, Bank Account Ending Digits) or sold orders (Sale Date, "
                      "Order ID, Order Value, Order Total)",
                      context.file_name));
    }
    const auto& [layout, delimiter] = *found;
    for (const auto& [column, what] :
         {std::pair(layout.currency, "Currency"),
          std::pair(layout.kind == Kind::kSoldOrders ? layout.total : 0, "Order Total")}) {
      if (column >= 0) continue;
      return base::InvalidArgument(
          fmt::format("{}:1: no column {}: export it afresh", context.file_name, what));
    }
    TIEOUT_RETURN_IF_ERROR(NeedsAccount(context, "Etsy's files", "SHOP"));
    return Parser(name(), context, sink, layout).Parse(peek, delimiter);
  }
};

}  // namespace

const Connector& Etsy() {
  static const EtsyConnector connector;
  return connector;
}

}  // namespace tieout::connectors
