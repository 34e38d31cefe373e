#include "connectors/etsy/ledger.h"

#include <fmt/format.h>

#include <optional>

#include "absl/strings/numbers.h"
#include "connectors/lex/json_cells.h"
#include "connectors/movement.h"

namespace tieout::connectors::etsy {
namespace {

// ledger_type. A fee bears the name of what it is taken from: `transaction` is the fee of one. Some
// words also come with "_refund": the fee given back.
constexpr Meaning kTypes[] = {
    {"payment gross", Becomes::kSale, ""},
    {"refund gross", Becomes::kRefund, ""},
    {"transaction", Becomes::kFee, "platform"},
    {"transaction quantity", Becomes::kFee, "platform"},
    {"shipping transaction", Becomes::kFee, "platform"},
    {"payment processing fee", Becomes::kFee, "processing"},
    {"refund processing fee", Becomes::kFee, "processing"},
    {"listing", Becomes::kFee, "listing"},
    {"renew sold*", Becomes::kFee, "listing"},
    {"renew expired", Becomes::kFee, "listing"},
    {"auto renew expired", Becomes::kFee, "listing"},
    {"offsite ads fee", Becomes::kFee, "advertising"},
    {"prolist", Becomes::kFee, "advertising"},
    {"seller driven traffic credit", Becomes::kFee, "advertising"},
    {"shipping labels", Becomes::kFee, "shipping_label"},
    {"buyer fee", Becomes::kFee, "buyer_fee"},
    {"sales tax", Becomes::kAdjustment, "tax"},
    {"disburse", Becomes::kPayout, ""},
    {"disburse2", Becomes::kPayout, ""},
    {"recoup", Becomes::kAdjustment, "topup"},
    {"billing payment", Becomes::kAdjustment, "topup"},
    {"reserve*", Becomes::kReserve, ""},
};

Meaning MeaningOf(std::string_view ledger_type) {
  std::string word = NormalWord(ledger_type);
  Meaning meaning = FindMeaning(kTypes, word);
  constexpr std::string_view kGivenBack = " refund";
  if (meaning.detail != "unclassified" || !word.ends_with(kGivenBack)) return meaning;
  word.resize(word.size() - kGivenBack.size());
  return FindMeaning(kTypes, word);
}

class LedgerParser {
 public:
  LedgerParser(std::string_view connector, const Context& context, Sink& sink)
      : emitter_(connector, context, sink) {}

  absl::StatusOr<Summary> Parse(InputStream& in) {
    TIEOUT_RETURN_IF_ERROR(NeedsAccount(emitter_.context(), "Etsy's ledger", "SHOP"));
    JsonEntries entries(in, emitter_.context().file_name, {"results"});
    JsonEntries::Entry entry;
    while (true) {
      TIEOUT_ASSIGN_OR_RETURN(const bool more, entries.Next(&entry));
      if (!more) return emitter_.Finish();
      TIEOUT_RETURN_IF_ERROR(ReadEntry(entry));
    }
  }

 private:
  struct Standing {
    int64_t sequence = 0;
    std::string currency;
    ledger::Minor amount = 0, balance = 0;
  };
  absl::Status ReadEntry(const JsonEntries::Entry& json);
  void CheckBalance(uint64_t line, const Standing& now);

  Emitter emitter_;
  std::optional<Standing> before_;
};

int64_t ReadWhole(JsonCells& cells, std::string_view path) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(std::string(cells.Required(path)), &number) || number < 0) {
    cells.Fail(path, "is no whole number");
  }
  return number;
}

// Entries that follow each other, whichever way the page is sorted.
void LedgerParser::CheckBalance(uint64_t line, const Standing& now) {
  if (before_ && before_->currency == now.currency) {
    const bool up = now.sequence == before_->sequence + 1;
    const bool down = now.sequence + 1 == before_->sequence;
    const Standing& older = up ? *before_ : now;
    const Standing& newer = up ? now : *before_;
    if ((up || down) && ledger::WideMinor{older.balance} + newer.amount != newer.balance) {
      emitter_.AddNote(
          line, "BALANCE_CHAIN_BROKEN",
          fmt::format("entry {}: balance {} and amount {} come to another than its "
                      "balance {}",
                      newer.sequence, ledger::FormatAmount(older.balance, now.currency),
                      ledger::FormatAmount(newer.amount, now.currency),
                      ledger::FormatAmount(newer.balance, now.currency)));
    }
  }
  before_ = now;
}

absl::Status LedgerParser::ReadEntry(const JsonEntries::Entry& json) {
  emitter_.BeginRow(json.line, json.json);
  const auto fields = JsonFields::Parse(json.json);
  if (!fields.ok()) return emitter_.Quarantine({"", "", base::Message(fields.status())});
  JsonCells cells(*fields);
  const std::string id(cells.Required("entry_id"));
  const std::string type(cells.Required("ledger_type"));
  const int64_t at_s =
      ReadWhole(cells, fields->Has("created_timestamp") ? "created_timestamp" : "create_date");
  Standing now;
  now.currency = cells.Currency("currency");
  now.amount = cells.Minor("amount");
  now.balance = cells.Minor("balance");
  now.sequence = ReadWhole(cells, "sequence_number");
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  CheckBalance(json.line, now);
  const int64_t at = at_s * base::kMicrosPerSecond;
  const ledger::AccountRef account = {kProvider, emitter_.context().merchant_account, now.currency};
  emitter_.NoteAsOf(at);
  Emitter::Cover(&emitter_.account(account), at, at + base::kMicrosPerSecond);
  const Meaning meaning = MeaningOf(type);
  const std::string entry = "ledger-" + id;
  if (meaning.becomes == Becomes::kPayout && now.amount <= 0) {
    return EmitPayout(emitter_, {.account = account,
                                 .id = entry,
                                 .method = ledger::Payout::Method::kAutomatic,
                                 .amount = -now.amount,
                                 .at_us = at});
  }
  AddStated(emitter_, account, now.amount);
  ledger::Event event = emitter_.NewEvent(account, entry, "gross", at);
  Movement movement{.meaning = meaning, .raw_type = type, .amount = now.amount};
  if (meaning.becomes == Becomes::kPayout) {  // one that came back
    movement.meaning = {"", Becomes::kAdjustment, "returned_payout"};
  }
  return EmitMovement(emitter_, event, movement);
}

}  // namespace

bool LooksLikeLedger(std::string_view text) {
  return BeginsAsJson(text) && text.find("\"ledger_type\"") != std::string_view::npos &&
         text.find("\"entry_id\"") != std::string_view::npos;
}

absl::StatusOr<Summary> ParseLedger(std::string_view connector, InputStream& in,
                                    const Context& context, Sink& sink) {
  return LedgerParser(connector, context, sink).Parse(in);
}

}  // namespace tieout::connectors::etsy
