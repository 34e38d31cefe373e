#include "connectors/ebay/ebay.h"

#include "connectors/ebay/parts.h"
#include "connectors/lex/encoding.h"
#include "connectors/lex/json.h"

namespace tieout::connectors {
namespace {

class EbayConnector : public Connector {
 public:
  std::string_view name() const override { return "ebay"; }
  std::string_view reads() const override {
    return "ebay: transaction reports as CSV; the Finances API's transactions and payouts as JSON";
  }
  Confidence Detect(std::string_view head) const override {
    const std::string text = DecodeHead(head);
    return ebay::LooksLikeApi(text) || ebay::IsReport(text) ? Confidence::kCertain
                                                            : Confidence::kNone;
  }
  absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                Sink& sink) const override {
    PeekInput peek(in);
    TIEOUT_ASSIGN_OR_RETURN(const std::string_view head, peek.Peek(kDetectBytes));
    const std::string text = DecodeHead(head);
    return BeginsAsJson(text) ? ebay::ParseApi(name(), peek, context, sink)
                              : ebay::ParseReport(name(), peek, context, sink);
  }
};

}  // namespace

const Connector& Ebay() {
  static const EbayConnector connector;
  return connector;
}

}  // namespace tieout::connectors
