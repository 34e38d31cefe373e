// The only place that knows both protobuf's bytes and the ledger's plain values.
//
// Two readings of an event exist and a test holds them equal: views for the hot path (protozero,
// nothing copied) and generated code for JSON. Writers emit ascending field numbers, no maps and
// no defaults, so one value has one encoding.
//
// Errors: kDataLoss: these bytes are no event (a dead letter). kFailedPrecondition: an event of a
// kind or semantics number this build doesn't know; the caller must stop, never skip.
// Thread safety: all functions are pure.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/ledger/event.h"
#include "engine/ledger/projection.h"
#include "engine/ledger/record.h"

namespace tieout::codec {

// The newest semantics number this build can fold.
inline constexpr uint32_t kSemanticsNumber = 1;

// `event`'s views point into `bytes`. Unknown fields below 20 are an error (kFailedPrecondition).
absl::Status DecodeEvent(std::string_view bytes, ledger::Event* event);
std::string EncodeEvent(const ledger::Event& event);

// The schema's own JSON form, one object, no newline. Unknown names are errors.
absl::StatusOr<std::string> EventFromJson(std::string_view json);  // -> wire bytes
absl::StatusOr<std::string> EventToJson(std::string_view wire);

std::string EncodeRecord(const ledger::Record& record);
absl::StatusOr<ledger::Record> DecodeRecord(std::string_view bytes);
std::string RecordToJson(const ledger::Record& record);

std::string EncodeDeadLetter(const ledger::DeadLetter& letter);
absl::StatusOr<ledger::DeadLetter> DecodeDeadLetter(std::string_view bytes);
std::string DeadLetterToJson(const ledger::DeadLetter& letter);

std::string EncodeProgress(const ledger::Progress& progress);
absl::StatusOr<ledger::Progress> DecodeProgress(std::string_view bytes);

std::string SellerToJson(const ledger::SellerProjection& seller);

}  // namespace tieout::codec
