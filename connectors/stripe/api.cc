#include "connectors/stripe/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "connectors/lex/json.h"
#include "connectors/stripe/mapper.h"
#include "engine/base/check.h"

namespace tieout::connectors::stripe {
namespace {

constexpr std::array<std::string_view, 15> kZeroDecimal = {"BIF", "CLP", "DJF", "GNF", "JPY",
                                                           "KMF", "KRW", "MGA", "PYG", "RWF",
                                                           "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::array<std::string_view, 5> kThreeDecimal = {"BHD", "JOD", "KWD", "OMR", "TND"};

template <size_t N>
bool IsOneOf(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The values of one object. The first that can't be read is kept as the row's error.
class Reader {
 public:
  explicit Reader(const JsonFields& fields) : fields_(fields) {}

  std::string Text(std::string_view path) const { return std::string(fields_.Text(path)); }
  // An id, whether the object it names is expanded or not.
  std::string Id(std::string_view path) const {
    const std::string_view id = fields_.Text(path);
    return std::string(id.empty() ? fields_.Text(fmt::format("{}.id", path)) : id);
  }
  std::string Required(std::string_view path) {
    if (fields_.Text(path).empty()) Fail({std::string(path), "", "is missing"});
    return Text(path);
  }
  std::string Currency(std::string_view path) {
    std::string currency;
    RowError error;
    if (!ReadCurrency(path, fields_.Text(path), &currency, &error)) Fail(std::move(error));
    return failed_ ? std::string() : currency;
  }
  ledger::Minor Amount(std::string_view path, std::string_view currency) {
    ledger::Minor amount = 0;
    RowError error;
    if (failed_) return 0;
    if (!ToIsoMinor(path, fields_.Token(path), currency, &amount, &error)) Fail(std::move(error));
    return amount;
  }
  int64_t Instant(std::string_view path) {
    int64_t us = 0;
    RowError error;
    if (!ReadInstant(path, fields_.Token(path), &us, &error)) Fail(std::move(error));
    return us;
  }
  // The day of an instant, where there is one.
  std::string DayAt(std::string_view path) {
    if (fields_.Token(path).empty()) return "";
    return base::FormatDay(base::DayOf(Instant(path)));
  }

  void Fail(RowError error) {
    if (!failed_) error_ = std::move(error);
    failed_ = true;
  }
  bool failed() const { return failed_; }
  const RowError& error() const { return error_; }

 private:
  const JsonFields& fields_;
  bool failed_ = false;
  RowError error_;
};

ledger::Payout::Method MethodOf(const JsonFields& fields, std::string_view prefix) {
  using Method = ledger::Payout::Method;
  const std::string at(prefix);
  if (fields.Text(at + "method") == "instant") return Method::kInstant;
  const std::string_view automatic = fields.Token(at + "automatic");
  if (automatic == "true") return Method::kAutomatic;
  return automatic == "false" ? Method::kManual : Method::kUnspecified;
}

// "Chargeback withdrawal for ch_123": the one place a dispute that isn't expanded names its charge.
std::string ChargeIn(std::string_view description) {
  for (const std::string_view start : {"ch_", "py_"}) {
    const size_t at = description.find(start);
    if (at == std::string_view::npos) continue;
    const size_t end = description.find_first_of(" ,.;)", at);
    return std::string(description.substr(at, end - at));
  }
  return "";
}

Entry ReadBalanceTransaction(const JsonFields& fields, Reader& read) {
  Entry entry;
  entry.id = read.Required("id");
  entry.currency = read.Currency("currency");
  entry.gross = read.Amount("amount", entry.currency);
  entry.fee = read.Amount("fee", entry.currency);
  entry.net = read.Amount("net", entry.currency);
  entry.created_us = read.Instant("created");
  entry.source_id = read.Id("source");
  entry.description = read.Text("description");
  const std::string type = read.Text("type");
  entry.category = read.Text("reporting_category");
  entry.raw_type = entry.category.empty() ? type : entry.category;
  if (entry.category.empty()) entry.category = CategoryOf(type, entry.source_id, entry.gross);
  if (entry.category.empty()) read.Fail({"reporting_category", "", "and type are both missing"});
  entry.charge_id = read.Id("source.charge");
  if (entry.charge_id.empty() && entry.category.starts_with("dispute")) {
    entry.charge_id = ChargeIn(entry.description);
  }
  entry.available_on = read.DayAt("available_on");
  entry.status = read.Text("status");
  entry.order_id = read.Text("source.metadata.order_id");
  if (entry.order_id.empty()) entry.order_id = read.Text("source.charge.metadata.order_id");
  if (entry.category == "payout") {
    entry.payout_method = MethodOf(fields, "source.");
    entry.payout_arrival = read.DayAt("source.arrival_date");
    entry.payout_trace_id = read.Text("source.trace_id.value");
  } else if (fields.Has("source.amount") && !fields.Text("source.currency").empty()) {
    entry.customer_currency = read.Currency("source.currency");
    entry.customer_amount = read.Amount("source.amount", entry.customer_currency);
    if ((entry.customer_amount < 0) != (entry.gross < 0)) {
      entry.customer_amount = -entry.customer_amount;
    }
  }
  return entry;
}

Mapper::PayoutObject ReadPayout(const JsonFields& fields, Reader& read) {
  Mapper::PayoutObject payout;
  payout.id = read.Required("id");
  payout.currency = read.Currency("currency");
  payout.amount = read.Amount("amount", payout.currency);
  payout.created_us = read.Instant("created");
  payout.status = read.Required("status");
  payout.arrival_date = read.DayAt("arrival_date");
  payout.trace_id = read.Text("trace_id.value");
  payout.method = MethodOf(fields, "");
  return payout;
}

// The payout whose list a page is: `tieout pull` writes what it asked for beside the answer, as
// "request":"/v1/balance_transactions?payout=po_1&…". Stripe's rows themselves don't name it.
std::string PayoutAskedFor(const JsonEntries::Entry& json) {
  constexpr std::string_view kAsked = "/v1/balance_transactions?payout=";
  const auto page = JsonFields::Parse(json.page.empty() ? "{}" : json.page);
  std::string_view request = page.ok() ? page->Text("request") : std::string_view();
  if (!request.starts_with(kAsked)) return "";
  request.remove_prefix(kAsked.size());
  return std::string(request.substr(0, request.find('&')));
}

}  // namespace

absl::Status ReadObject(const JsonEntries::Entry& json, Emitter* emitter, Mapper* mapper,
                        std::string_view payout_id) {
  emitter->BeginRow(json.line, json.json);
  const auto fields = JsonFields::Parse(json.json);
  if (!fields.ok()) {
    mapper->NoteUnreadable();
    return emitter->Quarantine({"", "", base::Message(fields.status())});
  }
  Reader read(*fields);
  const std::string_view object = fields->Text("object");
  if (object == "balance_transaction") {
    Entry entry = ReadBalanceTransaction(*fields, read);
    entry.payout_id = payout_id;
    if (!read.failed()) {
      emitter->NoteAsOf(entry.created_us);
      return mapper->Map(json.line, entry);
    }
  } else if (object == "payout") {
    const Mapper::PayoutObject payout = ReadPayout(*fields, read);
    if (!read.failed()) {
      emitter->NoteAsOf(payout.created_us);
      return mapper->MapPayout(payout);
    }
  } else {
    read.Fail({"object", std::string(object),
               "isn't read: money is told by balance_transaction and payout objects"});
  }
  mapper->NoteUnreadable();
  return emitter->Quarantine(read.error());
}

bool ReadInstant(std::string_view field, std::string_view text, int64_t* us, RowError* error) {
  constexpr int64_t kLatest = int64_t{253'402'300'799};  // the year 9999
  int64_t seconds = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (code != std::errc() || end != text.data() + text.size() || seconds < 0 || seconds > kLatest) {
    *error = {std::string(field), std::string(text), "is no time in seconds since 1970"};
    return false;
  }
  *us = seconds * base::kMicrosPerSecond;
  return true;
}

bool ToIsoMinor(std::string_view field, std::string_view text, std::string_view currency,
                ledger::Minor* amount, RowError* error) {
  const auto fail = [&](std::string why) {
    *error = {std::string(field), std::string(text), std::move(why)};
    return false;
  };
  const auto iso = ledger::CurrencyExponent(currency);
  TIEOUT_CHECK(iso.has_value());
  // Stripe's own pages disagree on it.
  if (currency == "UGX") {
    return fail("can't be read: Stripe's decimals of UGX aren't settled; use the CSV report");
  }
  const int stripe = IsOneOf(currency, kZeroDecimal) ? 0 : IsOneOf(currency, kThreeDecimal) ? 3 : 2;
  if (text.empty()) return fail("is missing or no number");
  // Digits only: no decimal point moves, the number is shifted as text is.
  if (text.find_first_not_of("-0123456789") != std::string_view::npos) {
    return fail("is no whole number of minor units");
  }
  const bool negative = text.front() == '-';
  std::string digits(text.substr(negative ? 1 : 0));
  if (digits.size() <= static_cast<size_t>(stripe)) {
    digits.insert(0, static_cast<size_t>(stripe) + 1 - digits.size(), '0');
  }
  if (stripe > 0) digits.insert(digits.size() - static_cast<size_t>(stripe), ".");
  if (!ReadAmount(field, (negative ? "-" : "") + digits, currency, {}, amount, error)) {
    error->value = text;
    return false;
  }
  return true;
}

bool LooksLikeApi(std::string_view text) {
  if (!BeginsAsJson(text)) return false;
  for (size_t at = text.find("\"object\""); at != std::string_view::npos;
       at = text.find("\"object\"", at + 1)) {
    const size_t value = text.find_first_not_of(" \t\r\n:", at + 8);
    if (value == std::string_view::npos) return false;
    const std::string_view rest = text.substr(value);
    if (rest.starts_with("\"balance_transaction\"") || rest.starts_with("\"payout\"")) return true;
  }
  return text.find("/v1/balance_transactions") != std::string_view::npos ||
         text.find("/v1/payouts") != std::string_view::npos;
}

absl::StatusOr<Summary> ParseApi(std::string_view connector, InputStream& in,
                                 const Context& context, Sink& sink) {
  if (context.merchant_account.empty()) {
    return base::FailedPrecondition(fmt::format(
        "{}: Stripe's lists don't name their account: say which with --account acct_...",
        context.file_name));
  }
  Emitter emitter(connector, context, sink);
  Mapper mapper(emitter);
  JsonEntries entries(in, context.file_name);
  JsonEntries::Entry entry;
  uint64_t page = 0;
  std::string payout_id;
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, entries.Next(&entry));
    if (!more) break;
    if (entry.page_number != page) payout_id = PayoutAskedFor(entry);
    page = entry.page_number;
    TIEOUT_RETURN_IF_ERROR(ReadObject(entry, &emitter, &mapper, payout_id));
  }
  TIEOUT_RETURN_IF_ERROR(mapper.FinishLists(/*whole_payouts=*/false));
  return emitter.Finish();
}

}  // namespace tieout::connectors::stripe
