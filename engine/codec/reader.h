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

// A visitor of Fields(). Canonical bytes have ascending field numbers, as Fields() has: one sweep
// over it takes them all. Bytes in another order take more sweeps, and read the same.
class Reader {
 public:
  using Schema = const google::protobuf::Descriptor* (*)();

  // `schema` only serves to name fields in messages: asked for when something is wrong.
  Reader(std::string_view bytes, Schema schema, Findings* findings)
      : in_(bytes.data(), bytes.size()), schema_(schema), findings_(findings) {}

  // Repeated occurrences of a message merge, as protobuf's own parsers do it.
  template <typename M>
  void Read(M& message) {
    Next();
    while (key_ != kEnd) {
      taken_ = false;
      Fields(*this, message);
      if (!taken_) SkipUnknown();
    }
  }

  template <typename S>
  void Text(uint32_t number, S& value) {
    if (!At(number, kBytes)) return;
    value = Utf8();
    Next();
  }
  template <typename S>
  void Bytes(uint32_t number, S& value) {
    if (!At(number, kBytes)) return;
    value = View();
    Next();
  }
  template <typename T>
  void Unsigned(uint32_t number, T& value) {
    if (!At(number, kVarint)) return;
    value = static_cast<T>(in_.get_uint64());
    Next();
  }
  template <typename T>
  void Plain(uint32_t number, T& value) {
    if (!At(number, kVarint)) return;
    value = static_cast<T>(in_.get_int64());
    Next();
  }
  template <typename T>
  void Signed(uint32_t number, T& value) {
    if (!At(number, kVarint)) return;
    value = in_.get_sint64();
    Next();
  }
  void Signed(uint32_t number, int32_t& value) {
    if (!At(number, kVarint)) return;
    value = in_.get_sint32();
    Next();
  }
  void Flag(uint32_t number, bool& value) {
    if (!At(number, kVarint)) return;
    value = in_.get_uint64() != 0;
    Next();
  }
  template <typename E>
  void Enum(uint32_t number, E& value, E last) {
    if (!At(number, kVarint)) return;
    const uint64_t raw = in_.get_uint64();
    if (raw <= static_cast<uint64_t>(last)) {
      value = static_cast<E>(raw);
    } else {
      FindNewer(fmt::format("{} has the value {}", Path(), static_cast<int32_t>(raw)));
    }
    Next();
  }
  void Date(uint32_t number, base::Day& day) {
    if (!At(number, kBytes)) return;
    day = DateFrom(View());
    Next();
  }
  void Instant(uint32_t number, int64_t& micros) {
    if (!At(number, kBytes)) return;
    SplitMicros split = SplitInstant(micros);
    Nested().Read(split);
    micros = Join(split);
    Next();
  }

  template <typename M>
  void Message(uint32_t number, M& message) {
    if (!At(number, kBytes)) return;
    Nested().Read(message);
    Next();
  }
  template <typename M>
  void OptionalMessage(uint32_t number, std::optional<M>& message) {
    if (!At(number, kBytes)) return;
    if (!message) message.emplace();
    Nested().Read(*message);
    Next();
  }
  template <typename M>
  void Messages(uint32_t number, std::vector<M>& messages) {
    while (At(number, kBytes)) {
      Nested().Read(messages.emplace_back());
      Next();
    }
  }
  // Of several bodies the last one counts, as in protobuf's oneof.
  template <typename Alternative, typename Variant>
  void Body(uint32_t number, Variant& body) {
    if (!At(number, kBytes)) return;
    auto* alternative = std::get_if<Alternative>(&body);
    if (alternative == nullptr) alternative = &body.template emplace<Alternative>();
    Nested().Read(*alternative);
    Next();
  }

  void Texts(uint32_t number, std::vector<std::string_view>& values) {
    while (At(number, kBytes)) {
      values.push_back(Utf8());
      Next();
    }
  }
  void Dates(uint32_t number, std::vector<base::Day>& days) {
    while (At(number, kBytes)) {
      days.push_back(DateFrom(View()));
      Next();
    }
  }
  // Numbers of a list come packed or one by one; a reader must take both.
  template <typename T>
  void Unsigneds(uint32_t number, std::vector<T>& values) {
    if (At(number, kBytes)) {
      for (const uint64_t value : in_.get_packed_uint64()) values.push_back(static_cast<T>(value));
      Next();
    } else if (At(number, kVarint)) {
      values.push_back(static_cast<T>(in_.get_uint64()));
      Next();
    }
  }
  void Signeds(uint32_t number, std::vector<int64_t>& values) {
    if (At(number, kBytes)) {
      for (const int64_t value : in_.get_packed_sint64()) values.push_back(value);
      Next();
    } else if (At(number, kVarint)) {
      values.push_back(in_.get_sint64());
      Next();
    }
  }

 private:
  static constexpr auto kVarint = protozero::pbf_wire_type::varint;
  static constexpr auto kBytes = protozero::pbf_wire_type::length_delimited;
  static constexpr uint32_t kEnd = 0;  // no field has number 0

  Reader(const Reader* parent, std::string_view bytes)
      : in_(bytes.data(), bytes.size()), parent_(parent), findings_(parent->findings_) {}

  bool At(uint32_t number, protozero::pbf_wire_type type) const {
    return key_ == protozero::tag_and_type(number, type);
  }
  // Inlined by force: on the hot path, and just above what the compiler does by itself.
  [[gnu::always_inline]] void Next() {
    taken_ = true;
    key_ = in_.next() ? in_.tag_and_type() : kEnd;
  }
  std::string_view View() {
    const auto view = in_.get_view();
    return {view.data(), view.size()};
  }
  [[gnu::always_inline]] std::string_view Utf8() {
    const std::string_view text = View();
    if (!base::IsUtf8(text)) Refuse(fmt::format("{} is no UTF-8", base::Quoted(text)));
    return text;
  }
  Reader Nested() { return Reader(this, View()); }
  int Number() const { return static_cast<int>(key_ >> 3); }

  // Below: the slow side, when something is wrong.
  base::Day DateFrom(std::string_view text);
  int64_t Join(const SplitMicros& split);
  void SkipUnknown();
  void Refuse(std::string_view why);
  void FindNewer(std::string what);
  const google::protobuf::Descriptor* Descriptor() const;
  std::string Path() const;  // of the field at hand: "payout.arrival_date"

  protozero::pbf_reader in_;
  uint32_t key_ = kEnd;  // number and wire type of the field at hand
  bool taken_ = false;   // since the sweep began
  const Reader* parent_ = nullptr;
  Schema schema_ = nullptr;  // of the outermost message only
  Findings* findings_;
};

}  // namespace tieout::codec
