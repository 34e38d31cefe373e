#include "engine/matching/home_filter.h"

#include <algorithm>

namespace tieout::matching {
namespace {

// Ids in the largest piece that is written with the home, in a generation's first part, and in its
// others: with four bytes an id a checkpoint writes at most 4 MiB of a home's filter anew.
constexpr uint64_t kInHome = 16'384;
constexpr uint64_t kFirstPart = 131'072;
constexpr uint64_t kPart = 1'048'576;

}  // namespace

absl::StatusOr<HomeFilter::Parts*> HomeFilter::Load() {
  const HomePage& home = turn_.cached.page;
  Parts& parts = turn_.hot().parts;
  for (size_t i = parts.size(); i < home.filter_parts.size(); ++i) {
    TIEOUT_ASSIGN_OR_RETURN(Cached<FilterPartPage>* const part,
                            turn_.state.FilterPart(home.home, home.filter_parts[i].number));
    parts.push_back(part);
  }
  return &parts;
}

absl::StatusOr<bool> HomeFilter::MayHold(const Hash128& id) {
  const HomePage& home = turn_.cached.page;
  if (home.filter.MayHold(id)) return true;
  if (home.filter_parts.empty()) return false;
  TIEOUT_ASSIGN_OR_RETURN(Parts* const parts, Load());
  for (Cached<FilterPartPage>* part : *parts) {
    turn_.state.Use(part);
    if (part->page.ids.MayHold(id)) return true;
  }
  return false;
}

absl::Status HomeFilter::Insert(const Hash128& id, int32_t generation) {
  HomePage& home = turn_.home();
  if (home.filter.TryInsert(id, generation, kInHome)) return absl::OkStatus();
  TIEOUT_ASSIGN_OR_RETURN(Parts* const parts, Load());
  const auto last = std::find_if(home.filter_parts.rbegin(), home.filter_parts.rend(),
                                 [&](const FilterPart& p) { return p.generation == generation; });
  if (last != home.filter_parts.rend()) {
    Cached<FilterPartPage>* const part =
        (*parts)[static_cast<size_t>(home.filter_parts.rend() - last) - 1];
    if (part->page.ids.HasRoom()) {
      Touch(part);
      part->page.ids.Insert(id);
      return absl::OkStatus();
    }
  }
  TIEOUT_RETURN_IF_ERROR(AddPart(generation, parts));
  parts->back()->page.ids.Insert(id);
  return absl::OkStatus();
}

absl::Status HomeFilter::AddPart(int32_t generation, Parts* parts) {
  HomePage& home = turn_.home();
  const bool is_first =
      std::none_of(home.filter_parts.begin(), home.filter_parts.end(),
                   [&](const FilterPart& p) { return p.generation == generation; });
  const uint32_t number = home.filter_parts.empty() ? 0 : home.filter_parts.back().number + 1;
  TIEOUT_ASSIGN_OR_RETURN(Cached<FilterPartPage>* const part,
                          turn_.state.FilterPart(home.home, number));
  const uint64_t capacity = is_first ? kFirstPart : kPart;
  Touch(part);
  part->page.ids.Reserve(capacity);
  turn_.state.Grow(4 * capacity);
  home.filter_parts.push_back({generation, number});
  parts->push_back(part);
  return absl::OkStatus();
}

absl::Status HomeFilter::DropBefore(int32_t generation) {
  HomePage& home = turn_.home();
  home.filter.DropBefore(generation);
  const auto is_old = [&](const FilterPart& p) { return p.generation < generation; };
  for (const FilterPart& old : home.filter_parts) {
    if (!is_old(old)) continue;
    TIEOUT_ASSIGN_OR_RETURN(Cached<FilterPartPage>* const part,
                            turn_.state.FilterPart(home.home, old.number));
    Drop(part);
  }
  if (std::erase_if(home.filter_parts, is_old) > 0) turn_.hot().parts.clear();
  return absl::OkStatus();
}

}  // namespace tieout::matching
