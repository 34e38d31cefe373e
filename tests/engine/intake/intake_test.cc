// Webhooks over real sockets into a real log.
#include <fstream>
#include <thread>

#include "engine/runtime/source_store.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/intake/served.h"

namespace tieout::intake {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::StartsWith;

const std::string kSecret = "whsec_now";
const std::string kPath = "/webhooks/stripe";

Served Stripe() { return Served({EndpointOf("stripe", "acct_1", "EUR", {kSecret, "whsec_next"})}); }

std::string Event(const std::string& id, const std::string& type, const std::string& object) {
  return fmt::format(
      R"({{"id":"{}","object":"event","created":1772798000,"type":"{}","data":{{"object":{}}}}})",
      id, type, object);
}

std::string Payout(const std::string& id, const std::string& status) {
  return fmt::format(
      R"({{"id":"{}","object":"payout","amount":11500,"currency":"eur","created":1772665200,)"
      R"("status":"{}","automatic":true,"arrival_date":1772755200,"method":"standard"}})",
      id, status);
}

TEST(IntakeTest, TakesAPayoutOnceHoweverOftenItComes) {
  Served served = Stripe();
  const std::string body = Event("evt_1", "payout.paid", Payout("po_1", "paid"));
  const Answered first = PostTo(served.port(), kPath, body, StripeHeaders(body, kSecret));
  EXPECT_EQ(first.status, 200) << first.body;
  const auto ids = served.EventIds();
  EXPECT_THAT(ids, Contains(Pair("stripe/acct_1/po_1/initiated", 1)));
  EXPECT_THAT(ids, Contains(Pair("stripe/acct_1/po_1/paid", 1)));
  EXPECT_THAT(ids, Contains(Pair(StartsWith("stripe/acct_1/po_1/amend:status:1772798000"), 1)));

  EXPECT_EQ(PostTo(served.port(), kPath, body, StripeHeaders(body, kSecret)).status, 200);
  EXPECT_EQ(served.EventIds(), ids) << "the second delivery has no effect";
  EXPECT_EQ(served.Counted("taken"), 1);
  EXPECT_EQ(served.Counted("known"), 1);
}

TEST(IntakeTest, SourceIsTheBodyByItsHash) {
  Served served = Stripe();
  const std::string body = Event("evt_1", "payout.paid", Payout("po_1", "paid"));
  ASSERT_EQ(PostTo(served.port(), kPath, body, StripeHeaders(body, kSecret)).status, 200);
  const base::Digest digest = base::Sha256(body);
  const runtime::SourceStore sources(served.data() + "/sources");
  auto in = sources.Open(std::string(digest.view()));
  ASSERT_TRUE(in.ok()) << in.status();
  std::string read(body.size() + 1, '\0');
  read.resize((*in)->Read(read.data(), read.size()).value());
  EXPECT_EQ(read, body);
  EXPECT_TRUE(absl::IsNotFound(sources.Open(std::string(32, 'x')).status()));
}

TEST(IntakeTest, RefusesWhatIsNotSignedNowAndHere) {
  Served served = Stripe();
  const std::string body = Event("evt_1", "payout.paid", Payout("po_1", "paid"));
  EXPECT_EQ(PostTo(served.port(), kPath, body, {}).status, 401);
  EXPECT_EQ(PostTo(served.port(), kPath, body, StripeHeaders(body, "whsec_other")).status, 401);
  EXPECT_EQ(PostTo(served.port(), kPath, body + " ", StripeHeaders(body, kSecret)).status, 401);
  const Headers late = StripeHeaders(body, kSecret, kNowSeconds - 301);
  EXPECT_EQ(PostTo(served.port(), kPath, body, late).status, 401);
  const Headers early = StripeHeaders(body, kSecret, kNowSeconds + 301);
  EXPECT_EQ(PostTo(served.port(), kPath, body, early).status, 401);
  EXPECT_EQ(served.Counted("refused"), 3);
  EXPECT_EQ(served.Counted("replayed"), 2);
  EXPECT_THAT(served.EventIds(), IsEmpty());
  EXPECT_THAT(served.warnings(), ElementsAre(HasSubstr("/webhooks/stripe: refused: no Stripe")))
      << "anybody can send these: a warning a minute";

  const Headers in_time = StripeHeaders(body, kSecret, kNowSeconds - 300);
  EXPECT_EQ(PostTo(served.port(), kPath, body, in_time).status, 200);
  const std::string other = Event("evt_2", "payout.paid", Payout("po_2", "paid"));
  EXPECT_EQ(PostTo(served.port(), kPath, other, StripeHeaders(other, "whsec_next")).status, 200)
      << "two secrets are valid";
}

TEST(IntakeTest, AnswersWhatItCantUse) {
  Served served = Stripe();
  const auto post = [&](const std::string& body) {
    return PostTo(served.port(), kPath, body, StripeHeaders(body, kSecret)).status;
  };
  EXPECT_EQ(post(Event("evt_1", "customer.updated", "{}")), 200);
  EXPECT_EQ(served.Counted("unknown_type"), 1);
  EXPECT_EQ(post(Event("evt_2", "payment_intent.succeeded", "{}")), 200);
  EXPECT_EQ(served.Counted("no_money"), 1);
  EXPECT_EQ(post("no JSON"), 200) << "sending it again won't help";
  EXPECT_EQ(post(Event("evt_3", "payout.paid", R"({"object":"payout","id":"po_1"})")), 200);
  EXPECT_EQ(served.Counted("unreadable"), 2);
  EXPECT_THAT(served.warnings(), ElementsAre(HasSubstr("can't be read")));
  const std::string set_aside =
      served.data() + "/quarantine/" + base::Sha256("no JSON").hex() + ".jsonl";
  std::ifstream in(set_aside);
  const std::string row((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  EXPECT_THAT(row, HasSubstr(R"("raw":"no JSON")"));
  EXPECT_THAT(served.EventIds(), IsEmpty());
  EXPECT_EQ(post(std::string(65 << 10, ' ')), 413);
  EXPECT_EQ(served.Counted("too_large"), 1);
  EXPECT_EQ(PostTo(served.port(), "/webhooks/stripe/else", "{}", {}).status, 404);
  EXPECT_EQ(PostTo(served.port(), "/metrics", "{}", {}).status, 404);
  EXPECT_EQ(PostTo(served.port(), "/" + std::string(8000, 'a'), "{}", {}).status, 404);
  EXPECT_EQ(PostTo(served.port(), kPath + std::string(8000, 'a'), "{}", {}).status, 404);
}

TEST(IntakeTest, AsksToComeAgainWhileTheLogCantBeWritten) {
  Served served = Stripe();
  const std::string body = Event("evt_1", "payout.paid", Payout("po_1", "paid"));
  served.log().Fail(true);
  const Answered refused = PostTo(served.port(), kPath, body, StripeHeaders(body, kSecret));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.retry_after, "10");
  EXPECT_EQ(served.Counted("unavailable"), 1);
  EXPECT_THAT(served.warnings(), ElementsAre(HasSubstr("not taken: the disk is full")));
  served.log().Fail(false);
  EXPECT_EQ(PostTo(served.port(), kPath, body, StripeHeaders(body, kSecret)).status, 200);
  EXPECT_THAT(served.EventIds(), Contains(Pair("stripe/acct_1/po_1/paid", 1)));
}

TEST(IntakeTest, ManyAtOnceAreAllThereOnce) {
  Served served = Stripe();
  std::vector<std::thread> threads;
  std::atomic<int> taken = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        // Each is sent by two at a time.
        const std::string id = fmt::format("po_{}_{}", t / 2, i);
        const std::string body = Event("evt_" + id, "payout.paid", Payout(id, "paid"));
        taken += PostTo(served.port(), kPath, body, StripeHeaders(body, kSecret)).status == 200;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 160);
  const auto ids = served.EventIds();
  for (int t = 0; t < 4; ++t) {
    for (int i = 0; i < 20; ++i) {
      EXPECT_THAT(ids, Contains(Pair(fmt::format("stripe/acct_1/po_{}_{}/paid", t, i), 1)));
    }
  }
  EXPECT_EQ(served.Counted("taken"), 80);
  EXPECT_EQ(served.Counted("known"), 80);
}

TEST(IntakeTest, AnswersAsEachProviderWants) {
  Endpoint ebay = EndpointOf("ebay", "seller", "", {"token-of-at-least-32-characters-x"});
  ebay.keys.url = "https://hooks.example.com/webhooks/ebay";
  ebay.keys.folder = "/nowhere";
  Served served({ebay, EndpointOf("adyen", "M1", "",
                                  {"DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EA"
                                   "AB00"})});
  const Answered challenge = Get(served.port(), "/webhooks/ebay?challenge_code=a71607740aa5CODE");
  EXPECT_EQ(challenge.status, 200);
  EXPECT_EQ(challenge.body,
            R"({"challengeResponse":")"
            R"(430afd86a447f5a7439e833838af145a36426de2fb7e5f036e7e102be5ccf28e"})");
  EXPECT_EQ(Get(served.port(), "/webhooks/adyen?challenge_code=1").status, 404);

  const std::string body = R"({"type":"balancePlatform.transaction.created"})";
  const Answered accepted =
      PostTo(served.port(), "/webhooks/adyen", body,
             {{"HmacSignature", "3SlPWrquOMIPkCIZ52CEgojIOOp5GB1DHqLbo3Rd/BU="}});
  EXPECT_EQ(accepted.status, 200);
  EXPECT_EQ(accepted.body, "[accepted]");
  EXPECT_EQ(served.Counted("kept"), 1);

  // base64 of {"kid":"k1","signature":"AAAA"}: a key that isn't here yet.
  const Answered later =
      PostTo(served.port(), "/webhooks/ebay", "{}",
             {{"X-EBAY-SIGNATURE", "eyJraWQiOiJrMSIsInNpZ25hdHVyZSI6IkFBQUEifQ=="}});
  EXPECT_EQ(later.status, 503) << "it comes again, and the key may be here by then";
  EXPECT_EQ(later.retry_after, "10");
  EXPECT_THAT(served.warnings(), Contains(HasSubstr("/nowhere/k1.pem isn't there")));
}

TEST(IntakeTest, WantsToKnowWhoseAnAccountIs) {
  const Served served({EndpointOf("stripe", "acct_9", "", {kSecret})}, /*unowned=*/true);
  EXPECT_TRUE(absl::IsFailedPrecondition(served.status()));
  EXPECT_THAT(base::Message(served.status()), HasSubstr("[accounts.\"stripe/acct_9\"]"));
}

// One sale, refund, dispute and payout by both channels, in either order.
const std::string kList =
    R"({"object":"list","data":[)"
    R"({"id":"txn_1","object":"balance_transaction","amount":2000,"available_on":1772668800,)"
    R"("created":1772614800,"currency":"eur","fee":88,"net":1912,"reporting_category":"charge",)"
    R"("source":"ch_1","status":"available","type":"charge"},)"
    R"({"id":"txn_2","object":"balance_transaction","amount":-500,"available_on":1772668800,)"
    R"("created":1772614900,"currency":"eur","fee":0,"net":-500,"reporting_category":"refund",)"
    R"("source":"re_1","status":"available","type":"refund"},)"
    R"({"id":"txn_3","object":"balance_transaction","amount":-1500,"available_on":1772668800,)"
    R"("created":1772615000,"currency":"eur","fee":2000,"net":-3500,)"
    R"("reporting_category":"dispute","source":"dp_1","status":"available","type":"adjustment"},)"
    R"({"id":"txn_4","object":"balance_transaction","amount":-11500,"available_on":1772755200,)"
    R"("created":1772665200,"currency":"eur","fee":0,"net":-11500,"reporting_category":"payout",)"
    R"("source":"po_1","status":"available","type":"payout"}]})";

std::vector<std::string> Hooks() {
  return {Event("evt_1", "charge.succeeded",
                R"({"id":"ch_1","object":"charge","amount":2000,"amount_captured":2000,)"
                R"("balance_transaction":"txn_1","captured":true,"created":1772614790,)"
                R"("currency":"eur","metadata":{"order_id":"1001"},"status":"succeeded"})"),
          Event("evt_2", "refund.created",
                R"({"id":"re_1","object":"refund","amount":500,"balance_transaction":"txn_2",)"
                R"("charge":"ch_1","created":1772614890,"currency":"eur","status":"succeeded"})"),
          Event("evt_3", "charge.dispute.created",
                R"({"id":"dp_1","object":"dispute","amount":1500,"charge":"ch_1","currency":"eur",)"
                R"("balance_transactions":[{"id":"txn_3","object":"balance_transaction",)"
                R"("amount":-1500,"available_on":1772668800,"created":1772615000,"currency":"eur",)"
                R"("fee":2000,"net":-3500,"reporting_category":"dispute","source":"dp_1",)"
                R"("status":"pending","type":"adjustment"}]})"),
          Event("evt_4", "payout.paid", Payout("po_1", "paid"))};
}

void ExpectOneFactEach(Served& served) {
  const auto contents = served.Contents();
  for (const std::string id : {"txn_1/gross", "txn_1/fee", "txn_2/gross", "txn_3/gross",
                               "txn_3/fee", "po_1/initiated", "po_1/paid"}) {
    EXPECT_THAT(contents, Contains(Pair("stripe/acct_1/" + id, SizeIs(1))));
  }
  EXPECT_THAT(contents, SizeIs(7));
  const auto ids = served.EventIds();
  EXPECT_EQ(ids.at("stripe/acct_1/txn_1/gross"), 2) << "by both channels";
  EXPECT_EQ(ids.at("stripe/acct_1/po_1/initiated"), 2);
  served.Stop();
  const auto run = served.engine().RunToEnd({});
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->dead_letters, 0u);
  EXPECT_EQ(run->duplicates, 5u);
  const auto seller = served.engine().read_model().Project("S1");
  ASSERT_TRUE(seller.ok()) << seller.status();
  for (const auto& item : seller->breaks) EXPECT_NE(item.reason, "CONFLICTING_DUPLICATE");
}

TEST(IntakeTest, WebhookThenFileIsOneFact) {
  Served served = Stripe();
  for (const std::string& body : Hooks()) {
    EXPECT_EQ(PostTo(served.port(), kPath, body, StripeHeaders(body, kSecret)).status, 200);
  }
  EXPECT_EQ(served.Counted("taken"), 4);
  EXPECT_EQ(served.Ingest("list.json", kList, "acct_1").refusal, absl::OkStatus());
  ExpectOneFactEach(served);
}

TEST(IntakeTest, FileThenWebhookIsOneFact) {
  Served served = Stripe();
  EXPECT_EQ(served.Ingest("list.json", kList, "acct_1").refusal, absl::OkStatus());
  for (const std::string& body : Hooks()) {
    EXPECT_EQ(PostTo(served.port(), kPath, body, StripeHeaders(body, kSecret)).status, 200);
  }
  ExpectOneFactEach(served);
}

// Without its balance transaction, or where the account settles in another currency, nothing of a
// charge is guessed: it is kept, and the list brings it.
TEST(IntakeTest, ChargeThatDoesntTellEnoughIsKept) {
  Served served({EndpointOf("stripe", "acct_1", "", {kSecret})});
  const std::string charge = Hooks()[0];
  const std::string early =
      Event("evt_5", "charge.succeeded",
            R"({"id":"ch_1","object":"charge","amount":2000,"amount_captured":2000,)"
            R"("balance_transaction":null,"created":1772614790,"currency":"eur"})");
  for (const std::string& body : {charge, early}) {
    EXPECT_EQ(PostTo(served.port(), kPath, body, StripeHeaders(body, kSecret)).status, 200);
  }
  EXPECT_EQ(served.Counted("kept"), 2);
  EXPECT_THAT(served.warnings(), ElementsAre(HasSubstr("\"charge.succeeded\" is kept")))
      << "once for each type";
  EXPECT_THAT(served.EventIds(), IsEmpty());
  const base::Digest digest = base::Sha256(early);
  const runtime::SourceStore sources(served.data() + "/sources");
  EXPECT_TRUE(sources.Open(std::string(digest.view())).ok());
  EXPECT_EQ(served.Ingest("list.json", kList, "acct_1").refusal, absl::OkStatus());
  EXPECT_THAT(served.EventIds(), Contains(Pair("stripe/acct_1/txn_1/gross", 1)));
}

}  // namespace
}  // namespace tieout::intake
