// GET /v1/reporting/transactions: pages of transaction_details.
#include <fmt/format.h>

#include "connectors/lex/json_cells.h"
#include "connectors/paypal/entry.h"

namespace tieout::connectors::paypal {
namespace {

class SearchParser {
 public:
  SearchParser(std::string_view connector, const Context& context, Sink& sink)
      : emitter_(connector, context, sink) {}

  absl::StatusOr<Summary> Parse(InputStream& in) {
    JsonEntries entries(in, emitter_.context().file_name, {"transaction_details"});
    JsonEntries::Entry entry;
    while (true) {
      TIEOUT_ASSIGN_OR_RETURN(const bool more, entries.Next(&entry));
      if (!more) return emitter_.Finish();
      TIEOUT_RETURN_IF_ERROR(ReadDetail(entry));
    }
  }

 private:
  absl::Status ReadPage(const JsonEntries::Entry& entry);
  absl::Status ReadDetail(const JsonEntries::Entry& json);

  Emitter emitter_;
  uint64_t page_number_ = 0;  // the one that was read last
  std::string account_;
};

// The account of the page around the entry, and when it was made.
absl::Status SearchParser::ReadPage(const JsonEntries::Entry& entry) {
  if (entry.page_number == page_number_) return absl::OkStatus();
  page_number_ = entry.page_number;
  account_.clear();
  if (const auto page = JsonFields::Parse(entry.page.empty() ? "{}" : entry.page); page.ok()) {
    account_ = page->Any("account_number");
    JsonCells cells(*page);
    if (!cells.Text("last_refreshed_datetime").empty()) {
      emitter_.NoteAsOf(cells.Instant("last_refreshed_datetime"));
    }
  }
  if (account_.empty()) account_ = emitter_.context().merchant_account;
  if (!account_.empty()) return absl::OkStatus();
  return base::FailedPrecondition(
      fmt::format("{}: no account_number in it: say which account with --account ID",
                  emitter_.context().file_name));
}

absl::Status SearchParser::ReadDetail(const JsonEntries::Entry& json) {
  TIEOUT_RETURN_IF_ERROR(ReadPage(json));
  emitter_.BeginRow(json.line, json.json);
  const auto fields = JsonFields::Parse(json.json);
  if (!fields.ok()) return emitter_.Quarantine({"", "", base::Message(fields.status())});
  JsonCells cells(*fields);
  const std::string at = fields->HasBelow("transaction_info") ? "transaction_info." : "";
  Entry entry;
  entry.id = cells.Required(at + "transaction_id");
  entry.code = cells.Required(at + "transaction_event_code");
  entry.currency = cells.Currency(at + "transaction_amount.currency_code");
  entry.gross = cells.Major(at + "transaction_amount.value", entry.currency);
  entry.fee_currency = entry.currency;
  if (fields->HasBelow(at + "fee_amount")) {
    entry.fee_currency = cells.Currency(at + "fee_amount.currency_code");
    entry.fee = cells.Major(at + "fee_amount.value", entry.fee_currency);
  }
  entry.at_us = cells.Instant(at + "transaction_initiation_date");
  entry.status = cells.Text(at + "transaction_status");
  entry.reference = cells.Text(at + "paypal_reference_id");
  entry.invoice_id = cells.Text(at + "invoice_id");
  entry.bank_reference = cells.Text(at + "bank_reference_id");
  if (!cells.Text(at + "transaction_updated_date").empty()) {
    emitter_.NoteAsOf(cells.Instant(at + "transaction_updated_date"));
  }
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  if (!MovesBalance(entry.code)) return emitter_.NoOp("an authorisation moves no balance");
  if (!entry.status.empty() && entry.status != "S") {
    return emitter_.NoOp("the transaction isn't completed");
  }
  return EmitEntry(emitter_, account_, entry);
}

}  // namespace

bool LooksLikeSearch(std::string_view text) {
  if (!BeginsAsJson(text)) return false;
  return text.find("\"transaction_details\"") != std::string_view::npos ||
         (text.find("\"transaction_event_code\"") != std::string_view::npos &&
          text.find("\"transaction_id\"") != std::string_view::npos);
}

absl::StatusOr<Summary> ParseSearch(std::string_view connector, InputStream& in,
                                    const Context& context, Sink& sink) {
  return SearchParser(connector, context, sink).Parse(in);
}

}  // namespace tieout::connectors::paypal
