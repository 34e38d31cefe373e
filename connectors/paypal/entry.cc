#include "connectors/paypal/entry.h"

#include <algorithm>

namespace tieout::connectors::paypal {
namespace {

using Field = ledger::Amendment::Field;

// Event codes by their beginning, the longer first
// (developer.paypal.com/docs/transaction-search/transaction-event-codes).
constexpr Meaning kCodes[] = {
    {"t0113", Becomes::kFee, "platform"},
    {"t0106", Becomes::kFee, "dispute"},
    {"t0107", Becomes::kFee, "processing"},
    {"t00*", Becomes::kSale, ""},
    {"t18*", Becomes::kSale, ""},
    {"t01*", Becomes::kFee, "other"},
    {"t02*", Becomes::kAdjustment, "fx"},
    {"t03*", Becomes::kAdjustment, "topup"},
    {"t04*", Becomes::kPayout, "transfer"},
    {"t06*", Becomes::kPayout, "transfer"},
    {"t17*", Becomes::kPayout, "transfer"},
    {"t05*", Becomes::kAdjustment, "card"},
    {"t07*", Becomes::kAdjustment, "topup"},
    {"t08*", Becomes::kAdjustment, "bonus"},
    {"t09*", Becomes::kAdjustment, "redemption"},
    {"t1101", Becomes::kPayoutBack, "returned_payout"},
    {"t1105", Becomes::kReserve, ""},
    {"t1110", Becomes::kReserve, ""},
    {"t1111", Becomes::kReserve, ""},
    {"t1106", Becomes::kChargebackOpened, ""},
    {"t1107", Becomes::kRefund, ""},
    {"t1108", Becomes::kFee, "processing"},
    {"t1109", Becomes::kFee, "processing"},
    {"t11*", Becomes::kAdjustment, "reversal"},
    {"t1201", Becomes::kChargebackOpened, ""},
    {"t1202", Becomes::kChargebackWon, ""},
    {"t12*", Becomes::kAdjustment, "dispute"},
    {"t15*", Becomes::kReserve, ""},
    {"t21*", Becomes::kReserve, ""},
    {"t19*", Becomes::kAdjustment, "correction"},
    {"t20*", Becomes::kAdjustment, "transfer"},
};

// What the activity download calls them, English and German; the beginning of the word is enough
// where it ends in '*'. NormalWord has taken case, '_' and '-'.
struct Word {
  std::string_view word, code;
};
constexpr Word kWords[] = {
    {"chargeback fee", "T0106"},
    {"rückbuchungsgebühr", "T0106"},
    {"chargeback reversal", "T1202"},
    {"chargeback*", "T1201"},
    {"rückbuchung", "T1201"},
    {"payment fee", "T0107"},
    {"partner fee", "T0113"},
    {"fee reversal", "T1108"},
    {"general fee*", "T0100"},
    {"express checkout payment", "T0006"},
    {"paypal express zahlung", "T0006"},
    {"website payment", "T0007"},
    {"website zahlung", "T0007"},
    {"general payment", "T0000"},
    {"allgemeine zahlung", "T0000"},
    {"mobile payment", "T0011"},
    {"handyzahlung", "T0011"},
    {"preapproved payment*", "T0003"},
    {"zahlung im einzugsverfahren*", "T0003"},
    {"subscription payment", "T0002"},
    {"abonnementzahlung", "T0002"},
    {"donation payment", "T0013"},
    {"spendenzahlung", "T0013"},
    {"ebay auction payment", "T0004"},
    {"ebay zahlung", "T0004"},
    {"mass pay*", "T0001"},
    {"massenzahlung", "T0001"},
    {"virtual terminal payment", "T0012"},
    {"payment refund", "T1107"},
    {"refund", "T1107"},
    {"rückzahlung", "T1107"},
    {"rückerstattung", "T1107"},
    {"payment reversal", "T1106"},
    {"general withdrawal*", "T0400"},
    {"user initiated withdrawal", "T0403"},
    {"auto sweep*", "T0401"},
    {"allgemeine abbuchung", "T0400"},
    {"von nutzer eingeleitete abbuchung", "T0403"},
    {"general currency conversion", "T0200"},
    {"user initiated currency conversion", "T0201"},
    {"allgemeine währungsumrechnung", "T0200"},
    {"von nutzer eingeleitete währungsumrechnung", "T0201"},
    {"bank deposit to pp account*", "T0300"},
    {"bankgutschrift auf paypal konto", "T0300"},
    {"general credit card deposit", "T0700"},
    {"allgemeine gutschrift auf kreditkarte", "T0700"},
    {"hold on balance for dispute investigation", "T1110"},
    {"cancellation of hold for dispute resolution", "T1111"},
    {"reversal of general account hold", "T1105"},
    {"account hold for open authorization", "T1501"},
    {"general hold", "T1500"},
    {"payment review hold", "T1502"},
    {"payment hold", "T2101"},
    {"payment release", "T2102"},
    {"reserve hold", "T2103"},
    {"reserve release", "T2104"},
    {"general authorization", "T1300"},
    {"authorization", "T1300"},
    {"allgemeine autorisierung", "T1300"},
    {"void of authorization", "T1302"},
    {"order", "T1300"},
    {"shopping cart item", "T1300"},
    {"warenkorbartikel", "T1300"},
    {"account correction", "T1900"},
    {"transfer*", "T2000"},
};

Meaning MeaningOf(const Entry& entry) {
  Meaning meaning = FindMeaning(kCodes, entry.code);
  const bool out = entry.gross < 0;
  if (meaning.becomes == Becomes::kSale && out) {
    meaning = {"", Becomes::kAdjustment, "payment_sent"};
  } else if (meaning.becomes == Becomes::kChargebackOpened && !out) {
    meaning.becomes = Becomes::kChargebackWon;
  }
  return meaning;
}

absl::Status EmitFee(Emitter& emitter, std::string_view merchant_account, const Entry& entry) {
  if (entry.fee == 0) return absl::OkStatus();
  const ledger::AccountRef account{kProvider, merchant_account, entry.fee_currency};
  ledger::Event fee = emitter.NewEvent(account, entry.id, "fee", entry.at_us);
  fee.amount = entry.fee;
  const Becomes becomes = MeaningOf(entry).becomes;
  const bool dispute = becomes == Becomes::kChargebackOpened || becomes == Becomes::kChargebackWon;
  if (becomes == Becomes::kSale) fee.refs.payment_id = entry.id;
  fee.body = ledger::Fee{.type = dispute                       ? "dispute"
                                 : becomes == Becomes::kPayout ? "payout"
                                                               : "processing",
                         .applies_to = ledger::EntryOf(fee.event_id)};
  AddStated(emitter, account, entry.fee);
  return emitter.Emit(fee);
}

}  // namespace

bool MovesBalance(std::string_view code) { return !code.starts_with("T13"); }

std::string_view CodeOfWord(std::string_view word) {
  const std::string normal = NormalWord(word);
  for (const Word& known : kWords) {
    const bool begins = known.word.ends_with('*');
    const std::string_view lead = known.word.substr(0, known.word.size() - (begins ? 1 : 0));
    if (begins ? normal.starts_with(lead) : normal == lead) return known.code;
  }
  return "";
}

absl::Status EmitEntry(Emitter& emitter, std::string_view merchant_account, const Entry& entry) {
  const ledger::AccountRef account{kProvider, merchant_account, entry.currency};
  emitter.NoteAsOf(entry.at_us);
  Emitter::Cover(&emitter.account(account), entry.at_us, entry.at_us + base::kMicrosPerSecond);
  Meaning meaning = MeaningOf(entry);
  // A withdrawal that comes in, or one that comes back without saying which, is none.
  const bool is_payout = meaning.becomes == Becomes::kPayout && entry.gross <= 0;
  const bool is_back = meaning.becomes == Becomes::kPayoutBack && !entry.reference.empty();
  if (is_payout) {
    TIEOUT_RETURN_IF_ERROR(EmitPayout(emitter, {.account = account,
                                                .id = entry.id,
                                                .amount = -entry.gross,
                                                .at_us = entry.at_us,
                                                .trace_id = entry.bank_reference}));
    return EmitFee(emitter, merchant_account, entry);
  }
  if (is_back) {
    ledger::Event event = emitter.NewEvent(account, entry.reference, "failed", entry.at_us);
    event.refs.payout_id = entry.reference;
    event.amount = entry.gross;
    event.body = ledger::Payout{.state = ledger::Payout::State::kReturned};
    AddStated(emitter, account, entry.gross);
    TIEOUT_RETURN_IF_ERROR(emitter.Emit(event));
    return EmitFee(emitter, merchant_account, entry);
  }
  if (meaning.becomes == Becomes::kPayout || meaning.becomes == Becomes::kPayoutBack) {
    meaning = {};
  }
  ledger::Event event = emitter.NewEvent(account, entry.id, "gross", entry.at_us);
  switch (meaning.becomes) {
    case Becomes::kSale:
      event.refs.payment_id = entry.id;
      break;
    case Becomes::kRefund:
      event.refs.refund_id = entry.id;
      event.refs.payment_id = entry.reference;
      break;
    case Becomes::kChargebackOpened:
    case Becomes::kChargebackWon:
      event.refs.dispute_id = entry.id;
      event.refs.payment_id = entry.reference;
      break;
    case Becomes::kReserve:
      event.refs.hold_id = entry.reference.empty() ? entry.id : entry.reference;
      break;
    default:
      break;
  }
  AddStated(emitter, account, entry.gross);
  TIEOUT_RETURN_IF_ERROR(
      EmitMovement(emitter, event,
                   {.meaning = meaning,
                    .raw_type = emitter.Keep(entry.word.empty() ? entry.code : entry.word),
                    .amount = entry.gross}));
  TIEOUT_RETURN_IF_ERROR(EmitFee(emitter, merchant_account, entry));
  TIEOUT_RETURN_IF_ERROR(
      emitter.Amend(event, Field::kOrderId, entry.invoice_id, emitter.as_of_us()));
  return emitter.Amend(event, Field::kBankReference, entry.bank_reference, emitter.as_of_us());
}

}  // namespace tieout::connectors::paypal
