#include <algorithm>

#include "engine/matching/fold.h"
#include "engine/matching/owners.h"

namespace tieout::matching {

std::string UnassignedHome(const ledger::AccountRef& account) {
  std::string home = "unassigned/";
  home += account.provider;
  home += '/';
  home += account.merchant_account;
  return home;
}

void AccountDirectory::Declare(const ledger::AccountRef& account,
                               const ledger::AccountOpened& opened) {
  std::string name(account.provider);
  name += '\x1f';
  name += account.merchant_account;
  auto it = std::lower_bound(accounts_.begin(), accounts_.end(), name,
                             [](const auto& a, const std::string& n) { return a.first < n; });
  if (it == accounts_.end() || it->first != name) it = accounts_.insert(it, {name, {}});
  AddOwner(&it->second, {opened.owner_from, std::string(opened.owner)});
}

std::string_view AccountDirectory::OwnerOn(const ledger::AccountRef& account, base::Day day) const {
  std::string name(account.provider);
  name += '\x1f';
  name += account.merchant_account;
  const auto it = std::lower_bound(accounts_.begin(), accounts_.end(), name,
                                   [](const auto& a, const std::string& n) { return a.first < n; });
  if (it == accounts_.end() || it->first != name) return {};
  const Ownership* owner = matching::OwnerOn(it->second, day);
  return owner == nullptr ? std::string_view() : owner->owner;
}

std::vector<std::string> AccountDirectory::Of(std::string_view provider) const {
  const std::string prefix = std::string(provider) + '\x1f';
  std::vector<std::string> found;
  for (const auto& [name, owners] : accounts_) {
    if (name.starts_with(prefix)) found.push_back(name.substr(prefix.size()));
  }
  return found;
}

std::string AccountDirectory::HomeOf(const ledger::Event& event) const {
  if (event.kind() == ledger::Kind::kSeller) return std::string(event.seller_id);
  const std::string_view owner = OwnerOn(event.account, base::DayOf(event.occurred_at_us));
  return owner.empty() ? UnassignedHome(event.account) : std::string(owner);
}

}  // namespace tieout::matching
