// The same log gives the same bytes and the same digest, wherever it is interrupted.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "engine/base/check.h"
#include "engine/codec/codec.h"
#include "tests/oracle/fold_subject.h"
#include "tests/properties/harness.h"
#include "tests/properties/world.h"

namespace tieout::properties {
namespace {

using oracle::FoldSubject;

std::string Compare(FoldSubject* one, FoldSubject* other) {
  const size_t records = std::min(one->record_bytes().size(), other->record_bytes().size());
  for (size_t i = 0; i < records; ++i) {
    if (one->record_bytes()[i] != other->record_bytes()[i]) {
      return fmt::format("record {} differs:\n{}\n{}", i, codec::RecordToJson(one->records()[i]),
                         codec::RecordToJson(other->records()[i]));
    }
  }
  if (one->record_bytes().size() != other->record_bytes().size()) {
    return fmt::format("{} and {} records", one->record_bytes().size(),
                       other->record_bytes().size());
  }
  if (one->Checkpoint() != other->Checkpoint()) return "the digests differ";
  return one->pages().pages() == other->pages().pages() ? "" : "the pages differ";
}

// What happens before an entry is its own chance, so that a shorter log keeps it.
std::string RestartsMatter(const Log& log, uint64_t seed) {
  FoldSubject straight(0);
  FoldSubject interrupted(0);
  for (const Entry& entry : log) {
    Apply(entry, &straight);
    const uint64_t chance = (base::HashBytes64(entry.key + entry.value) ^ seed) % 100;
    if (chance < 10) interrupted.Restart();
    if (chance >= 10 && chance < 15) interrupted.Checkpoint();
    if (chance >= 15 && chance < 20) interrupted.fold().Trim(4000);
    if (chance >= 20 && chance < 25) interrupted.fold().Trim(0);
    Apply(entry, &interrupted);
  }
  return Compare(&straight, &interrupted);
}

TEST(Determinism, RestartsCheckpointsAndTrimsChangeNothing) { HoldsForAll({}, RestartsMatter); }

// A checkpoint is of the moment it was frozen at, whatever the fold does until it is written.
std::string WritingLaterMatters(const Log& log, uint64_t seed) {
  FoldSubject straight(0);
  FoldSubject beside(0);
  Chance chance(seed);
  std::string digest;  // not empty: frozen
  std::map<std::string, std::string, std::less<>> pages;
  int left = 0;
  for (const Entry& entry : log) {
    if (!digest.empty() && left-- == 0) {
      if (beside.WriteFrozen() != std::exchange(digest, "")) return "the digests differ";
      if (beside.pages().pages() != pages) return "the pages differ";
    }
    if (digest.empty() && chance.Below(4) == 0) {
      digest = straight.Checkpoint();
      pages = straight.pages().pages();
      beside.Freeze();
      left = chance.Below(40);
    }
    if (chance.Below(8) == 0) beside.fold().Trim(0);
    Apply(entry, &straight);
    Apply(entry, &beside);
  }
  if (!digest.empty() && beside.WriteFrozen() != digest) return "the last digests differ";
  return Compare(&straight, &beside);
}

TEST(Determinism, WritingACheckpointLaterChangesNothing) { HoldsForAll({}, WritingLaterMatters); }

// All records of a log, gathered over batches of random size before they are looked at.
std::string Gathered(const Log& log, uint64_t seed, int largest_batch) {
  Chance chance(seed);
  oracle::MapPages pages;
  auto fold = matching::Fold::Open(0, &pages).value();
  matching::Output output;
  std::string bytes;
  const auto take = [&] {
    for (const ledger::Record& record : output.records) bytes += codec::EncodeRecord(record);
    for (const ledger::DeadLetter& letter : output.dead_letters) bytes += letter.error;
    output.Clear();
  };
  int left = 0;
  for (const Entry& entry : log) {
    if (left-- == 0) {
      take();
      left = chance.Below(largest_batch);
    }
    if (entry.kind == Entry::Kind::kPoison) {
      TIEOUT_CHECK(fold->ApplyPoison(entry.key, entry.value, "poison", &output).ok());
      continue;
    }
    ledger::Event event;
    TIEOUT_CHECK(codec::DecodeEvent(entry.value, &event).ok());
    TIEOUT_CHECK(fold->Apply(entry.key, event, &output).ok());
  }
  take();
  return bytes;
}

TEST(Determinism, BatchesDontMatter) {
  Taste taste;
  taste.poison = false;  // a dead letter stands beside the records, not among them
  HoldsForAll(
      taste,
      [](const Log& log, uint64_t seed) -> std::string {
        return Gathered(log, seed, 1) == Gathered(log, seed, 60) ? "" : "other records";
      },
      2);
}

// Two states are of one digest only if they are of one content: with a fact more or less the pages
// differ, and so must the digest.
TEST(Determinism, TheDigestTellsStatesApart) {
  HoldsForAll(
      {},
      [](const Log& log, uint64_t seed) -> std::string {
        FoldSubject whole(0);
        FoldSubject lacking(0);
        const size_t lost = seed % log.size();
        for (size_t i = 0; i < log.size(); ++i) {
          Apply(log[i], &whole);
          if (i != lost || log[i].must_stay) Apply(log[i], &lacking);
        }
        const bool same_digest = whole.Checkpoint() == lacking.Checkpoint();
        const bool same_pages = whole.pages().pages() == lacking.pages().pages();
        return same_digest == same_pages ? "" : fmt::format("without entry {}: one digest", lost);
      },
      4);
}

TEST(Determinism, AnyPageChangesTheDigest) {
  FoldSubject fold(0);
  for (const Entry& entry : RandomLog(first_seed, {})) Apply(entry, &fold);
  fold.Checkpoint();
  for (const auto& [key, value] : fold.pages().pages()) {
    for (const size_t place : {size_t{0}, value.size() / 2, value.size() - 1}) {
      std::string other = value;
      other[place] = static_cast<char>(other[place] ^ 1);
      EXPECT_NE(base::EntryDigest(key, value), base::EntryDigest(key, other));
    }
  }
}

}  // namespace
}  // namespace tieout::properties
