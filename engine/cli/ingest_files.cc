#include "engine/cli/ingest_files.h"

#include "connectors/sheet/sheet.h"
#include "engine/base/text.h"
#include "engine/cli/progress.h"
#include "engine/cli/show.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

const std::string& First(const std::string& flag, const std::string& setting) {
  return flag.empty() ? setting : flag;
}

bool IsDateOrder(std::string_view profile) {
  return profile == "dmy" || profile == "mdy" || profile == "ymd";
}

// `found`: what tieout.toml says of the source; nullptr: nothing.
runtime::SourceHints HintsOf(const SourceSetting* found, const SourceSetting& flags) {
  static const SourceSetting kNone;
  const SourceSetting& setting = found == nullptr ? kNone : *found;
  runtime::SourceHints hints;
  hints.connector = First(flags.connector, setting.connector);
  hints.seller = First(flags.seller, setting.seller);
  const auto option = [&](const char* name, const std::string& flag, const std::string& value) {
    if (const std::string& text = First(flag, value); !text.empty()) {
      hints.connector_options[name] = text;
    }
  };
  option("account", flags.account, setting.account);
  option("currency", flags.currency, setting.currency);
  option("time_zone", flags.time_zone, setting.time_zone);
  option("profile", flags.profile, setting.profile);
  // A mapping is a sheet's or a bank's CSV's, and no content tells that it is one; an order of
  // dates is anybody's.
  if (const auto profile = hints.connector_options.find("profile");
      hints.connector.empty() && profile != hints.connector_options.end() &&
      !IsDateOrder(profile->second)) {
    hints.connector = connectors::IsSheetMapping(profile->second) ? "sheet" : "bank_csv";
  }
  return hints;
}

}  // namespace

runtime::IngestRequest RequestOf(const Context& context, const std::string& file,
                                 const SourceSetting& flags) {
  runtime::IngestRequest request;
  request.files = {file};
  request.hints = HintsOf(SourceOf(context.config, file), flags);
  request.member_hints = [&context, flags](const std::string& archive, const std::string& member) {
    const SourceSetting* own = SourceOf(context.config, archive + "/" + member);
    return HintsOf(own != nullptr ? own : SourceOf(context.config, archive), flags);
  };
  for (const AccountSetting& account : context.config.accounts) {
    request.owners[AccountName(account.provider, account.merchant_account)] = account.seller;
    for (const std::string& name : account.also) {
      request.same_as[AccountName(account.provider, name)] = account.merchant_account;
    }
  }
  return request;
}

absl::StatusOr<runtime::IngestReport> IngestFiles(Context& context, runtime::Engine& engine,
                                                  const std::vector<std::string>& files,
                                                  const SourceSetting& flags) {
  runtime::IngestReport whole;
  for (const std::string& file : files) {
    runtime::IngestRequest request = RequestOf(context, file, flags);
    Progress progress("reading " + file, "bytes", context.err_terminal, context.err);
    request.progress = [&](const runtime::IngestProgress& now) {
      progress.Update(now.bytes_done, now.bytes_total);
    };
    TIEOUT_ASSIGN_OR_RETURN(runtime::IngestReport report, engine.Ingest(request));
    for (runtime::FileReport& one : report.files) whole.files.push_back(std::move(one));
  }
  return whole;
}

std::vector<std::string> QuarantineLines(const runtime::FileReport& file) {
  std::vector<std::string> lines;
  for (const runtime::QuarantinedRow& row : file.first_quarantined) {
    const std::string where = fmt::format("{}:{}: ", file.file, row.line);
    lines.push_back(where + (row.field.empty() ? row.reason
                                               : fmt::format("{} {}: {}", row.field,
                                                             base::Quoted(row.value), row.reason)));
  }
  if (file.quarantined > lines.size()) {
    lines.push_back(fmt::format("… and {} more", file.quarantined - lines.size()));
  }
  return lines;
}

ExitCode RefusalCode(const absl::Status& refusal) {
  return absl::IsFailedPrecondition(refusal) ? ExitCode::kRefused : ExitCode::kBadInput;
}

ExitCode VerdictOf(const runtime::IngestReport& report) {
  bool set_aside = false;
  for (const runtime::FileReport& file : report.files) {
    if (!file.refusal.ok()) return RefusalCode(file.refusal);
    set_aside |= file.quarantined > 0;
  }
  return set_aside ? ExitCode::kFound : ExitCode::kOk;
}

Table IngestTable(const runtime::IngestReport& report, bool refused_too) {
  Table table({{"file", "File", Align::kLeft, 60},
               {"sha256", ""},
               {"connector", "Connector"},
               {"rows", "Rows", Align::kRight},
               {"events", "Events", Align::kRight},
               {"noops", "No effect", Align::kRight},
               {"quarantined", "Set aside", Align::kRight},
               {"result", ""}});
  for (const runtime::FileReport& file : report.files) {
    const bool refused = !file.refusal.ok();
    if (refused && !refused_too) continue;
    table.Add(
        {file.file, file.sha256, file.connector, std::to_string(file.rows),
         std::to_string(file.events), std::to_string(file.known_noops),
         Cell(std::to_string(file.quarantined), file.quarantined > 0 ? Style::kBad : Style::kPlain),
         refused        ? "refused"
         : file.skipped ? "skipped"
                        : "taken"});
  }
  return table;
}

void PrintRefusals(Context& context, const runtime::IngestReport& report) {
  for (const runtime::FileReport& file : report.files) {
    if (file.refusal.ok()) continue;
    context.err << context.err_terminal.Paint(Style::kBad, "tieout:") << ' '
                << base::Message(file.refusal) << '\n';
  }
}

void PrintIngestNotes(Context& context, const runtime::FileReport& file) {
  if (file.skipped) {
    context.out << fmt::format("{}: already in the log (SHA-256 {}…), skipped\n", file.file,
                               file.sha256.substr(0, 12));
  }
  for (const runtime::AccountReport& account : file.accounts) {
    if (!account.declared || !file.refusal.ok()) continue;
    context.out << fmt::format("{}: new account {}, owner {}\n", file.file,
                               AccountName(account.provider, account.merchant_account),
                               account.owner);
  }
  for (const std::string& warning : file.warnings) {
    context.out << context.out_terminal.Paint(Style::kWarn, "warning: ") << warning << '\n';
  }
  for (const std::string& line : QuarantineLines(file)) context.out << line << '\n';
  if (file.quarantined > 0) {
    context.out << fmt::format("{} row{} set aside in {}; correct and ingest again\n",
                               file.quarantined, file.quarantined == 1 ? "" : "s",
                               file.quarantine_file);
  }
}

void PrintIngestReport(Context& context, const runtime::IngestReport& report) {
  const bool people = context.format == Format::kTable;
  const Table table = IngestTable(report, !people);
  if (!people || !table.empty()) context.Print(table);
  PrintRefusals(context, report);
  if (!people) return;
  for (const runtime::FileReport& file : report.files) PrintIngestNotes(context, file);
}

}  // namespace tieout::cli
