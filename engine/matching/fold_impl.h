// The fold's dispatch: an entry's way from the log to the levels (README.md, an entry's way).
#pragma once

#include "engine/matching/fold.h"
#include "engine/matching/memory.h"
#include "engine/matching/turn.h"

namespace tieout::matching {

class FoldImpl final : public Fold {
 public:
  FoldImpl(int partition, PageSource* pages) : partition_(partition), state_(pages) {}
  absl::Status Load() { return state_.Load(); }

  absl::Status Apply(std::string_view key, const ledger::Event& event, Output* out) override;
  absl::Status ApplyPoison(std::string_view key, std::string_view value, std::string_view error,
                           Output* out) override;
  void Freeze() override { state_.Freeze(); }
  absl::StatusOr<CheckpointData> WriteFrozen(PageSink* pages) override {
    return state_.WriteFrozen(pages);
  }
  void Thaw() override { state_.Thaw(); }
  void Trim(uint64_t bytes) override { state_.Trim(bytes); }
  FoldStats stats() const override;
  absl::StatusOr<std::vector<std::string>> Homes() override;
  absl::StatusOr<ledger::SellerProjection> Project(std::string_view home) override;

 private:
  absl::Status Begin(const ledger::Event& event, uint64_t ordinal, Output* out);
  absl::Status Configure(const ledger::Event& event);
  absl::Status Declare(const ledger::Event& event);
  absl::Status StartAccount(const ledger::Event& event);
  absl::Status Tick(const ledger::Tick& tick, std::string_view event_id, uint64_t ordinal,
                    Output* out);
  absl::StatusOr<bool> JudgeBucket(uint64_t bucket, const ledger::Tick& tick,
                                   std::string_view event_id, uint64_t ordinal, Output* out,
                                   size_t* budget);
  absl::Status Judge(Turn& turn, const Due& due);

  absl::StatusOr<std::string> HomeOf(const ledger::Event& event);
  absl::StatusOr<Cached<HomePage>*> OwnersHome(std::string_view key, const ledger::Event& event);
  absl::Status ApplyAtHome(std::string_view key, const ledger::Event& event, uint64_t ordinal,
                           Output* out);
  absl::Status ApplyFact(Turn& turn, const ledger::Event& event, uint64_t ordinal, uint64_t content,
                         const Hash128& id);
  absl::Status ApplyRowAt(Turn& turn, const ledger::Event& event, uint32_t row, uint64_t content,
                          const Hash128& id);
  absl::Status Item(Turn& turn, const ledger::Event& event, uint32_t account, Found kept);
  absl::Status Payout(Turn& turn, const ledger::Event& event, uint32_t account);
  absl::Status Deposit(Turn& turn, const ledger::Event& event, uint32_t account);
  absl::Status Spend(Turn& turn, const ledger::Event& event, uint32_t account);
  absl::Status Amend(Turn& turn, const ledger::Event& event, uint32_t account, Found kept);
  absl::Status AmendPayout(Turn& turn, const ledger::Event& event, uint32_t account);
  absl::Status Report(Turn& turn, const ledger::Event& event, uint32_t account);

  void SayInputTrouble(Turn& turn, const ledger::Event& event, std::string_view reason,
                       const Found* first);
  void Bury(std::string_view key, std::string_view reason, std::string error, uint64_t ordinal,
            Output* out);

  int partition_;
  State state_;
};

}  // namespace tieout::matching
