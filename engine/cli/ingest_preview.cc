#include "engine/cli/ingest_preview.h"

#include <algorithm>
#include <tuple>

#include "engine/base/text.h"
#include "engine/cli/ingest_files.h"
#include "engine/cli/progress.h"
#include "engine/cli/show.h"
#include "engine/codec/codec.h"
#include "engine/runtime/ingest_preview.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

using runtime::AccountReport;
using runtime::PreviewGroup;
using runtime::SourcePreview;

std::string SumText(ledger::WideMinor sum, const std::string& currency) {
  const auto narrow = ledger::Narrow(sum);
  return narrow ? ledger::FormatAmount(*narrow, currency) : "beyond 64 bits";
}

Cell SumCell(ledger::WideMinor sum, const std::string& currency) {
  const auto narrow = ledger::Narrow(sum);
  return narrow ? AmountCell(*narrow, currency) : Cell("beyond 64 bits", Style::kBad);
}

bool MovesMoney(ledger::Kind kind) {
  return ledger::IsBalanceItem(kind) || kind == ledger::Kind::kPayout ||
         kind == ledger::Kind::kBankDeposit;
}

std::string SortText(const PreviewGroup& group) {
  const std::string kind(ledger::KindName(group.kind));
  return group.state.empty() ? kind : kind + " " + group.state;
}

std::string Days(int64_t first_us, int64_t last_us) {
  const std::string first = base::FormatDay(base::DayOf(first_us));
  const std::string last = base::FormatDay(base::DayOf(last_us));
  return first == last ? first : first + " to " + last;
}

std::string Counted(uint64_t n, std::string_view what) {
  return fmt::format("{} {}{}", Grouped(n), what, n == 1 ? "" : "s");
}

bool IsOf(const PreviewGroup& group, const AccountReport& account) {
  return group.provider == account.provider && group.currency == account.currency &&
         group.merchant_account == account.merchant_account;
}

// "bank.csv:12: 2026030600117: 300.08 EUR here, 300.00 EUR in the log".
std::vector<std::string> ConflictLines(const SourcePreview& source) {
  std::vector<std::string> lines;
  for (const auto& conflict : source.conflicts) {
    const std::string& currency = source.groups.at(conflict.group).currency;
    const std::string here = ledger::FormatMoney(conflict.amount, currency);
    const std::string known = ledger::FormatMoney(conflict.known, currency);
    lines.push_back(fmt::format("{}:{}: {}: {} here, {} {}", source.report.file, conflict.line,
                                EntryId(conflict.event_id), here,
                                here == known ? "another content" : known,
                                conflict.in_log ? "in the log" : "earlier in these files"));
  }
  return lines;
}

class Printer {
 public:
  explicit Printer(Context& context) : context_(context) {}

  void Print(const SourcePreview& source) {
    const runtime::FileReport& report = source.report;
    if (!source.report.refusal.ok()) {
      context_.out << Painted(Style::kBold, report.file) << ": "
                   << Painted(Style::kBad, "can't be taken") << '\n';
      Say("", base::Message(source.report.refusal));
      return;
    }
    context_.out << Painted(Style::kBold, report.file);
    if (report.skipped) {
      context_.out << fmt::format(
          ": already in the log as a whole (SHA-256 {}…), would be skipped\n",
          report.sha256.substr(0, 12));
      return;
    }
    context_.out << fmt::format(": read by {}, {}, SHA-256 {}…\n", report.connector,
                                Counted(report.rows, "row"), report.sha256.substr(0, 12));
    for (const AccountReport& account : report.accounts) PrintAccount(source, account);
    PrintConfiguration(source);
    PrintRows(source);
  }

 private:
  std::string Painted(Style style, std::string_view text) const {
    return context_.out_terminal.Paint(style, Printable(text));
  }

  void Say(std::string_view word, std::string_view text) {
    if (!word.empty()) context_.out << "  " << Painted(Style::kWarn, word) << ' ';
    context_.out << (word.empty() ? "  " : "") << text << '\n';
  }

  void PrintAccount(const SourcePreview& source, const AccountReport& account) {
    context_.out << fmt::format(
        "\n  {} {}, ", AccountName(account.provider, account.merchant_account), account.currency);
    if (account.owner.empty()) {
      context_.out << Painted(Style::kBad, "owner unknown: name it with --seller ID");
    } else {
      context_.out << "owner " << account.owner;
    }
    if (account.declared) context_.out << " (new account)";
    PrintDates(source, account);
    PrintGroups(source, [&](const PreviewGroup& group) { return IsOf(group, account); });
    PrintTotals(account);
  }

  void PrintDates(const SourcePreview& source, const AccountReport& account) {
    int64_t first_us = INT64_MAX, last_us = INT64_MIN;
    for (const PreviewGroup& group : source.groups) {
      if (!IsOf(group, account) || !MovesMoney(group.kind)) continue;
      first_us = std::min(first_us, group.first_us);
      last_us = std::max(last_us, group.last_us);
    }
    if (first_us <= last_us) context_.out << "; dated " << Days(first_us, last_us);
    if (account.coverage_to_us > account.coverage_from_us) {
      context_.out << "; covers " << Days(account.coverage_from_us, account.coverage_to_us - 1);
    }
    context_.out << '\n';
  }

  // Columns for what seldom happens are there when it has.
  template <typename Wanted>
  void PrintGroups(const SourcePreview& source, const Wanted& wanted) {
    std::vector<const PreviewGroup*> groups;
    bool twice = false, conflicting = false;
    for (const PreviewGroup& group : source.groups) {
      if (!wanted(group)) continue;
      groups.push_back(&group);
      twice |= group.known.twice > 0;
      conflicting |= group.known.conflicting > 0;
    }
    std::stable_sort(groups.begin(), groups.end(), [](const auto* a, const auto* b) {
      return std::tie(a->kind, a->state) < std::tie(b->kind, b->state);
    });
    std::vector<Column> columns = {{"kind", "Kind"},
                                   {"events", "Events", Align::kRight},
                                   {"sum", "Sum", Align::kRight},
                                   {"in_log", "In the log", Align::kRight}};
    if (twice) columns.push_back({"twice", "Twice here", Align::kRight});
    if (conflicting) columns.push_back({"conflicting", "Conflicting", Align::kRight});
    columns.push_back({"new", "New", Align::kRight});
    columns.push_back({"new_sum", "Sum of new", Align::kRight});
    Table table(columns);
    for (const PreviewGroup* group : groups) {
      const auto sum = [&](ledger::WideMinor amount) {
        return MovesMoney(group->kind) ? SumCell(amount, group->currency) : Cell("");
      };
      std::vector<Cell> row = {SortText(*group), Grouped(group->events), sum(group->total),
                               Grouped(group->known.in_log)};
      if (twice) row.emplace_back(Grouped(group->known.twice), Style::kWarn);
      if (conflicting) row.emplace_back(Grouped(group->known.conflicting), Style::kBad);
      row.emplace_back(Grouped(group->new_events()));
      row.push_back(sum(group->new_total()));
      table.Add(std::move(row));
    }
    if (!table.empty()) table.Print(Format::kTable, context_.out_terminal, context_.out, 4);
  }

  // Where the file has a word of its own for what its rows come to.
  void PrintTotals(const AccountReport& account) {
    const std::string& currency = account.currency;
    if (account.opening && account.closing) {
      context_.out << fmt::format("    opening {}, closing {}\n",
                                  ledger::FormatMoney(*account.opening, currency),
                                  ledger::FormatMoney(*account.closing, currency));
    }
    if (account.stated_total && *account.stated_total == account.total) {
      context_.out << "    its rows add up to the file's own total\n";
    }
  }

  // Events of no account: rules, starts, sellers.
  void PrintConfiguration(const SourcePreview& source) {
    const auto of_none = [&](const PreviewGroup& group) {
      const auto& accounts = source.report.accounts;
      return std::none_of(accounts.begin(), accounts.end(),
                          [&](const AccountReport& account) { return IsOf(group, account); });
    };
    if (std::none_of(source.groups.begin(), source.groups.end(), of_none)) return;
    context_.out << "\n  of no account\n";
    PrintGroups(source, of_none);
  }

  void PrintRows(const SourcePreview& source) {
    const runtime::FileReport& report = source.report;
    for (const auto& [why, count] : report.noop_reasons) {
      context_.out << fmt::format("  {} without effect: {}\n", Counted(count, "row"),
                                  Printable(why));
    }
    for (const std::string& warning : report.warnings) Say("warning:", Printable(warning));
    for (const std::string& line : ConflictLines(source)) Say("conflicting:", Printable(line));
    if (report.quarantined == 0) return;
    Say("set aside:", Counted(report.quarantined, "row") + " would become no event");
    for (const std::string& line : QuarantineLines(report)) context_.out << "    " << line << '\n';
  }

  Context& context_;
};

void PrintForPrograms(Context& context, const std::vector<SourcePreview>& sources) {
  Table table({{"file", ""},
               {"connector", ""},
               {"account", ""},
               {"owner", ""},
               {"currency", ""},
               {"kind", ""},
               {"state", ""},
               {"events", ""},
               {"new", ""},
               {"in_log", ""},
               {"twice", ""},
               {"conflicting", ""},
               {"sum", ""},
               {"new_sum", ""},
               {"first", ""},
               {"last", ""}});
  for (const SourcePreview& source : sources) {
    for (const PreviewGroup& group : source.groups) {
      std::string owner;
      for (const AccountReport& account : source.report.accounts) {
        if (IsOf(group, account)) owner = account.owner;
      }
      table.Add({source.report.file, source.report.connector,
                 AccountName(group.provider, group.merchant_account), owner, group.currency,
                 std::string(ledger::KindName(group.kind)), group.state,
                 std::to_string(group.events), std::to_string(group.new_events()),
                 std::to_string(group.known.in_log), std::to_string(group.known.twice),
                 std::to_string(group.known.conflicting), SumText(group.total, group.currency),
                 SumText(group.new_total(), group.currency), base::FormatInstant(group.first_us),
                 base::FormatInstant(group.last_us)});
    }
  }
  context.Print(table);
}

// What is no event and no count, where stdout is a program's.
void PrintTroubles(Context& context, const std::vector<SourcePreview>& sources) {
  for (const SourcePreview& source : sources) {
    if (!source.report.refusal.ok()) context.err << base::Message(source.report.refusal) << '\n';
    if (source.report.skipped) context.err << source.report.file << ": already in the log\n";
    for (const std::string& warning : source.report.warnings) context.err << warning << '\n';
    for (const std::string& line : ConflictLines(source)) context.err << line << '\n';
    for (const std::string& line : QuarantineLines(source.report)) context.err << line << '\n';
    for (const AccountReport& account : source.report.accounts) {
      if (!account.owner.empty()) continue;
      context.err << fmt::format("{}: owner of {} unknown: name it with --seller ID\n",
                                 source.report.file,
                                 AccountName(account.provider, account.merchant_account));
    }
  }
}

ExitCode Verdict(const std::vector<SourcePreview>& sources) {
  bool set_aside = false;
  for (const SourcePreview& source : sources) {
    if (!source.report.refusal.ok()) return RefusalCode(source.report.refusal);
    for (const AccountReport& account : source.report.accounts) {
      if (account.owner.empty()) return ExitCode::kRefused;
    }
    set_aside |= source.report.quarantined > 0;
  }
  return set_aside ? ExitCode::kFound : ExitCode::kOk;
}

void PrintEnd(Context& context, const std::vector<SourcePreview>& sources) {
  uint64_t appended = 0, repeated = 0, conflicting = 0;
  for (const SourcePreview& source : sources) {
    appended += source.appended;
    for (const PreviewGroup& group : source.groups) {
      repeated += group.known.in_log + group.known.twice;
      conflicting += group.known.conflicting;
    }
  }
  if (appended == 0) {
    context.out << "\nNothing was written, nor would be without --dry-run.\n";
    return;
  }
  std::string text = fmt::format(
      "Nothing was written. Without --dry-run {} would be appended, accounts and the files' own "
      "reports among them",
      Counted(appended, "event"));
  if (repeated > 0) {
    text += fmt::format("; {} repeat what is known and have no effect", Grouped(repeated));
  }
  if (conflicting > 0) {
    text += fmt::format(
        "; {} contradict what is known: the first stands, both are shown (CONFLICTING_DUPLICATE)",
        Grouped(conflicting));
  }
  context.out << '\n' << Wrap(text + ".", 80, "") << '\n';
}

}  // namespace

absl::StatusOr<ExitCode> PreviewFiles(Context& context, const std::vector<std::string>& files,
                                      const SourceSetting& flags) {
  return Preview(context, [&](runtime::IngestPreview& preview) -> absl::Status {
    for (const std::string& file : files) {
      runtime::IngestRequest request = RequestOf(context, file, flags);
      Progress progress("reading " + file, "bytes", context.err_terminal, context.err);
      request.progress = [&](const runtime::IngestProgress& now) {
        progress.Update(now.bytes_done, now.bytes_total);
      };
      TIEOUT_RETURN_IF_ERROR(preview.Take(request));
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<ExitCode> Preview(Context& context, const TakePreviewed& take) {
  absl::Status written;
  std::function<void(const ledger::Event&)> on_event;
  if (context.format == Format::kJsonLines) {
    on_event = [&](const ledger::Event& event) {
      const absl::StatusOr<std::string> json = codec::EventToJson(codec::EncodeEvent(event));
      if (json.ok()) context.out << *json << '\n';
      written.Update(json.status());
    };
  }
  Progress comparing("comparing with the log", "events", context.err_terminal, context.err);
  TIEOUT_ASSIGN_OR_RETURN(
      auto preview, runtime::IngestPreview::Open(
                        context.config.engine, std::move(on_event),
                        [&](uint64_t done, uint64_t total) { comparing.Update(done, total); }));
  TIEOUT_RETURN_IF_ERROR(take(*preview));
  TIEOUT_RETURN_IF_ERROR(written);
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<SourcePreview> sources, preview->Finish());
  if (context.format == Format::kTable) {
    Printer printer(context);
    for (const SourcePreview& source : sources) {
      if (&source != &sources.front()) context.out << '\n';
      printer.Print(source);
    }
    PrintEnd(context, sources);
  } else {
    if (context.format == Format::kCsv) PrintForPrograms(context, sources);
    PrintTroubles(context, sources);
  }
  return Verdict(sources);
}

}  // namespace tieout::cli
