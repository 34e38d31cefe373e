#include "connectors/camt/entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
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
    for (const std::string_view id :
         {"UETR", "TxId", "InstrId", "AcctSvcrRef", "PmtInfId", "ClrSysRef", "ChqNb", "MndtId",
          "AcctOwnrTxId", "AcctSvcrTxId", "MktInfrstrctrTxId"}) {
      remittance->Add(refs->TextAt({id}));
    }
    for (const XmlNode& own : refs->children) {
      if (own.name == "Prtry") remittance->Add(own.TextAt({"Ref"}));
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

std::vector<const XmlNode*> PartsOf(const XmlNode& ntry) {
  std::vector<const XmlNode*> parts;
  for (const XmlNode& group : ntry.children) {
    if (group.name != "NtryDtls") continue;
    for (const XmlNode& details : group.children) {
      if (details.name == "TxDtls") parts.push_back(&details);
    }
  }
  return parts;
}

// What a part moves in the account's currency; nullopt: it doesn't say. From .04 on TxDtls/Amt with
// its own direction, before that AmtDtls; what was instructed is in the payer's currency.
std::optional<ledger::Minor> PartAmount(const XmlNode& part, const Entry& entry) {
  for (const XmlNode* amount : {part.Child("Amt"), part.At({"AmtDtls", "TxAmt", "Amt"}),
                                part.At({"AmtDtls", "InstdAmt", "Amt"})}) {
    ledger::Minor value = 0;
    std::string currency;
    RowError error;
    if (amount == nullptr || !ReadMoney(*amount, &value, &currency, &error)) continue;
    if (currency != entry.currency) continue;
    const std::string_view direction = part.TextAt({"CdtDbtInd"});
    const bool credit = direction.empty() ? entry.amount >= 0 : direction == "CRDT";
    return credit ? value : -value;
  }
  return std::nullopt;
}

// How many parts the bank says there are; 0: it doesn't.
size_t StatedParts(const XmlNode& ntry) {
  size_t stated = 0;
  for (const XmlNode& group : ntry.children) {
    const std::string_view text = group.TextAt({"Btch", "NbOfTxs"});
    size_t count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);
    stated += count;
  }
  return stated;
}

// The entry is what moved the balance; its parts must add up to it, before or after charges.
// Judged only where all of them are there and say their amount.
std::string PartsTrouble(const XmlNode& ntry, const Entry& entry,
                         const std::vector<const XmlNode*>& parts) {
  if (parts.empty() || StatedParts(ntry) > parts.size()) return "";
  ledger::WideMinor sum = 0;
  ledger::WideMinor charges = entry.charges;
  for (const XmlNode* part : parts) {
    const auto amount = PartAmount(*part, entry);
    if (!amount.has_value()) return "";
    sum += *amount;
    if (entry.charges == 0) charges += Charges(*part, entry.currency);
  }
  if (sum == entry.amount || sum - charges == entry.amount) return "";
  const auto text = [&](ledger::WideMinor value) {
    const auto narrow = ledger::Narrow(value);
    return narrow.has_value() ? ledger::FormatMoney(*narrow, entry.currency)
                              : "a sum beyond 64 bits";
  };
  return fmt::format("the entry over {} has {} part{} that sum to {}: the entry counts",
                     text(entry.amount), parts.size(), parts.size() == 1 ? "" : "s", text(sum));
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

bool ReadEntry(const XmlNode& ntry, std::optional<CivilTime> noticed, Entry* entry,
               RowError* error) {
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
  if (!entry->booked.has_value() && !entry->valued.has_value()) entry->booked = noticed;
  if (!entry->booked.has_value() && !entry->valued.has_value()) {
    const XmlNode* date = ntry.Child("BookgDt");
    *error = {"BookgDt", date == nullptr ? "" : date->ToText(),
              "no booking date and no value date can be read"};
    return false;
  }
  if (!entry->booked.has_value()) entry->booked = entry->valued;
  if (!entry->valued.has_value()) entry->valued = entry->booked;

  entry->is_reversal = ntry.TextAt({"RvslInd"}) == "true" || ntry.TextAt({"RvslInd"}) == "1";
  const std::vector<const XmlNode*> parts = PartsOf(ntry);
  std::string_view reference = ntry.TextAt({"AcctSvcrRef"});
  if (reference.empty() && parts.size() == 1) {
    reference = parts.front()->TextAt({"Refs", "AcctSvcrRef"});
  }
  if (!IsPlaceholder(reference)) entry->servicer_reference = reference;
  Texts end_to_end;
  Texts remittance;
  Texts names;
  Texts accounts;
  Texts returns;
  for (const XmlNode& group : ntry.children) {
    if (group.name != "NtryDtls") continue;
    remittance.Add(group.TextAt({"Btch", "PmtInfId"}));
    remittance.Add(group.TextAt({"Btch", "MsgId"}));
  }
  for (const XmlNode* details : parts) {
    ReadDetails(*details, credit, &end_to_end, &remittance, &names, &accounts, &returns);
  }
  remittance.Add(ntry.TextAt({"AddtlNtryInf"}));
  if (entry->is_reversal) {
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
  entry->parts_trouble = PartsTrouble(ntry, *entry, parts);
  return true;
}

}  // namespace tieout::connectors::camt
