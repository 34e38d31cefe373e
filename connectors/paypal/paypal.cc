#include "connectors/paypal/paypal.h"

#include "connectors/lex/encoding.h"
#include "connectors/lex/json.h"
#include "connectors/paypal/entry.h"

namespace tieout::connectors {
namespace {

class PayPalConnector : public Connector {
 public:
  std::string_view name() const override { return "paypal"; }
  std::string_view reads() const override {
    return "paypal: settlement reports (STL, TRR), transaction search as JSON, the activity "
           "download";
  }
  Confidence Detect(std::string_view head) const override {
    const std::string text = DecodeHead(head);
    return paypal::IsSettlementReport(text) || paypal::LooksLikeSearch(text) ||
                   paypal::IsActivity(text)
               ? Confidence::kCertain
               : Confidence::kNone;
  }
  absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                Sink& sink) const override {
    PeekInput peek(in);
    TIEOUT_ASSIGN_OR_RETURN(const std::string_view head, peek.Peek(kDetectBytes));
    const std::string text = DecodeHead(head);
    if (paypal::IsSettlementReport(text)) {
      return paypal::ParseSettlement(name(), peek, context, sink);
    }
    if (BeginsAsJson(text)) return paypal::ParseSearch(name(), peek, context, sink);
    return paypal::ParseActivity(name(), peek, context, sink);
  }
};

}  // namespace

const Connector& PayPal() {
  static const PayPalConnector connector;
  return connector;
}

}  // namespace tieout::connectors
