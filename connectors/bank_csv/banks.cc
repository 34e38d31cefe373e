#include "connectors/bank_csv/banks.h"

namespace tieout::connectors::bank_csv {
namespace {

constexpr BankProfile kBanks[] = {
    {"sparkasse", R"toml(# CSV-CAMT of the German savings banks
known_by = ["Auftragskonto", "Buchungstag", "Valutadatum", "Beguenstigter/Zahlungspflichtiger"]
date_order = "dmy"
decimal = ","
group = "."
pending = ["Umsatz vorgemerkt"]
[columns]
account = "Auftragskonto"
date = "Buchungstag"
value_date = "Valutadatum"
amount = "Betrag"
currency = "Waehrung"
counterparty = "Beguenstigter/Zahlungspflichtiger"
counterparty_account = ["Kontonummer/IBAN", "Kontonummer"]
end_to_end = "Kundenreferenz (End-to-End)"
text = ["Buchungstext", "Verwendungszweck", "Mandatsreferenz", "Sammlerreferenz"]
status = "Info"
)toml"},
    {"ing-nl", R"toml(# ING, the Netherlands
known_by = ["Datum", "Naam / Omschrijving", "Tegenrekening", "Af Bij"]
date_order = "ymd"
decimal = ","
flag_credit = ["Bij"]
flag_debit = ["Af"]
currency = "EUR"
[columns]
account = "Rekening"
date = "Datum"
amount = "Bedrag (EUR)"
flag = "Af Bij"
counterparty = "Naam / Omschrijving"
counterparty_account = "Tegenrekening"
balance = "Saldo na mutatie"
text = ["Naam / Omschrijving", "Mededelingen"]
)toml"},
    {"wise", R"toml(# Wise; a transfer and its fee share an id, so it is a reference
known_by = ["TransferWise ID", "Date", "Amount", "Running Balance"]
date_order = "dmy"
decimal = "."
[columns]
date = "Date"
amount = "Amount"
currency = "Currency"
balance = "Running Balance"
reference = "TransferWise ID"
counterparty = ["Payer Name", "Payee Name", "Merchant"]
counterparty_account = "Payee Account Number"
text = ["Description", "Payment Reference"]
)toml"},
    {"chase", R"toml(# Chase, checking and savings
known_by = ["Details", "Posting Date", "Description", "Amount", "Check or Slip #"]
date_order = "mdy"
decimal = "."
currency = "USD"
[columns]
date = "Posting Date"
amount = "Amount"
balance = "Balance"
text = ["Description", "Check or Slip #"]
)toml"},
    {"barclays", R"toml(# Barclays, United Kingdom
known_by = ["Number", "Date", "Account", "Amount", "Subcategory", "Memo"]
date_order = "dmy"
decimal = "."
currency = "GBP"
[columns]
account = "Account"
date = "Date"
amount = "Amount"
text = ["Memo", "Number"]
)toml"},
};

}  // namespace

std::span<const BankProfile> BankProfiles() { return kBanks; }

}  // namespace tieout::connectors::bank_csv
