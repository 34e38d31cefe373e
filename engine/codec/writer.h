// Writes a message's fields as protobuf bytes: ascending numbers, no defaults, so that equal values
// have equal bytes on every compiler and protobuf version. Private to codec.
#pragma once

#include <optional>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/day.h"
#include "engine/codec/event_fields.h"
#include "engine/codec/instant.h"

namespace tieout::codec {

// A visitor of Fields().
class Writer {
 public:
  explicit Writer(std::string* buffer) : buffer_(buffer), out_(*buffer) {}
  // A message inside `parent`; left out altogether when nothing is written to it.
  Writer(Writer* parent, uint32_t number) : buffer_(parent->buffer_), out_(parent->out_, number) {}

  void Text(uint32_t number, std::string_view value) { Bytes(number, value); }
  void Bytes(uint32_t number, std::string_view value) {
    if (!value.empty()) Put(number, value);
  }
  void Unsigned(uint32_t number, uint64_t value) {
    if (value != 0) out_.add_uint64(number, value);
  }
  void Plain(uint32_t number, int64_t value) {
    if (value != 0) out_.add_int64(number, value);
  }
  void Signed(uint32_t number, int64_t value) {
    if (value != 0) out_.add_sint64(number, value);
  }
  void Signed(uint32_t number, const std::optional<int64_t>& value) {
    if (value) out_.add_sint64(number, *value);
  }
  void Flag(uint32_t number, bool value) {
    if (value) out_.add_bool(number, value);
  }
  template <typename E>
  void Enum(uint32_t number, E value, E) {
    if (value != E{}) out_.add_enum(number, static_cast<int32_t>(value));
  }
  void Date(uint32_t number, base::Day day) {
    if (day.is_set()) Put(number, base::FormatDay(day));
  }
  void Instant(uint32_t number, int64_t micros) { Message(number, SplitInstant(micros)); }

  template <typename M>
  void Message(uint32_t number, const M& message) {
    Writer nested(this, number);
    Fields(nested, message);
  }
  template <typename M>
  void OptionalMessage(uint32_t number, const std::optional<M>& message) {
    if (message) PutMessage(number, *message);
  }
  template <typename M>
  void Messages(uint32_t number, const std::vector<M>& messages) {
    for (const M& message : messages) PutMessage(number, message);
  }
  template <typename Alternative, typename Variant>
  void Body(uint32_t number, const Variant& body) {
    if (const auto* alternative = std::get_if<Alternative>(&body)) PutMessage(number, *alternative);
  }

  void Texts(uint32_t number, const std::vector<std::string_view>& values) {
    for (const std::string_view value : values) Put(number, value);
  }
  void Dates(uint32_t number, const std::vector<base::Day>& days) {
    for (const base::Day day : days) Put(number, base::FormatDay(day));
  }
  template <typename T>
  void Unsigneds(uint32_t number, const std::vector<T>& values) {
    out_.add_packed_uint64(number, values.begin(), values.end());
  }
  void Signeds(uint32_t number, const std::vector<int64_t>& values) {
    out_.add_packed_sint64(number, values.begin(), values.end());
  }

 private:
  void Put(uint32_t number, std::string_view value) {
    out_.add_bytes(number, value.data(), value.size());
  }
  // Where presence itself is the fact (a kind, a list's element), an empty message is written too.
  template <typename M>
  void PutMessage(uint32_t number, const M& message) {
    const size_t before = buffer_->size();
    Message(number, message);
    if (buffer_->size() == before) Put(number, "");
  }

  std::string* buffer_;
  protozero::pbf_writer out_;
};

template <typename M>
std::string Encode(const M& message, size_t size_hint) {
  std::string bytes;
  bytes.reserve(size_hint);
  Writer writer(&bytes);
  Fields(writer, message);
  return bytes;
}

}  // namespace tieout::codec
