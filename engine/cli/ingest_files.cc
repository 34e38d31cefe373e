#include "engine/cli/ingest_files.h"

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

}  // namespace

runtime::IngestRequest RequestOf(const Context& context, const std::string& file,
                                 const SourceSetting& flags) {
  static const SourceSetting kNone;
  const SourceSetting* found = SourceOf(context.config, file);
  const SourceSetting& setting = found == nullptr ? kNone : *found;
  runtime::IngestRequest request;
  request.files = {file};
  request.connector = First(flags.connector, setting.connector);
  request.seller = First(flags.seller, setting.seller);
  const auto option = [&](const char* name, const std::string& flag, const std::string& value) {
    if (const std::string& text = First(flag, value); !text.empty()) {
      request.connector_options[name] = text;
    }
  };
  option("account", flags.account, setting.account);
  option("currency", flags.currency, setting.currency);
  option("time_zone", flags.time_zone, setting.time_zone);
  option("profile", flags.profile, setting.profile);
  // A mapping is a bank's CSV's, and no content tells that it is one; an order of dates is
  // anybody's.
  if (const auto profile = request.connector_options.find("profile");
      request.connector.empty() && profile != request.connector_options.end() &&
      !IsDateOrder(profile->second)) {
    request.connector = "bank_csv";
  }
  for (const AccountSetting& account : context.config.accounts) {
    request.owners[AccountName(account.provider, account.merchant_account)] = account.seller;
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

void PrintIngestReport(Context& context, const runtime::IngestReport& report) {
  Table table({{"file", "File", Align::kLeft, 60},
               {"sha256", ""},
               {"connector", "Connector"},
               {"rows", "Rows", Align::kRight},
               {"events", "Events", Align::kRight},
               {"noops", "No effect", Align::kRight},
               {"quarantined", "Set aside", Align::kRight},
               {"result", ""}});
  const bool people = context.format == Format::kTable;
  for (const runtime::FileReport& file : report.files) {
    table.Add(
        {file.file, file.sha256, file.connector, std::to_string(file.rows),
         std::to_string(file.events), std::to_string(file.known_noops),
         Cell(std::to_string(file.quarantined), file.quarantined > 0 ? Style::kBad : Style::kPlain),
         file.skipped ? "skipped" : "taken"});
  }
  context.Print(table);
  if (!people) return;
  for (const runtime::FileReport& file : report.files) {
    if (file.skipped) {
      context.out << fmt::format("{}: already in the log (SHA-256 {}…), skipped\n", file.file,
                                 file.sha256.substr(0, 12));
    }
    for (const runtime::AccountReport& account : file.accounts) {
      if (!account.declared) continue;
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
}

}  // namespace tieout::cli
