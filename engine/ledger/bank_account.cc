#include "engine/ledger/bank_account.h"

#include <algorithm>
#include <string>

namespace tieout::ledger {
namespace {

constexpr size_t kShortest = 5;     // digits; fewer prove nothing
constexpr size_t kCheckedPart = 4;  // of an IBAN: country and check digits

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

struct Name {
  bool is_iban = false;
  std::string bank;    // its code, where the name has one
  std::string number;  // without leading zeros; of an IBAN all behind the check digits
};

Name NameOf(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c != ' ' && c != '-' && c != '.') plain += c;
  }
  Name name;
  name.is_iban =
      plain.size() >= 15 && plain.size() <= 34 && IsUpper(plain[0]) && IsUpper(plain[1]) &&
      IsDigit(plain[2]) && IsDigit(plain[3]) &&
      std::all_of(plain.begin(), plain.end(), [](char c) { return IsDigit(c) || IsUpper(c); });
  if (name.is_iban) {
    name.number = plain.substr(kCheckedPart);
    return name;
  }
  const size_t slash = plain.rfind('/');
  if (slash != std::string::npos) name.bank = plain.substr(0, slash);
  name.number = slash == std::string::npos ? plain : plain.substr(slash + 1);
  name.number.erase(0, std::min(name.number.find_first_not_of('0'), name.number.size()));
  if (!std::all_of(name.number.begin(), name.number.end(), IsDigit)) name.number.clear();
  return name;
}

}  // namespace

bool MayBeOneBankAccount(std::string_view a, std::string_view b) {
  if (a == b) return false;
  const Name x = NameOf(a), y = NameOf(b);
  if (x.is_iban && y.is_iban) return x.number == y.number;
  if (std::min(x.number.size(), y.number.size()) < kShortest) return false;
  if (!x.is_iban && !y.is_iban) {
    return x.number == y.number && (x.bank.empty() || y.bank.empty() || x.bank == y.bank);
  }
  const Name& iban = x.is_iban ? x : y;
  const Name& other = x.is_iban ? y : x;
  return iban.number.find(other.number) != std::string::npos &&
         (other.bank.empty() || !std::all_of(other.bank.begin(), other.bank.end(), IsDigit) ||
          iban.number.find(other.bank) != std::string::npos);
}

}  // namespace tieout::ledger
