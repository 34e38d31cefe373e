#include "engine/matching/next_action.h"

#include <array>
#include <string>

#include "engine/ledger/money.h"

namespace tieout::matching {
namespace {

namespace reason = ledger::reason;

struct Advice {
  std::string_view reason;
  std::string_view action;
  std::string_view heals;
};

// {amount}: the difference; {expected}, {actual}; {about}: the first member's own id; {provider};
// {due}.
constexpr std::array kAdvice = {
    Advice{reason::kMissingDeposit,
           "Ask the bank for a movement of {expected} with reference {about}, due {due}; then ask "
           "{provider} to trace it.",
           "a bank line of {expected} that cites {about}, or is its only candidate, arrives"},
    Advice{reason::kAmountUnder,
           "Ask {provider} for the rest of {amount} of {about}: {actual} of {expected} came.",
           "bank lines that cite {about} bring the rest"},
    Advice{reason::kAmountOver, "Ask {provider} what the extra {amount} beside {about} is for.",
           "a payout of the extra amount that the same line cites is reported"},
    Advice{reason::kUnexpectedDeposit,
           "Find who sent {actual} ({about}): import the payer's payout report, or book it as "
           "other income.",
           "a payout that this line cites, or whose only candidate it is, is reported"},
    Advice{reason::kUnexpectedWithdrawal,
           "Urgent: {actual} left the bank account ({about}) and nobody expected it. Ask the bank "
           "who took it.",
           "a negative payout that this line cites, or whose only candidate it is, is reported"},
    Advice{reason::kPayoutComposition,
           "Ask {provider} for the item list of {about}: its items make {actual}, the payout is "
           "{expected}.",
           "the missing item is reported, or the extra one moves to another payout"},
    Advice{reason::kPayoutFailed,
           "{provider} could not deliver {about}: check the bank details there.", ""},
    Advice{reason::kFeeVariance,
           "Ask {provider} why it charged {actual} on {about}; the schedule says {expected}.",
           "a correction brings the fee to {expected}"},
    Advice{reason::kFeeMissing,
           "Expect {expected} of fees on {about} to be billed later, or ask {provider}.",
           "the fee is reported"},
    Advice{reason::kFeeDuplicate,
           "Ask {provider} to return the second fee on {about}: {actual} instead of {expected}.",
           "the second fee is reversed"},
    Advice{reason::kOrphanRefund,
           "Find the sale that {about} refunds ({actual}): import the sale's own report.",
           "the sale is reported"},
    Advice{reason::kOrphanChargeback,
           "Find the sale that {about} disputes ({actual}): import the sale's own report.",
           "the sale is reported"},
    Advice{
        reason::kRefundExceedsSale,
        "Refunds of {actual} were made on a sale of {expected} ({about}): ask who approved them.",
        "a refund bounces or is taken back"},
    Advice{reason::kReversedTwice,
           "Answer the dispute on {about} with proof of the refund before the evidence deadline: "
           "{actual} went back on {expected}.",
           "the dispute is won"},
    Advice{reason::kAmbiguous, "Confirm which payout {about} pays: several are equal.",
           "a reference arrives, or the other candidates are taken"},
    Advice{reason::kWeakEvidence,
           "Confirm that {about} is this payout: the amount fits, the evidence is weak.",
           "a reference arrives"},
    Advice{reason::kConflictingDuplicate, "Compare both versions of {about}; the first applies.",
           ""},
    Advice{reason::kPossibleDuplicateRow,
           "Compare the two files: {about} may be one row seen twice or two equal rows; it is not "
           "counted again.",
           ""},
    Advice{reason::kBeforeLookback, "Check why {about} is reported so late; it is not applied.",
           ""},
    Advice{reason::kSourceLate,
           "Import the next statement or report of this account, until then nothing on it is "
           "judged missing.",
           "a report that covers the days in question is imported"},
    Advice{reason::kBalanceChainBroken,
           "Compare the statement's opening and closing balance with its lines; one is missing.",
           ""},
    Advice{reason::kUnclassified, "Tell what this row is: its type is unknown.", ""},
};

void Replace(std::string* text, std::string_view name, const std::string& value) {
  for (size_t at = text->find(name); at != std::string::npos;
       at = text->find(name, at + value.size())) {
    text->replace(at, name.size(), value);
  }
}

std::string Fill(std::string_view pattern, const ledger::Record& r) {
  std::string about =
      r.members.empty() ? std::string(r.merchant_account) : r.members.front().event_id;
  // provider/account/ID/component: people know the id.
  std::string_view id = ledger::EntryOf(about);
  if (const size_t slash = id.rfind('/'); slash != std::string_view::npos)
    id.remove_prefix(slash + 1);
  std::string text(pattern);
  Replace(&text, "{about}", std::string(id));
  Replace(&text, "{amount}", ledger::FormatMoney(r.difference, r.currency));
  Replace(&text, "{expected}", ledger::FormatMoney(r.expected, r.currency));
  Replace(&text, "{actual}", ledger::FormatMoney(r.actual, r.currency));
  Replace(&text, "{provider}", r.provider);
  Replace(&text, "{due}", base::FormatDay(r.due_on));
  return text;
}

}  // namespace

void Advise(const Turn&, ledger::Record* record) {
  for (const Advice& advice : kAdvice) {
    if (advice.reason != record->reason) continue;
    record->next_action = Fill(advice.action, *record);
    record->heals_when = Fill(advice.heals, *record);
    return;
  }
}

}  // namespace tieout::matching
