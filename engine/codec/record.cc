#include <fmt/format.h>

#include <protozero/exception.hpp>

#include "engine/codec/codec.h"
#include "engine/codec/reader.h"
#include "engine/codec/record_fields.h"
#include "engine/codec/writer.h"
#include "schemas/record.pb.h"

namespace tieout::codec {
namespace {

constexpr size_t kUsualRecordSize = 512;

template <typename Schema, typename M>
absl::StatusOr<M> Decode(std::string_view bytes) {
  M message;
  Findings findings;
  try {
    Reader(bytes, &Schema::descriptor, &findings).Read(message);
  } catch (const protozero::exception& e) {
    return base::DataLoss(fmt::format("these {} bytes are no {}: {}", bytes.size(),
                                      Schema::descriptor()->name(), e.what()));
  }
  if (!findings.refused.empty()) {
    return base::DataLoss(fmt::format("{}: {}", Schema::descriptor()->name(), findings.refused));
  }
  if (!findings.newer.empty()) {
    return base::FailedPrecondition(fmt::format(
        "{}, which this build doesn't know: it was written by a newer one, upgrade tieout",
        findings.newer));
  }
  return message;
}

}  // namespace

std::string EncodeRecord(const ledger::Record& record) { return Encode(record, kUsualRecordSize); }

absl::StatusOr<ledger::Record> DecodeRecord(std::string_view bytes) {
  return Decode<v1::Record, ledger::Record>(bytes);
}

std::string EncodeDeadLetter(const ledger::DeadLetter& letter) {
  // The error may quote the very bytes that are no UTF-8; a string field must be.
  if (base::IsUtf8(letter.error)) return Encode(letter, kUsualRecordSize + letter.value.size());
  ledger::DeadLetter readable = letter;
  readable.error = base::ToUtf8(letter.error);
  return Encode(readable, kUsualRecordSize + letter.value.size());
}

absl::StatusOr<ledger::DeadLetter> DecodeDeadLetter(std::string_view bytes) {
  return Decode<v1::DeadLetter, ledger::DeadLetter>(bytes);
}

std::string EncodeProgress(const ledger::Progress& progress) { return Encode(progress, 64); }

absl::StatusOr<ledger::Progress> DecodeProgress(std::string_view bytes) {
  return Decode<v1::Progress, ledger::Progress>(bytes);
}

}  // namespace tieout::codec
