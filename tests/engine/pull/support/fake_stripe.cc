#include "tests/engine/pull/support/fake_stripe.h"

#include <cstdlib>

#include "fmt/format.h"

namespace tieout::pull {
namespace {

std::string Parameter(const FakeProvider::Request& request, const std::string& name) {
  const auto found = request.parameters.find(name);
  return found == request.parameters.end() ? "" : found->second;
}

}  // namespace

FakeProvider::Reply FakeStripe::operator()(const FakeProvider::Request& request) const {
  const auto authorization = request.headers.find("Authorization");
  if (authorization == request.headers.end() || authorization->second != "Bearer " + key) {
    // As an API might that isn't careful.
    return {401, R"({"error":{"message":"Invalid API Key provided: )" +
                     (authorization == request.headers.end() ? "" : authorization->second) +
                     "\"}}"};
  }
  const bool transactions = request.path == "/v1/balance_transactions";
  if (!transactions && request.path != "/v1/payouts") return {404, R"({"error":{}})"};
  const std::vector<Row>& rows = transactions ? balance_transactions : payouts;
  const std::string from = Parameter(request, "created[gte]");
  const std::string to = Parameter(request, "created[lt]");
  const std::string payout = Parameter(request, "payout");
  const std::string after = Parameter(request, "starting_after");
  std::string data;
  size_t found = 0;
  bool begun = after.empty();
  bool more = false;
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (!from.empty() && row->created < std::atoll(from.c_str())) continue;
    if (!to.empty() && row->created >= std::atoll(to.c_str())) continue;
    if (!payout.empty() && row->payout != payout) continue;
    if (!begun) {
      begun = row->id == after;
      continue;
    }
    if (found == page_size) {
      more = true;
      break;
    }
    data += (found++ == 0 ? "\n    " : ",\n    ") + row->json;
  }
  if (!begun) return {400, R"({"error":{"message":"No such cursor"}})"};
  return {200, fmt::format("{{\n  \"object\": \"list\",\n  \"data\": [{}],\n  \"has_more\": {},\n"
                           "  \"url\": \"{}\"\n}}\n",
                           data, more, request.path)};
}

void FakeStripe::AddCharge(const std::string& id, int64_t created, int64_t amount,
                           const std::string& payout) {
  balance_transactions.push_back(
      {id, created, payout,
       fmt::format(
           R"({{"id":"{0}","object":"balance_transaction","amount":{1},"available_on":{2},"created":{2},)"
           R"("currency":"eur","fee":0,"net":{1},"reporting_category":"charge","type":"charge",)"
           R"("status":"available","source":{{"id":"ch_{0}","object":"charge","amount":{1},"currency":"eur"}}}})",
           id, amount, created)});
}

void FakeStripe::AddPayout(const std::string& id, int64_t created, int64_t amount,
                           const std::string& reconciliation) {
  const std::string object = fmt::format(
      R"({{"id":"{}","object":"payout","amount":{},"arrival_date":{},"automatic":true,"created":{},)"
      R"("currency":"eur","method":"standard","reconciliation_status":"{}","status":"paid",)"
      R"("trace_id":{{"status":"pending","value":null}}}})",
      id, amount, created + 86'400, created, reconciliation);
  payouts.push_back({id, created, "", object});
  balance_transactions.push_back(
      {"txn_" + id, created, id,
       fmt::format(
           R"({{"id":"txn_{}","object":"balance_transaction","amount":{},"available_on":{},"created":{},)"
           R"("currency":"eur","fee":0,"net":{},"reporting_category":"payout","type":"payout",)"
           R"("status":"available","source":{}}})",
           id, -amount, created, created, -amount, object)});
}

}  // namespace tieout::pull
