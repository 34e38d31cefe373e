#include "engine/ledger/bank_account.h"

#include <gtest/gtest.h>

namespace tieout::ledger {
namespace {

TEST(MayBeOneBankAccount, ByItsNumber) {
  const char* iban = "DE89370400440532013000";
  for (const char* name :
       {"532013000", "0532013000", "0-532-013-000", "37040044/0532013000", "COBADEFF/532013000"}) {
    EXPECT_TRUE(MayBeOneBankAccount(iban, name)) << name;
    EXPECT_TRUE(MayBeOneBankAccount(name, iban)) << name;
    EXPECT_EQ(MayBeOneBankAccount("532013000", name), std::string_view(name) != "532013000");
  }
  EXPECT_TRUE(MayBeOneBankAccount("DE89 3704 0044 0532 0130 00", iban));
  EXPECT_TRUE(MayBeOneBankAccount("GB29NWBK60161331926819", "60-16-13/31926819"));
}

TEST(MayBeOneBankAccount, NotByChance) {
  const char* iban = "DE89370400440532013000";
  EXPECT_FALSE(MayBeOneBankAccount(iban, iban));
  EXPECT_FALSE(MayBeOneBankAccount(iban, "DE02120300000000202051"));
  for (const char* name : {"", "3000", "532013001", "50010517/532013000", "main", "DE1", "0000"}) {
    EXPECT_FALSE(MayBeOneBankAccount(iban, name)) << name;
  }
  EXPECT_FALSE(MayBeOneBankAccount("37040044/532013000", "50010517/532013000"));
  EXPECT_FALSE(MayBeOneBankAccount("main", "other"));
}

}  // namespace
}  // namespace tieout::ledger
