#include "tests/oracle/said.h"

#include <fmt/format.h>

#include <algorithm>

namespace tieout::oracle {

Said SaidBy(const ledger::Record& record) {
  Said said{.seller_id = record.seller_id,
            .level = record.level,
            .status = record.status,
            .reason = record.reason,
            .rule_id = record.rule_id,
            .currency = record.currency,
            .expected = record.expected,
            .actual = record.actual};
  if (record.level == ledger::Level::kSource) {
    said.account = fmt::format("{}/{}", record.provider, record.merchant_account);
  }
  said.category = record.category;
  for (const ledger::Member& member : record.members) {
    said.members.push_back({member.event_id, member.allocated});
  }
  std::sort(said.members.begin(), said.members.end());
  return said;
}

std::string Describe(const Said& said) {
  std::string text = fmt::format(
      "{} {} {} {} {}: expected {} actual {} {}", said.seller_id, ledger::LevelName(said.level),
      ledger::StatusName(said.status), said.reason.empty() ? "-" : said.reason,
      said.rule_id.empty() ? "-" : said.rule_id, said.expected, said.actual, said.currency);
  if (!said.account.empty()) text += fmt::format(" of {}", said.account);
  if (!said.category.empty()) text += fmt::format(" for {}", said.category);
  for (const Share& share : said.members) {
    text += fmt::format(" [{} {}]", share.event_id, share.allocated);
  }
  return text;
}

End EndOf(const ledger::SellerProjection& projection) {
  End end;
  for (const ledger::AccountProjection& a : projection.accounts) {
    const Buckets buckets{a.pending, a.available, a.reserved,       a.in_transit,
                          a.paid,    a.bank,      a.bank_unmatched, a.sales,
                          a.fees,    a.refunds,   a.chargebacks,    a.adjustments};
    const std::string name = fmt::format("{}/{}/{}", a.provider, a.merchant_account, a.currency);
    for (const ledger::ExpenseTotal& total : a.expenses) {
      end.expenses[name + " " + total.category] = {total.count, total.amount};
    }
    if (buckets != Buckets{}) end.accounts[name] = buckets;
  }
  for (const ledger::OpenItem& item : projection.open_items) {
    end.open_items.push_back({item.event_id, item.amount, item.residual});
  }
  std::sort(end.open_items.begin(), end.open_items.end());
  return end;
}

std::string Describe(const End& end) {
  std::string text;
  for (const auto& [name, b] : end.accounts) {
    text += fmt::format(
        "{}: pending {} available {} reserved {} in transit {} paid {} bank {} unmatched {} "
        "sales {} fees {} refunds {} chargebacks {} adjustments {}\n",
        name, b.pending, b.available, b.reserved, b.in_transit, b.paid, b.bank, b.bank_unmatched,
        b.sales, b.fees, b.refunds, b.chargebacks, b.adjustments);
  }
  for (const auto& [name, total] : end.expenses) {
    text += fmt::format("{}: {} expenses of {}\n", name, total.first, total.second);
  }
  for (const Open& open : end.open_items) {
    text += fmt::format("open {} of {}: {}\n", open.residual, open.amount, open.event_id);
  }
  for (const Said& said : end.live) text += "live " + Describe(said) + "\n";
  return text;
}

}  // namespace tieout::oracle
