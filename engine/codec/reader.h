// Reads a message's fields from protobuf bytes, in place: strings become views of the bytes.
// Private to codec.
//
// Three things can be wrong, and they are told apart because the caller must: bytes that are no
// protobuf (protozero throws), a value no writer may write, and something only a newer build knows.
#pragma once

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <optional>
#include <protozero/pbf_reader.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/day.h"
#include "engine/base/text.h"
#include "engine/codec/event_fields.h"
#include "engine/codec/instant.h"

namespace tieout::codec {

// What a reader met on its way; the first of each.
struct Findings {
  std::string refused;  // a value no writer may write
  std::string newer;    // a field or enumerator this build doesn't know
};

// A visitor of Fields(). A method returns true when its field is the one at hand.
class Reader {
 public:
  // `schema` only serves to name fields in messages.
  Reader(std::string_view bytes, const google::protobuf::Descriptor* schema, Findings* findings)
      : in_(bytes.data(), bytes.size()), schema_(schema), findings_(findings) {}

  // Repeated occurrences of a message merge, as protobuf's own parsers do it.
  template <typename M>
  void Read(M& message) {
    while (in_.next()) {
      key_ = in_.tag_and_type();
      if (!Fields(*this, message)) SkipUnknown();
    }
  }

  template <typename S>
  bool Text(uint32_t number, S& value) {
    if (!At(number, kBytes)) return false;
    const std::string_view text = View();
    if (!base::IsUtf8(text)) Refuse(fmt::format("{} is no UTF-8", base::Quoted(text)));
    value = text;
    return true;
  }
  template <typename S>
  bool Bytes(uint32_t number, S& value) {
    if (!At(number, kBytes)) return false;
    value = View();
    return true;
  }
  template <typename T>
  bool Unsigned(uint32_t number, T& value) {
    if (!At(number, kVarint)) return false;
    value = static_cast<T>(in_.get_uint64());
    return true;
  }
  template <typename T>
  bool Plain(uint32_t number, T& value) {
    if (!At(number, kVarint)) return false;
    value = static_cast<T>(in_.get_int64());
    return true;
  }
  template <typename T>
  bool Signed(uint32_t number, T& value) {
    if (!At(number, kVarint)) return false;
    value = in_.get_sint64();
    return true;
  }
  bool Signed(uint32_t number, int32_t& value) {
    if (!At(number, kVarint)) return false;
    value = in_.get_sint32();
    return true;
  }
  bool Flag(uint32_t number, bool& value) {
    if (!At(number, kVarint)) return false;
    value = in_.get_uint64() != 0;
    return true;
  }
  template <typename E>
  bool Enum(uint32_t number, E& value, E last) {
    if (!At(number, kVarint)) return false;
    const uint64_t raw = in_.get_uint64();
    if (raw > static_cast<uint64_t>(last)) {
      FindNewer(fmt::format("{} has the value {}", Path(), static_cast<int32_t>(raw)));
    } else {
      value = static_cast<E>(raw);
    }
    return true;
  }
  bool Date(uint32_t number, base::Day& day) {
    if (!At(number, kBytes)) return false;
    day = DateFrom(View());
    return true;
  }
  bool Instant(uint32_t number, int64_t& micros) {
    if (!At(number, kBytes)) return false;
    SplitMicros split = SplitInstant(micros);
    Nested().Read(split);
    micros = Join(split);
    return true;
  }

  template <typename M>
  bool Message(uint32_t number, M& message) {
    if (!At(number, kBytes)) return false;
    Nested().Read(message);
    return true;
  }
  template <typename M>
  bool OptionalMessage(uint32_t number, std::optional<M>& message) {
    if (!At(number, kBytes)) return false;
    if (!message) message.emplace();
    Nested().Read(*message);
    return true;
  }
  template <typename M>
  bool Messages(uint32_t number, std::vector<M>& messages) {
    if (!At(number, kBytes)) return false;
    Nested().Read(messages.emplace_back());
    return true;
  }
  // Of several bodies the last one counts, as in protobuf's oneof.
  template <typename Alternative, typename Variant>
  bool Body(uint32_t number, Variant& body) {
    if (!At(number, kBytes)) return false;
    auto* alternative = std::get_if<Alternative>(&body);
    if (alternative == nullptr) alternative = &body.template emplace<Alternative>();
    Nested().Read(*alternative);
    return true;
  }

  bool Texts(uint32_t number, std::vector<std::string_view>& values) {
    if (!At(number, kBytes)) return false;
    return Text(number, values.emplace_back());
  }
  bool Dates(uint32_t number, std::vector<base::Day>& days) {
    if (!At(number, kBytes)) return false;
    days.push_back(DateFrom(View()));
    return true;
  }
  // Numbers of a list come packed or one by one; a reader must take both.
  template <typename T>
  bool Unsigneds(uint32_t number, std::vector<T>& values) {
    if (At(number, kVarint)) {
      values.push_back(static_cast<T>(in_.get_uint64()));
      return true;
    }
    if (!At(number, kBytes)) return false;
    for (const uint64_t value : in_.get_packed_uint64()) values.push_back(static_cast<T>(value));
    return true;
  }
  bool Signeds(uint32_t number, std::vector<int64_t>& values) {
    if (At(number, kVarint)) {
      values.push_back(in_.get_sint64());
      return true;
    }
    if (!At(number, kBytes)) return false;
    for (const int64_t value : in_.get_packed_sint64()) values.push_back(value);
    return true;
  }

 private:
  static constexpr auto kVarint = protozero::pbf_wire_type::varint;
  static constexpr auto kBytes = protozero::pbf_wire_type::length_delimited;

  Reader(const Reader* parent, std::string_view bytes)
      : in_(bytes.data(), bytes.size()),
        parent_(parent),
        schema_(nullptr),
        findings_(parent->findings_) {}

  bool At(uint32_t number, protozero::pbf_wire_type type) const {
    return key_ == protozero::tag_and_type(number, type);
  }
  std::string_view View() {
    const auto view = in_.get_view();
    return {view.data(), view.size()};
  }
  Reader Nested() { return Reader(this, View()); }

  int Number() const { return static_cast<int>(key_ >> 3); }

  // Below: the slow side, when something is wrong.
  base::Day DateFrom(std::string_view text);
  int64_t Join(const SplitMicros& split);
  void SkipUnknown();
  void Refuse(std::string_view why);
  void FindNewer(std::string what);
  const google::protobuf::Descriptor* Schema() const;
  std::string Path() const;  // of the field at hand: "payout.arrival_date"

  protozero::pbf_reader in_;
  uint32_t key_ = 0;  // number and wire type of the field at hand; protozero forgets it when read
  const Reader* parent_ = nullptr;
  const google::protobuf::Descriptor* schema_;
  Findings* findings_;
};

}  // namespace tieout::codec
