// The fold as a subject: its records reduced to what is compared, its pages kept in a map. Also
// keeps what it wrote in full, for tests of bytes and digests.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/matching/fold.h"
#include "tests/oracle/subject.h"

namespace tieout::oracle {

// Pages in memory, as the last checkpoint left them.
class MapPages : public matching::PageSource, public matching::PageSink {
 public:
  absl::StatusOr<bool> Load(std::string_view key, std::string* value) override;
  absl::Status Put(std::string_view key, std::string_view value) override;
  const std::map<std::string, std::string, std::less<>>& pages() const { return pages_; }

 private:
  std::map<std::string, std::string, std::less<>> pages_;
};

class FoldSubject : public Subject {
 public:
  explicit FoldSubject(int partition);
  std::string_view name() const override { return "fold"; }
  Answer Apply(std::string_view key, std::string_view value) override;
  Answer ApplyPoison(std::string_view key, std::string_view value) override;
  void Restart() override;
  std::map<std::string, End> Ends() override;

  // Writes the dirty pages; returns the digest, in hex.
  std::string Checkpoint();
  // The same of when it was frozen; the fold may have gone on.
  void Freeze() { fold_->Freeze(); }
  std::string WriteFrozen();
  matching::Fold& fold() { return *fold_; }
  const MapPages& pages() const { return pages_; }
  // Of all records and dead letters so far, as the log's outputs keep them.
  const std::vector<std::string>& record_bytes() const { return record_bytes_; }
  const std::vector<ledger::Record>& records() const { return records_; }

 private:
  Answer Take();

  const int partition_;
  MapPages pages_;
  std::unique_ptr<matching::Fold> fold_;
  matching::Output output_;
  std::vector<std::string> record_bytes_;
  std::vector<ledger::Record> records_;
};

}  // namespace tieout::oracle
