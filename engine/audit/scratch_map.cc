#include "engine/audit/scratch_map.h"

#include <algorithm>
#include <vector>

#include "engine/base/check.h"

namespace tieout::audit {
namespace {

std::string PageKey(const base::Hash128& hash) {
  std::string key(sizeof hash, '\0');
  std::copy_n(reinterpret_cast<const char*>(&hash), sizeof hash, key.begin());
  return key;
}

}  // namespace

absl::StatusOr<std::string> ScratchMap::Get(std::string_view key) {
  const base::Hash128 hash = base::HashBytes128(key);
  const auto found = held_.find(hash);
  if (found != held_.end()) return found->second;
  std::string value;
  if (!spilled_->meta()) return value;  // nothing was ever written there
  TIEOUT_ASSIGN_OR_RETURN(const bool there, spilled_->Load(PageKey(hash), &value));
  if (!there) value.clear();
  return value;
}

absl::Status ScratchMap::Put(std::string_view key, std::string value) {
  TIEOUT_CHECK(!value.empty());
  held_[base::HashBytes128(key)] = std::move(value);
  return held_.size() < held_at_most_ ? absl::OkStatus() : Spill();
}

absl::Status ScratchMap::Spill() {
  std::vector<store::PageWrite> pages;
  pages.reserve(held_.size());
  for (auto& [hash, value] : held_) pages.push_back({PageKey(hash), std::move(value)});
  held_.clear();
  std::sort(pages.begin(), pages.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  return spilled_->Write(store::Meta{}, pages);
}

}  // namespace tieout::audit
