#include "tests/engine/codec/random_message.h"

#include <google/protobuf/descriptor.h>

#include <array>
#include <limits>
#include <string>
#include <unordered_set>

#include "engine/base/day.h"

namespace tieout::codec {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Random = std::mt19937_64;

bool IsDate(const FieldDescriptor& field) {
  static const std::unordered_set<std::string> kDates = {
      "available_on", "day",        "evidence_due", "release_on",  "arrival_date", "booking_date",
      "value_date",   "owner_from", "first_day",    "holidays",    "window_from",  "window_to",
      "opened_on",    "due_on",     "last_sale",    "last_payout", "due"};
  return kDates.contains(field.name());
}

// Numbers this build must know; others are a test of their own.
bool IsSemanticsNumber(const FieldDescriptor& field) {
  return field.full_name() == "tieout.v1.Event.semantics" ||
         field.full_name() == "tieout.v1.Log.semantics" ||
         field.full_name() == "tieout.v1.Semantics.number";
}

uint64_t RandomBits(Random& random) {
  static constexpr std::array<uint64_t, 5> kEdges = {0, 1, std::numeric_limits<int64_t>::max(),
                                                     uint64_t{1} << 63, ~uint64_t{0}};
  if (random() % 8 == 0) return kEdges[random() % kEdges.size()];
  return random() >> (random() % 64);
}

std::string RandomText(Random& random) {
  static constexpr std::array<const char*, 8> kPieces = {"a",  "po_", "/", "%2F",
                                                         "\n", "ü",   "€", "💶"};
  std::string text;
  for (uint64_t left = random() % 6; left > 0; --left) text += kPieces[random() % kPieces.size()];
  return text;
}

std::string RandomBytes(Random& random) {
  std::string bytes(random() % 40, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

std::string RandomDate(Random& random) {
  return base::FormatDay(base::Day{static_cast<int32_t>(random() % 3'600'000) - 700'000});
}

std::string RandomString(Random& random, const FieldDescriptor& field) {
  if (IsDate(field)) return RandomDate(random);
  return field.type() == FieldDescriptor::TYPE_BYTES ? RandomBytes(random) : RandomText(random);
}

// Presence says something: a kind, or a part of a rule that is there or not.
bool PresenceCounts(const FieldDescriptor& field) {
  return field.real_containing_oneof() != nullptr || field.name() == "bank_match" ||
         field.name() == "fee_schedule" ||
         (field.name() == "expense" && field.containing_type()->name() == "Rule");
}

void FillTimestamp(Random& random, Message* timestamp) {
  const auto* type = timestamp->GetDescriptor();
  const auto* reflection = timestamp->GetReflection();
  const auto seconds = static_cast<int64_t>(random() % 315'537'897'600) - 62'135'596'800;
  reflection->SetInt64(timestamp, type->FindFieldByName("seconds"), seconds);
  reflection->SetInt32(timestamp, type->FindFieldByName("nanos"),
                       static_cast<int32_t>(random() % 1'000'000) * 1000);
}

void AddElement(Random& random, const FieldDescriptor* field, Message* message) {
  const auto* reflection = message->GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->AddString(message, field, RandomString(random, *field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection->AddUInt32(message, field, static_cast<uint32_t>(RandomBits(random)));
    case FieldDescriptor::CPPTYPE_UINT64:
      return reflection->AddUInt64(message, field, RandomBits(random));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection->AddInt64(message, field, static_cast<int64_t>(RandomBits(random)));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return FillAtRandom(random, reflection->AddMessage(message, field));
    default:
      std::abort();  // a type the schema didn't have when this was written
  }
}

void SetField(Random& random, const FieldDescriptor* field, Message* message) {
  const auto* reflection = message->GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->SetString(message, field, RandomString(random, *field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->SetBool(message, field, random() % 2 == 0);
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection->SetUInt32(
          message, field,
          static_cast<uint32_t>(IsSemanticsNumber(*field) ? random() % 2 : RandomBits(random)));
    case FieldDescriptor::CPPTYPE_UINT64:
      return reflection->SetUInt64(message, field, RandomBits(random));
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection->SetInt32(message, field, static_cast<int32_t>(RandomBits(random)));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection->SetInt64(message, field, static_cast<int64_t>(RandomBits(random)));
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection->SetEnumValue(
          message, field, static_cast<int>(random() % field->enum_type()->value_count()));
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      Message* part = reflection->MutableMessage(message, field);
      FillAtRandom(random, part);
      if (part->ByteSizeLong() == 0 && !PresenceCounts(*field)) {
        reflection->ClearField(message, field);
      }
      return;
    }
    default:
      std::abort();
  }
}

}  // namespace

void FillAtRandom(Random& random, Message* message) {
  const auto* type = message->GetDescriptor();
  if (type->full_name() == "google.protobuf.Timestamp") return FillTimestamp(random, message);
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (field->real_containing_oneof() != nullptr || random() % 3 == 0) continue;
    if (!field->is_repeated()) {
      SetField(random, field, message);
      continue;
    }
    for (uint64_t left = random() % 4; left > 0; --left) AddElement(random, field, message);
  }
  for (int i = 0; i < type->real_oneof_decl_count(); ++i) {
    const auto* choice = type->oneof_decl(i);
    SetField(random, choice->field(static_cast<int>(random() % choice->field_count())), message);
  }
}

}  // namespace tieout::codec
