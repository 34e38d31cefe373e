// Decimals by ISO 4217, list one (amendment 179, 2025), and of codes withdrawn so lately that a
// log's lookback still meets them: ANG (2025), BGN (2026). Codes without minor units (XAU, XDR,
// XXX) are no money here.
#include <array>

#include "engine/ledger/money.h"

namespace tieout::ledger {
namespace {

constexpr std::string_view kNoDecimals =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
constexpr std::string_view kTwoDecimals =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN "
    "BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP "
    "LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR "
    "NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN "
    "SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER "
    "ZAR ZMW ZWG";
constexpr std::string_view kThreeDecimals = "BHD IQD JOD KWD LYD OMR TND";
constexpr std::string_view kFourDecimals = "CLF UYW";

constexpr int kLetters = 26;
constexpr int8_t kUnknown = -1;
using Table = std::array<int8_t, kLetters * kLetters * kLetters>;

// -1: not three capital letters.
constexpr int IndexOf(std::string_view code) {
  if (code.size() != 3) return -1;
  int index = 0;
  for (const char c : code) {
    if (c < 'A' || c > 'Z') return -1;
    index = index * kLetters + (c - 'A');
  }
  return index;
}

constexpr void Fill(Table* table, std::string_view codes, int8_t exponent) {
  for (size_t i = 0; i < codes.size(); i += 4) (*table)[IndexOf(codes.substr(i, 3))] = exponent;
}

constexpr Table MakeTable() {
  Table table{};
  table.fill(kUnknown);
  Fill(&table, kNoDecimals, 0);
  Fill(&table, kTwoDecimals, 2);
  Fill(&table, kThreeDecimals, 3);
  Fill(&table, kFourDecimals, 4);
  return table;
}

constexpr Table kExponents = MakeTable();

}  // namespace

std::optional<int> CurrencyExponent(std::string_view code) {
  const int index = IndexOf(code);
  if (index < 0 || kExponents[index] == kUnknown) return std::nullopt;
  return kExponents[index];
}

}  // namespace tieout::ledger
