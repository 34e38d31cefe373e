// tieout pull: from a provider's API into the log.
#include "engine/pull/pull.h"

#include <chrono>
#include <map>
#include <thread>

#include "engine/base/day.h"
#include "engine/base/temporary_folder.h"
#include "engine/base/text.h"
#include "engine/cli/command.h"
#include "engine/cli/configuration.h"
#include "engine/cli/ingest_files.h"
#include "engine/cli/ingest_preview.h"
#include "engine/cli/open.h"
#include "engine/cli/show.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

using std::chrono::milliseconds;

struct PullOptions {
  std::string provider, account, seller, since;
  SecretSetting secret;
  std::string base_url;
  bool settle = true;
  bool dry_run = false;
};

runtime::IngestRequest RequestOf(const Context& context, const PullSetting& setting,
                                 const std::string& seller, const std::string& path,
                                 const runtime::Fetched& fetched) {
  SourceSetting source;
  source.connector = setting.provider;
  source.account = setting.merchant_account;
  source.seller = seller;
  runtime::IngestRequest request = RequestOf(context, path, source);
  request.fetched = fetched;
  return request;
}

class EngineTarget : public pull::Target {
 public:
  EngineTarget(const Context& context, runtime::Engine& engine, const PullSetting& setting,
               const std::string& seller)
      : context_(context), engine_(engine), setting_(setting), seller_(seller) {}

  absl::StatusOr<std::vector<runtime::PulledSource>> Pulled(std::string_view name) override {
    return engine_.Pulled(name);
  }
  absl::Status Take(const std::string& path, const runtime::Fetched& fetched) override {
    TIEOUT_ASSIGN_OR_RETURN(runtime::IngestReport report,
                            engine_.Ingest(RequestOf(context_, setting_, seller_, path, fetched)));
    absl::Status refusal;
    for (runtime::FileReport& one : report.files) {
      refusal.Update(one.refusal);
      report_.files.push_back(std::move(one));
    }
    return refusal;
  }
  const runtime::IngestReport& report() const { return report_; }

 private:
  const Context& context_;
  runtime::Engine& engine_;
  const PullSetting& setting_;
  const std::string& seller_;
  runtime::IngestReport report_;
};

class PreviewTarget : public pull::Target {
 public:
  PreviewTarget(const Context& context, runtime::IngestPreview& preview, const PullSetting& setting,
                const std::string& seller)
      : context_(context), preview_(preview), setting_(setting), seller_(seller) {}

  absl::StatusOr<std::vector<runtime::PulledSource>> Pulled(std::string_view name) override {
    return preview_.Pulled(name);
  }
  absl::Status Take(const std::string& path, const runtime::Fetched& fetched) override {
    return preview_.Take(RequestOf(context_, setting_, seller_, path, fetched));
  }

 private:
  const Context& context_;
  runtime::IngestPreview& preview_;
  const PullSetting& setting_;
  const std::string& seller_;
};

std::string NameOf(const PullSetting& setting) {
  return AccountName(setting.provider, setting.merchant_account);
}

// The first, where several are valid at once.
absl::StatusOr<std::string> SecretOf(const PullSetting& setting, const SecretSetting& secret,
                                     std::string_view what, std::string_view key) {
  const std::string where = fmt::format("[pulls.\"{}\"]", NameOf(setting));
  if (!secret.is_set()) {
    return base::FailedPrecondition(
        fmt::format("{}: no {}: say where it is with {}_file or {}_env", where, what, key, key));
  }
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<std::string> secrets,
                          ReadSecrets(fmt::format("{} {}", where, what), secret));
  return secrets.front();
}

absl::StatusOr<pull::Credential> CredentialOf(const pull::Provider& provider,
                                              const PullSetting& setting) {
  pull::Credential credential;
  credential.client_id = setting.client_id;
  const bool oauth =
      provider.auth == pull::Auth::kClientCredentials || provider.auth == pull::Auth::kRefreshToken;
  if (oauth && credential.client_id.empty()) {
    return base::FailedPrecondition(
        fmt::format("[pulls.\"{}\"]: no client_id: {} makes its access tokens for an application",
                    NameOf(setting), provider.name));
  }
  if (provider.auth == pull::Auth::kRefreshToken) {
    TIEOUT_ASSIGN_OR_RETURN(credential.refresh_token, SecretOf(setting, setting.refresh_token,
                                                               "refresh token", "refresh_token"));
    credential.refresh_token_file = setting.refresh_token.file;
  }
  if (provider.public_client && !setting.secret.is_set()) return credential;
  TIEOUT_ASSIGN_OR_RETURN(credential.secret, SecretOf(setting, setting.secret, "secret", "secret"));
  return credential;
}

pull::Fetcher::Address AddressOf(const pull::Provider& provider, const PullSetting& setting) {
  pull::Fetcher::Address address;
  address.base =
      setting.base_url.empty() ? provider.base_url(setting.merchant_account) : setting.base_url;
  while (address.base.ends_with('/')) address.base.pop_back();
  address.token = !setting.token_url.empty() ? setting.token_url : std::string(provider.token_url);
  if (address.token.starts_with('/')) address.token = address.base + address.token;
  address.per_second =
      setting.per_second > 0 ? static_cast<double>(setting.per_second) : provider.per_second;
  address.key = NameOf(setting);
  return address;
}

// What was pulled of a stream, for people.
void PrintStreams(Context& context, const runtime::IngestReport& report) {
  struct Sum {
    uint64_t sources = 0, rows = 0, events = 0, set_aside = 0;
    int64_t until_us = 0;
  };
  std::map<std::string, Sum> streams;
  for (const runtime::FileReport& file : report.files) {
    if (!file.refusal.ok() || file.skipped) continue;
    Sum& sum = streams[file.file.substr(0, file.file.find(' '))];
    ++sum.sources;
    sum.rows += file.rows;
    sum.events += file.events;
    sum.set_aside += file.quarantined;
    for (const auto& account : file.accounts) {
      sum.until_us = std::max(sum.until_us, account.coverage_to_us);
    }
  }
  Table table({{"stream", "Pulled", Align::kLeft, 60},
               {"sources", "Sources", Align::kRight},
               {"rows", "Rows", Align::kRight},
               {"events", "Events", Align::kRight},
               {"quarantined", "Set aside", Align::kRight},
               {"until", "Seen until"}});
  for (const auto& [name, sum] : streams) {
    table.Add({name.substr(name.find(':') + 1), Grouped(sum.sources), Grouped(sum.rows),
               Grouped(sum.events),
               Cell(Grouped(sum.set_aside), sum.set_aside > 0 ? Style::kBad : Style::kPlain),
               sum.until_us == 0 ? "" : base::FormatInstant(sum.until_us / 1'000'000 * 1'000'000)});
  }
  if (!table.empty()) context.Print(table);
  for (const runtime::FileReport& file : report.files) {
    if (!file.skipped) PrintIngestNotes(context, file);
  }
}

class Pulling {
 public:
  Pulling(Context& context, const PullOptions& options, const pull::Provider& provider,
          const PullSetting& setting)
      : context_(context), options_(options), provider_(provider), setting_(setting) {}

  // What went wrong is in `trouble`; what came before it stands.
  absl::Status Into(pull::Target& target, absl::Status* trouble) {
    TIEOUT_ASSIGN_OR_RETURN(pull::Credential credential, CredentialOf(provider_, setting_));
    TIEOUT_ASSIGN_OR_RETURN(const std::string scratch, scratch_.Path());
    pull::Fetcher fetcher(provider_, AddressOf(provider_, setting_), std::move(credential),
                          [this](milliseconds pause) { Wait(pause); });
    Progress progress("pulling " + NameOf(setting_), "rows", context_.err_terminal, context_.err);
    pull::PullRequest request;
    request.account = setting_.merchant_account;
    if (const auto day = base::ParseDay(setting_.since)) request.first_us = day->start_us();
    if (const auto day = base::ParseDay(options_.since)) {
      request.first_us = request.again_us = day->start_us();
    }
    request.first_report = setting_.first_report;
    request.scratch = scratch;
    request.clock = context_.config.engine.clock;
    request.progress = [&](std::string_view, uint64_t rows) { progress.Update(rows, 0); };
    pull::Pull pull(provider_, &fetcher, &target, std::move(request));
    *trouble = pull.Run();
    counts_ = fetcher.counts();
    return absl::OkStatus();
  }

  // "stripe/acct_1: 12 requests, 2 of them again (3 s waited)".
  std::string Counts() const {
    std::string text = fmt::format("{}: {} requests", NameOf(setting_), counts_.requests);
    if (counts_.repeated == 0) return text;
    return text + fmt::format(", {} of them tried again after {:.1f} s of waiting",
                              counts_.repeated, static_cast<double>(counts_.waited.count()) / 1e3);
  }

 private:
  void Wait(milliseconds pause) {
    if (pause >= std::chrono::seconds(5)) {
      context_.err << fmt::format("{}: asking again in {} s\n", provider_.name,
                                  std::chrono::ceil<std::chrono::seconds>(pause).count())
                   << std::flush;
    }
    std::this_thread::sleep_for(pause);
  }

  Context& context_;
  const PullOptions& options_;
  const pull::Provider& provider_;
  const PullSetting& setting_;
  base::TemporaryFolder scratch_{"pull"};
  pull::FetchCounts counts_;
};

absl::StatusOr<ExitCode> PullAccount(Context& context, const PullOptions& options,
                                     const pull::Provider& provider, const PullSetting& setting) {
  Pulling pulling(context, options, provider, setting);
  absl::Status trouble;
  if (options.dry_run) {
    return Preview(context, [&](runtime::IngestPreview& preview) -> absl::Status {
      PreviewTarget target(context, preview, setting, options.seller);
      TIEOUT_RETURN_IF_ERROR(pulling.Into(target, &trouble));
      return trouble;
    });
  }
  TIEOUT_ASSIGN_OR_RETURN(auto engine, OpenEngine(context));
  TIEOUT_RETURN_IF_ERROR(DeclareAccounts(context, *engine));
  EngineTarget target(context, *engine, setting, options.seller);
  TIEOUT_RETURN_IF_ERROR(pulling.Into(target, &trouble));
  if (options.settle && trouble.ok()) TIEOUT_RETURN_IF_ERROR(engine->Settle());
  if (context.format == Format::kTable) {
    PrintStreams(context, target.report());
    context.out << pulling.Counts() << '\n';
  } else {
    context.Print(IngestTable(target.report(), true));
  }
  if (!trouble.ok()) {
    return absl::Status(trouble.code(),
                        fmt::format("{}\n{}; what was taken stays, and the next pull goes on "
                                    "behind it",
                                    base::Message(trouble), pulling.Counts()));
  }
  return VerdictOf(target.report());
}

absl::StatusOr<std::vector<PullSetting>> SettingsOf(const Context& context,
                                                    const PullOptions& options) {
  std::vector<PullSetting> settings;
  for (const PullSetting& one : context.config.pulls) {
    if (one.provider != options.provider) continue;
    if (options.account.empty() || one.merchant_account == options.account) settings.push_back(one);
  }
  if (settings.empty() && options.account.empty()) {
    return base::FailedPrecondition(
        fmt::format("no account of {0} to pull: name it with --account ID, and in tieout.toml\n"
                    "  [pulls.\"{0}/ID\"]\n  secret_file = \"...\"",
                    options.provider));
  }
  if (settings.empty()) {
    PullSetting& one = settings.emplace_back();
    one.provider = options.provider;
    one.merchant_account = options.account;
  }
  for (PullSetting& one : settings) {
    if (options.secret.is_set()) one.secret = options.secret;
    if (!options.base_url.empty()) one.base_url = options.base_url;
  }
  return settings;
}

absl::StatusOr<ExitCode> RunPull(Context& context, const PullOptions& options) {
  const pull::Provider* provider = pull::FindProvider(options.provider);
  if (provider == nullptr) {
    std::string known;
    for (const pull::Provider* one : pull::AllProviders()) known += fmt::format(" {}", one->name);
    return base::InvalidArgument(fmt::format("nothing is pulled from {}; there are:{}",
                                             base::Quoted(options.provider), known));
  }
  if (!options.since.empty() && !base::ParseDay(options.since)) {
    return base::InvalidArgument(
        fmt::format("--since {}: is no day like 2026-01-01", base::Quoted(options.since)));
  }
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<PullSetting> settings, SettingsOf(context, options));
  ExitCode verdict = ExitCode::kOk;
  for (const PullSetting& setting : settings) {
    const absl::StatusOr<ExitCode> code = PullAccount(context, options, *provider, setting);
    if (!code.ok() && settings.size() == 1) return code.status();
    if (!code.ok()) {  // the others go on
      context.err << context.err_terminal.Paint(Style::kBad, "tieout:") << ' '
                  << base::Message(code.status()) << '\n';
    }
    const ExitCode one = code.ok() ? *code : ExitCodeOf(code.status());
    const bool worse = verdict == ExitCode::kFound && one != ExitCode::kOk;
    if (verdict == ExitCode::kOk || worse) verdict = one;
  }
  return verdict;
}

}  // namespace

void AddPull(Command app, Invocation& invocation) {
  const Command command = app.AddCommand("pull", "from a provider's API into the log");
  auto options = std::make_shared<PullOptions>();
  std::string known;
  for (const pull::Provider* one : pull::AllProviders()) {
    known += fmt::format("{}{}", known.empty() ? "" : ", ", one->name);
  }
  command.AddOption("PROVIDER", options->provider, known).Required();
  command.AddOption("--account", options->account, "one account [all that tieout.toml pulls]")
      .TypeName("ID");
  command.AddOption("--seller", options->seller, "owner of an account the log doesn't know yet")
      .TypeName("ID");
  command
      .AddOption("--since", options->since,
                 "from this day on (UTC), whatever was pulled before; needed the first time")
      .TypeName("DAY");
  const Argument file =
      command.AddOption("--secret-file", options->secret.file, "file with the API key or token")
          .TypeName("FILE");
  command.AddOption("--secret-env", options->secret.environment, "environment variable with it")
      .TypeName("NAME")
      .Excludes(file);
  command.AddOption("--base-url", options->base_url, "another address of the API, a sandbox's")
      .TypeName("URL");
  command.AddFlag("--dry-run", options->dry_run,
                  "fetch, show what would be written, and write nothing; jsonl: the events");
  command.AddFlag("!--no-settle", options->settle, "more is on its way: don't judge absences yet");
  AddFormat(command, invocation);
  command.Footer(
      "Examples:\n"
      "  tieout pull stripe --account acct_1ABC --seller mill-lane-pottery \\\n"
      "    --secret-file /etc/tieout/stripe-key --since 2026-01-01\n"
      "  tieout pull stripe --config tieout.toml\n"
      "with, in tieout.toml,\n"
      "  [pulls.\"stripe/acct_1ABC\"]\n"
      "  secret_file = \"stripe-key\"\n"
      "  since = 2026-01-01\n"
      "OAuth (paypal, ebay, etsy): client_id beside it; ebay and etsy: refresh_token_file too. "
      "adyen:\n"
      "first_report, the first settlement batch. `tieout help config` lists all of pulls.*.\n"
      "What was pulled is told by the log: the next pull goes on where this one ended, also after "
      "a\n"
      "crash, and reads a little again, which counts nothing twice. Too many requests, a "
      "provider's\n"
      "errors and a bad line are waited out, eight times at most for one request; exit code 5 "
      "then\n"
      "says to try again later. Secrets come from files or the environment and go nowhere else.");
  command.OnUse([options, &invocation] {
    invocation.run = [options](Context& context) { return RunPull(context, *options); };
  });
}

}  // namespace tieout::cli
