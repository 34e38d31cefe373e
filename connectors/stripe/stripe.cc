#include "connectors/stripe/stripe.h"

#include "connectors/lex/encoding.h"
#include "connectors/stripe/api.h"
#include "connectors/stripe/report.h"

namespace tieout::connectors {
namespace {

class StripeConnector : public Connector {
 public:
  std::string_view name() const override { return "stripe"; }
  std::string_view reads() const override {
    return "stripe: payout reconciliation, balance reports and balance history as CSV; balance "
           "transactions and payouts as the API's JSON";
  }

  Confidence Detect(std::string_view head) const override {
    const std::string text = DecodeHead(head);
    if (stripe::LooksLikeApi(text)) return Confidence::kCertain;
    const std::string_view line = std::string_view(text).substr(0, text.find_first_of("\r\n"));
    for (const char delimiter : {',', ';', '\t'}) {
      if (stripe::IsReportHeader(line, delimiter)) return Confidence::kCertain;
    }
    return Confidence::kNone;
  }

  absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                Sink& sink) const override {
    PeekInput peek(in);
    TIEOUT_ASSIGN_OR_RETURN(const std::string_view head, peek.Peek(kDetectBytes));
    if (stripe::LooksLikeApi(DecodeHead(head))) {
      return stripe::ParseApi(name(), peek, context, sink);
    }
    return stripe::ParseReport(name(), peek, context, sink);
  }
};

}  // namespace

const Connector& Stripe() {
  static const StripeConnector connector;
  return connector;
}

}  // namespace tieout::connectors
