#include "connectors/shopify/shopify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "connectors/registry.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Context ShopContext() {
  Context context;
  context.file_name = "shop.csv";
  context.merchant_account = "mugs";
  return context;
}

testing::Result RunShop(std::string_view bytes) {
  return testing::Run(Shopify(), bytes, ShopContext());
}

constexpr std::string_view kHeader =
    "Transaction Date,Type,Order,Payout Status,Payout Date,Payout ID,Available On,Amount,Fee,Net,"
    "Checkout,Currency\n";

std::string File(std::initializer_list<std::string_view> rows) {
  std::string file(kHeader);
  for (const std::string_view row : rows) file += std::string(row) + "\n";
  return file;
}

TEST(Shopify, GoldenOfTheTransactionsExport) {
  testing::ExpectGolden(Shopify(), "shopify/testdata/transactions.csv",
                        "shopify/testdata/transactions.jsonl", ShopContext());
}

TEST(Shopify, GoldenOfThePayoutsExport) {
  testing::ExpectGolden(Shopify(), "shopify/testdata/payouts.csv", "shopify/testdata/payouts.jsonl",
                        ShopContext());
}

TEST(Shopify, SumOfEventsIsTheFilesOwn) {
  for (const char* file : {"transactions.csv", "payouts.csv"}) {
    const auto result = RunShop(testing::ReadTestFile(std::string("shopify/testdata/") + file));
    ASSERT_TRUE(result.status.ok()) << result.status;
    ASSERT_EQ(result.summary.accounts.size(), 1u);
    EXPECT_EQ(result.summary.accounts[0].total, result.summary.accounts[0].stated_total) << file;
    EXPECT_EQ(result.summary.quarantined, 0u);
  }
}

TEST(Shopify, BothExportsTellTheSamePayouts) {
  const auto payouts_of = [](const testing::Result& result) {
    std::vector<std::string> found;
    for (const std::string& identity : testing::Identities(result)) {
      if (identity.find("/payout-2026-03-05") != std::string::npos ||
          identity.find("/payout-2026-03-06") != std::string::npos) {
        found.push_back(identity);
      }
    }
    return found;
  };
  const auto items =
      payouts_of(RunShop(testing::ReadTestFile("shopify/testdata/transactions.csv")));
  EXPECT_EQ(items, payouts_of(RunShop(testing::ReadTestFile("shopify/testdata/payouts.csv"))));
  EXPECT_EQ(items.size(), 3u);  // initiated twice, paid once
}

TEST(Shopify, OlderColumnsAndWaysOfWriting) {
  const auto result = RunShop(
      "Transaction Date,Type,Order,Card Brand,Card Source,Payout Status,Payout Date,Available On,"
      "Amount,Fee,Net,Currency\n"
      "2026-06-06 04:15:48 -0700,charge,#1,amex,online,paid,2026/6/12,2026/6/12,$21.83,$1.52,"
      "$20.31,USD\n");
  EXPECT_THAT(testing::Brief(result),
              ::testing::AllOf(HasSubstr("/gross sale 21.83 USD"), HasSubstr("/fee fee -1.52 USD"),
                               HasSubstr("shopify/mugs/payout-2026-06-12-USD/initiated payout "
                                         "20.31 USD")));
  EXPECT_THAT(testing::Lines(result), HasSubstr(R"("payment_id":"#1")"));
}

// A row by its columns, written in the order and with the columns that a variant has.
std::string Variant(std::string_view header) {
  const std::map<std::string, std::string, std::less<>> cells = {
      {"Transaction Date", "2026-03-01 10:12:31 +0100"},
      {"Type", "charge"},
      {"Order", "#1"},
      {"Card Brand", "visa"},
      {"Card Source", "online"},
      {"Payout Status", "pending"},
      {"Payout Date", "2026-03-09"},
      {"Payout ID", ""},
      {"Available On", "2026-03-09"},
      {"Amount", "37.90"},
      {"Fee", "1.10"},
      {"Net", "36.80"},
      {"Checkout", "#5125726"},
      {"Payment Method Name", "card"},
      {"Presentment Amount", "41.00"},
      {"Presentment Currency", "USD"},
      {"Currency", "EUR"},
      {"VAT", "0.00"},
      {"Business Entity Name", "Mugs Ltd"},
      {"Business Entity ID", "MTY5"}};
  std::string row;
  std::vector<std::string> names = absl::StrSplit(std::string(header), ',');
  for (const std::string& name : names) row += (&name == &names[0] ? "" : ",") + cells.at(name);
  return std::string(header) + "\n" + row + "\n";
}

TEST(Shopify, AllColumnVariantsAreTheSameEvents) {
  const char* const variants[] = {
      // today's
      "Transaction Date,Type,Order,Card Brand,Card Source,Payout Status,Payout Date,Payout ID,"
      "Available On,Amount,Fee,Net,Checkout,Payment Method Name,Presentment Amount,"
      "Presentment Currency,Currency,VAT",
      // of an organisation with business entities
      "Transaction Date,Type,Order,Card Brand,Card Source,Payout Status,Payout Date,Payout ID,"
      "Available On,Amount,Fee,Net,Checkout,Payment Method Name,Presentment Amount,"
      "Presentment Currency,Currency,Business Entity Name,Business Entity ID",
      // before Payout ID and Checkout
      "Transaction Date,Type,Order,Card Brand,Card Source,Payout Status,Payout Date,Available On,"
      "Amount,Fee,Net,Currency",
      // the least
      "Transaction Date,Type,Order,Payout Status,Payout Date,Amount,Net,Currency",
      // a spreadsheet's owner moved them about
      "Currency,Net,Amount,Order,Type,Payout Date,Payout Status,Fee,Transaction Date"};
  const auto identities = testing::Identities(RunShop(Variant(variants[0])));
  ASSERT_EQ(identities.size(), 2u);
  for (const char* variant : variants) {
    const auto found = Detect("x", Variant(variant));
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ((*found)->name(), "shopify");
    EXPECT_EQ(testing::Identities(RunShop(Variant(variant))), identities) << variant;
  }
}

TEST(Shopify, MissingColumnsAreNamed) {
  const auto message = [](std::string_view header, std::string_view currency = "") {
    Context context = ShopContext();
    context.currency = currency;
    const auto result = testing::Run(Shopify(), Variant(header), context);
    return result.status.ok() ? testing::Brief(result) : std::string(result.status.message());
  };
  EXPECT_TRUE(Detect("x", Variant("Transaction Date,Type,Payout Status,Payout Date,Amount")).ok());
  EXPECT_EQ(message("Transaction Date,Type,Order,Payout Date,Amount,Fee,Currency"),
            "shop.csv:1: no column Net: somebody took it out. Export it from Shopify afresh");
  EXPECT_EQ(message("Available On,Type,Order,Payout Date,Amount,Net,Currency"),
            "shop.csv:1: no column Transaction Date: somebody took it out. Export it from Shopify "
            "afresh");
  constexpr std::string_view kNoCurrency =
      "Transaction Date,Type,Order,Payout Status,Payout Date,Amount,Fee,Net";
  EXPECT_EQ(message(kNoCurrency),
            "shop.csv: no column names the currency: say it with --currency EUR");
  EXPECT_THAT(message(kNoCurrency, "EUR"), HasSubstr("/gross sale 37.90 EUR"));
}

TEST(Shopify, TranslatedHeadersAreRefusedWithTheWayOut) {
  for (const char* file :
       {"Transaktionsdatum,Typ,Bestellung,Auszahlungsstatus,Auszahlungsdatum,Betrag,Gebühr,Netto\n",
        "Data della transazione;Tipo;Ordine;Stato del pagamento;Data del pagamento;Importo\n"}) {
    const auto found = Detect("x", file);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ((*found)->name(), "shopify");
    EXPECT_EQ(RunShop(file).status.message(),
              "shop.csv:1: the columns' names are translated, and so are the types below them, "
              "which can't be told for sure: set the admin's language to English and export again");
  }
}

TEST(Shopify, NetIsBelievedWhateverTheFeesSign) {
  EXPECT_THAT(testing::Brief(RunShop(File({"2026-03-04 08:00:00 +0100,adjustment,,pending,,,,"
                                           "-1.50,-0.25,-1.75,,EUR"}))),
              ::testing::AllOf(HasSubstr("adjustment -1.50 EUR"), HasSubstr("fee -0.25 EUR")));
  EXPECT_THAT(RunShop(File({"2026-03-04 08:00:00 +0100,charge,#1,pending,,,,10.00,2.00,7.00,,EUR"}))
                  .quarantined,
              ElementsAre("shop.csv:2: Net \"7.00\": isn't amount 10.00 less fee 2.00: the row was "
                          "changed, or columns are mixed up"));
}

TEST(Shopify, FirstPayoutOfAPeriodMayBeCut) {
  const auto result = RunShop(testing::ReadTestFile("shopify/testdata/transactions.csv"));
  ASSERT_EQ(result.summary.notes.size(), 1u);
  EXPECT_THAT(result.summary.notes[0].text,
              HasSubstr("payout 150000000001 of 2026-03-05 is the export's first"));
  EXPECT_THAT(testing::Lines(result),
              HasSubstr(R"("entry":"shopify/mugs/payout-2026-03-06-EUR","field":"LIST_COMPLETE")"));
}

// --- the API -----------------------------------------------------------------------------------

std::string Api(std::string_view type, std::string_view amount, std::string_view fee,
                std::string_view net, std::string_view more = "") {
  return R"({"id":1,"type":")" + std::string(type) + R"(","test":false,"payout_id":77,)" +
         R"("payout_status":"paid","currency":"USD","amount":")" + std::string(amount) +
         R"(","fee":")" + std::string(fee) + R"(","net":")" + std::string(net) +
         R"(","source_id":5,"source_type":"charge","source_order_id":9,)" +
         R"("source_order_transaction_id":8,"processed_at":"2026-03-01T10:12:31+01:00")" +
         std::string(more) + "}";
}

TEST(ShopifyApi, Golden) {
  testing::ExpectGolden(Shopify(), "shopify/testdata/balance.json",
                        "shopify/testdata/balance.jsonl", ShopContext());
}

TEST(ShopifyApi, SumsStatesAndACompleteList) {
  const auto result = RunShop(testing::ReadTestFile("shopify/testdata/balance.json"));
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.summary.quarantined, 0u);
  ASSERT_EQ(result.summary.accounts.size(), 1u);
  EXPECT_EQ(result.summary.accounts[0].total, result.summary.accounts[0].stated_total);
  EXPECT_THAT(testing::Lines(result), HasSubstr(R"("field":"LIST_COMPLETE")"));
  EXPECT_THAT(result.no_ops,
              ElementsAre("14: a test transaction", "19: the payout isn't sent yet"));
  ASSERT_EQ(result.summary.notes.size(), 1u);
  EXPECT_EQ(result.summary.notes[0].text,
            "payout 602: its summary comes to 41.90 USD, its amount is 43.12 USD");
}

TEST(ShopifyApi, NetIsBelievedWhateverTheFeesSign) {
  EXPECT_EQ(testing::Brief(RunShop(Api("adjustment", "-1.50", "-0.25", "-1.75"))),
            "shopify/mugs/1/gross adjustment -1.50 USD\nshopify/mugs/1/fee fee -0.25 USD\n");
  EXPECT_EQ(testing::Brief(RunShop(Api("charge", "10.00", "2.00", "8.00"))),
            "shopify/mugs/1/gross sale 10.00 USD\nshopify/mugs/1/fee fee -2.00 USD\n");
  EXPECT_THAT(RunShop(Api("charge", "10.00", "2.00", "7.00")).quarantined,
              ElementsAre("shop.csv:1: net \"7.00\": isn't amount 10.00 less fee 2.00"));
}

TEST(ShopifyApi, TypesOfRestAndGraphQl) {
  const auto kind = [](std::string_view type, std::string_view amount) {
    const std::string brief = testing::Brief(RunShop(Api(type, amount, "0.00", amount)));
    return brief.substr(0, brief.find(" USD")).substr(21);
  };
  EXPECT_EQ(kind("refund", "-1.00"), "refund -1.00");
  EXPECT_EQ(kind("REFUND_FAILURE", "1.00"), "refund 1.00");
  EXPECT_EQ(kind("dispute", "-1.00"), "chargeback -1.00");
  EXPECT_EQ(kind("DISPUTE_REVERSAL", "1.00"), "chargeback 1.00");
  EXPECT_EQ(kind("CHARGEBACK_HOLD", "-1.00"), "reserve -1.00");
  EXPECT_EQ(kind("RESERVED_FUNDS", "-1.00"), "reserve -1.00");
  EXPECT_EQ(kind("BILLING_DEBIT_REVERSAL", "1.00"), "fee 1.00");
  EXPECT_EQ(kind("payout_failure", "1.00"), "adjustment 1.00");
  EXPECT_EQ(kind("SHOP_CASH_CREDIT", "1.00"), "adjustment 1.00");
}

TEST(ShopifyApi, LateFieldsChangeNeitherIdsNorContent) {
  std::string later = Api("charge", "10.00", "2.00", "8.00");
  const auto before = testing::Identities(RunShop(later));
  later.replace(later.find("77"), 2, "78");
  later.replace(later.find("paid"), 4, "sent");
  later.replace(later.find("10:12:31+01:00"), 14, "09:12:31+00:00");
  EXPECT_EQ(before, testing::Identities(RunShop(later)));
  EXPECT_NE(before, testing::Identities(RunShop(Api("charge", "10.01", "2.01", "8.00"))));
}

TEST(ShopifyApi, TruncationAndDetection) {
  const std::string file = testing::ReadTestFile("shopify/testdata/balance.json");
  testing::ExpectSurvivesTruncation(Shopify(), file, ShopContext());
  const auto found = Detect("x", file);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ((*found)->name(), "shopify");
}

// --- identity ----------------------------------------------------------------------------------

TEST(Shopify, LateColumnsChangeNeitherIdsNorContent) {
  const auto before =
      RunShop(File({"2026-03-01 10:12:31 "
                    "+0100,charge,#1,pending,2026-03-09,,2026-03-09,37.90,1.10,36.80,#5,EUR"}));
  auto after = testing::Identities(
      RunShop(File({"2026-03-01 10:12:31 "
                    "+0100,charge,#1,paid,2026-03-05,77,2026-03-04,37.90,1.10,36.80,#5,EUR"})));
  std::erase_if(after, [](const std::string& id) { return id.find("payout-") != id.npos; });
  EXPECT_EQ(testing::Identities(before), after);
  // The same instant in another zone is the same row.
  EXPECT_EQ(after, testing::Identities(RunShop(
                       File({"2026-03-01 09:12:31 +0000,charge,#1,,,,,37.90,1.10,36.80,#5,EUR"}))));
}

TEST(Shopify, OriginColumnsChangeIdOrContent) {
  const auto base = testing::Identities(
      RunShop(File({"2026-03-01 10:12:31 +0100,charge,#1,,,,,37.90,1.10,36.80,#5,EUR"})));
  for (const char* row : {"2026-03-01 10:12:32 +0100,charge,#1,,,,,37.90,1.10,36.80,#5,EUR",
                          "2026-03-01 10:12:31 +0100,refund,#1,,,,,37.90,1.10,36.80,#5,EUR",
                          "2026-03-01 10:12:31 +0100,charge,#2,,,,,37.90,1.10,36.80,#5,EUR",
                          "2026-03-01 10:12:31 +0100,charge,#1,,,,,37.91,1.11,36.80,#5,EUR",
                          "2026-03-01 10:12:31 +0100,charge,#1,,,,,37.90,1.11,36.79,#5,EUR",
                          "2026-03-01 10:12:31 +0100,charge,#1,,,,,37.90,1.10,36.80,#5,USD"}) {
    EXPECT_NE(base, testing::Identities(RunShop(File({row})))) << row;
  }
}

TEST(Shopify, IdenticalRowsBothCount) {
  const std::string_view row = "2026-03-01 10:12:31 +0100,charge,#1,,,,,5.00,0.00,5.00,#5,EUR";
  const auto identities = testing::Identities(RunShop(File({row, row})));
  ASSERT_EQ(identities.size(), 2u);
  EXPECT_NE(identities[0], identities[1]);
}

// --- bad input ---------------------------------------------------------------------------------

TEST(Shopify, BadRows) {
  const auto quarantined = [](std::string_view row) {
    const auto result = RunShop(File({row}));
    return result.quarantined.empty() ? std::string("none") : result.quarantined[0];
  };
  EXPECT_EQ(quarantined("2026-03-01 10:12:31 +0100,charge,#1,,,,,12..34,0,1,#5,EUR"),
            "shop.csv:2: Amount \"12..34\": is no number: \".\" among the decimals");
  EXPECT_EQ(quarantined("2026-03-01 10:12:31 +0100,charge,#1,,,,,92233720368547758.08,0,1,#5,EUR"),
            "shop.csv:2: Amount \"92233720368547758.08\": is beyond 64 bits");
  EXPECT_EQ(quarantined("2026-03-01 10:12:31 +0100,charge,#1,,,,,1,0,1,#5,EURO"),
            "shop.csv:2: Currency \"EURO\": is no ISO 4217 currency");
  EXPECT_EQ(quarantined("yesterday,charge,#1,,,,,1,0,1,#5,EUR"),
            "shop.csv:2: Transaction Date \"yesterday\": is no date (expected like 2026-03-05 "
            "10:12:31)");
  EXPECT_EQ(quarantined("2026-03-01 10:12:31 +0100,,#1,,,,,1,0,1,#5,EUR"),
            "shop.csv:2: Type \"\": is empty");
  EXPECT_THAT(quarantined("2026-03-01 10:12:31 +0100,charge"),
              HasSubstr("shop.csv:2: the row has 2 cells, the header 12 columns: the file is cut "
                        "off here"));
}

TEST(Shopify, BadFiles) {
  EXPECT_EQ(RunShop("").status.message(), "shop.csv is empty");
  std::string semicolons = File({});
  std::replace(semicolons.begin(), semicolons.end(), ',', ';');
  EXPECT_EQ(RunShop(semicolons).status.message(),
            "shop.csv:1: columns are separated by semicolons, Shopify writes commas: a spreadsheet "
            "saved this file again. Export it from Shopify afresh");
  Context context = ShopContext();
  context.merchant_account.clear();
  EXPECT_EQ(testing::Run(Shopify(), File({}), context).status.message(),
            "shop.csv: Shopify's exports don't name the shop: say which with --account NAME");
}

TEST(Shopify, TruncationAtEveryByte) {
  testing::ExpectSurvivesTruncation(
      Shopify(), testing::ReadTestFile("shopify/testdata/payouts.csv"), ShopContext());
  testing::ExpectSurvivesTruncation(
      Shopify(),
      File({"2026-03-01 10:12:31 +0100,charge,#1,paid,2026-03-05,7,,\"5.00\",0.00,5.00,#5,EUR"}),
      ShopContext());
}

TEST(Shopify, ByteOrderMarkAndCrLf) {
  const std::string plain = testing::ReadTestFile("shopify/testdata/transactions.csv");
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : plain) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(testing::Identities(RunShop(plain)), testing::Identities(RunShop(windows)));
}

TEST(Shopify, DetectedFromContent) {
  for (const char* file : {"transactions.csv", "payouts.csv"}) {
    const auto found = Detect("x", testing::ReadTestFile(std::string("shopify/testdata/") + file));
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ((*found)->name(), "shopify");
  }
}

}  // namespace
}  // namespace tieout::connectors
