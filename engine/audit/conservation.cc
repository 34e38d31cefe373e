#include "engine/audit/conservation.h"

#include <set>

#include "fmt/format.h"

namespace tieout::audit {
namespace {

Sums Plus(Sums a, const Sums& b) {
  a.signed_sum += b.signed_sum;
  a.absolute += b.absolute;
  return a;
}

template <typename Key>
Sums At(const std::map<Key, Sums>& sums, const Key& key) {
  const auto found = sums.find(key);
  return found == sums.end() ? Sums{} : found->second;
}

// What the projections say.
struct Booked {
  std::map<AccountKey, ledger::WideMinor> buckets;  // everything an account's items went to
  std::map<AccountKey, ledger::WideMinor> bank;
  std::map<HomeKey, ledger::WideMinor> in_transit, paid, bank_unmatched;
  std::map<HomeKey, Sums> open_deposits, open_payouts;  // residuals
};

Booked BookedOf(const std::vector<ledger::SellerProjection>& sellers) {
  Booked booked;
  for (const ledger::SellerProjection& seller : sellers) {
    for (const ledger::AccountProjection& a : seller.accounts) {
      const AccountKey account{seller.seller_id, a.provider, a.merchant_account, a.currency};
      const HomeKey home{seller.seller_id, a.currency};
      if (a.provider == ledger::kBankProvider) {
        booked.bank[account] += a.bank;
        booked.bank_unmatched[home] += a.bank_unmatched;
        continue;
      }
      booked.buckets[account] +=
          ledger::WideMinor{a.pending} + a.available + a.reserved + a.in_transit + a.paid;
      booked.in_transit[home] += a.in_transit;
      booked.paid[home] += a.paid;
    }
    for (const ledger::OpenItem& item : seller.open_items) {
      const HomeKey home{seller.seller_id, item.currency};
      if (item.role == ledger::Role::kBankDeposit) booked.open_deposits[home].Add(item.residual);
      if (item.role == ledger::Role::kPayout) booked.open_payouts[home].Add(item.residual);
    }
  }
  return booked;
}

class Checker {
 public:
  void Equal(const std::string& where, std::string_view what, ledger::WideMinor observed,
             ledger::WideMinor booked, const std::string& currency) {
    if (observed == booked) return;
    findings.push_back(fmt::format("{}: {}: the log shows {}, the books {}", where, what,
                                   WideText(observed, currency), WideText(booked, currency)));
  }

  // allocated + residual = observed, signed and absolute.
  void Conserved(const HomeKey& home, std::string_view side, const Sums& observed,
                 const Sums& allocated, const Sums& residual) {
    const Sums sum = Plus(allocated, residual);
    const std::string where = fmt::format("seller {}, {}", home.first, home.second);
    Equal(where, fmt::format("{}, allocated + residual", side), observed.signed_sum, sum.signed_sum,
          home.second);
    Equal(where, fmt::format("{}, allocated + residual in absolute amounts", side),
          observed.absolute, sum.absolute, home.second);
  }

  std::vector<std::string> findings;
};

template <typename Map>
void AddKeys(const Map& map, std::set<typename Map::key_type>* keys) {
  for (const auto& [key, value] : map) keys->insert(key);
}

}  // namespace

std::string WideText(ledger::WideMinor value, const std::string& currency) {
  const std::optional<ledger::Minor> narrow = ledger::Narrow(value);
  return narrow ? ledger::FormatMoney(*narrow, currency) : "more than 64 bits " + currency;
}

std::string AccountText(const AccountKey& key) {
  return fmt::format("seller {}, {}/{}", std::get<0>(key), std::get<1>(key), std::get<2>(key));
}

std::vector<std::string> CheckConservation(const Observed& observed, const Allocations& allocations,
                                           const std::vector<ledger::SellerProjection>& sellers) {
  Booked booked = BookedOf(sellers);
  Checker checker;

  std::set<AccountKey> accounts;
  AddKeys(observed.items(), &accounts);
  AddKeys(observed.bank(), &accounts);
  AddKeys(booked.buckets, &accounts);
  AddKeys(booked.bank, &accounts);
  for (const AccountKey& account : accounts) {
    const std::string& currency = std::get<3>(account);
    checker.Equal(AccountText(account), "pending + available + reserved + in transit + paid",
                  At(observed.items(), account).signed_sum, booked.buckets[account], currency);
    checker.Equal(AccountText(account), "booked at the bank",
                  At(observed.bank(), account).signed_sum, booked.bank[account], currency);
  }

  std::set<HomeKey> homes;
  AddKeys(observed.deposits(), &homes);
  AddKeys(observed.payouts(), &homes);
  constexpr bool kDeposits = true;
  const std::map<HomeKey, Sums> deposits = allocations.allocated(kDeposits);
  const std::map<HomeKey, Sums> payouts = allocations.allocated(!kDeposits);
  const std::map<HomeKey, Sums> deposit_rests = allocations.accepted(kDeposits);
  const std::map<HomeKey, Sums> payout_rests = allocations.accepted(!kDeposits);
  AddKeys(deposits, &homes);
  AddKeys(payouts, &homes);
  for (const HomeKey& home : homes) {
    const Sums open_deposits = Plus(At(booked.open_deposits, home), At(deposit_rests, home));
    const Sums open_payouts = Plus(At(booked.open_payouts, home), At(payout_rests, home));
    checker.Conserved(home, "deposits", At(observed.deposits(), home), At(deposits, home),
                      open_deposits);
    checker.Conserved(home, "payouts", At(observed.payouts(), home), At(payouts, home),
                      open_payouts);
    const std::string where = fmt::format("seller {}, {}", home.first, home.second);
    checker.Equal(where, "paid (allocated payouts)", At(payouts, home).signed_sum,
                  booked.paid[home], home.second);
    checker.Equal(where, "in transit (open payouts)", open_payouts.signed_sum,
                  booked.in_transit[home], home.second);
    checker.Equal(where, "unexplained at the bank (open deposits)", open_deposits.signed_sum,
                  booked.bank_unmatched[home], home.second);
  }
  return checker.findings;
}

}  // namespace tieout::audit
