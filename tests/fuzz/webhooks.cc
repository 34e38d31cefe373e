// A fuzz target: any bytes as the body of each provider's webhooks. Nothing is genuine, every
// reading ends in one outcome, and each event can be written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "connectors/webhook/webhook.h"
#include "tests/fuzz/checking_sink.h"

namespace tieout::connectors {
namespace {

std::string Trouble(const Webhooks& webhooks, std::string_view body) {
  using Became = Webhooks::Became;
  const webhook::Request request{body, [](std::string_view name) {
                                   return name == "X-Shopify-Topic" ? std::string("orders/paid")
                                                                    : std::string("t=1,v1=00");
                                 }};
  if (webhooks.Check(request, {{"00"}, "u", "w", "/nowhere"}, 1'000'000).ok()) {
    return "believed without a signature";
  }
  Context context;
  context.file_name = "webhook";
  context.sha256 = std::string(32, 'h');
  context.merchant_account = "A1";
  context.currency = "EUR";
  CheckingSink sink;
  const auto told = webhooks.Read(request, context, sink);
  if (!sink.trouble.empty()) return sink.trouble;
  if (!told.ok()) return told.status().message().empty() ? "refused without a word" : "";
  if ((told->became == Became::kEvents) != (sink.events > 0)) return "events or not?";
  const bool needs_why = told->became == Became::kUnreadable || told->became == Became::kKept;
  return needs_why && told->why.empty() ? "kept without a reason" : "";
}

}  // namespace
}  // namespace tieout::connectors

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  for (const auto* webhooks : tieout::connectors::AllWebhooks()) {
    const std::string trouble =
        tieout::connectors::Trouble(*webhooks, {reinterpret_cast<const char*>(data), size});
    if (trouble.empty()) continue;
    std::fprintf(stderr, "%s: %s\n", std::string(webhooks->provider()).c_str(), trouble.c_str());
    std::abort();
  }
  return 0;
}
