#include "engine/ledger/books.h"

#include <map>

namespace tieout::ledger {
namespace {

struct Sums {
  WideMinor balance = 0, payouts = 0, deposits = 0;
  bool provider = false, bank = false;
};

}  // namespace

std::vector<Residual> ResidualsOf(const SellerProjection& seller) {
  std::map<std::string, Sums> currencies;
  for (const AccountProjection& a : seller.accounts) {
    Sums& sums = currencies[a.currency];
    if (a.provider == kBankProvider) {
      sums.bank = true;
      sums.deposits += WideMinor{a.bank_unmatched} - a.tolerated;
      continue;
    }
    sums.provider = true;
    sums.balance += WideMinor{a.opening} + a.sales + a.fees + a.refunds + a.chargebacks +
                    a.adjustments - a.pending - a.available - a.reserved - a.in_transit - a.paid;
    sums.payouts += WideMinor{a.in_transit} - a.tolerated;
  }
  for (const OpenItem& item : seller.open_items) {
    Sums& sums = currencies[item.currency];
    if (item.role == Role::kExpense) continue;  // no balance waits for it
    const bool is_payout = item.role == Role::kPayout;
    (is_payout ? sums.provider : sums.bank) = true;
    (is_payout ? sums.payouts : sums.deposits) -= item.residual;
  }
  std::vector<Residual> residuals;
  for (const auto& [currency, sums] : currencies) {
    if (sums.provider) {
      residuals.push_back({"payout", "balance", currency, sums.balance});
      residuals.push_back({"bank", "payout", currency, sums.payouts});
    }
    if (sums.bank) residuals.push_back({"bank", "deposit", currency, sums.deposits});
  }
  return residuals;
}

}  // namespace tieout::ledger
