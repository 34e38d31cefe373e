#include "engine/audit/day_books.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tieout::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const AccountKey kStripe{"acme", "stripe", "acct_1", "EUR"};
const AccountKey kBank{"acme", "bank", "DE1", "EUR"};
constexpr base::Day kFirst{20'000};

std::vector<ledger::SellerProjection> Books(ledger::Minor available, ledger::Minor in_transit,
                                            ledger::Minor bank) {
  ledger::SellerProjection seller;
  seller.seller_id = "acme";
  ledger::AccountProjection stripe, account;
  stripe.provider = "stripe";
  stripe.merchant_account = "acct_1";
  stripe.currency = account.currency = "EUR";
  stripe.available = available;
  stripe.in_transit = in_transit;
  account.provider = ledger::kBankProvider;
  account.merchant_account = "DE1";
  account.bank = bank;
  seller.accounts = {stripe, account};
  return {seller};
}

TEST(DayBooksTest, EachDayGoesOnWhereTheLastEnded) {
  DayBooks days;
  days.Close(kFirst, {{kStripe, 700}}, Books(700, 0, 0));
  days.Close(kFirst.plus(1), {{kStripe, -200}, {kBank, 300}}, Books(200, 300, 300));
  days.Close(kFirst.plus(5), {{kBank, -300}}, Books(500, 0, 0));
  EXPECT_THAT(days.findings(), IsEmpty());
}

// A cent that comes on one day and goes on the next is right at the end, and wrong on both days.
TEST(DayBooksTest, FindsWhatTheEndDoesNotShow) {
  DayBooks days;
  days.Close(kFirst, {{kStripe, 700}}, Books(701, 0, 0));
  days.Close(kFirst.plus(1), {{kStripe, 100}}, Books(800, 0, 0));
  EXPECT_THAT(days.findings(),
              ElementsAre("seller acme, stripe/acct_1, 2024-10-04: opened with 0.00 EUR, the log "
                          "shows movements of 7.00 EUR, the books close with 7.01 EUR",
                          HasSubstr("opened with 7.01 EUR, the log shows movements of 1.00 EUR, "
                                    "the books close with 8.00 EUR")));
}

TEST(DayBooksTest, FindsAMovementThatTheBooksDontKnow) {
  DayBooks days;
  days.Close(kFirst, {{kBank, 5}}, {});
  EXPECT_THAT(days.findings(), ElementsAre(HasSubstr("bank/DE1, 2024-10-04: opened with 0.00")));
}

}  // namespace
}  // namespace tieout::audit
