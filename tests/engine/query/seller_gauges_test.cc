// Books that are whole, and the same with one figure changed: each must be seen.
#include "engine/query/seller_gauges.h"

#include "engine/ledger/books.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/text_serializer.h"

namespace tieout::query {
namespace {

using ::testing::HasSubstr;

// 1000 sold, 50 fees: 950. Paid out 900: 600 seen at the bank, 298 open, 2 tolerated. 50 left.
// At the bank 650 came: 600 of the payout, 50 of nobody knows whom.
ledger::SellerProjection Whole() {
  ledger::SellerProjection seller;
  seller.seller_id = "S1";
  ledger::AccountProjection& provider = seller.accounts.emplace_back();
  provider.provider = "stripe";
  provider.currency = "EUR";
  provider.sales = 1000;
  provider.fees = -50;
  provider.available = 50;
  provider.in_transit = 300;
  provider.tolerated = 2;
  provider.paid = 600;
  ledger::AccountProjection& bank = seller.accounts.emplace_back();
  bank.provider = ledger::kBankProvider;
  bank.currency = "EUR";
  bank.bank = 650;
  bank.bank_unmatched = 50;
  ledger::OpenItem& payout = seller.open_items.emplace_back();
  payout.role = ledger::Role::kPayout;
  payout.currency = "EUR";
  payout.residual = 298;
  ledger::OpenItem& deposit = seller.open_items.emplace_back();
  deposit.role = ledger::Role::kBankDeposit;
  deposit.currency = "EUR";
  deposit.residual = 50;
  return seller;
}

ledger::WideMinor At(const ledger::SellerProjection& seller, std::string_view level,
                     std::string_view side) {
  for (const ledger::Residual& r : ledger::ResidualsOf(seller)) {
    if (r.level == level && r.side == side) return r.amount;
  }
  return -1;
}

TEST(ResidualsTest, WholeBooksHaveNone) {
  const auto residuals = ledger::ResidualsOf(Whole());
  EXPECT_EQ(residuals.size(), 3u);
  for (const ledger::Residual& r : residuals)
    EXPECT_TRUE(r.amount == 0) << r.level << ' ' << r.side;
}

TEST(ResidualsTest, EachFigureCounts) {
  using Account = ledger::AccountProjection;
  for (const auto field :
       {&Account::opening, &Account::sales, &Account::fees, &Account::refunds,
        &Account::chargebacks, &Account::adjustments, &Account::pending, &Account::available,
        &Account::reserved, &Account::in_transit, &Account::paid}) {
    ledger::SellerProjection seller = Whole();
    seller.accounts[0].*field += 7;
    EXPECT_TRUE(At(seller, "payout", "balance") != 0);
  }
  ledger::SellerProjection seller = Whole();
  seller.accounts[0].in_transit += 7;
  EXPECT_TRUE(At(seller, "bank", "payout") == 7);
  seller.open_items[1].residual += 7;
  EXPECT_TRUE(At(seller, "bank", "deposit") == -7);
}

// Two sellers whose books are wrong, one by +7, the other by -7.
class TwoWrongs : public runtime::ReadModel {
 public:
  absl::StatusOr<std::vector<std::string>> Homes() override {
    return std::vector<std::string>{"S1", "S2"};
  }
  absl::StatusOr<ledger::SellerProjection> Project(const std::string& home) override {
    ledger::SellerProjection seller = Whole();
    seller.accounts[1].bank_unmatched += home == "S1" ? 7 : -7;
    return seller;
  }
  absl::StatusOr<runtime::RecordsPage> Records(const std::string&, size_t) override {
    return runtime::RecordsPage{};
  }
  absl::StatusOr<std::vector<runtime::PartitionStatus>> Status() override {
    return std::vector<runtime::PartitionStatus>{};
  }
};

TEST(SellerGaugesTest, OppositeErrorsDontHideEachOther) {
  TwoWrongs model;
  prometheus::Registry registry;
  const SellerGauges gauges(&model, &registry);
  std::string text;
  for (int i = 0; i < 500 && text.find("level=") == std::string::npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    text = prometheus::TextSerializer().Serialize(registry.Collect());
  }
  const std::string name = "tieout_conservation_residual_minor{currency=\"EUR\",level=";
  EXPECT_THAT(text, HasSubstr(name + "\"bank\",side=\"deposit\"} 14\n"));
  EXPECT_THAT(text, HasSubstr(name + "\"bank\",side=\"payout\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("tieout_open_items{currency=\"EUR\",side=\"payout\"} 2\n"));
}

// 100 s of log time after 9 March began. The bank's statement shows 6 March to its end, and a
// deposit of the 7th came by another way; a second home of the account knows less. Stripe says
// nothing of days.
class TwoHomesOfABank : public TwoWrongs {
 public:
  absl::StatusOr<ledger::SellerProjection> Project(const std::string& home) override {
    ledger::SellerProjection seller = Whole();
    seller.tick =
        static_cast<uint64_t>(base::ParseDay("2026-03-09")->start_us() / ledger::kTickMicros) + 10;
    ledger::AccountProjection& bank = seller.accounts[1];
    bank.merchant_account = "DE01";
    bank.covered_until = base::ParseDay(home == "S1" ? "2026-03-07" : "2026-03-03").value();
    if (home == "S1") bank.last_bank_value = base::ParseDay("2026-03-07").value();
    return seller;
  }
};

TEST(SellerGaugesTest, ASourceIsSilentSinceTheLastDayItSpokeOf) {
  TwoHomesOfABank model;
  prometheus::Registry registry;
  const SellerGauges gauges(&model, &registry);
  std::string text;
  const std::string name = "tieout_source_last_fact_seconds{";
  for (int i = 0; i < 500 && text.find(name) == std::string::npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    text = prometheus::TextSerializer().Serialize(registry.Collect());
  }
  EXPECT_THAT(text, HasSubstr(name + "account=\"DE01\",provider=\"bank\"} 86500\n"));
  EXPECT_THAT(text, testing::Not(HasSubstr("provider=\"stripe\"")));
}

}  // namespace
}  // namespace tieout::query
