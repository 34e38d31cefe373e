#include "connectors/camt053/entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "engine/ledger/validate.h"

namespace tieout::connectors::camt {
namespace {

// Texts that are worth something to the matcher, each once, in the order of the file.
class Texts {
 public:
  void Add(std::string_view text) {
    if (text.empty() || IsPlaceholder(text)) return;
    if (std::find(texts_.begin(), texts_.end(), text) == texts_.end()) texts_.emplace_back(text);
  }
  std::string Join(char separator) const {
    std::string joined;
    for (const std::string& text : texts_) {
      if (!joined.empty()) joined.push_back(separator);
      joined += text;
    }
    return joined;
  }
  // As many whole texts as fit; the others stand in the remittance text as well.
  std::string JoinWithin(size_t most) const {
    std::string joined;
    for (const std::string& text : texts_) {
      if (joined.size() + 1 + text.size() > most) break;
      if (!joined.empty()) joined.push_back(' ');
      joined += text;
    }
    return joined;
  }
  std::string First() const { return texts_.empty() ? std::string() : texts_.front(); }

 private:
  std::vector<std::string> texts_;
};

std::string_view FirstOf(std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts) {
    if (!text.empty()) return text;
  }
  return {};
}

// v02: Dbtr/Nm; v08: Dbtr/Pty/Nm, or an agent's Dbtr/Agt/FinInstnId/Nm.
std::string_view PartyName(const XmlNode& parties, std::string_view role) {
  return FirstOf({parties.TextAt({role, "Nm"}), parties.TextAt({role, "Pty", "Nm"}),
                  parties.TextAt({role, "Agt", "FinInstnId", "Nm"})});
}

std::string_view PartyAccount(const XmlNode& parties, std::string_view role) {
  return FirstOf(
      {parties.TextAt({role, "Id", "IBAN"}), parties.TextAt({role, "Id", "Othr", "Id"})});
}

std::string TransactionCode(const XmlNode& ntry) {
  const XmlNode* code = ntry.Child("BkTxCd");
  if (code == nullptr) return "";
  std::string domain(code->TextAt({"Domn", "Cd"}));
  if (domain.empty()) return std::string(code->TextAt({"Prtry", "Cd"}));
  for (const std::string_view part :
       {code->TextAt({"Domn", "Fmly", "Cd"}), code->TextAt({"Domn", "Fmly", "SubFmlyCd"})}) {
    if (!part.empty()) domain += fmt::format("/{}", part);
  }
  return domain;
}

// v02: Chrgs/Amt, several; v08: Chrgs/TtlChrgsAndTaxAmt, Chrgs/Rcrd/Amt. Only in the account's
// currency, and only what can be read: charges are told, not reckoned with.
ledger::Minor Charges(const XmlNode& node, std::string_view currency) {
  ledger::WideMinor sum = 0;
  const auto add = [&](const XmlNode& record) {
    const XmlNode* amount = record.Child("Amt");
    ledger::Minor value = 0;
    std::string charged_in;
    RowError error;
    if (amount == nullptr || !ReadMoney(*amount, &value, &charged_in, &error)) return;
    if (charged_in != currency) return;
    sum += record.TextAt({"CdtDbtInd"}) == "CRDT" ? -value : value;
  };
  for (const XmlNode& child : node.children) {
    if (child.name != "Chrgs") continue;
    add(child);
    for (const XmlNode& record : child.children) {
      if (record.name == "Rcrd") add(record);
    }
  }
  return ledger::Narrow(sum).value_or(0);
}

void ReadDetails(const XmlNode& details, bool credit, Texts* end_to_end, Texts* remittance,
                 Texts* names, Texts* accounts, Texts* returns) {
  if (const XmlNode* refs = details.Child("Refs"); refs != nullptr) {
    end_to_end->Add(refs->TextAt({"EndToEndId"}));
    for (const std::string_view id : {"UETR", "TxId", "InstrId", "AcctSvcrRef", "PmtInfId"}) {
      remittance->Add(refs->TextAt({id}));
    }
    if (details.Child("RtrInf") != nullptr) {
      returns->Add(FirstOf({refs->TextAt({"EndToEndId"}), refs->TextAt({"TxId"})}));
    }
  }
  if (const XmlNode* info = details.Child("RmtInf"); info != nullptr) {
    for (const XmlNode& part : info->children) {
      if (part.name == "Ustrd") remittance->Add(part.text);
      if (part.name != "Strd") continue;
      remittance->Add(part.TextAt({"CdtrRefInf", "Ref"}));
      remittance->Add(part.TextAt({"RfrdDocInf", "Nb"}));
      remittance->Add(part.TextAt({"AddtlRmtInf"}));
    }
  }
  remittance->Add(details.TextAt({"AddtlTxInf"}));
  if (const XmlNode* parties = details.Child("RltdPties"); parties != nullptr) {
    names->Add(FirstOf({PartyName(*parties, credit ? "Dbtr" : "Cdtr"),
                        PartyName(*parties, credit ? "UltmtDbtr" : "UltmtCdtr")}));
    accounts->Add(PartyAccount(*parties, credit ? "DbtrAcct" : "CdtrAcct"));
  }
}

}  // namespace

bool IsPlaceholder(std::string_view reference) {
  for (const std::string_view word : {"NOTPROVIDED", "NONREF", "NOTAVAILABLE", "NOT PROVIDED"}) {
    if (reference.size() == word.size() &&
        std::equal(word.begin(), word.end(), reference.begin(), [](char a, char b) {
          return a == std::toupper(static_cast<unsigned char>(b));
        })) {
      return true;
    }
  }
  return false;
}

std::optional<CivilTime> ReadTime(const XmlNode* parent) {
  if (parent == nullptr) return std::nullopt;
  const std::string_view text =
      FirstOf({parent->TextAt({"DtTm"}), parent->TextAt({"Dt"}), parent->text});
  const auto time = ParseIsoTime(text);
  if (!time.ok()) return std::nullopt;
  return *time;
}

bool ReadMoney(const XmlNode& amount, ledger::Minor* value, std::string* currency,
               RowError* error) {
  if (!ReadCurrency("Ccy", amount.Attribute("Ccy"), currency, error)) return false;
  if (!amount.text.empty() && (amount.text.front() == '-' || amount.text.front() == '(')) {
    *error = {amount.name, amount.text, "is negative: the direction stands in CdtDbtInd"};
    return false;
  }
  return ReadAmount(amount.name, amount.text, *currency, {}, value, error);
}

bool ReadEntry(const XmlNode& ntry, Entry* entry, RowError* error) {
  const XmlNode* amount = ntry.Child("Amt");
  if (amount == nullptr) {
    *error = {"Amt", "", "is missing"};
    return false;
  }
  if (!ReadMoney(*amount, &entry->amount, &entry->currency, error)) return false;
  const std::string_view direction = ntry.TextAt({"CdtDbtInd"});
  if (direction != "CRDT" && direction != "DBIT") {
    *error = {"CdtDbtInd", std::string(direction), "is neither CRDT nor DBIT"};
    return false;
  }
  const bool credit = direction == "CRDT";
  if (!credit) entry->amount = -entry->amount;
  entry->status =
      FirstOf({ntry.TextAt({"Sts", "Cd"}), ntry.TextAt({"Sts", "Prtry"}), ntry.TextAt({"Sts"})});
  if (entry->status.empty()) {
    *error = {"Sts", "", "is missing: booked or not can't be told"};
    return false;
  }
  entry->booked = ReadTime(ntry.Child("BookgDt"));
  entry->valued = ReadTime(ntry.Child("ValDt"));
  if (!entry->booked.has_value() && !entry->valued.has_value()) {
    const XmlNode* date = ntry.Child("BookgDt");
    *error = {"BookgDt", date == nullptr ? "" : date->ToText(),
              "no booking date and no value date can be read"};
    return false;
  }
  if (!entry->booked.has_value()) entry->booked = entry->valued;
  if (!entry->valued.has_value()) entry->valued = entry->booked;

  const std::string_view reference = ntry.TextAt({"AcctSvcrRef"});
  if (!IsPlaceholder(reference)) entry->servicer_reference = reference;
  Texts end_to_end;
  Texts remittance;
  Texts names;
  Texts accounts;
  Texts returns;
  for (const XmlNode& group : ntry.children) {
    if (group.name != "NtryDtls") continue;
    remittance.Add(group.TextAt({"Btch", "PmtInfId"}));
    for (const XmlNode& details : group.children) {
      if (details.name != "TxDtls") continue;
      ReadDetails(details, credit, &end_to_end, &remittance, &names, &accounts, &returns);
    }
  }
  remittance.Add(ntry.TextAt({"AddtlNtryInf"}));
  if (ntry.TextAt({"RvslInd"}) == "true" || ntry.TextAt({"RvslInd"}) == "1") {
    returns.Add(FirstOf({end_to_end.First(), entry->servicer_reference}));
  }
  entry->end_to_end_id = end_to_end.JoinWithin(ledger::kMaxName);
  if (entry->end_to_end_id != end_to_end.Join(' ')) remittance.Add(end_to_end.Join('\n'));
  entry->remittance = remittance.Join('\n');
  entry->counterparty = names.First();
  entry->counterparty_account = accounts.First();
  entry->return_of = returns.First();
  entry->transaction_code = TransactionCode(ntry);
  entry->charges = Charges(ntry, entry->currency);
  return true;
}

}  // namespace tieout::connectors::camt
