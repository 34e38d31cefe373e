// One entry of PayPal's balance, whatever channel it came by, and what becomes of it.
#pragma once

#include <string>
#include <string_view>

#include "connectors/movement.h"

namespace tieout::connectors::paypal {

inline constexpr std::string_view kProvider = "paypal";

struct Entry {
  std::string id;
  std::string code;  // T0006; empty where a word nobody knows stood there
  std::string word;  // the file's own
  std::string currency, fee_currency;
  ledger::Minor gross = 0, fee = 0;  // effects on the balance
  int64_t at_us = 0;
  std::string reference;  // another transaction
  // Late.
  std::string invoice_id, bank_reference, status;
};

// Does a row of this code move the balance? Authorisations and orders don't.
bool MovesBalance(std::string_view code);
// The event code of an activity row's Type, in the languages known; empty: nobody knows it.
std::string_view CodeOfWord(std::string_view word);

// Events of an entry whose row has begun; adds to the stated total what the row says.
absl::Status EmitEntry(Emitter& emitter, std::string_view merchant_account, const Entry& entry);

bool IsSettlementReport(std::string_view text);
absl::StatusOr<Summary> ParseSettlement(std::string_view connector, InputStream& in,
                                        const Context& context, Sink& sink);
bool LooksLikeSearch(std::string_view text);
absl::StatusOr<Summary> ParseSearch(std::string_view connector, InputStream& in,
                                    const Context& context, Sink& sink);
bool IsActivity(std::string_view text);
absl::StatusOr<Summary> ParseActivity(std::string_view connector, InputStream& in,
                                      const Context& context, Sink& sink);

}  // namespace tieout::connectors::paypal
