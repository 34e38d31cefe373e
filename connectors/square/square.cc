#include "connectors/square/square.h"

#include "connectors/lex/encoding.h"
#include "connectors/lex/json.h"
#include "connectors/square/parts.h"

namespace tieout::connectors {
namespace {

class SquareConnector : public Connector {
 public:
  std::string_view name() const override { return "square"; }
  std::string_view reads() const override {
    return "square: payouts and payout entries as the API's JSON; the Dashboard's transactions and "
           "transfers as CSV";
  }
  Confidence Detect(std::string_view head) const override {
    const std::string text = DecodeHead(head);
    if (square::LooksLikeApi(text)) return Confidence::kCertain;
    const auto columns = ReadHeader(text, ',');
    return columns.has_value() &&
                   (square::IsTransactionsHeader(*columns) || square::IsTransfersHeader(*columns))
               ? Confidence::kCertain
               : Confidence::kNone;
  }
  absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                Sink& sink) const override {
    TIEOUT_RETURN_IF_ERROR(NeedsAccount(context, "Square's files", "MERCHANT"));
    PeekInput peek(in);
    TIEOUT_ASSIGN_OR_RETURN(const std::string_view head, peek.Peek(kDetectBytes));
    const std::string text = DecodeHead(head);
    return BeginsAsJson(text) ? square::ParseApi(name(), peek, context, sink)
                              : square::ParseExport(name(), peek, context, sink);
  }
};

}  // namespace

const Connector& Square() {
  static const SquareConnector connector;
  return connector;
}

}  // namespace tieout::connectors
