// One account's facts by every door: the API's JSON, both column sets of the itemised payout
// reconciliation, the balance history. Each kind of balance transaction must be the same event by
// all of them, or the second door would make a conflict of it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "connectors/stripe/stripe.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::HasSubstr;

// One kind of balance transaction. `category` is empty where the balance history's `type` alone
// doesn't lead to it.
struct Kind {
  const char* type;
  const char* category;
  const char* source;
  const char* charge;  // what the report's charge_id column says beside it
  int gross, fee;      // minor units
};

// balance_transaction.type and reporting_category, as Stripe's API reference pairs them.
constexpr Kind kKinds[] = {
    {"charge", "charge", "ch_1", "ch_1", 10000, 320},
    {"payment", "charge", "py_1", "py_1", 5000, 35},
    {"refund", "refund", "re_1", "ch_1", -2000, 0},
    {"payment_refund", "refund", "pyr_1", "py_1", -2000, 0},
    {"refund_failure", "refund_failure", "re_1", "ch_1", 2000, 0},
    {"payment_failure_refund", "charge_failure", "pyr_2", "py_1", -5000, -35},
    {"payment_reversal", "charge_failure", "pyr_3", "py_1", -5000, 0},
    {"payment_unreconciled", "unreconciled_customer_funds", "py_2", "py_2", 100, 0},
    {"adjustment", "dispute", "dp_1", "ch_1", -10000, 1500},
    {"adjustment", "dispute_reversal", "dp_1", "ch_1", 10000, -1500},
    {"adjustment", "dispute", "du_1", "ch_1", -10000, 1500},
    {"adjustment", "other_adjustment", "adj_1", "", -1, 0},
    {"stripe_fee", "fee", "", "", -200, 38},
    {"stripe_fx_fee", "fee", "", "ch_1", -12, 0},
    {"tax_fee", "tax", "txr_1", "", -38, 0},
    {"stripe_fee", "network_cost", "", "ch_1", -20, 4},
    {"application_fee", "platform_earning", "fee_1", "ch_1", 500, 0},
    {"application_fee_refund", "platform_earning_refund", "fr_1", "ch_1", -500, 0},
    {"transfer", "transfer", "tr_1", "ch_1", -8000, 0},
    {"transfer_refund", "transfer_reversal", "trr_1", "ch_1", 8000, 0},
    {"transfer_cancel", "transfer_reversal", "tr_2", "", 8000, 0},
    {"transfer_failure", "transfer_reversal", "tr_3", "", 8000, 0},
    {"connect_collection_transfer", "connect_collection_transfer", "tr_4", "", -100, 0},
    {"reserved_funds", "connect_reserved_funds", "rsv_1", "", -700, 0},
    {"reserve_transaction", "risk_reserved_funds", "rsv_2", "", -700, 0},
    {"reserve_hold", "risk_reserved_funds", "rsv_3", "", -700, 0},
    {"reserve_release", "risk_reserved_funds", "rsv_3", "", 700, 0},
    {"payment_network_reserve_hold", "payment_network_reserved_funds", "", "", -9, 0},
    {"payment_network_reserve_release", "payment_network_reserved_funds", "", "", 9, 0},
    {"payout_minimum_balance_hold", "minimum_balance_hold", "po_9", "", -300, 0},
    {"payout_minimum_balance_release", "minimum_balance_hold", "po_9", "", 300, 0},
    {"topup", "topup", "tu_1", "", 5000, 0},
    {"topup_reversal", "topup_reversal", "tu_1", "", -5000, 0},
    {"advance", "advance", "", "", 9000, 0},
    {"advance_funding", "advance_funding", "", "", 9000, 0},
    {"anticipation_repayment", "anticipation_repayment", "", "ch_1", -90, 0},
    {"contribution", "contribution", "", "ch_1", -100, 0},
    {"climate_order_purchase", "climate_order_purchase", "climorder_1", "", -100, 0},
    {"climate_order_refund", "climate_order_refund", "climorder_1", "", 100, 0},
    {"issuing_authorization_hold", "issuing_authorization_hold", "iauth_1", "", -100, 0},
    {"issuing_authorization_release", "issuing_authorization_release", "iauth_1", "", 100, 0},
    {"issuing_dispute", "issuing_dispute", "idp_1", "", 100, 0},
    {"issuing_transaction", "issuing_transaction", "ipi_1", "", -100, 0},
    {"payout", "payout", "po_1", "", -9000, 25},
    {"payout_failure", "payout_reversal", "po_1", "", 9000, 0},
    {"payout_cancel", "payout_reversal", "po_2", "", 9000, 0},
    {"partial_capture_reversal", "partial_capture_reversal", "ch_1", "ch_1", -100, -3},
    {"financing_paydown", "financing_paydown", "", "ch_1", -100, 0},
    {"something_of_next_year", "something_of_next_year", "new_1", "ch_1", -7, 0},
};

std::string Major(int minor) {
  return fmt::format("{}{}.{:02}", minor < 0 ? "-" : "", std::abs(minor) / 100,
                     std::abs(minor) % 100);
}

// Every column the itemised payout reconciliation is documented to have, with the row's value.
// 2026-03-02 09:00:00 UTC is 10:00:00 in Berlin.
std::map<std::string, std::string> CellsOf(const Kind& kind) {
  return {{"automatic_payout_id", ""},
          {"automatic_payout_effective_at", ""},
          {"automatic_payout_effective_at_utc", ""},
          {"balance_transaction_id", "txn_1"},
          {"created_utc", "2026-03-02 09:00:00"},
          {"created", "2026-03-02 10:00:00"},
          {"available_on_utc", "2026-03-05 00:00:00"},
          {"available_on", "2026-03-05 01:00:00"},
          {"currency", "eur"},
          {"gross", Major(kind.gross)},
          {"fee", Major(kind.fee)},
          {"net", Major(kind.gross - kind.fee)},
          {"reporting_category", kind.category},
          {"source_id", kind.source},
          {"description", "something"},
          {"customer_facing_amount", Major(kind.gross)},
          {"customer_facing_currency", "eur"},
          {"regulatory_tag", ""},
          {"customer_id", "cus_1"},
          {"customer_email", "a@example.org"},
          {"charge_id", kind.charge},
          {"payment_intent_id", "pi_1"},
          {"charge_created_utc", "2026-03-02 08:59:00"},
          {"invoice_id", "in_1"},
          {"order_id", ""},
          {"payment_method_type", "card"},
          {"card_brand", "visa"},
          {"statement_descriptor", "SHOP"},
          {"dispute_reason", ""},
          {"connected_account_id", ""},
          {"payment_metadata[order_id]", "1001"}};
}

// The documentation's order, and the shorter set that older report versions give by default:
// local times only, and another order.
const std::vector<std::string> kAllColumns = {"automatic_payout_id",
                                              "automatic_payout_effective_at",
                                              "balance_transaction_id",
                                              "created_utc",
                                              "created",
                                              "available_on_utc",
                                              "available_on",
                                              "currency",
                                              "gross",
                                              "fee",
                                              "net",
                                              "reporting_category",
                                              "source_id",
                                              "description",
                                              "customer_facing_amount",
                                              "customer_facing_currency",
                                              "regulatory_tag",
                                              "automatic_payout_effective_at_utc",
                                              "customer_id",
                                              "customer_email",
                                              "charge_id",
                                              "payment_intent_id",
                                              "charge_created_utc",
                                              "invoice_id",
                                              "order_id",
                                              "payment_method_type",
                                              "card_brand",
                                              "statement_descriptor",
                                              "dispute_reason",
                                              "connected_account_id",
                                              "payment_metadata[order_id]"};
const std::vector<std::string> kFewColumns = {"balance_transaction_id",
                                              "created",
                                              "available_on",
                                              "currency",
                                              "gross",
                                              "fee",
                                              "net",
                                              "reporting_category",
                                              "source_id",
                                              "description",
                                              "automatic_payout_id",
                                              "automatic_payout_effective_at"};

std::string Csv(const std::vector<std::string>& columns, std::map<std::string, std::string> cells) {
  std::string header;
  std::string row;
  for (const std::string& column : columns) {
    header += (header.empty() ? "" : ",") + column;
    row += (&column == &columns[0] ? "" : ",") + cells.at(column);
  }
  return header + "\n" + row + "\n";
}

std::string History(const Kind& kind) {
  return fmt::format(
      "id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC),Description\n"
      "txn_1,{},{},{},{},{},eur,2026-03-02 09:00,2026-03-05 00:00,something\n",
      kind.type, kind.source, Major(kind.gross), Major(kind.fee), Major(kind.gross - kind.fee));
}

// `expanded`: the source is an object that names its charge, as with expand[]=data.source.
std::string Api(const Kind& kind, bool expanded, bool with_category = true) {
  std::string source = kind.source[0] == '\0' ? "null" : fmt::format("\"{}\"", kind.source);
  if (expanded && kind.source[0] != '\0' && kind.charge[0] != '\0') {
    source = fmt::format(R"({{"id":"{}","object":"x","charge":"{}","metadata":{{}}}})", kind.source,
                         kind.charge);
  }
  const std::string category =
      with_category ? fmt::format(R"("reporting_category":"{}",)", kind.category) : "";
  return fmt::format(
      R"({{"id":"txn_1","object":"balance_transaction","amount":{},"fee":{},"net":{},)"
      R"("available_on":1772668800,"created":1772442000,"currency":"eur","status":"pending",)"
      R"({}"type":"{}","source":{},"description":"something"}})",
      kind.gross, kind.fee, kind.gross - kind.fee, category, kind.type, source);
}

testing::Result RunFile(std::string_view bytes) {
  Context context;
  context.file_name = "file";
  context.merchant_account = "acct_1";
  context.time_zone = "Europe/Berlin";  // of columns that aren't UTC
  testing::Result result = testing::Run(Stripe(), bytes, context);
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_TRUE(result.quarantined.empty()) << result.quarantined[0];
  return result;
}

TEST(StripeChannels, EveryKindIsTheSameEventByEveryDoor) {
  for (const Kind& kind : kKinds) {
    SCOPED_TRACE(fmt::format("{} {} {}", kind.type, kind.category, kind.source));
    const auto api = testing::Identities(RunFile(Api(kind, false)));
    EXPECT_EQ(api.size(), kind.fee == 0 ? 1u : 2u);
    EXPECT_EQ(api, testing::Identities(RunFile(Api(kind, true))));
    EXPECT_EQ(api, testing::Identities(RunFile(Csv(kAllColumns, CellsOf(kind)))));
    EXPECT_EQ(api, testing::Identities(RunFile(Csv(kFewColumns, CellsOf(kind)))));
  }
}

TEST(StripeChannels, TypeAloneLeadsToTheCategory) {
  for (const Kind& kind : kKinds) {
    SCOPED_TRACE(fmt::format("{} {} {}", kind.type, kind.category, kind.source));
    const auto api = testing::Identities(RunFile(Api(kind, false)));
    EXPECT_EQ(api, testing::Identities(RunFile(Api(kind, false, /*with_category=*/false))));
    EXPECT_EQ(api, testing::Identities(RunFile(History(kind))));
  }
}

TEST(StripeChannels, LateColumnsAreAmendmentsWithTheirTimes) {
  auto cells = CellsOf(kKinds[0]);
  cells["automatic_payout_id"] = "po_7";
  cells["automatic_payout_effective_at_utc"] = "2026-03-06 00:00:00";
  const std::string lines = testing::Lines(RunFile(Csv(kAllColumns, cells)));
  // The payout's time is the provider's own; what has none is as of the file.
  EXPECT_THAT(lines,
              HasSubstr(R"("field":"PAYOUT_ID","value":"po_7","as_of":"2026-03-06T00:00:00Z")"));
  EXPECT_THAT(lines,
              HasSubstr(R"("field":"ORDER_ID","value":"1001","as_of":"2026-03-02T09:00:00Z")"));
  EXPECT_THAT(
      lines,
      HasSubstr(R"("field":"AVAILABLE_ON","value":"2026-03-05","as_of":"2026-03-02T09:00:00Z")"));
  EXPECT_THAT(testing::Lines(RunFile(Api(kKinds[0], false))),
              HasSubstr(R"("field":"STATUS","value":"pending","as_of":"2026-03-02T09:00:00Z")"));
}

// Every column but those that make the identity, changed one at a time.
TEST(StripeChannels, NoOtherColumnChangesIdOrContent) {
  const std::map<std::string, std::string> other = {
      {"available_on_utc", "2026-04-05 00:00:00"},
      {"available_on", "2026-04-05 00:00:00"},
      {"created", "2026-03-02 03:00:00"},  // where created_utc stands beside it
      {"customer_facing_amount", "1.23"},
      {"customer_facing_currency", "usd"},
      {"automatic_payout_id", "po_7"},
      {"automatic_payout_effective_at", "2026-03-06 00:00:00"},
      {"automatic_payout_effective_at_utc", "2026-03-06 00:00:00"},
      {"charge_created_utc", "2026-03-01 00:00:00"}};
  const std::vector<std::string> origin = {
      "balance_transaction_id", "currency", "gross", "fee", "net",
      "reporting_category",     "source_id"};
  for (const Kind& kind : kKinds) {
    const auto before = testing::Identities(RunFile(Csv(kAllColumns, CellsOf(kind))));
    for (const std::string& column : kAllColumns) {
      if (std::find(origin.begin(), origin.end(), column) != origin.end()) continue;
      SCOPED_TRACE(fmt::format("{} {} {}", kind.category, kind.source, column));
      auto cells = CellsOf(kind);
      const auto value = other.find(column);
      cells[column] = value != other.end() ? value->second : "other";
      if (column == "created_utc") cells[column] = "2026-03-02 09:00:01";  // occurred_at
      auto after = testing::Identities(RunFile(Csv(kAllColumns, cells)));
      // The payout that the row now names is an event of its own.
      std::erase_if(after, [](const std::string& id) { return id.find("/po_7/") != id.npos; });
      EXPECT_EQ(before, after);
    }
  }
}

}  // namespace
}  // namespace tieout::connectors
