#include "engine/runtime/ingest_file.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "connectors/registry.h"
#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/ledger/bank_account.h"
#include "engine/ledger/money.h"
#include "engine/runtime/quarantine.h"
#include "fmt/format.h"

namespace tieout::runtime {
namespace {

using connectors::Summary;
using Phase = ledger::SourceReport::Phase;

constexpr size_t kFirstQuarantined = 20;
constexpr size_t kNoOpReasons = 20;

// Tells how far a pass is; the survey and the appending each read the whole source.
class CountedInput : public connectors::InputStream {
 public:
  CountedInput(connectors::InputStream* in, const IngestRequest& request, IngestProgress* progress)
      : in_(in), request_(request), progress_(progress) {}
  absl::StatusOr<size_t> Read(char* buffer, size_t size) override {
    TIEOUT_ASSIGN_OR_RETURN(const size_t n, in_->Read(buffer, size));
    progress_->bytes_done += n;
    if (request_.progress) request_.progress(*progress_);
    return n;
  }

 private:
  connectors::InputStream* const in_;
  const IngestRequest& request_;
  IngestProgress* const progress_;
};

class AppendingSink : public connectors::Sink {
 public:
  AppendingSink(Appender* appender, Quarantine* quarantine, IngestProgress* progress,
                FileReport* report)
      : appender_(appender), quarantine_(quarantine), progress_(progress), report_(report) {}

  absl::Status OnEvent(const ledger::Event& event) override {
    ++progress_->rows;
    return appender_->Add(event);
  }
  absl::Status OnNoOp(uint64_t, std::string_view why) override {
    const auto known = report_->noop_reasons.find(why);
    if (known != report_->noop_reasons.end()) {
      ++known->second;
    } else if (report_->noop_reasons.size() < kNoOpReasons) {
      report_->noop_reasons.emplace(why, 1);
    }
    return absl::OkStatus();
  }
  absl::Status OnQuarantined(const connectors::Quarantined& row) override {
    if (report_->first_quarantined.size() < kFirstQuarantined) {
      report_->first_quarantined.push_back(
          {row.line, std::string(row.field), std::string(row.value), std::string(row.reason)});
    }
    return quarantine_->Add(row);
  }

 private:
  Appender* const appender_;
  Quarantine* const quarantine_;
  IngestProgress* const progress_;
  FileReport* const report_;
};

connectors::Context ContextOf(const SourceHints& hints, const std::string& name) {
  connectors::Context context;
  context.file_name = name;
  const auto option = [&](const char* key, std::string* field) {
    if (auto it = hints.connector_options.find(key); it != hints.connector_options.end()) {
      *field = it->second;
    }
  };
  option("account", &context.merchant_account);
  option("currency", &context.currency);
  option("time_zone", &context.time_zone);
  option("profile", &context.profile);
  return context;
}

// Only from the file's own folder downwards: who may drop a file may not read others by it.
absl::StatusOr<std::string> KeepBeside(const SourceStore& sources, const std::string& file,
                                       const std::string& path) {
  const std::filesystem::path beside(path);
  const bool leaves =
      beside.is_absolute() || std::find(beside.begin(), beside.end(), "..") != beside.end();
  if (leaves) {
    return base::InvalidArgument(
        "is not below this file's folder: put it there, and say its path from there");
  }
  const std::filesystem::path whole = std::filesystem::path(file).parent_path() / beside;
  std::error_code error;
  if (!std::filesystem::is_regular_file(whole, error)) {
    return base::NotFound(fmt::format("is no file: {} is not there", whole.string()));
  }
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<SourceStore::Kept> kept, sources.Put(whole.string()));
  if (kept.size() != 1 || !kept.front().member.empty() || !kept.front().broken.ok()) {
    return base::InvalidArgument("is an archive of files: unpack it, and name the one");
  }
  return kept.front().sha256;
}

std::string AccountName(const connectors::AccountSummary& account) {
  return account.provider + "/" + account.merchant_account;
}

std::string SumText(ledger::WideMinor sum, const std::string& currency) {
  const auto narrow = ledger::Narrow(sum);
  return narrow ? ledger::FormatMoney(*narrow, currency) : "a sum beyond 64 bits";
}

void Fill(const Summary& summary, FileReport* report) {
  report->rows = summary.rows;
  report->events = summary.events;
  report->known_noops = summary.no_ops;
  report->quarantined = summary.quarantined;
  for (size_t i = 0; i < summary.accounts.size(); ++i) {
    const auto& account = summary.accounts[i];
    AccountReport& out = report->accounts.at(i);
    out.rows = account.rows;
    out.events = account.events;
    out.total = ledger::Narrow(account.total).value_or(0);
    out.coverage_from_us = account.coverage_from_us;
    out.coverage_to_us = account.coverage_to_us;
    out.opening = account.opening;
    out.closing = account.closing;
    if (account.stated_total) out.stated_total = ledger::Narrow(*account.stated_total);
    if (account.stated_total && *account.stated_total != account.total) {
      report->warnings.push_back(fmt::format(
          "{}: account {}: the rows sum to {}, the file says {}: rows are missing or doubled",
          report->file, AccountName(account), SumText(account.total, account.currency),
          SumText(*account.stated_total, account.currency)));
    }
  }
  for (const auto& note : summary.notes) {
    report->warnings.push_back(
        note.line == 0
            ? fmt::format("{}: {}: {}", report->file, note.code, note.text)
            : fmt::format("{}:{}: {}: {}", report->file, note.line, note.code, note.text));
  }
}

absl::StatusOr<std::string> OwnerFor(const IngestRequest& request, const SourceHints& hints,
                                     const connectors::AccountSummary& account,
                                     const std::string& file) {
  const std::string name = AccountName(account);
  if (auto it = request.owners.find(name); it != request.owners.end()) return it->second;
  if (!hints.seller.empty()) return hints.seller;
  return base::FailedPrecondition(
      fmt::format("{}: nobody has said whose account {} is: name its owner with --seller ID, or in "
                  "tieout.toml:\n  [accounts.\"{}\"]\n  seller = \"...\"",
                  file, name, name));
}

// Else one account's money counts under two names.
absl::Status CheckIsNew(const IngestRequest& request, const matching::AccountDirectory& known,
                        const connectors::AccountSummary& account, std::string_view owner,
                        const std::string& file) {
  const std::string name = AccountName(account);
  if (account.provider != ledger::kBankProvider || request.owners.contains(name)) {
    return absl::OkStatus();
  }
  for (const std::string& other : known.Of(ledger::kBankProvider)) {
    if (!ledger::MayBeOneBankAccount(other, account.merchant_account) ||
        known.OwnerOn({account.provider, other, ""}, base::Day{INT32_MAX}) != owner) {
      continue;
    }
    return base::FailedPrecondition(fmt::format(
        "{}: bank account {} looks like {}, which the log knows: as two accounts its money would "
        "count twice. Say in tieout.toml that they are one:\n  [accounts.\"bank/{}\"]\n  seller = "
        "\"{}\"\n  also = [\"{}\"]\nor that they are not:\n  [accounts.\"{}\"]\n  seller = \"...\"",
        file, account.merchant_account, other, other, owner, account.merchant_account, name));
  }
  return absl::OkStatus();
}

absl::StatusOr<const connectors::Connector*> Named(const std::string& name) {
  const connectors::Connector* named = connectors::Find(name);
  if (named != nullptr) return named;
  std::string known;
  for (const auto* one : connectors::All()) known += fmt::format(" {}", one->name());
  return base::InvalidArgument(fmt::format("no connector \"{}\"; there are:{}", name, known));
}

}  // namespace

// A source that was read once, and nothing of it written.
struct FileIngest::Surveyed {
  const connectors::Connector* connector = nullptr;
  connectors::Context context;
  Summary survey;
  std::vector<std::string> undeclared;  // owners of the survey's accounts; empty: known to the log
};

FileIngest::FileIngest(Appender* appender, const LogIndex* index, SourceStore* sources,
                       Settings settings)
    : appender_(appender), index_(index), sources_(sources), settings_(std::move(settings)) {}

absl::Status FileIngest::Take(const IngestRequest& request, const std::string& file,
                              const OnReport& on_report) {
  const auto kept = sources_->Put(file);
  if (absl::IsUnavailable(kept.status())) return kept.status();
  if (!kept.ok()) {
    FileReport report;
    report.file = file;
    report.refusal = kept.status();
    return on_report(std::move(report));
  }
  for (const SourceStore::Kept& source : *kept) {
    TIEOUT_ASSIGN_OR_RETURN(FileReport report, TakeSource(request, file, source));
    TIEOUT_RETURN_IF_ERROR(on_report(std::move(report)));
  }
  return absl::OkStatus();
}

absl::StatusOr<FileReport> FileIngest::TakeSource(const IngestRequest& request,
                                                  const std::string& file,
                                                  const SourceStore::Kept& kept) {
  FileReport report;
  report.file = kept.member.empty() ? file : fmt::format("{}:{}", file, kept.member);
  if (request.fetched) report.file = request.fetched->name;
  report.refusal = kept.broken;
  report.sha256 = base::HexEncode(kept.sha256);
  report.skipped = report.refusal.ok() && index_->IsClosed(kept.sha256);
  if (!report.refusal.ok() || report.skipped) return report;
  const SourceHints hints = request.member_hints && !kept.member.empty()
                                ? request.member_hints(file, kept.member)
                                : request.hints;
  // Both passes read what was kept, so a file that changes meanwhile can't make them differ.
  IngestProgress progress;
  progress.file = report.file;
  progress.bytes_total = kept.bytes * 2;
  auto surveyed = Survey(request, hints, file, kept, &progress, &report);
  if (!surveyed.ok()) {
    report.refusal = surveyed.status();
    return report;
  }
  const auto& [connector, context, survey, undeclared] = *surveyed;
  TIEOUT_RETURN_IF_ERROR(settings_.before_first_append());
  report.refusal = DeclareAccounts(survey, undeclared);
  if (absl::IsInvalidArgument(report.refusal)) return report;  // no name for an owner
  TIEOUT_RETURN_IF_ERROR(report.refusal);
  TIEOUT_RETURN_IF_ERROR(AppendReports(*connector, context, survey, Phase::kOpened));
  Quarantine quarantine(settings_.quarantine_directory, report.sha256);
  AppendingSink sink(appender_, &quarantine, &progress, &report);
  TIEOUT_ASSIGN_OR_RETURN(auto second_pass, sources_->Open(kept.sha256));
  CountedInput counted_second(second_pass.get(), request, &progress);
  TIEOUT_ASSIGN_OR_RETURN(Summary summary, connector->Parse(counted_second, context, sink));
  ReportTheQuiet(request, &summary);
  TIEOUT_RETURN_IF_ERROR(appender_->Flush());
  TIEOUT_RETURN_IF_ERROR(quarantine.Close());
  // All rows are durable. One append for all accounts: a closed report means a whole file.
  TIEOUT_RETURN_IF_ERROR(AppendReports(*connector, context, summary, Phase::kClosed));
  Fill(summary, &report);
  if (report.quarantined > 0) report.quarantine_file = quarantine.path();
  return report;
}

absl::StatusOr<FileIngest::Surveyed> FileIngest::Survey(
    const IngestRequest& request, const SourceHints& hints, const std::string& file,
    const SourceStore::Kept& kept, IngestProgress* progress, FileReport* report) const {
  Surveyed out;
  if (!hints.connector.empty()) {
    TIEOUT_ASSIGN_OR_RETURN(out.connector, Named(hints.connector));
  } else {
    TIEOUT_ASSIGN_OR_RETURN(auto in, sources_->Open(kept.sha256));
    connectors::PeekInput peek(*in);
    TIEOUT_ASSIGN_OR_RETURN(const std::string_view head, peek.Peek(connectors::kDetectBytes));
    TIEOUT_ASSIGN_OR_RETURN(out.connector, connectors::Detect(report->file, head));
  }
  report->connector = out.connector->name();
  out.context = ContextOf(hints, report->file);
  out.context.same_as = request.same_as;
  out.context.beside = [sources = sources_, file](const std::string& path) {
    return KeepBeside(*sources, file, path);
  };
  if (request.fetched) {
    out.context.as_of_us = request.fetched->as_of_us;
    out.context.coverage_from_us = request.fetched->from_us;
    out.context.coverage_to_us = request.fetched->to_us;
  }
  TIEOUT_ASSIGN_OR_RETURN(auto first_pass, sources_->Open(kept.sha256));
  CountedInput counted_first(first_pass.get(), request, progress);
  TIEOUT_ASSIGN_OR_RETURN(out.survey,
                          connectors::Survey(*out.connector, counted_first, out.context));
  ReportTheQuiet(request, &out.survey);
  out.context.sha256 = kept.sha256;
  out.context.as_of_us = out.survey.as_of_us;
  for (const auto& account : out.survey.accounts) {  // a sum beyond 64 bits
    std::string id;
    TIEOUT_RETURN_IF_ERROR(connectors::SourceReportOf(*out.connector, out.context, out.survey,
                                                      account, Phase::kClosed, &id)
                               .status());
  }
  TIEOUT_ASSIGN_OR_RETURN(out.undeclared, FindOwners(request, hints, out.survey, report));
  return out;
}

// "pull:stripe/acct_1/payouts …" -> "pull:stripe/acct_1/".
std::string_view PulledAccount(std::string_view name) {
  return name.substr(0, name.find('/', name.find('/') + 1) + 1);
}

// Adds the accounts that a pull asked about and nothing moved in, known from any of its streams.
void FileIngest::ReportTheQuiet(const IngestRequest& request, Summary* summary) const {
  if (!request.fetched || request.fetched->to_us == 0) return;
  for (const PulledSource& known : index_->Pulled(PulledAccount(request.fetched->name))) {
    const bool has_rows =
        std::any_of(summary->accounts.begin(), summary->accounts.end(), [&](const auto& account) {
          return account.provider == known.provider && account.currency == known.currency &&
                 account.merchant_account == known.merchant_account;
        });
    if (has_rows) continue;
    connectors::AccountSummary& quiet = summary->accounts.emplace_back();
    quiet.provider = known.provider;
    quiet.merchant_account = known.merchant_account;
    quiet.currency = known.currency;
    quiet.coverage_from_us = request.fetched->from_us;
    quiet.coverage_to_us = request.fetched->to_us;
  }
}

// Nothing is appended before all owners are known. Returns whose accounts are to be declared.
absl::StatusOr<std::vector<std::string>> FileIngest::FindOwners(const IngestRequest& request,
                                                                const SourceHints& hints,
                                                                const Summary& survey,
                                                                FileReport* report) const {
  std::vector<std::string> undeclared(survey.accounts.size());
  std::set<std::string> declared;
  for (size_t i = 0; i < survey.accounts.size(); ++i) {
    const auto& account = survey.accounts[i];
    AccountReport& out = report->accounts.emplace_back();
    out.provider = account.provider;
    out.merchant_account = account.merchant_account;
    out.currency = account.currency;
    const ledger::AccountRef ref{account.provider, account.merchant_account, account.currency};
    const int64_t known_from =
        account.coverage_to_us > 0 ? account.coverage_to_us - 1 : settings_.now_us;
    out.owner = index_->accounts().OwnerOn(ref, base::DayOf(known_from));
    if (!out.owner.empty()) continue;
    auto owner = OwnerFor(request, hints, account, report->file);
    if (!owner.ok() && !settings_.owners_needed) continue;
    TIEOUT_ASSIGN_OR_RETURN(out.owner, std::move(owner));
    if (!declared.insert(AccountName(account)).second) continue;
    TIEOUT_RETURN_IF_ERROR(
        CheckIsNew(request, index_->accounts(), account, out.owner, report->file));
    out.declared = true;
    undeclared[i] = out.owner;
  }
  return undeclared;
}

absl::Status FileIngest::DeclareAccounts(const Summary& survey,
                                         const std::vector<std::string>& undeclared) {
  std::vector<std::string> ids;
  std::vector<ledger::Event> events;
  ids.reserve(survey.accounts.size());  // the events' views stay valid
  for (size_t i = 0; i < survey.accounts.size(); ++i) {
    if (undeclared[i].empty()) continue;
    const auto& account = survey.accounts[i];
    ids.push_back(
        ledger::MakeEventId(account.provider, account.merchant_account, "account", undeclared[i]));
    ledger::Event event;
    event.event_id = ids.back();
    event.account = {account.provider, account.merchant_account, ""};
    event.occurred_at_us = settings_.now_us;
    ledger::AccountOpened opened;
    opened.owner = undeclared[i];
    event.body = opened;
    events.push_back(std::move(event));
  }
  return events.empty() ? absl::OkStatus() : appender_->AppendConfig(events);
}

absl::Status FileIngest::AppendReports(const connectors::Connector& connector,
                                       const connectors::Context& context, const Summary& summary,
                                       Phase phase) {
  for (const auto& account : summary.accounts) {
    std::string id;
    TIEOUT_ASSIGN_OR_RETURN(
        const ledger::Event event,
        connectors::SourceReportOf(connector, context, summary, account, phase, &id));
    TIEOUT_RETURN_IF_ERROR(appender_->Add(event));
  }
  return appender_->Flush();
}

}  // namespace tieout::runtime
