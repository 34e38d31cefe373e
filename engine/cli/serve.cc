// tieout serve: fold, commit and tick until told to stop; metrics and the read
// API over HTTP; webhooks in.
#include <atomic>

#include "engine/cli/command.h"
#include "engine/cli/open.h"
#include "engine/cli/stop_signal.h"
#include "engine/cli/webhooks.h"
#include "engine/query/http_server.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

absl::StatusOr<ExitCode> RunServe(Context& context, const std::string& listen) {
  TIEOUT_ASSIGN_OR_RETURN(auto engine, OpenEngine(context));
  if (engine->remote()) {
    return base::FailedPrecondition(
        fmt::format("{} is served already by another process: stop it first, "
                    "or use its HTTP",
                    context.config.engine.data_dir));
  }
  const std::atomic<bool>& stop = StopRequested();
  TIEOUT_ASSIGN_OR_RETURN(auto http,
                          query::HttpServer::Start(listen.empty() ? context.config.listen : listen,
                                                   &engine->read_model(), &engine->metrics()));
  context.out << fmt::format("http://127.0.0.1:{}/metrics, /healthz, /readyz, /v1/breaks\n",
                             http->port())
              << std::flush;
  TIEOUT_ASSIGN_OR_RETURN(auto webhooks, StartWebhooks(context, *engine));
  if (webhooks != nullptr) {
    for (const WebhookSetting& webhook : context.config.webhooks) {
      context.out << fmt::format("webhooks: port {}, /webhooks/{}\n", webhooks->port(),
                                 webhook.name);
    }
    context.out << std::flush;
  }
  TIEOUT_ASSIGN_OR_RETURN(const runtime::RunReport report,
                          engine->Serve(stop, [&]() -> absl::Status {
                            context.out << "ready\n" << std::flush;
                            return absl::OkStatus();
                          }));
  webhooks.reset();
  context.out << fmt::format("stopped: {} events folded, {} records, {} checkpoints\n",
                             Grouped(report.events), Grouped(report.records),
                             Grouped(report.checkpoints));
  return ExitCode::kOk;
}

}  // namespace

void AddServe(Command app, Invocation& invocation) {
  const Command command =
      app.AddCommand("serve", "fold as events come; metrics and JSON over HTTP; webhooks in");
  auto listen = std::make_shared<std::string>();
  command.AddOption("--listen", *listen, "loopback address and port [127.0.0.1:9464]")
      .TypeName("HOST:PORT");
  command.Footer(
      "Other commands on the same --data go through it. SIGTERM drains, commits and checkpoints.\n"
      "On Kafka several share the partitions, each with a `slot` and --data of its own: the others "
      "take\n"
      "those of one that stops at once, and of one that was killed when kafka.session.timeout.ms "
      "(20 s)\n"
      "has passed.\n"
      "Webhooks come in at an address of their own, POST /webhooks/stripe, once tieout.toml says\n"
      "whose they are and where their secret is; a proxy in front speaks TLS:\n"
      "  [webhooks]\n"
      "  listen = \"127.0.0.1:9465\"\n"
      "  [webhooks.stripe]\n"
      "  account = \"acct_1ABC\"\n"
      "  secret_file = \"stripe-webhook.secret\"\n"
      "What is answered 200 is durable, as log.fsync says. With the account's `currency` in\n"
      "[accounts] Stripe's charges count at once, else with the next pull. `tieout help config` "
      "lists\n"
      "the other providers' settings.\n"
      "Example:\n  tieout serve --listen 127.0.0.1:9464\n  curl -s "
      "localhost:9464/v1/breaks");
  command.OnUse([listen, &invocation] {
    invocation.run = [listen](Context& context) { return RunServe(context, *listen); };
  });
}

}  // namespace tieout::cli
