// A home's pages: what they hold by index.
#include <algorithm>

#include "engine/matching/state.h"

namespace tieout::matching {

const Detail* EntryPage::detail(uint32_t entry) const {
  if (!entries[entry].has_detail) return nullptr;
  return &*std::lower_bound(details.begin(), details.end(), entry,
                            [](const Detail& d, uint32_t e) { return d.entry < e; });
}

// Of the last entry; details come in the entries' order.
Detail& EntryPage::MakeDetail(uint32_t entry) {
  if (entries[entry].has_detail) return *const_cast<Detail*>(detail(entry));
  entries[entry].has_detail = 1;
  Detail& made = details.emplace_back();
  made.entry = entry;
  return made;
}

void EntryPage::IndexEntry(uint32_t entry) {
  index.by_id.Add(
      entry, [&](uint32_t i) { return entries[i].id.low; },
      [&](uint32_t a, uint32_t b) { return entries[a].id == entries[b].id; });
  index.by_entry.Add(
      entry, [&](uint32_t i) { return entries[i].entry; },
      [&](uint32_t a, uint32_t b) { return entries[a].entry == entries[b].entry; });
}

void EntryPage::IndexPayment(uint32_t payment) {
  index.by_payment.Add(
      payment, [&](uint32_t i) { return payments[i].payment; },
      [&](uint32_t a, uint32_t b) { return payments[a].payment == payments[b].payment; });
}

void EntryPage::BuildIndex() {
  index = {};
  for (uint32_t i = 0; i < entries.size(); ++i) IndexEntry(i);
  for (uint32_t i = 0; i < payments.size(); ++i) IndexPayment(i);
  index.built = true;
}

void ItemsPage::Add(uint64_t ordinal, Minor amount) {
  if (items.empty() || items.back().ordinal < ordinal) {
    items.push_back({ordinal, amount});
    return;
  }
  const auto at = std::lower_bound(items.begin(), items.end(), ordinal,
                                   [](const Item& i, uint64_t o) { return i.ordinal < o; });
  if (at->ordinal != ordinal) items.insert(at, {ordinal, amount});
}

void ItemsPage::Remove(uint64_t ordinal) {
  const auto at = std::lower_bound(items.begin(), items.end(), ordinal,
                                   [](const Item& i, uint64_t o) { return i.ordinal < o; });
  if (at != items.end() && at->ordinal == ordinal) items.erase(at);
}

}  // namespace tieout::matching
