#include "connectors/etsy/etsy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "connectors/lex/localized.h"
#include "connectors/registry.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Context EtsyContext() {
  Context context;
  context.file_name = "etsy.csv";
  context.merchant_account = "FernPrints";
  return context;
}

testing::Result RunEtsy(std::string_view bytes) {
  return testing::Run(Etsy(), bytes, EtsyContext());
}

std::string File(const std::string& name) { return testing::ReadTestFile("etsy/testdata/" + name); }

constexpr const char* kFiles[] = {"statement.csv", "statement_de.csv", "deposits.csv",
                                  "sold_orders.csv"};
constexpr std::string_view kHeader =
    "Date,Type,Title,Info,Currency,Amount,\"Fees & Taxes\",Net,\"Tax Details\"\n";

TEST(Etsy, Goldens) {
  for (const std::string name : kFiles) {
    testing::ExpectGolden(Etsy(), "etsy/testdata/" + name,
                          "etsy/testdata/" + name.substr(0, name.find('.')) + ".jsonl",
                          EtsyContext());
  }
}

TEST(Etsy, SumOfEventsIsTheFilesOwn) {
  for (const char* name : kFiles) {
    const auto result = RunEtsy(File(name));
    ASSERT_TRUE(result.status.ok()) << result.status;
    EXPECT_EQ(result.summary.quarantined, 0u) << result.quarantined[0];
    ASSERT_EQ(result.summary.accounts.size(), 1u);
    EXPECT_EQ(result.summary.accounts[0].total, result.summary.accounts[0].stated_total) << name;
  }
  // The net of all rows up to the deposit is what was deposited.
  const std::string brief = testing::Brief(RunEtsy(File("statement.csv")));
  EXPECT_THAT(brief, HasSubstr("deposit-2026-09-28-EUR/initiated payout 3.33 EUR"));
}

// A sale in the statement, in another language's, and among the sold orders.
TEST(Etsy, SalesAndDepositsAreTheSameByEveryDoor) {
  const auto of = [](const char* name, const char* part) {
    auto found = testing::Identities(RunEtsy(File(name)));
    std::erase_if(found, [&](const std::string& id) { return id.find(part) == id.npos; });
    return found;
  };
  const auto sale = of("statement.csv", "/order-3000000001/");
  EXPECT_EQ(sale.size(), 1u);
  EXPECT_EQ(sale, of("statement_de.csv", "/order-3000000001/"));
  EXPECT_EQ(sale, of("sold_orders.csv", "/order-3000000001/"));
  EXPECT_EQ(of("statement.csv", "/deposit-2026-09-28-EUR/"),
            of("deposits.csv", "/deposit-2026-09-28-EUR/"));
}

TEST(Etsy, TitlesSayWhichFeeItIs) {
  const auto fee = [](std::string_view type, std::string_view title, std::string_view money) {
    const auto result = RunEtsy(std::string(kHeader) + "2026-09-24," + std::string(type) + "," +
                                std::string(title) + ",,EUR,--," + std::string(money) + "," +
                                std::string(money) + ",--\n");
    return testing::Json(result.events.at(0));
  };
  EXPECT_THAT(fee("Fee", "Transaction fee: Shipping", "-€1.00"), HasSubstr(R"("type":"platform")"));
  EXPECT_THAT(fee("Fee", "Processing fee", "-€1.00"), HasSubstr(R"("type":"processing")"));
  EXPECT_THAT(fee("Fee", "Listing fee", "-€1.00"), HasSubstr(R"("type":"listing")"));
  EXPECT_THAT(fee("Fee", "Credit for processing fee", "€1.00"),
              HasSubstr(R"("type":"processing")"));
  EXPECT_THAT(fee("Marketing", "Etsy Ads", "-€1.00"), HasSubstr(R"("type":"advertising")"));
  EXPECT_THAT(fee("VAT", "VAT: Processing fee", "-€1.00"), HasSubstr(R"("type":"tax_on_fee")"));
  EXPECT_THAT(fee("Shipping", "Postage label", "-€1.00"), HasSubstr(R"("type":"shipping_label")"));
  EXPECT_THAT(fee("Moonlight", "x", "€1.00"), HasSubstr(R"("reason":"unclassified")"));
}

TEST(Etsy, IdenticalRowsBothCountAndSecondPaymentsToo) {
  const std::string row = "2026-09-24,Fee,Listing fee,Listing #1,EUR,--,-€0.20,-€0.20,--\n";
  EXPECT_EQ(testing::Identities(RunEtsy(std::string(kHeader) + row + row)).size(), 2u);
  const std::string sale = "2026-09-24,Sale,Payment for Order #5,,EUR,€2.00,--,€2.00,--\n";
  EXPECT_EQ(testing::Brief(RunEtsy(std::string(kHeader) + sale + sale)),
            "etsy/FernPrints/order-5/gross sale 2.00 EUR\n"
            "etsy/FernPrints/order-5.2/gross sale 2.00 EUR\n");
}

TEST(Etsy, MoneyAndDatesAsPeopleReadThem) {
  EXPECT_EQ(NumberIn("-CA$0.28"), "-0.28");
  EXPECT_EQ(NumberIn("\u2212"
                     "1.234,56 €"),
            "-1.234,56");
  EXPECT_EQ(NumberIn("--"), "");
  for (const char* text : {"July 31, 2026", "31 July, 2026", "31 Jul 2026", "31. Juli 2026",
                           "31 juillet 2026", "31 de julio de 2026", "31-Jul-26", "2026-07-31"}) {
    const auto day = ParseWrittenDate(text);
    ASSERT_TRUE(day.has_value()) << text;
    EXPECT_EQ(base::FormatDay(*day), "2026-07-31") << text;
  }
  for (const char* text : {"", "07/31/2026", "31 Foo 2026", "February 30, 2026", "July 2026"}) {
    EXPECT_FALSE(ParseWrittenDate(text).has_value()) << text;
  }
}

TEST(Etsy, OnlyTheOriginColumnsMakeTheIdentity) {
  const std::string header =
      "Date,Type,Title,Info,Currency,Amount,Fees & Taxes,Net,Tax Details,Status,Availability "
      "Date\n";
  EXPECT_THAT(
      testing::OriginColumns(
          Etsy(), header + "2026-09-24,Fee,Listing fee,Listing #1,EUR,--,-0.20,-0.20,--,Open,--\n",
          EtsyContext(),
          {{"Date", "2026-09-25"}, {"Currency", "USD"}, {"Availability Date", "2026-10-01"}}),
      ElementsAre("Date", "Type", "Title", "Info", "Currency", "Amount", "Fees & Taxes", "Net"));
  // A sale is known by its order; when it was and what it was called matter no more.
  EXPECT_THAT(
      testing::OriginColumns(
          Etsy(), header + "2026-09-24,Sale,Payment for Order #5,x,EUR,2.00,--,2.00,--,Open,--\n",
          EtsyContext(),
          {{"Date", "2026-09-25"}, {"Currency", "USD"}, {"Title", "Payment for Order #6"}}),
      ElementsAre("Type", "Title", "Currency", "Amount", "Fees & Taxes", "Net"));
}

TEST(Etsy, OnlyTheOriginColumnsOfSoldOrdersMakeTheIdentity) {
  std::string file = File("sold_orders.csv");
  file.erase(file.find('\n', file.find('\n') + 1) + 1);
  EXPECT_THAT(testing::OriginColumns(
                  Etsy(), file, EtsyContext(),
                  {{"Sale Date", "09/25/26"}, {"Currency", "USD"}, {"Order Total", "1.00"}}),
              ElementsAre("Order ID", "Currency", "Order Total"));
}

TEST(Etsy, BadRows) {
  const auto quarantined = [](std::string_view row) {
    const auto result = RunEtsy(std::string(kHeader) + std::string(row));
    return result.quarantined.empty() ? std::string("none") : result.quarantined[0];
  };
  EXPECT_EQ(quarantined("07/31/2026,Fee,x,,EUR,--,-€0.20,-€0.20,--\n"),
            "etsy.csv:2: Date \"07/31/2026\": is no date (expected like September 24, 2026)");
  EXPECT_EQ(quarantined("2026-09-24,Deposit,sent to your bank account,,EUR,--,--,--,--\n"),
            "etsy.csv:2: Title \"sent to your bank account\": names no amount: a deposit's stands "
            "in its title");
  EXPECT_EQ(quarantined("2026-09-24,Fee,x,,EUR,--,-€0.20,-€0.21,--\n"),
            "etsy.csv:2: Net \"-€0.21\": isn't amount and fees: the row was changed, or "
            "columns are mixed up");
  EXPECT_EQ(quarantined("2026-09-24,Sale,x,,EUX,1,--,1,--\n"),
            "etsy.csv:2: Currency \"EUX\": is no ISO 4217 currency");
  EXPECT_THAT(quarantined("2026-09-24,Sale,x,,EUR,99999999999999999999.00,--,1,--\n"),
              HasSubstr("is beyond 64 bits"));
}

TEST(Etsy, BadFiles) {
  Context context = EtsyContext();
  context.merchant_account.clear();
  EXPECT_EQ(testing::Run(Etsy(), File("statement.csv"), context).status.message(),
            "etsy.csv: Etsy's files name no account: say which with --account SHOP");
  EXPECT_EQ(RunEtsy("").status.message(), "etsy.csv is empty");
  EXPECT_THAT(std::string(RunEtsy("a,b\n1,2\n").status.message()),
              HasSubstr("etsy.csv:1: neither the header of Etsy's monthly statement"));
}

TEST(Etsy, TruncationAtEveryByte) {
  for (const char* name : kFiles) {
    testing::ExpectSurvivesTruncation(Etsy(), File(name), EtsyContext());
  }
}

TEST(Etsy, DetectedFromContent) {
  for (const char* name : kFiles) {
    const auto found = Detect("x", File(name));
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ((*found)->name(), "etsy") << name;
  }
}

}  // namespace
}  // namespace tieout::connectors
