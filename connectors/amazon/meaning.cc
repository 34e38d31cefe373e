#include "connectors/amazon/meaning.h"

#include <string>

namespace tieout::connectors::amazon {
namespace {

// amount-description of ItemFees.
constexpr Meaning kItemFees[] = {
    {"commission*", Becomes::kFee, "platform"},
    {"refundcommission*", Becomes::kFee, "platform"},
    {"fixedclosingfee*", Becomes::kFee, "platform"},
    {"variableclosingfee*", Becomes::kFee, "platform"},
    {"fba*", Becomes::kFee, "fulfilment"},
    {"shippingchargeback*", Becomes::kFee, "fulfilment"},
    {"giftwrapchargeback*", Becomes::kFee, "fulfilment"},
    {"salestaxservicefee*", Becomes::kFee, "tax_service"},
    {"digitalservicesfee*", Becomes::kFee, "platform"},
    {"technologyfee*", Becomes::kFee, "platform"},
};
// amount-description of what belongs to no order.
constexpr Meaning kOther[] = {
    {"current reserve amount", Becomes::kReserve, ""},
    {"previous reserve amount balance", Becomes::kReserve, ""},
    {"subscription fee*", Becomes::kFee, "subscription"},
    {"storage fee*", Becomes::kFee, "storage"},
    {"fba long term storage*", Becomes::kFee, "storage"},
    {"fba storage*", Becomes::kFee, "storage"},
    {"storagerenewalbilling", Becomes::kFee, "storage"},
    {"removalcomplete", Becomes::kFee, "fulfilment"},
    {"disposalcomplete", Becomes::kFee, "fulfilment"},
    {"shipping label purchase*", Becomes::kFee, "shipping_label"},
    {"payable to amazon", Becomes::kAdjustment, "topup"},
    {"successful charge", Becomes::kAdjustment, "topup"},
    {"debt*", Becomes::kAdjustment, "loan"},
    {"amazon capital services", Becomes::kAdjustment, "loan"},
    {"transfer of funds unsuccessful*", Becomes::kAdjustment, "returned_payout"},
    {"failed disbursement", Becomes::kAdjustment, "returned_payout"},
    {"nontransactional*", Becomes::kAdjustment, "correction"},
};
// amount-type, where it decides alone.
constexpr Meaning kAmountTypes[] = {
    {"itemwithheldtax", Becomes::kAdjustment, "tax"},
    {"cost of advertising", Becomes::kFee, "advertising"},
    {"couponredemptionfee", Becomes::kFee, "advertising"},
    {"coupon redemption fee", Becomes::kFee, "advertising"},
    {"lightning deal fee", Becomes::kFee, "advertising"},
    {"lightningdealfee", Becomes::kFee, "advertising"},
    {"vine enrollment fee*", Becomes::kFee, "advertising"},
    {"vineenrollmentfee*", Becomes::kFee, "advertising"},
    {"sellerreviewenrollmentpayment*", Becomes::kFee, "advertising"},
    {"run lightning deal fee", Becomes::kFee, "advertising"},
    {"fba inventory reimbursement", Becomes::kAdjustment, "reimbursement"},
    {"liquidations", Becomes::kAdjustment, "liquidation"},
    {"amazon shipping charges", Becomes::kFee, "shipping_label"},
};

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

Meaning MeaningOf(std::string_view transaction_type, std::string_view amount_type,
                  std::string_view amount_description, ledger::Minor amount) {
  const std::string type = NormalWord(transaction_type);
  const std::string what = NormalWord(amount_type);
  const std::string description = NormalWord(amount_description);
  if (what == "itemfees") {
    const Meaning fee = FindMeaning(kItemFees, description);
    return fee.becomes == Becomes::kFee ? fee : Meaning{"", Becomes::kFee, "other"};
  }
  const Meaning by_type = FindMeaning(kAmountTypes, what);
  if (by_type.detail != "unclassified") return by_type;
  const bool is_price = what == "itemprice" || what.starts_with("promotion");
  if (is_price && Contains(description, "tax")) return {"", Becomes::kAdjustment, "tax"};
  if (is_price) {
    if (Contains(type, "chargeback") || Contains(type, "a to z")) {
      return {"", amount < 0 ? Becomes::kChargebackOpened : Becomes::kChargebackWon, ""};
    }
    if (type.starts_with("refund")) return {"", Becomes::kRefund, ""};
    if (type.starts_with("order")) return {"", Becomes::kSale, ""};
  }
  const Meaning other = FindMeaning(kOther, description);
  if (other.detail != "unclassified") return other;
  // Coupons and deals name themselves in the transaction type only.
  const Meaning by_transaction = FindMeaning(kAmountTypes, type);
  if (by_transaction.detail != "unclassified") return by_transaction;
  if (type == "servicefee" || description.ends_with(" fee")) return {"", Becomes::kFee, "other"};
  return {};
}

}  // namespace tieout::connectors::amazon
