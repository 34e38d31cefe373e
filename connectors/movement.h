// What a provider's balance entry is to its owner, and the events it becomes: the part that all
// provider connectors share. A connector says which of the provider's words means what, reads a row
// into a Movement or a PayoutFact, and these write the events.
//
//   constexpr Meaning kTypes[] = {{"charge", Becomes::kSale, ""}, {"refund", Becomes::kRefund,
//   ""}}; ledger::Event event = emitter.NewEvent(account, row.id, "gross", row.at_us);
//   event.refs.payment_id = row.payment;
//   TIEOUT_RETURN_IF_ERROR(EmitMovement(emitter, event, {.meaning = FindMeaning(kTypes, row.type),
//                                                        .raw_type = row.type,
//                                                        .amount = row.gross,
//                                                        .fees = {{"fee", "", -row.fee}}}));
//
// Amounts are effects on the owner's balance; of a payout, what is sent to the bank.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/emit.h"

namespace tieout::connectors {

enum class Becomes : uint8_t {
  kSale,
  kRefund,
  kChargebackOpened,
  kChargebackWon,
  kFee,
  kReserve,
  kPayout,      // the provider's own row of a payout
  kPayoutBack,  // its money comes back
  kAdjustment,
  kNothing,  // moves no balance
};

struct Meaning {
  std::string_view word;  // lower case; one that ends in '*' begins many
  Becomes becomes = Becomes::kAdjustment;
  std::string_view detail = "unclassified";  // adjustment reason, or fee type
};

// The word as FindMeaning compares it: lower case, single blanks, none for '_' and '-'.
std::string NormalWord(std::string_view word);
// The first that fits; a word nobody knows is an unclassified adjustment.
Meaning FindMeaning(std::span<const Meaning> table, std::string_view word);

struct Movement {
  Meaning meaning;
  std::string_view raw_type;  // the file's own word
  ledger::Minor amount = 0;   // without the fees below
  struct Fee {
    std::string_view component;  // of the entry: "fee", "tax", "scheme_fee"
    std::string_view type;  // empty: dispute for chargebacks, payout for payouts, else processing
    ledger::Minor amount = 0;  // negative: charged; 0: there is none
  };
  std::vector<Fee> fees = {};
  ledger::Minor customer_amount = 0;
  std::string_view customer_currency = {};
  std::vector<ledger::Sale::Part> parts = {};  // of a sale
};

// Of a fee in an entry that is something else: "processing", "dispute", "payout", or the tax on a
// fee.
std::string_view FeeTypeBeside(Becomes becomes);

// `event`: from NewEvent or NewRowEvent, with its references. Its fees are siblings. A row whose
// meaning is a payout is the caller's to turn into a PayoutFact; here it counts as an adjustment.
absl::Status EmitMovement(Emitter& emitter, ledger::Event event, const Movement& movement);

// A payout as a provider's object or row tells it.
struct PayoutFact {
  ledger::AccountRef account;
  std::string_view id;
  ledger::Payout::State state = ledger::Payout::State::kInitiated;
  ledger::Payout::Method method = ledger::Payout::Method::kUnspecified;
  ledger::Minor amount = 0;  // sent to the bank; negative: taken from it
  int64_t at_us = 0;
  int64_t as_of_us = 0;  // of what follows; 0: the file's
  std::string_view arrival_date = {}, trace_id = {}, bank_reference = {}, end_to_end_id = {};
  bool list_complete = false;
  std::string_view destination = {};
};

// `initiated`, the state it has reached, and the late facts as amendments. Adds what it emits to
// the account's stated total.
absl::Status EmitPayout(Emitter& emitter, const PayoutFact& payout);

// What a list tells of one payout: its own object, and the items that name it.
struct ListedPayout {
  uint64_t line = 0;  // of the object, else of the first item
  bool has_object = false;
  ledger::Minor amount = 0;  // the object's
  int64_t at_us = 0;         // the object's
  std::string currency;
  ledger::WideMinor items = 0;  // sum of net
  uint64_t rows = 0;            // of items

  void TakeObject(uint64_t at_line, const PayoutFact& payout);
  void TakeItem(uint64_t at_line, std::string_view item_currency, ledger::Minor net);
  // All items are here.
  bool IsWhole() const { return has_object && rows > 0 && ledger::Narrow(items) == amount; }
};

// Its list is complete, as an amendment.
absl::Status CallComplete(Emitter& emitter, const ledger::AccountRef& account, std::string_view id,
                          const ListedPayout& payout);

// Adds to what the file itself says the account's events sum to.
void AddStated(Emitter& emitter, const ledger::AccountRef& account, ledger::WideMinor amount);

// For a file whose account isn't named in it.
absl::Status NeedsAccount(const Context& context, std::string_view what, std::string_view example);

}  // namespace tieout::connectors
