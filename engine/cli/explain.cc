// tieout explain: from a number back to the line of the file that proves it.
#include "engine/audit/explain.h"

#include <set>

#include "connectors/excerpt.h"
#include "engine/base/hash.h"
#include "engine/cli/command.h"
#include "engine/cli/open.h"
#include "engine/cli/show.h"
#include "engine/runtime/source_store.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

struct ExplainOptions {
  std::string id;
  size_t items = 20;
  bool history = false;
};

class Printer {
 public:
  Printer(Context& context, const ExplainOptions& options, const audit::Explanation& explanation)
      : context_(context),
        options_(options),
        explanation_(explanation),
        sources_(context.config.engine.data_dir + "/sources") {}

  void Print() {
    size_t older = 0;
    for (const audit::ExplainedRecord& explained : explanation_.records) {
      if (explained.live || options_.history) {
        PrintRecord(explained);
      } else {
        ++older;
      }
    }
    if (explanation_.records.empty()) PrintEventsAlone();
    PrintParcels();
    if (older > 0) {
      context_.out << fmt::format(
          "{} older record{} of these, superseded or revoked: --history shows {}\n", older,
          older == 1 ? "" : "s", older == 1 ? "it" : "them");
    }
    PrintSources();
  }

 private:
  void PrintRecord(const audit::ExplainedRecord& explained) {
    const ledger::Record& r = explained.record;
    const Terminal& terminal = context_.out_terminal;
    context_.out << terminal.Paint(Style::kBold,
                                   fmt::format("{} level", ledger::LevelName(r.level)))
                 << "  " << terminal.Paint(StyleOf(r.status), ledger::StatusName(r.status))
                 << (r.reason.empty() ? "" : " " + r.reason) << "  record " << r.record_id
                 << (explained.live ? "" : "  (no longer live)") << '\n';
    context_.out << "  " << AmountsText(r) << "seller " << r.seller_id << "; "
                 << (r.rule_id.empty()
                         ? "no rule"
                         : fmt::format("rule {} version {}", r.rule_id, r.rule_version))
                 << '\n';
    if (!r.category.empty()) context_.out << "  expense: " << r.category << '\n';
    if (!r.supersedes.empty()) {
      context_.out << fmt::format("  supersedes {}, generation {}\n", r.supersedes, r.generation);
    }
    for (const ledger::Member& member : r.members) PrintMember(r, member);
    PrintItems(explained);
    context_.out << '\n';
  }

  // A late source is about an account, not about money.
  static std::string AmountsText(const ledger::Record& r) {
    if (r.members.empty()) return AccountName(r.provider, r.merchant_account) + "; ";
    return fmt::format(
        "expected {}, found {}, difference {}; ", ledger::FormatMoney(r.expected, r.currency),
        ledger::FormatMoney(r.actual, r.currency), ledger::FormatMoney(r.difference, r.currency));
  }

  void PrintMember(const ledger::Record& record, const ledger::Member& member) {
    // At the other levels a sale is compared with, not used up.
    const std::string allocated =
        record.level != ledger::Level::kBank
            ? ""
            : fmt::format("  allocated {}, rest {}",
                          ledger::FormatMoney(member.allocated, record.currency),
                          ledger::FormatMoney(member.residual, record.currency));
    context_.out << fmt::format("  {:<12} {:>16}{}  {}\n", ledger::RoleName(member.role),
                                ledger::FormatMoney(member.amount, record.currency), allocated,
                                member.event_id);
    PrintSource({member.position.partition, member.position.ordinal});
  }

  void PrintItems(const audit::ExplainedRecord& explained) {
    const ledger::Record& record = explained.record;
    if (explained.items.empty()) return;
    context_.out << fmt::format("  {} items, sum {}:\n", record.items.count,
                                ledger::FormatMoney(record.items.sum, record.currency));
    for (size_t i = 0; i < explained.items.size(); ++i) {
      if (i == options_.items) {
        context_.out << fmt::format("    … and {} more: --items {} shows all\n",
                                    explained.items.size() - i, explained.items.size());
        return;
      }
      const auto found = explanation_.events.find({record.position.partition, explained.items[i]});
      if (found == explanation_.events.end()) continue;
      const audit::ExplainedEvent& event = found->second;
      context_.out << fmt::format("    {:<10} {:>16}  {}{}\n", ledger::KindName(event.kind),
                                  ledger::FormatMoney(event.amount, event.currency),
                                  WhereText(event.source),
                                  event.order_id.empty() ? "" : "  order " + event.order_id);
      used_.insert(event.source.sha256);
    }
  }

  static std::string WhereText(const audit::SourceLine& source) {
    if (source.line == 0) return source.name.empty() ? source.connector : source.name;
    return fmt::format("{}:{}", source.name, source.line);
  }

  // "file:line", and the very row where the source's bytes are kept.
  void PrintSource(std::pair<uint32_t, uint64_t> place) {
    const auto found = explanation_.events.find(place);
    if (found == explanation_.events.end()) {
      context_.out << "      its event is not in this log\n";
      return;
    }
    const audit::SourceLine& source = found->second.source;
    context_.out << fmt::format("      {}, in the log at {}:{}\n", WhereText(source), place.first,
                                place.second);
    used_.insert(source.sha256);
    const audit::ExplainedEvent& event = found->second;
    if (!event.receipt_sha256.empty()) {
      context_.out << fmt::format("      receipt {}, SHA-256 {}\n", Printable(event.receipt),
                                  base::HexEncode(event.receipt_sha256));
    }
    if (source.sha256.empty() || source.line == 0) return;
    if (!shown_.emplace(source.sha256, source.line).second) return PrintQuoted("as above");
    const absl::StatusOr<connectors::Excerpt> row = RowOf(found->second);
    const std::string missing = row.ok() ? row->missing : base::Message(row.status());
    if (!missing.empty()) {
      context_.out << "      the row can't be shown: " << Printable(missing) << '\n';
      return;
    }
    for (const std::string& line : row->lines) PrintQuoted(Printable(line));
    if (row->cut) PrintQuoted("…");
  }

  void PrintQuoted(const std::string& line) {
    context_.out << "      " << context_.out_terminal.Paint(Style::kDim, "| " + line) << '\n';
  }

  absl::StatusOr<connectors::Excerpt> RowOf(const audit::ExplainedEvent& event) const {
    auto in = sources_.Open(event.source.sha256);
    if (absl::IsNotFound(in.status())) {
      return base::NotFound(
          fmt::format("the bytes of this source are not kept on this machine (in {}/sources); they "
                      "are where it was ingested",
                      context_.config.engine.data_dir));
    }
    TIEOUT_RETURN_IF_ERROR(in.status());
    return connectors::ReadExcerpt(**in, event.source.line, event.ids);
  }

  // Something the log knows and no record speaks of: a sale waiting inside grace, say.
  void PrintEventsAlone() {
    bool is_waiting = false;
    for (const auto& [place, event] : explanation_.events) {
      if (event.parcel) continue;
      is_waiting = true;
      context_.out << fmt::format("{} {}  {}\n", ledger::KindName(event.kind),
                                  ledger::FormatMoney(event.amount, event.currency),
                                  event.event_id);
      PrintSource(place);
    }
    if (!is_waiting) return;
    context_.out << fmt::format("No record speaks of it: it waits for its other side ({}).\n\n",
                                context_.Next("seller ID"));
  }

  // An order's parcels, each state with its line.
  void PrintParcels() {
    bool is_first = true;
    for (const auto& [place, event] : explanation_.events) {
      if (!event.parcel) continue;
      if (is_first) context_.out << context_.out_terminal.Paint(Style::kBold, "parcels") << '\n';
      is_first = false;
      context_.out << fmt::format("  {}  {:<10} {}\n",
                                  base::FormatDay(base::DayOf(event.occurred_at_us)),
                                  ledger::StatusName(event.parcel->status), ParcelText(event));
      PrintSource(place);
    }
    if (!is_first) context_.out << '\n';
  }

  // "UPS Ground 1Z999, to US OR, label 8.40 USD, order MLP-1042".
  static std::string ParcelText(const audit::ExplainedEvent& event) {
    const audit::ExplainedParcel& parcel = *event.parcel;
    std::string text;
    const auto add = [&](std::string_view before, const std::string& part) {
      if (part.empty()) return;
      if (!text.empty()) text += before;
      text += part;
    };
    add("", parcel.carrier);
    add(" ", parcel.service);
    add(" ", parcel.tracking_number);
    add(", to ", parcel.country);
    add(" ", parcel.region);
    if (parcel.label_cost != 0) {
      add(", label ", ledger::FormatMoney(parcel.label_cost, event.currency));
    }
    add(fmt::format(", {} ", ledger::StatusName(parcel.status)), parcel.outcome);
    add(", order ", event.order_id);
    return text;
  }

  void PrintSources() {
    for (const std::string& sha256 : used_) {
      if (sha256.empty()) continue;
      context_.out << fmt::format("SHA-256 {}  {}\n", base::HexEncode(sha256), NameOf(sha256));
    }
  }

  std::string NameOf(const std::string& sha256) const {
    for (const auto& [place, event] : explanation_.events) {
      if (event.source.sha256 == sha256) return event.source.name;
    }
    return "";
  }

  Context& context_;
  const ExplainOptions& options_;
  const audit::Explanation& explanation_;
  const runtime::SourceStore sources_;
  std::set<std::string> used_;
  std::set<std::pair<std::string, uint64_t>> shown_;  // rows, by source and line
};

void PrintForPrograms(Context& context, const audit::Explanation& explanation) {
  Table table({{"record_id", ""},
               {"level", ""},
               {"status", ""},
               {"reason", ""},
               {"rule", ""},
               {"category", ""},
               {"live", ""},
               {"role", ""},
               {"event_id", ""},
               {"amount", ""},
               {"allocated", ""},
               {"residual", ""},
               {"currency", ""},
               {"partition", ""},
               {"ordinal", ""},
               {"file", ""},
               {"line", ""},
               {"sha256", ""}});
  const auto add = [&](const audit::ExplainedRecord& explained, std::string_view role,
                       const ledger::Member& member) {
    const ledger::Record& r = explained.record;
    const auto found =
        explanation.events.find({member.position.partition, member.position.ordinal});
    const audit::SourceLine source =
        found == explanation.events.end() ? audit::SourceLine{} : found->second.source;
    const std::string event_id =
        found == explanation.events.end() ? member.event_id : found->second.event_id;
    const auto amount = [&](ledger::Minor minor) {
      return ledger::FormatAmount(minor, r.currency);
    };
    table.Add({r.record_id, std::string(ledger::LevelName(r.level)),
               std::string(ledger::StatusName(r.status)), r.reason,
               r.rule_id.empty() ? "" : fmt::format("{} v{}", r.rule_id, r.rule_version),
               r.category, explained.live ? "true" : "false", std::string(role), event_id,
               amount(member.amount), amount(member.allocated), amount(member.residual), r.currency,
               std::to_string(member.position.partition), std::to_string(member.position.ordinal),
               source.name, std::to_string(source.line), base::HexEncode(source.sha256)});
  };
  for (const audit::ExplainedRecord& explained : explanation.records) {
    for (const ledger::Member& member : explained.record.members) {
      add(explained, ledger::RoleName(member.role), member);
    }
    for (size_t i = 0; i < explained.items.size(); ++i) {
      ledger::Member item;
      item.position = {explained.record.position.partition, explained.items[i]};
      item.amount = explained.record.items.amounts[i];
      item.allocated = item.amount;
      add(explained, "item", item);
    }
  }
  for (const auto& [place, event] : explanation.events) {
    if (!event.parcel) continue;
    table.Add({"", "", "", "", "", "",
               fmt::format("shipment {}", ledger::StatusName(event.parcel->status)), event.event_id,
               ledger::FormatAmount(event.amount, event.currency), "", "", event.currency,
               std::to_string(place.first), std::to_string(place.second), event.source.name,
               std::to_string(event.source.line), base::HexEncode(event.source.sha256)});
  }
  context.Print(table);
}

absl::StatusOr<ExitCode> RunExplain(Context& context, const ExplainOptions& options) {
  TIEOUT_ASSIGN_OR_RETURN(auto log, OpenLog(context));
  Progress progress("reading", "events", context.err_terminal, context.err);
  TIEOUT_ASSIGN_OR_RETURN(const audit::Explanation explanation,
                          audit::Explain(*log, options.id, [&](uint64_t done, uint64_t total) {
                            progress.Update(done, total);
                          }));
  if (context.format != Format::kTable) {
    PrintForPrograms(context, explanation);
    return ExitCode::kOk;
  }
  Printer(context, options, explanation).Print();
  return ExitCode::kOk;
}

}  // namespace

void AddExplain(Command app, Invocation& invocation) {
  const Command command = app.AddCommand(
      "explain",
      "the chain of a record, break, payout, deposit, sale or parcel down to file and line");
  auto options = std::make_shared<ExplainOptions>();
  command
      .AddOption("ID", options->id,
                 "record or break (6 digits or more), payout, order, payment, bank reference, "
                 "tracking number")
      .Required();
  command.AddOption("--items", options->items, "of a payout, at most so many lines [20]")
      .TypeName("N");
  command.AddFlag("--history", options->history, "superseded and revoked records too");
  AddFormat(command, invocation);
  command.Footer(
      "Examples:\n  tieout explain po_1TUEtHB7WZ01zgkWW1Cr0mBp\n  tieout explain MLP-1042\n"
      "  tieout explain 3f9a2c71d0 --format csv");
  command.OnUse([options, &invocation] {
    invocation.run = [options](Context& context) { return RunExplain(context, *options); };
  });
}

}  // namespace tieout::cli
