// Payout and PayoutEntry objects.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "absl/strings/ascii.h"
#include "connectors/lex/json_cells.h"
#include "connectors/square/parts.h"

namespace tieout::connectors::square {
namespace {

using Field = ledger::Amendment::Field;

// PayoutEntry.type (ActivityType in the API reference).
constexpr Meaning kTypes[] = {
    {"charge", Becomes::kSale, ""},
    {"refund", Becomes::kRefund, ""},
    {"dispute", Becomes::kChargebackOpened, ""},
    {"open dispute", Becomes::kReserve, ""},
    {"hold adjustment", Becomes::kReserve, ""},
    {"release adjustment", Becomes::kReserve, ""},
    {"reserve hold", Becomes::kReserve, ""},
    {"reserve release", Becomes::kReserve, ""},
    {"fee", Becomes::kFee, "other"},
    {"processing fee*", Becomes::kFee, "processing"},
    {"undo processing fee refund", Becomes::kFee, "processing"},
    {"free processing", Becomes::kFee, "processing"},
    {"app fee revenue", Becomes::kFee, "platform"},
    {"app fee refund", Becomes::kFee, "platform"},
    {"deposit fee*", Becomes::kFee, "payout"},
    {"subscription fee*", Becomes::kFee, "subscription"},
    {"paid service fee*", Becomes::kFee, "subscription"},
    {"third party fee*", Becomes::kFee, "platform"},
    {"tax on fee", Becomes::kFee, "tax_on_fee"},
    {"local offers fee", Becomes::kFee, "advertising"},
    {"gift card load fee*", Becomes::kFee, "other"},
    {"undo gift card load fee*", Becomes::kFee, "other"},
    {"returned payout", Becomes::kPayoutBack, "returned_payout"},
    {"payout", Becomes::kPayout, "transfer"},
    {"square capital*", Becomes::kAdjustment, "loan"},
    {"percentage processing*", Becomes::kAdjustment, "loan"},
    {"credit card repayment*", Becomes::kAdjustment, "loan"},
    {"automatic savings*", Becomes::kAdjustment, "transfer"},
    {"money transfer*", Becomes::kAdjustment, "transfer"},
    {"balance folders transfer*", Becomes::kAdjustment, "transfer"},
    {"gift card pool transfer*", Becomes::kAdjustment, "transfer"},
    {"automatic bitcoin conversions*", Becomes::kAdjustment, "transfer"},
    {"square payroll transfer*", Becomes::kAdjustment, "transfer"},
    {"adjustment", Becomes::kAdjustment, "other"},
    {"other adjustment", Becomes::kAdjustment, "other"},
    {"other", Becomes::kAdjustment, "other"},
    {"escheatment", Becomes::kAdjustment, "other"},
    {"redemption code", Becomes::kAdjustment, "goodwill"},
    {"local offers cashback", Becomes::kAdjustment, "goodwill"},
    {"initial balance change", Becomes::kAdjustment, "opening"},
};

struct Money {
  ledger::Minor amount = 0;
  std::string currency;
};

Money ReadMoney(JsonCells& cells, const std::string& path) {
  Money money;
  const bool old = cells.Text(path + ".currency").empty();
  money.currency = cells.Currency(path + (old ? ".currency_code" : ".currency"));
  money.amount = cells.Minor(path + ".amount");
  return money;
}

// An amount that may be left out: 0 then, and of the entry's currency.
ledger::Minor ReadPart(JsonCells& cells, const std::string& path, const std::string& currency) {
  if (!cells.fields().HasBelow(path)) return 0;
  const Money money = ReadMoney(cells, path);
  if (!cells.failed() && money.currency != currency) {
    cells.Fail(path + ".currency", fmt::format("differs from the entry's {}", currency));
  }
  return money.amount;
}

ledger::Payout::State StateOf(JsonCells& cells, const std::string& path) {
  const std::string_view status = cells.Text(path);
  if (status == "SENT") return ledger::Payout::State::kInitiated;
  if (status == "PAID") return ledger::Payout::State::kPaid;
  if (status == "FAILED") return ledger::Payout::State::kFailed;
  cells.Fail(path, "is none of SENT, PAID, FAILED");
  return ledger::Payout::State::kUnspecified;
}

class ApiParser {
 public:
  ApiParser(std::string_view connector, const Context& context, Sink& sink)
      : emitter_(connector, context, sink) {}

  absl::StatusOr<Summary> Parse(InputStream& in);

 private:
  ledger::AccountRef AccountOf(std::string_view currency) const {
    return {kProvider, emitter_.context().merchant_account, currency};
  }
  absl::Status ReadObject(const JsonEntries::Entry& json);
  absl::Status ReadPayout(JsonCells& cells, const std::string& at, uint64_t line);
  absl::Status ReadEntry(JsonCells& cells, uint64_t line);
  absl::Status FinishLists();

  Emitter emitter_;
  std::map<std::string, ListedPayout> lists_;  // by payout; they are few
  uint64_t page_number_ = 0;                   // whose cursor was looked at
  bool more_pages_ = false;
  bool unreadable_ = false;
};

absl::Status ApiParser::ReadPayout(JsonCells& cells, const std::string& at, uint64_t line) {
  const std::string id(cells.Required(at + "id"));
  const Money money = ReadMoney(cells, at + "amount_money");
  const int64_t created = cells.Instant(at + "created_at");
  const ledger::Payout::State state = StateOf(cells, at + "status");
  const int64_t updated =
      cells.Text(at + "updated_at").empty() ? created : cells.Instant(at + "updated_at");
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  emitter_.NoteAsOf(std::max(created, updated));
  const ledger::AccountRef account = AccountOf(money.currency);
  const PayoutFact payout{
      .account = account,
      .id = id,
      .state = state,
      .method = cells.fields().HasBelow(at + "payout_fee") ? ledger::Payout::Method::kInstant
                                                           : ledger::Payout::Method::kUnspecified,
      .amount = money.amount,
      .at_us = created,
      .as_of_us = updated,
      .arrival_date = cells.Text(at + "arrival_date"),
      .end_to_end_id = cells.Text(at + "end_to_end_id"),
      .destination = emitter_.Keep(std::string(cells.Text(at + "destination.id")))};
  lists_[id].TakeObject(line, payout);
  Emitter::Cover(&emitter_.account(account), created, created + base::kMicrosPerSecond);
  return EmitPayout(emitter_, payout);
}

absl::Status ApiParser::ReadEntry(JsonCells& cells, uint64_t line) {
  const std::string id(cells.Required("id"));
  const std::string payout_id(cells.Required("payout_id"));
  const std::string type(cells.Required("type"));
  const Money gross = ReadMoney(cells, "gross_amount_money");
  const ledger::Minor fee = ReadPart(cells, "fee_amount_money", gross.currency);
  const ledger::Minor net = ReadPart(cells, "net_amount_money", gross.currency);
  const int64_t effective = cells.Instant("effective_at");
  ledger::Minor sum = 0;
  if (!cells.failed() && (__builtin_sub_overflow(gross.amount, fee, &sum) || sum != net)) {
    cells.Fail("net_amount_money.amount",
               fmt::format("isn't gross {} less fee {}", gross.amount, fee));
  }
  if (cells.failed()) {
    unreadable_ = true;
    return emitter_.Quarantine(cells.error());
  }
  emitter_.NoteAsOf(effective);
  const Meaning meaning = FindMeaning(kTypes, type);
  std::string details = fmt::format("type_{}_details.", type);
  absl::AsciiStrToLower(&details);
  const std::string payment(cells.Text(details + "payment_id"));
  const std::string refund(cells.Text(details + "refund_id"));
  const std::string dispute(cells.Text(details + "dispute_id"));
  // The Dashboard's rows know no poe_ id.
  const bool is_charge = meaning.becomes == Becomes::kSale && !payment.empty();
  const bool is_refund = meaning.becomes == Becomes::kRefund && !refund.empty();
  const ledger::AccountRef account = AccountOf(gross.currency);
  ledger::Event event = emitter_.NewEvent(account,
                                          is_charge   ? payment
                                          : is_refund ? refund
                                                      : id,
                                          "gross", effective);
  event.refs.payment_id = payment;
  if (is_refund) event.refs.refund_id = refund;
  if (meaning.becomes == Becomes::kChargebackOpened) event.refs.dispute_id = dispute;
  if (meaning.becomes == Becomes::kReserve) event.refs.hold_id = dispute.empty() ? id : dispute;
  lists_[payout_id].TakeItem(line, gross.currency, net);
  Emitter::Cover(&emitter_.account(account), effective, effective + base::kMicrosPerSecond);
  AddStated(emitter_, account, net);
  // A dispute that is won back comes as another entry of the same type, with the sign turned.
  Meaning signed_meaning = meaning;
  if (meaning.becomes == Becomes::kChargebackOpened && gross.amount > 0) {
    signed_meaning.becomes = Becomes::kChargebackWon;
  }
  TIEOUT_RETURN_IF_ERROR(EmitMovement(emitter_, event,
                                      {.meaning = signed_meaning,
                                       .raw_type = type,
                                       .amount = gross.amount,
                                       .fees = {{"fee", "", -fee}}}));
  return emitter_.Amend(event, Field::kPayoutId, payout_id, effective);
}

absl::Status ApiParser::ReadObject(const JsonEntries::Entry& json) {
  emitter_.BeginRow(json.line, json.json);
  if (json.list == "payout_entries" && json.page_number != page_number_) {
    page_number_ = json.page_number;
    const auto page = JsonFields::Parse(json.page);
    more_pages_ = more_pages_ || (page.ok() && !page->Text("cursor").empty());
  }
  const auto fields = JsonFields::Parse(json.json, JsonFields::Arrays::kFlatten);
  if (!fields.ok()) {
    unreadable_ = true;
    return emitter_.Quarantine({"", "", base::Message(fields.status())});
  }
  JsonCells cells(*fields);
  if (fields->Has("payout_id") || json.list == "payout_entries") {
    return ReadEntry(cells, json.line);
  }
  // As it is, in GetPayout's answer, in a webhook's.
  for (const std::string_view prefix : {"", "payout.", "data.object.payout."}) {
    if (fields->HasBelow(fmt::format("{}amount_money", prefix))) {
      return ReadPayout(cells, std::string(prefix), json.line);
    }
  }
  unreadable_ = true;
  return emitter_.Quarantine({"", "", "is neither a payout nor a payout entry"});
}

// A BATCH payout's entries sum to it: then all of them are here.
absl::Status ApiParser::FinishLists() {
  for (const auto& [id, list] : lists_) {
    if (list.rows == 0 || unreadable_) continue;
    const auto sum = ledger::Narrow(list.items);
    if (list.IsWhole()) {
      TIEOUT_RETURN_IF_ERROR(CallComplete(emitter_, AccountOf(list.currency), id, list));
    } else if (list.has_object && !more_pages_) {
      emitter_.AddNote(
          list.line, "PAYOUT_COMPOSITION",
          fmt::format("payout {}: its {} entries sum to {}, the payout says {}", id, list.rows,
                      sum.has_value() ? ledger::FormatMoney(*sum, list.currency)
                                      : std::string("a sum beyond 64 bits"),
                      ledger::FormatMoney(list.amount, list.currency)));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Summary> ApiParser::Parse(InputStream& in) {
  JsonEntries entries(in, emitter_.context().file_name, {"payouts", "payout_entries"});
  JsonEntries::Entry entry;
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, entries.Next(&entry));
    if (!more) break;
    TIEOUT_RETURN_IF_ERROR(ReadObject(entry));
  }
  TIEOUT_RETURN_IF_ERROR(FinishLists());
  return emitter_.Finish();
}

}  // namespace

bool LooksLikeApi(std::string_view text) {
  if (!BeginsAsJson(text)) return false;
  const auto has = [&](std::string_view word) { return text.find(word) != std::string_view::npos; };
  return has("\"payout_entries\"") || has("\"poe_") || has("\"gross_amount_money\"") ||
         (has("\"amount_money\"") && has("\"location_id\"") && has("\"po_"));
}

absl::StatusOr<Summary> ParseApi(std::string_view connector, InputStream& in,
                                 const Context& context, Sink& sink) {
  return ApiParser(connector, context, sink).Parse(in);
}

}  // namespace tieout::connectors::square
