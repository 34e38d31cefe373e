#include "connectors/shopify/shopify.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "connectors/lex/encoding.h"
#include "connectors/lex/json.h"
#include "connectors/movement.h"
#include "connectors/shopify/api.h"
#include "connectors/shopify/exports.h"

namespace tieout::connectors {
namespace shopify {

namespace {

// The admin's words for Transaction Date, Payout Date and Payout Status in other languages. They
// only tell a person what to do: a translated file is refused.
constexpr std::array<std::string_view, 22> kTranslated = {
    "transaktionsdatum",       "auszahlungsdatum",    "auszahlungsstatus",
    "auszahlungs-id",          "date de transaction", "date de la transaction",
    "date de versement",       "date du versement",   "statut du versement",
    "id de versement",         "data transazione",    "data della transazione",
    "data del pagamento",      "stato del pagamento", "id pagamento",
    "fecha de transacción",    "fecha de pago",       "estado de pago",
    "fecha de la transacción", "fecha del pago",      "transactiedatum",
    "uitbetalingsdatum"};

}  // namespace

bool IsTranslatedHeader(const Columns& columns) {
  return std::count_if(kTranslated.begin(), kTranslated.end(),
                       [&](std::string_view name) { return columns.Has(name); }) >= 2;
}

std::string_view MissingColumn(const Columns& columns) {
  if (IsPayoutsHeader(columns)) return "";
  for (const std::string_view name : {"Transaction Date", "Type", "Amount", "Net"}) {
    if (!columns.Has(name)) return name;
  }
  return "";
}

std::string PayoutEntry(base::Day day, std::string_view currency, int n) {
  std::string entry = fmt::format("payout-{}-{}", base::FormatDay(day), currency);
  if (n > 1) entry += fmt::format(".{}", n);
  return entry;
}

ledger::Minor ReadMoney(Cells& cells, const Columns& columns, int column,
                        std::string_view currency) {
  const std::string bare = BareNumber(cells.Text(column), currency);
  ledger::Minor amount = 0;
  RowError error;
  if (!ReadAmount(columns.name(column), bare, currency, {.decimal = '.', .group = ','}, &amount,
                  &error)) {
    cells.Fail(column, error.reason);
  }
  return amount;
}

std::string ReadCurrencyOf(Cells& cells, int column, const Context& context) {
  if (column >= 0) return cells.Currency(column);
  std::string currency;
  RowError error;
  if (!ReadCurrency("--currency", context.currency, &currency, &error)) {
    cells.Fail(-1, fmt::format("--currency {} {}", context.currency, error.reason));
  }
  return currency;
}

base::Day ReadDay(Cells& cells, int column) {
  const std::string_view text = cells.Text(column);
  const auto day = ParseOrderedDate(text.substr(0, text.find(' ')), "ymd");
  if (day.has_value()) return *day;
  cells.Fail(column, "is no date (expected like 2026-03-05)");
  return {};
}

}  // namespace shopify

namespace {

// The first row of a file; its cells live as long as `text`.
bool SplitHeader(std::string_view text, char delimiter, Columns* columns) {
  MemoryInput in(text);
  CsvReader reader(in, {.delimiter = delimiter});
  CsvRow row;
  const auto more = reader.Next(&row);
  if (!more.ok() || !*more || !row.problem.empty()) return false;
  *columns = Columns(row.fields);
  return shopify::IsTransactionsHeader(*columns) || shopify::IsPayoutsHeader(*columns);
}

class ShopifyConnector : public Connector {
 public:
  std::string_view name() const override { return "shopify"; }
  std::string_view reads() const override {
    return "shopify: Shopify Payments, transactions and payouts as CSV exports or the API's JSON";
  }

  Confidence Detect(std::string_view head) const override {
    const std::string text = DecodeHead(head);
    if (shopify::LooksLikeApi(text)) return Confidence::kCertain;
    Columns columns;
    for (const char delimiter : {',', ';', '\t'}) {
      if (SplitHeader(text, delimiter, &columns) || shopify::IsTranslatedHeader(columns)) {
        return Confidence::kCertain;
      }
    }
    return Confidence::kNone;
  }

  absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                Sink& sink) const override {
    PeekInput peek(in);
    TIEOUT_ASSIGN_OR_RETURN(const std::string_view head, peek.Peek(kDetectBytes));
    if (BeginsAsJson(DecodeHead(head))) {
      TIEOUT_RETURN_IF_ERROR(NeedsAccount(context, "Shopify's lists", "SHOP"));
      return shopify::ParseApi(name(), peek, context, sink);
    }
    CsvReader reader(peek, {});
    CsvRow row;
    TIEOUT_ASSIGN_OR_RETURN(const bool more, reader.Next(&row));
    if (!more) return base::InvalidArgument(fmt::format("{} is empty", context.file_name));
    const Columns columns(row.fields);
    const bool transactions = shopify::IsTransactionsHeader(columns);
    if (!transactions && !shopify::IsPayoutsHeader(columns)) {
      return NoHeader(row, context);
    }
    if (const std::string_view missing = shopify::MissingColumn(columns); !missing.empty()) {
      return base::InvalidArgument(
          fmt::format("{}:{}: no column {}: somebody took it out. Export it from Shopify afresh",
                      context.file_name, row.line, missing));
    }
    if (!columns.Has("Currency") && context.currency.empty()) {
      return base::FailedPrecondition(fmt::format(
          "{}: no column names the currency: say it with --currency EUR", context.file_name));
    }
    if (context.merchant_account.empty()) {
      return base::FailedPrecondition(
          fmt::format("{}: Shopify's exports don't name the shop: say which with --account NAME",
                      context.file_name));
    }
    Emitter emitter(name(), context, sink);
    if (transactions) {
      TIEOUT_ASSIGN_OR_RETURN(const Zone zone, Zone::Find(context.time_zone));
      TIEOUT_RETURN_IF_ERROR(shopify::ReadTransactions(reader, columns, zone, &emitter));
    } else {
      TIEOUT_RETURN_IF_ERROR(shopify::ReadPayouts(reader, columns, &emitter));
    }
    return emitter.Finish();
  }

 private:
  static absl::Status NoHeader(const CsvRow& row, const Context& context) {
    Columns columns;
    for (const char delimiter : {',', ';', '\t'}) {
      const bool known = SplitHeader(row.raw, delimiter, &columns);
      if (shopify::IsTranslatedHeader(columns)) {
        return base::InvalidArgument(fmt::format(
            "{}:{}: the columns' names are translated, and so are the types below them, which "
            "can't be told for sure: set the admin's language to English and export again",
            context.file_name, row.line));
      }
      if (known) {
        return base::InvalidArgument(fmt::format(
            "{}:{}: columns are separated by {}, Shopify writes commas: a spreadsheet saved this "
            "file again. Export it from Shopify afresh",
            context.file_name, row.line, delimiter == ';' ? "semicolons" : "tabs"));
      }
    }
    return base::InvalidArgument(fmt::format(
        "{}:{}: neither the header of Shopify's transactions export (Transaction Date, Type, "
        "Amount, Net, Currency) nor of its payouts export (Payout Date, Status, Total, Currency)",
        context.file_name, row.line));
  }
};

}  // namespace

const Connector& Shopify() {
  static const ShopifyConnector connector;
  return connector;
}

}  // namespace tieout::connectors
