#include "connectors/bank_csv/profile.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "connectors/bank_csv/banks.h"
#include "connectors/bank_csv/layout.h"
#include "connectors/lex/toml.h"
#include "engine/base/text.h"

namespace tieout::connectors::bank_csv {
namespace {

constexpr std::array<std::string_view, 16> kFields = {
    "date",  "value_date", "amount",     "debit",        "credit",
    "flag",  "currency",   "account",    "balance",      "id",
    "text",  "reference",  "end_to_end", "counterparty", "counterparty_account",
    "status"};

// The columns of the three generic profiles: what banks call things, in the languages seen.
constexpr std::string_view kGeneric = R"toml(
ignore = ["Endsaldo", "Anfangssaldo", "Total", "Summe"]
flag_credit = ["C", "CR", "CRDT", "CREDIT", "H", "HABEN", "+", "BIJ"]
flag_debit = ["D", "DR", "DBIT", "DEBIT", "S", "SOLL", "-", "AF"]
[columns]
date = ["Booking Date", "Buchungstag", "Buchungsdatum", "Posting Date", "Posted Date", "Transaction Date",
  "Date", "Datum", "Fecha", "Fecha operación", "Date de comptabilisation", "Date opération", "Data",
  "Data contabile", "Data operazione", "Boekdatum", "Transaction date", "Data operacji", "Bogføringsdato"]
value_date = ["Value Date", "Valutadatum", "Wertstellung", "Valuta", "Fecha valor", "Date de valeur",
  "Data valuta", "Rentedatum", "Settlement Date"]
amount = ["Amount", "Betrag", "Betrag (EUR)", "Importe", "Montant", "Importo", "Bedrag", "Umsatz", "Kwota",
  "Beløb", "Transaction Amount", "Amount (EUR)"]
debit = ["Debit", "Soll", "Débit", "Dare", "Cargo", "Debe", "Withdrawals", "Paid Out", "Money Out", "Debit Amount"]
credit = ["Credit", "Haben", "Crédit", "Avere", "Abono", "Haber", "Deposits", "Paid In", "Money In", "Credit Amount"]
flag = ["D/C", "Debit/Credit", "Credit/Debit", "Soll/Haben", "S/H", "CdtDbtInd", "Af Bij", "Dr/Cr"]
currency = ["Currency", "CCY", "Währung", "Waehrung", "Moneda", "Devise", "Divisa", "Valuta/Currency", "Muntsoort"]
account = ["Account IBAN", "Auftragskonto", "Own Account", "IBAN", "Account", "Account Number", "Cuenta", "Konto"]
balance = ["Running Balance", "Balance", "Saldo", "Saldo nach Buchung", "Solde", "Account Balance"]
reference = ["Reference", "Ref", "Referencia", "Referenz", "Bank Reference", "Référence", "Kundenreferenz", "Riferimento"]
end_to_end = ["End-to-End ID", "EndToEndId", "End To End Reference", "Kundenreferenz (End-to-End)"]
counterparty = ["Counterparty", "Payee", "Name", "Beguenstigter/Zahlungspflichtiger", "Auftraggeber/Empfänger",
  "Beneficiary", "Payer", "Counterparty Name", "Partner Name"]
counterparty_account = ["Counterparty IBAN", "Counterparty Account", "Kontonummer/IBAN", "Partner IBAN"]
text = ["Description", "Details", "Verwendungszweck", "Purpose", "Concepto", "Libellé", "Descrizione", "Memo",
  "Narrative", "Omschrijving", "Buchungstext", "Text", "Transaction Details", "Payment Details", "Particulars"]
)toml";

std::string BuiltIn(std::string_view name) {
  if (name == "generic") return std::string(kGeneric);
  if (name == "generic-dmy") return "date_order = \"dmy\"\n" + std::string(kGeneric);
  if (name == "generic-mdy") return "date_order = \"mdy\"\n" + std::string(kGeneric);
  for (const BankProfile& bank : BankProfiles()) {
    if (bank.name == name) return std::string(bank.toml);
  }
  return "";
}

// Reads one table of the profile; remembers the first error.
class Reader {
 public:
  Reader(std::string_view profile, const toml::table& table) : profile_(profile), table_(table) {}

  void Text(std::string_view key, std::string* value) {
    if (const toml::node* node = Take(key); node != nullptr) {
      if (const auto text = node->value<std::string>(); text.has_value() && node->is_string()) {
        *value = *text;
      } else {
        Fail(key, "must be a text");
      }
    }
  }

  // One character, "" (0) or "tab".
  void Character(std::string_view key, char* value) {
    std::string text(1, *value);
    const bool had = table_.contains(key);
    Text(key, &text);
    if (!had || text == "auto") return;
    if (text == "tab") text = "\t";
    if (text.size() > 1) return Fail(key, "must be one character");
    *value = text.empty() ? '\0' : text.front();
  }

  void Flag(std::string_view key, bool* value) {
    if (const toml::node* node = Take(key); node != nullptr) {
      if (node->is_boolean()) {
        *value = *node->value<bool>();
      } else {
        Fail(key, "must be true or false");
      }
    }
  }

  void Count(std::string_view key, size_t* value) {
    if (const toml::node* node = Take(key); node != nullptr) {
      const auto count = node->is_integer() ? node->value<int64_t>() : std::nullopt;
      if (count.has_value() && *count >= 0 && *count <= 1000) {
        *value = static_cast<size_t>(*count);
      } else {
        Fail(key, "must be a number from 0 to 1000");
      }
    }
  }

  // A text or number, or several.
  void Texts(std::string_view key, std::vector<std::string>* values) {
    const toml::node* node = Take(key);
    if (node == nullptr) return;
    const auto add = [&](const toml::node& item) {
      if (item.is_string()) {
        values->push_back(*item.value<std::string>());
      } else if (item.is_integer()) {
        values->push_back(std::to_string(*item.value<int64_t>()));
      } else {
        Fail(key, "must be a text, a number, or several of them");
      }
    };
    if (const toml::array* array = node->as_array(); array != nullptr) {
      for (const toml::node& item : *array) add(item);
    } else {
      add(*node);
    }
  }

  const toml::table* Table(std::string_view key) {
    const toml::node* node = Take(key);
    if (node == nullptr) return nullptr;
    if (!node->is_table()) Fail(key, "must be a table");
    return node->as_table();
  }

  void Fail(std::string_view key, std::string_view why) {
    if (status_.ok()) {
      status_ = base::InvalidArgument(fmt::format("profile {}: {} {}", profile_, key, why));
    }
  }

  absl::Status Finish() {
    for (const auto& [key, node] : table_) {
      if (std::find(known_.begin(), known_.end(), key.str()) == known_.end()) {
        Fail(key.str(), fmt::format("(line {}) isn't a key; there are: {}",
                                    node.source().begin.line, fmt::join(known_, ", ")));
      }
    }
    return status_;
  }

 private:
  const toml::node* Take(std::string_view key) {
    known_.push_back(key);
    return table_.get(key);
  }

  const std::string profile_;
  const toml::table& table_;
  std::vector<std::string_view> known_;
  absl::Status status_;
};

absl::StatusOr<Profile> ReadProfile(std::string_view name, const toml::table& table) {
  Profile profile;
  profile.name = name;
  Reader reader(name, table);
  std::string encoding = "auto";
  std::string sign = "auto";
  std::string order = "auto";
  std::string ignored_name;
  reader.Text("name", &ignored_name);
  reader.Text("encoding", &encoding);
  reader.Character("delimiter", &profile.delimiter);
  reader.Character("quote", &profile.quote);
  reader.Flag("header", &profile.header);
  reader.Count("skip", &profile.skip);
  reader.Texts("ignore", &profile.ignore);
  reader.Text("date_order", &order);
  reader.Character("decimal", &profile.decimal);
  reader.Character("group", &profile.group);
  reader.Text("sign", &sign);
  reader.Texts("flag_credit", &profile.flag_credit);
  reader.Texts("flag_debit", &profile.flag_debit);
  reader.Texts("pending", &profile.pending);
  reader.Texts("known_by", &profile.known_by);
  reader.Flag("several_accounts", &profile.several_accounts);
  reader.Text("currency", &profile.currency);
  reader.Text("account", &profile.account);
  const toml::table* columns = reader.Table("columns");

  if (order == "ymd" || order == "dmy" || order == "mdy") {
    profile.date_order = order;
  } else if (order != "auto") {
    reader.Fail("date_order", "must be ymd, dmy, mdy or auto");
  }
  constexpr std::array<std::pair<std::string_view, Sign>, 5> kSigns = {
      {{"auto", Sign::kAuto},
       {"signed", Sign::kSigned},
       {"inverse", Sign::kInverse},
       {"debit_credit", Sign::kDebitCredit},
       {"flag", Sign::kFlag}}};
  const auto* known = std::find_if(kSigns.begin(), kSigns.end(),
                                   [&](const auto& entry) { return entry.first == sign; });
  if (known == kSigns.end()) {
    reader.Fail("sign", "must be signed, inverse, debit_credit, flag or auto");
  } else {
    profile.sign = known->second;
  }
  TIEOUT_RETURN_IF_ERROR(reader.Finish());
  TIEOUT_ASSIGN_OR_RETURN(profile.encoding, ParseEncoding(encoding));
  if (columns == nullptr) {
    return base::InvalidArgument(fmt::format("profile {}: no [columns]", name));
  }
  Reader column_reader(fmt::format("{} [columns]", name), *columns);
  for (const std::string_view field : kFields) {
    column_reader.Texts(field, &profile.columns[std::string(field)]);
  }
  TIEOUT_RETURN_IF_ERROR(column_reader.Finish());
  if (profile.columns["date"].empty()) {
    return base::InvalidArgument(fmt::format("profile {}: columns.date is missing", name));
  }
  return profile;
}

}  // namespace

absl::StatusOr<Profile> ParseProfile(std::string_view name, std::string_view text) {
  TIEOUT_ASSIGN_OR_RETURN(const toml::table table,
                          ParseToml(fmt::format("profile {}", name), text));
  return ReadProfile(name, table);
}

absl::StatusOr<Profile> ProfileFor(std::string_view head) {
  for (const BankProfile& bank : BankProfiles()) {
    TIEOUT_ASSIGN_OR_RETURN(Profile profile, ParseProfile(bank.name, bank.toml));
    const auto layout = FindLayout("", head, profile);
    if (!layout.ok()) continue;
    if (std::all_of(profile.known_by.begin(), profile.known_by.end(),
                    [&](const std::string& name) { return layout->columns.Has(name); })) {
      return profile;
    }
  }
  return LoadProfile("generic");
}

absl::StatusOr<Profile> LoadProfile(const std::string& name_or_path) {
  const std::string& name = name_or_path;
  if (const std::string text = BuiltIn(name); !text.empty()) return ParseProfile(name, text);
  auto text = ReadTomlText(name, fmt::format("profile {} is larger than 1 MiB", name));
  if (!text.ok()) {
    std::string names = "generic, generic-dmy, generic-mdy";
    for (const BankProfile& bank : BankProfiles()) names += fmt::format(", {}", bank.name);
    return base::NotFound(fmt::format("{} (and no such profile is built in: {})",
                                      base::Message(text.status()), names));
  }
  return ParseProfile(name, *text);
}

}  // namespace tieout::connectors::bank_csv
