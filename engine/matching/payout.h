// Level payout: the items a payout claims against its amount.
#pragma once

#include "engine/matching/index_set.h"
#include "engine/matching/memory.h"
#include "engine/matching/turn.h"

namespace tieout::matching {

class PayoutLevel {
 public:
  explicit PayoutLevel(Turn& turn) : turn_(turn) {}

  // The payout of this entry (provider/merchant account/payout id) in the account's currency, made
  // unseen when unknown. `is_complete`: nothing more is told of it in this turn, so that the bank's
  // level may judge what it means.
  absl::StatusOr<uint32_t> PayoutOf(std::string_view entry, uint32_t account,
                                    bool is_complete = true);
  // The payout that an item of this account (whose index is `index`) names by its id.
  absl::StatusOr<uint32_t> NamedBy(const ledger::AccountRef& account, std::string_view payout_id,
                                   uint32_t index);
  // The item moves to a payout (kNone: to none), and the lists concerned are checked.
  absl::Status Move(Entry& item, uint32_t payout);
  // The same for several items that move at once: their lists are checked after the last.
  absl::Status Move(Entry& item, uint32_t payout, IndexSet* changed);
  absl::Status CheckAll(const IndexSet& payouts);
  // After its state, list mark or items changed (kList), which settles anew; after its deadline
  // moved; at a tick.
  enum class Why : uint8_t { kList, kDeadline, kTick };
  absl::Status Check(uint32_t payout, Why why);

 private:
  absl::Status Say(uint32_t payout, ledger::Record record);
  absl::Status TakeBack(uint32_t payout);
  absl::Status NameCulprit(uint32_t payout, ledger::Record* record);
  absl::Status Count(const Entry& item, uint32_t payout, int sign);
  absl::StatusOr<Cached<ItemsPage>*> ItemsOf(uint32_t payout);

  Turn& turn_;
};

// "provider/merchant account/payout id" of a payout event, or of the payout an item names.
std::string PayoutEntry(const ledger::AccountRef& account, std::string_view payout_id);

}  // namespace tieout::matching
