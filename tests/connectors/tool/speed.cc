// How fast a connector reads a file, beside its lexer alone on the same bytes, and in how much
// memory. Prints `name value unit` lines.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "connectors/lex/csv.h"
#include "connectors/lex/json.h"
#include "connectors/lex/xml.h"
#include "connectors/registry.h"

namespace {

using tieout::connectors::Context;
using tieout::connectors::Quarantined;
namespace connectors = tieout::connectors;

class CountingSink : public connectors::Sink {
 public:
  absl::Status OnEvent(const tieout::ledger::Event&) override { return Count(); }
  absl::Status OnNoOp(uint64_t, std::string_view) override { return absl::OkStatus(); }
  absl::Status OnQuarantined(const Quarantined&) override { return absl::OkStatus(); }
  uint64_t events() const { return events_; }

 private:
  absl::Status Count() { return ++events_, absl::OkStatus(); }
  uint64_t events_ = 0;
};

class CountingHandler : public connectors::XmlHandler {
 public:
  bool WantsChildrenOf(std::string_view name) const override { return name == "Stmt"; }
  absl::Status OnOpen(std::string_view, uint64_t) override { return absl::OkStatus(); }
  absl::Status OnClose(std::string_view, uint64_t) override { return absl::OkStatus(); }
  absl::Status OnElement(const connectors::XmlNode&, std::string_view) override {
    return ++elements_, absl::OkStatus();
  }
  uint64_t elements() const { return elements_; }

 private:
  uint64_t elements_ = 0;
};

absl::StatusOr<uint64_t> Lex(const std::string& path, std::string_view head) {
  TIEOUT_ASSIGN_OR_RETURN(auto in, connectors::OpenFile(path));
  uint64_t rows = 0;
  const char first = head[head.find_first_not_of(" \t\r\n\xEF\xBB\xBF")];
  if (first == '<') {
    CountingHandler handler;
    TIEOUT_RETURN_IF_ERROR(connectors::ReadXml(*in, path, handler));
    return handler.elements();
  }
  if (first == '{' || first == '[') {
    connectors::JsonEntries entries(*in, path);
    connectors::JsonEntries::Entry entry;
    for (;; ++rows) {
      TIEOUT_ASSIGN_OR_RETURN(const bool more, entries.Next(&entry));
      if (!more) return rows;
    }
  }
  connectors::CsvReader reader(*in, {});
  connectors::CsvRow row;
  for (;; ++rows) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, reader.Next(&row));
    if (!more) return rows;
  }
}

class Stopwatch {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

long PeakKb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

absl::Status Measure(const std::string& path, const Context& context) {
  const double megabytes = static_cast<double>(std::filesystem::file_size(path)) / 1e6;
  TIEOUT_ASSIGN_OR_RETURN(auto peeked, connectors::OpenFile(path));
  connectors::PeekInput peek(*peeked);
  TIEOUT_ASSIGN_OR_RETURN(const std::string_view head, peek.Peek(connectors::kDetectBytes));
  TIEOUT_ASSIGN_OR_RETURN(const auto* connector, connectors::Detect(path, head));
  const Stopwatch lexing;
  TIEOUT_ASSIGN_OR_RETURN(const uint64_t lexed, Lex(path, head));
  const double lex_seconds = lexing.Seconds();
  fmt::print("lexer_rows {} rows\nlexer_throughput {:.1f} MB/s\nlexer_peak_memory {} KiB\n", lexed,
             megabytes / lex_seconds, PeakKb());
  TIEOUT_ASSIGN_OR_RETURN(auto in, connectors::OpenFile(path));
  CountingSink sink;
  const Stopwatch parsing;
  TIEOUT_ASSIGN_OR_RETURN(const auto summary, connector->Parse(*in, context, sink));
  const double seconds = parsing.Seconds();
  fmt::print(
      "connector_rows {} rows\nconnector_events {} events\nconnector_rate {:.0f} rows/s\n"
      "connector_throughput {:.1f} MB/s\nconnector_to_lexer {:.0f} %\n"
      "connector_peak_memory {} KiB\n",
      summary.rows, sink.events(), static_cast<double>(summary.rows) / seconds, megabytes / seconds,
      100 * lex_seconds / seconds, PeakKb());
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  Context context;
  if (argc < 2) {
    fmt::print(stderr, "usage: connector_speed FILE [ACCOUNT [CURRENCY]]\n");
    return 2;
  }
  context.file_name = argv[1];
  if (argc > 2) context.merchant_account = argv[2];
  if (argc > 3) context.currency = argv[3];
  if (const absl::Status status = Measure(argv[1], context); !status.ok()) {
    fmt::print(stderr, "{}\n", tieout::base::Message(status));
    return 1;
  }
  return 0;
}
