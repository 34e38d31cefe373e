#include "engine/cli/webhooks.h"

#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "connectors/webhook/webhook.h"
#include "engine/base/text.h"
#include "engine/cli/configuration.h"
#include "engine/cli/suggest.h"
#include "engine/runtime/metrics.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

absl::StatusOr<const connectors::Webhooks*> ProviderOf(const WebhookSetting& setting) {
  const std::string provider = setting.name.substr(0, setting.name.find('/'));
  const connectors::Webhooks* const webhooks = connectors::FindWebhooks(provider);
  if (webhooks != nullptr) return webhooks;
  std::vector<std::string> known;
  std::string list;
  for (const auto* one : connectors::AllWebhooks()) {
    known.emplace_back(one->provider());
    list += fmt::format("{}{}", list.empty() ? "" : ", ", one->provider());
  }
  return base::InvalidArgument(
      fmt::format("{}: [webhooks.\"{}\"]: no provider whose webhooks are read{}; there are: {}. "
                  "Several accounts of one: [webhooks.\"stripe/north\"]",
                  setting.where, setting.name, DidYouMean(provider, known), list));
}

// What the account settles in, where [accounts] says that it is one currency.
std::string CurrencyOf(const Config& config, std::string_view provider,
                       const std::string& account) {
  for (const AccountSetting& setting : config.accounts) {
    if (setting.provider == provider && setting.merchant_account == account) {
      return setting.currency;
    }
  }
  return "";
}

absl::StatusOr<intake::Endpoint> EndpointOf(const Config& config, const WebhookSetting& setting) {
  const std::string where = fmt::format("{}: [webhooks.\"{}\"]", setting.where, setting.name);
  intake::Endpoint endpoint;
  endpoint.path = "/webhooks/" + setting.name;
  TIEOUT_ASSIGN_OR_RETURN(endpoint.webhooks, ProviderOf(setting));
  if (!absl::c_all_of(setting.name, [](unsigned char c) {
        return absl::ascii_isalnum(c) || c == '/' || c == '-' || c == '_' || c == '.';
      })) {
    return base::InvalidArgument(where + ": it names a path: letters, digits, '-', '_' and '.'");
  }
  if (setting.account.empty()) {
    return base::InvalidArgument(where +
                                 ": account is missing: whose webhooks are they, as files of that "
                                 "account name it: account = \"acct_1ABC\"");
  }
  endpoint.account = setting.account;
  endpoint.currency = CurrencyOf(config, endpoint.webhooks->provider(), setting.account);
  if (setting.secret.is_set()) {
    TIEOUT_ASSIGN_OR_RETURN(endpoint.keys.secrets, ReadSecrets(where, setting.secret));
  }
  endpoint.keys.url = setting.url;
  endpoint.keys.webhook_id = setting.webhook_id;
  endpoint.keys.folder = setting.keys;
  const absl::Status complete = endpoint.webhooks->CheckKeys(endpoint.keys);
  if (complete.ok()) return endpoint;
  return base::InvalidArgument(fmt::format("{}: {}", where, base::Message(complete)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<intake::Service>> StartWebhooks(Context& context,
                                                               runtime::Engine& engine) {
  const Config& config = context.config;
  if (config.webhooks.empty()) return nullptr;
  std::vector<intake::Endpoint> endpoints;
  for (const WebhookSetting& setting : config.webhooks) {
    TIEOUT_ASSIGN_OR_RETURN(endpoints.emplace_back(), EndpointOf(config, setting));
  }
  TIEOUT_RETURN_IF_ERROR(DeclareAccounts(context, engine));
  TIEOUT_RETURN_IF_ERROR(engine.Append({}));  // missed ticks stand before the first webhook
  return intake::Service::Start(config.webhook_options, std::move(endpoints), config.engine,
                                &engine.log(), engine.metrics().registry().get());
}

}  // namespace tieout::cli
