#include "connectors/registry.h"

#include <fmt/format.h>

#include <array>

#include "connectors/adyen/adyen.h"
#include "connectors/amazon/amazon.h"
#include "connectors/bai2/bai2.h"
#include "connectors/bank_csv/bank_csv.h"
#include "connectors/camt/camt.h"
#include "connectors/ebay/ebay.h"
#include "connectors/etsy/etsy.h"
#include "connectors/events/events.h"
#include "connectors/expenses/expenses.h"
#include "connectors/lex/encoding.h"
#include "connectors/mt940/mt940.h"
#include "connectors/ofx/ofx.h"
#include "connectors/paypal/paypal.h"
#include "connectors/qif/qif.h"
#include "connectors/sheet/sheet.h"
#include "connectors/shipments/shipments.h"
#include "connectors/shopify/shopify.h"
#include "connectors/square/square.h"
#include "connectors/stripe/stripe.h"
#include "engine/base/text.h"

namespace tieout::connectors {

std::span<const Connector* const> All() {
  // Banks, then providers, parcels, then anybody's by mapping, and our own.
  static const std::array kAll = {
      &Bai2(),      &BankCsv(), &Camt(),     &Mt940(),  &Ofx(),    &Qif(),  //
      &Adyen(),     &Amazon(),  &Ebay(),     &Etsy(),   &PayPal(), &Shopify(),
      &Square(),    &Stripe(),  //
      &Shipments(), &Sheet(),   &Expenses(), &Events(),
  };
  return kAll;
}

const Connector* Find(std::string_view name) {
  for (const Connector* connector : All()) {
    if (connector->name() == name) return connector;
  }
  return nullptr;
}

absl::StatusOr<const Connector*> Detect(std::string_view file_name, std::string_view head) {
  if (DecodeHead(head).find_first_not_of(" \t\r\n") == std::string::npos) {
    return base::InvalidArgument(fmt::format("{} is empty", file_name));
  }
  const Connector* best = nullptr;
  const Connector* rival = nullptr;
  Confidence confidence = Confidence::kNone;
  for (const Connector* connector : All()) {
    const Confidence found = connector->Detect(head);
    if (found == Confidence::kNone || found < confidence) continue;
    rival = found == confidence ? best : nullptr;
    best = connector;
    confidence = found;
  }
  if (rival != nullptr) {
    return base::InvalidArgument(
        fmt::format("{}: {} and {} both know such content: say which with --connector NAME",
                    file_name, rival->name(), best->name()));
  }
  if (best != nullptr) return best;
  const std::string text = DecodeHead(head.substr(0, 4096));
  return base::InvalidArgument(fmt::format(
      "{}: no connector knows this content, which begins with {}. A bank's CSV needs a mapping "
      "profile (--profile FILE); `tieout help formats` lists what is read",
      file_name, base::Quoted(std::string_view(text).substr(0, text.find_first_of("\r\n")))));
}

}  // namespace tieout::connectors
