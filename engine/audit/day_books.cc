#include "engine/audit/day_books.h"

#include "engine/audit/conservation.h"
#include "fmt/format.h"

namespace tieout::audit {

Movements StandingOf(const ledger::SellerProjection& seller) {
  Movements standing;
  for (const ledger::AccountProjection& a : seller.accounts) {
    const AccountKey account{seller.seller_id, a.provider, a.merchant_account, a.currency};
    standing[account] =
        a.provider == ledger::kBankProvider
            ? ledger::WideMinor{a.bank}
            : ledger::WideMinor{a.pending} + a.available + a.reserved + a.in_transit + a.paid;
  }
  return standing;
}

void DayBooks::Close(base::Day day, const Movements& moved,
                     const std::vector<ledger::SellerProjection>& sellers) {
  Movements closing;
  for (const ledger::SellerProjection& seller : sellers) closing.merge(StandingOf(seller));
  for (const auto& [account, amount] : moved) closing.try_emplace(account, 0);
  for (const auto& [account, closed] : closing) {
    const auto movement = moved.find(account);
    const ledger::WideMinor sum = movement == moved.end() ? 0 : movement->second;
    ledger::WideMinor& opening = opening_[account];
    if (opening + sum != closed) {
      const std::string& currency = std::get<3>(account);
      findings_.push_back(fmt::format(
          "{}, {}: opened with {}, the log shows movements of {}, the books close with {}",
          AccountText(account), base::FormatDay(day), WideText(opening, currency),
          WideText(sum, currency), WideText(closed, currency)));
    }
    opening = closed;
  }
}

}  // namespace tieout::audit
