// tieout help: what isn't said by a command's own --help.
#include <memory>

#include "connectors/registry.h"
#include "engine/base/text.h"
#include "engine/cli/command.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

ExitCode PrintConfigKeys(Context& context) {
  if (context.format != Format::kTable) {
    Table table({{"key", "Key"}, {"type", "Type"}, {"default", "Default"}, {"meaning", "Meaning"}});
    for (const KeyText& key : ConfigKeys()) {
      table.Add({std::string(key.key), std::string(key.type), std::string(key.standard),
                 std::string(key.meaning)});
    }
    context.Print(table);
    return ExitCode::kOk;
  }
  context.out << "tieout.toml: every key ('*': a name of your own, '…': several).\n";
  std::string section;
  for (const KeyText& key : ConfigKeys()) {
    const std::string_view head = key.key.substr(0, key.key.find('.'));
    const std::string now = head == key.key ? "" : std::string(head);
    if (now != section) {
      const bool list = now == "rules" || now == "calendars" || now == "sources";
      context.out << '\n'
                  << context.out_terminal.Paint(
                         Style::kBold,
                         fmt::format("{0}{1}{2}", list ? "[[" : "[", now, list ? "]]" : "]"))
                  << '\n';
      section = now;
    }
    const std::string standard = key.standard.empty() ? "" : fmt::format(", {}", key.standard);
    context.out << fmt::format("  {} ({}{})\n", key.key, key.type, standard)
                << Wrap(key.meaning, 92, "      ") << '\n';
  }
  return ExitCode::kOk;
}

ExitCode PrintExitCodes(Context& context) {
  Table table({{"code", "Code", Align::kRight}, {"meaning", "Meaning"}});
  for (const ExitCodeText& code : ExitCodes()) {
    table.Add({std::to_string(static_cast<int>(code.code)), std::string(code.meaning)});
  }
  context.Print(table);
  return ExitCode::kOk;
}

ExitCode PrintFormats(Context& context) {
  Table table({{"connector", "Connector"}, {"reads", "Reads"}});
  for (const connectors::Connector* connector : connectors::All()) {
    const std::string_view reads = connector->reads();  // "camt: …"
    table.Add({std::string(connector->name()),
               std::string(base::Trim(reads.substr(reads.find(':') + 1)))});
  }
  context.Print(table);
  return ExitCode::kOk;
}

}  // namespace

void AddHelp(Command app, Invocation& invocation) {
  const Command command =
      app.AddCommand("help", "every setting of tieout.toml, file format and exit code");
  auto topic = std::make_shared<std::string>();
  command.AddOption("TOPIC", *topic, "config, formats or exit-codes")
      .Required()
      .OneOf({"config", "formats", "exit-codes"});
  AddFormat(command, invocation);
  command.Footer("Example:\n  tieout help config");
  command.OnUse([topic, &invocation] {
    invocation.run = [topic](Context& context) -> absl::StatusOr<ExitCode> {
      if (*topic == "formats") return PrintFormats(context);
      return *topic == "config" ? PrintConfigKeys(context) : PrintExitCodes(context);
    };
  });
}

}  // namespace tieout::cli
