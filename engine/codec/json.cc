// The schema's own JSON form, by the generated code: names as in the .proto files, 64-bit numbers
// as strings, bytes in base64, times in RFC 3339.
#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include "engine/base/check.h"
#include "engine/base/text.h"
#include "engine/codec/codec.h"
#include "engine/codec/record_fields.h"
#include "engine/codec/writer.h"
#include "schemas/event.pb.h"
#include "schemas/projection.pb.h"
#include "schemas/record.pb.h"

namespace tieout::codec {
namespace {

namespace util = google::protobuf::util;

enum class Zeros { kLeftOut, kShown };

// `wire` is our own encoder's, so a failure is our bug.
template <typename Schema>
std::string ToJson(std::string_view wire, Zeros zeros) {
  Schema message;
  TIEOUT_CHECK(message.ParseFromArray(wire.data(), static_cast<int>(wire.size())));
  util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = zeros == Zeros::kShown;
  std::string json;
  TIEOUT_CHECK(util::MessageToJsonString(message, &json, options).ok());
  return json;
}

// The parser's message goes on with the text itself and a caret below the place.
template <typename StringPiece>
std::string_view FirstLine(StringPiece text) {
  const std::string_view view(text.data(), text.size());
  return view.substr(0, view.find('\n'));
}

}  // namespace

absl::StatusOr<std::string> EventFromJson(std::string_view json) {
  v1::Event message;
  util::JsonParseOptions options;
  options.ignore_unknown_fields = false;
  const auto parsed = util::JsonStringToMessage({json.data(), json.size()}, &message, options);
  if (!parsed.ok()) {
    return base::InvalidArgument(
        fmt::format("{} is no event in JSON: {}", base::Quoted(json), FirstLine(parsed.message())));
  }
  const std::string wire = message.SerializeAsString();
  ledger::Event event;
  if (const absl::Status decoded = DecodeEvent(wire, &event); !decoded.ok()) {
    // Here the bytes are ours and the values the caller's.
    return absl::IsDataLoss(decoded) ? base::InvalidArgument(base::Message(decoded)) : decoded;
  }
  return EncodeEvent(event);
}

absl::StatusOr<std::string> EventToJson(std::string_view wire) {
  ledger::Event event;
  TIEOUT_RETURN_IF_ERROR(DecodeEvent(wire, &event));
  return ToJson<v1::Event>(wire, Zeros::kLeftOut);
}

std::string RecordToJson(const ledger::Record& record) {
  return ToJson<v1::Record>(EncodeRecord(record), Zeros::kLeftOut);
}

std::string DeadLetterToJson(const ledger::DeadLetter& letter) {
  return ToJson<v1::DeadLetter>(EncodeDeadLetter(letter), Zeros::kLeftOut);
}

std::string SellerToJson(const ledger::SellerProjection& seller) {
  // A balance of nought is an answer, not an absence.
  return ToJson<v1::SellerProjection>(Encode(seller, 4096), Zeros::kShown);
}

}  // namespace tieout::codec
