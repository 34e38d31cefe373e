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

// {expected}, {actual} with their sign; {rest}, {wanted}, {got}: difference, expected and actual
// without, where the words say which way the money goes; {about}: the first member's own id;
// {provider}; {due}; {trace} and {seen}: of a payout its trace id, and how far its bank account's
// statement reaches, where known.
constexpr std::array kAdvice = {
    Advice{
        reason::kMissingDeposit,
        "Ask the bank for a movement of {expected} with reference {about}{trace}, due {due}{seen}; "
        "then ask {provider} to trace it.",
        "a bank line of {expected} that cites {about}, or is its only candidate, arrives"},
    Advice{reason::kAmountUnder,
           "Ask {provider} for the rest of {rest} of {about}{trace}: {actual} of {expected} came.",
           "bank lines that cite {about} bring the rest"},
    Advice{reason::kAmountOver, "Ask {provider} what the extra {rest} beside {about} is for.",
           "a payout of the extra amount that the same line cites is reported"},
    Advice{reason::kCashShort,
           "Count the takings {about} again: {actual} of {expected} came to the bank. Look for a "
           "second bag and for cash paid out of the till, then book {rest} as short.",
           "bank lines that cite {about} bring the rest"},
    Advice{reason::kCashOver,
           "Count the takings {about} again: {actual} came to the bank, the till says {expected}. "
           "Look for a sale that was not rung up and for change banked with them, then book "
           "{rest} as over.",
           "takings of the extra amount that the same line cites are reported"},
    Advice{reason::kUnexpectedDeposit,
           "Find who sent {actual} ({about}): import the payer's payout report, or book it as "
           "other income.",
           "a payout that this line cites, or whose only candidate it is, is reported"},
    Advice{reason::kUnexpectedWithdrawal,
           "Urgent: {got} left the bank account ({about}) and nobody expected it. Ask the bank who "
           "took it.",
           "a negative payout that this line cites, or whose only candidate it is, is reported"},
    Advice{reason::kPayoutComposition,
           "Ask {provider} for the item list of {about}: its items make {actual}, the payout is "
           "{expected}, {rest} apart.",
           "the missing item is reported, or the extra one moves to another payout"},
    Advice{
        reason::kPayoutFailed,
        "{provider} could not deliver {about}, {expected} are back on the balance: check the bank "
        "details there and have it paid again.",
        "the next payout brings the money; it is an item of that one"},
    Advice{reason::kFeeVariance,
           "Ask {provider} why it charged {got} on {about}; the schedule says {wanted}.",
           "a correction brings the fee to {wanted}"},
    Advice{reason::kFeeMissing,
           "Expect {wanted} of fees on {about} to be billed later, or ask {provider} how it bills "
           "them.",
           "the fee is reported"},
    Advice{reason::kFeeDuplicate,
           "Ask {provider} to return the second fee on {about}: {got} instead of {wanted}.",
           "the second fee is reversed"},
    Advice{reason::kOrphanRefund,
           "Find the sale that {about} refunds ({got}): import the report of the days before.",
           "the sale is reported"},
    Advice{reason::kOrphanChargeback,
           "Find the sale that {about} disputes ({got}): import the report of the days before.",
           "the sale is reported"},
    Advice{reason::kRefundExceedsSale,
           "{got} were given back on a sale of {wanted} ({about}): ask who approved it.",
           "a refund bounces or is taken back"},
    Advice{reason::kReversedTwice,
           "Answer the dispute on {about} with proof of the refund before the evidence deadline: "
           "{got} went back on a sale of {wanted}.",
           "the dispute is won"},
    Advice{reason::kAmbiguous, "Confirm which payout {about} pays: several are equal.",
           "a reference arrives, or the other candidates are taken"},
    Advice{reason::kWeakEvidence,
           "Confirm that {about} is this payout: the amount fits, the evidence is weak.",
           "a reference arrives"},
    Advice{reason::kConflictingDuplicate,
           "Compare both versions of {about}: {actual} came, but {expected} was there first and "
           "applies.",
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
    Advice{
        reason::kSourceGap,
        "Import what this account reported from {due} on: the next report doesn't follow the one "
        "before it.",
        "a report that closes the hole is imported"},
    Advice{reason::kBalanceChainBroken,
           "Compare the file's balances or its own total ({wanted}) with its rows ({got}): one is "
           "missing or wrong.",
           "a file that adds up and covers these days is imported"},
    Advice{reason::kUnclassified,
           "Tell what {about} is: its type is unknown. Its amount counts as an adjustment.", ""},
};

constexpr Advice kUnseenExpense = {
    reason::kMissingDeposit,
    "The books say that {wanted} ({about}) were paid from the bank by {due}, the statement shows "
    "nothing: ask whether it was paid, and how. What was paid in cash or by a private card bears "
    "no "
    "bank account.",
    "a withdrawal that cites its reference, or names the supplier and has its amount, arrives"};

void Replace(std::string* text, std::string_view name, const std::string& value) {
  for (size_t at = text->find(name); at != std::string::npos;
       at = text->find(name, at + value.size())) {
    text->replace(at, name.size(), value);
  }
}

std::string Unsigned(Minor amount, std::string_view currency) {
  const std::string text = ledger::FormatMoney(amount, currency);
  return text.starts_with('-') ? text.substr(1) : text;
}

// The payout a record is about; null: none.
const PayoutState* PayoutOf(const HomePage& home, const ledger::Record& r) {
  if (r.members.empty() || r.members.front().role != ledger::Role::kPayout) return nullptr;
  const std::string_view entry = ledger::EntryOf(r.members.front().event_id);
  const uint32_t payout = FindPayout(home, entry, r.currency);
  return payout == kNone ? nullptr : &home.payouts[payout];
}

std::string StatementSeen(const HomePage& home, const PayoutState& payout,
                          std::string_view currency) {
  for (const AccountState& a : home.accounts) {
    if (!a.is_bank() || a.currency != currency || a.merchant_account != payout.pays_into ||
        a.covered_until_us == 0)
      continue;
    return " (not on the statement, seen to " +
           base::FormatDay(base::DayOf(a.covered_until_us - 1)) + ")";
  }
  return "";
}

std::string Fill(const HomePage& home, std::string_view pattern, const ledger::Record& r) {
  std::string about =
      r.members.empty() ? std::string(r.merchant_account) : r.members.front().event_id;
  // provider/account/ID/component: people know the id.
  std::string_view id = ledger::EntryOf(about);
  if (const size_t slash = id.rfind('/'); slash != std::string_view::npos)
    id.remove_prefix(slash + 1);
  std::string text(pattern);
  Replace(&text, "{about}", std::string(id));
  const PayoutState* payout = PayoutOf(home, r);
  const bool is_traced = payout != nullptr && !payout->trace_id.value.empty();
  Replace(&text, "{trace}", is_traced ? " (trace " + payout->trace_id.value + ")" : "");
  Replace(&text, "{seen}", payout == nullptr ? "" : StatementSeen(home, *payout, r.currency));
  Replace(&text, "{rest}", Unsigned(r.difference, r.currency));
  Replace(&text, "{wanted}", Unsigned(r.expected, r.currency));
  Replace(&text, "{got}", Unsigned(r.actual, r.currency));
  Replace(&text, "{expected}", ledger::FormatMoney(r.expected, r.currency));
  Replace(&text, "{actual}", ledger::FormatMoney(r.actual, r.currency));
  Replace(&text, "{provider}", r.provider);
  Replace(&text, "{due}", base::FormatDay(r.due_on));
  return text;
}

}  // namespace

void Advise(const Turn& turn, ledger::Record* record) {
  const HomePage& home = turn.cached.page;
  const bool is_expense =
      !record->members.empty() && record->members.front().role == ledger::Role::kExpense;
  if (is_expense && record->reason == reason::kMissingDeposit) {
    record->next_action = Fill(home, kUnseenExpense.action, *record);
    record->heals_when = Fill(home, kUnseenExpense.heals, *record);
    return;
  }
  for (const Advice& advice : kAdvice) {
    if (advice.reason != record->reason) continue;
    record->next_action = Fill(home, advice.action, *record);
    record->heals_when = Fill(home, advice.heals, *record);
    return;
  }
}

}  // namespace tieout::matching
