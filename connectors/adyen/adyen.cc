#include "connectors/adyen/adyen.h"

#include <fmt/format.h>

#include "connectors/adyen/reports.h"
#include "connectors/lex/encoding.h"
#include "connectors/lex/zone_names.h"

namespace tieout::connectors {
namespace adyen {

int64_t ReadLocalTime(Cells& cells, int column, int zone) {
  const auto time = ParseIsoTime(cells.Text(column));
  if (!time.ok()) {
    cells.Fail(column, base::Message(time.status()));
    return 0;
  }
  const auto instant = ToInstantIn(*time, cells.Text(zone));
  if (!instant.ok()) {
    cells.Fail(zone, base::Message(instant.status()));
    return 0;
  }
  return *instant;
}

}  // namespace adyen

namespace {

class AdyenConnector : public Connector {
 public:
  std::string_view name() const override { return "adyen"; }
  std::string_view reads() const override {
    return "adyen: settlement details reports; accounting, statement and payout reports of a "
           "balance platform";
  }
  Confidence Detect(std::string_view head) const override {
    const std::string text = DecodeHead(head);
    for (const char delimiter : {',', '\t', ';'}) {
      const auto columns = ReadHeader(text, delimiter);
      if (columns.has_value() &&
          (adyen::IsSettlementHeader(*columns) || adyen::IsPlatformHeader(*columns))) {
        return Confidence::kCertain;
      }
    }
    return Confidence::kNone;
  }
  absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                Sink& sink) const override {
    PeekInput peek(in);
    TIEOUT_ASSIGN_OR_RETURN(const std::string_view head, peek.Peek(kDetectBytes));
    if (head.empty()) return base::InvalidArgument(fmt::format("{} is empty", context.file_name));
    const std::string text = DecodeHead(head);
    for (const char delimiter : {',', '\t'}) {
      const auto columns = ReadHeader(text, delimiter);
      if (!columns.has_value()) continue;
      const bool settlement = adyen::IsSettlementHeader(*columns);
      if (!settlement && !adyen::IsPlatformHeader(*columns)) continue;
      CsvReader reader(peek, {.delimiter = delimiter});
      CsvRow header;
      TIEOUT_RETURN_IF_ERROR(reader.Next(&header).status());
      Emitter emitter(name(), context, sink);
      TIEOUT_RETURN_IF_ERROR(settlement ? adyen::ReadSettlement(reader, *columns, emitter)
                                        : adyen::ReadPlatform(reader, *columns, emitter));
      return emitter.Finish();
    }
    return base::InvalidArgument(fmt::format(
        "{}:1: neither the header of Adyen's settlement details report (Merchant Account, Psp "
        "Reference, Type, Net Debit (NC), Net Credit (NC), Batch Number; commas) nor of a balance "
        "platform's (BalanceAccount, Transaction Id, Category, Balance (PC)); export it afresh, "
        "with these columns",
        context.file_name));
  }
};

}  // namespace

const Connector& Adyen() {
  static const AdyenConnector connector;
  return connector;
}

}  // namespace tieout::connectors
