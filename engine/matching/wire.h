// Bytes of state pages. One function per struct lists its fields and serves both directions:
//
//   template <typename Archive> void Visit(Archive& a, Sample& s) { a(s.name); a(s.amount); }
//   std::string bytes = Pack(sample);          Unpack(bytes, &sample) -> false: not such bytes
//
// Integers are varints (signed ones zigzag), strings and vectors length first, maps in key order:
// one value has one encoding, which the state digest relies on. Vectors of structs without padding
// (Plain) are copied as they lie in memory, little endian. Not an exchange format: a page is
// read by the build that understands its semantics number, and can always be folded again.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "engine/base/day.h"
#include "engine/base/hash.h"

namespace tieout::matching {

static_assert(std::endian::native == std::endian::little, "pages copy plain structs");

// Structs whose every bit is value: copying their bytes is an encoding.
template <typename T>
concept Plain =
    std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T> && requires {
  T::kPlain;
};

class PageWriter {
 public:
  static constexpr bool kReading = false;

  // Takes over the string's memory.
  explicit PageWriter(std::string room = {}) : bytes_(std::move(room)) { bytes_.clear(); }

  template <typename T>
  void operator()(const T& value) {
    Put(value);
  }
  // The page's last field, written only where it holds something: pages from before it are read
  // as they are.
  template <typename T>
  void Rest(const T& value) {
    if (!value.empty()) Put(value);
  }
  std::string Take() { return std::move(bytes_); }

 private:
  void PutVarint(uint64_t v) {
    if (v < 0x80) {
      bytes_.push_back(static_cast<char>(v));
      return;
    }
    char buffer[10];
    size_t n = 0;
    for (; v >= 0x80; v >>= 7) buffer[n++] = static_cast<char>(v | 0x80);
    buffer[n++] = static_cast<char>(v);
    bytes_.append(buffer, n);
  }
  void PutFixed64(uint64_t v) { bytes_.append(reinterpret_cast<const char*>(&v), sizeof v); }
  template <std::unsigned_integral T>
  void Put(T v) {
    PutVarint(v);
  }
  template <std::signed_integral T>
  void Put(T v) {
    const int64_t w = v;
    PutVarint((static_cast<uint64_t>(w) << 1) ^ static_cast<uint64_t>(w >> 63));
  }
  // Zigzag in two halves: small sums take two bytes.
  void Put(__int128 v) {
    const auto z =
        (static_cast<unsigned __int128>(v) << 1) ^ static_cast<unsigned __int128>(v >> 127);
    PutVarint(static_cast<uint64_t>(z));
    PutVarint(static_cast<uint64_t>(z >> 64));
  }
  template <typename T>
  requires std::is_enum_v<T>
  void Put(T v) { PutVarint(static_cast<uint64_t>(v)); }
  void Put(base::Day d) { Put(d.days); }
  void Put(const base::Hash128& h) {
    PutFixed64(h.high);
    PutFixed64(h.low);
  }
  void Put(const std::string& s) {
    PutVarint(s.size());
    bytes_.append(s);
  }
  template <typename T>
  void Put(const std::optional<T>& o) {
    Put(uint8_t{o.has_value()});
    if (o) Put(*o);
  }
  template <typename T>
  void Put(const std::vector<T>& v) {
    PutVarint(v.size());
    if constexpr (Plain<T>) {
      bytes_.append(reinterpret_cast<const char*>(v.data()), v.size() * sizeof(T));
    } else {
      for (const T& x : v) Put(x);
    }
  }
  template <typename T, size_t N>
  void Put(const std::array<T, N>& v) {
    for (const T& x : v) Put(x);
  }
  template <typename T>
  void Put(const std::set<T>& v) {
    PutVarint(v.size());
    for (const T& x : v) Put(x);
  }
  template <typename T>
  void Put(const absl::btree_set<T>& v) {
    PutVarint(v.size());
    for (const T& x : v) Put(x);
  }
  template <typename K, typename V>
  void Put(const std::map<K, V>& m) {
    PutVarint(m.size());
    for (const auto& [k, v] : m) {
      Put(k);
      Put(v);
    }
  }
  template <typename T>
  requires requires(PageWriter& w, T& t) { Visit(w, t); }
  void Put(const T& v) {
    Visit(*this, const_cast<T&>(v));  // a writer changes nothing; one Visit serves both directions
  }

  std::string bytes_;
};

class PageReader {
 public:
  static constexpr bool kReading = true;

  explicit PageReader(std::string_view bytes) : rest_(bytes) {}
  template <typename T>
  void operator()(T& value) {
    Get(value);
  }
  template <typename T>
  void Rest(T& value) {
    value = T{};
    if (ok_ && !rest_.empty()) Get(value);
  }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  uint64_t GetVarint() {
    uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const uint8_t b = static_cast<uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      v |= uint64_t{b & 0x7fu} << shift;
      if (b < 0x80) return v;
    }
    ok_ = false;
    return 0;
  }
  uint64_t GetFixed64() {
    if (rest_.size() < 8) {
      ok_ = false;
      return 0;
    }
    uint64_t v = 0;
    std::memcpy(&v, rest_.data(), sizeof v);
    rest_.remove_prefix(sizeof v);
    return v;
  }
  // A count can't exceed the bytes left: each element takes at least one.
  size_t GetCount() {
    const uint64_t n = GetVarint();
    if (n > rest_.size()) {
      ok_ = false;
      return 0;
    }
    return n;
  }
  template <std::unsigned_integral T>
  void Get(T& v) {
    v = static_cast<T>(GetVarint());
  }
  template <std::signed_integral T>
  void Get(T& v) {
    const uint64_t z = GetVarint();
    v = static_cast<T>(static_cast<int64_t>(z >> 1) ^ -static_cast<int64_t>(z & 1));
  }
  void Get(__int128& v) {
    const uint64_t low = GetVarint();
    const uint64_t high = GetVarint();
    const auto z = (static_cast<unsigned __int128>(high) << 64) | low;
    v = static_cast<__int128>(z >> 1) ^ -static_cast<__int128>(z & 1);
  }
  template <typename T>
  requires std::is_enum_v<T>
  void Get(T& v) { v = static_cast<T>(GetVarint()); }
  void Get(base::Day& d) { Get(d.days); }
  void Get(base::Hash128& h) {
    h.high = GetFixed64();
    h.low = GetFixed64();
  }
  void Get(std::string& s) {
    const size_t n = GetCount();
    s.assign(rest_.substr(0, n));
    rest_.remove_prefix(n);
  }
  template <typename T>
  void Get(std::optional<T>& o) {
    uint8_t has = 0;
    Get(has);
    o.reset();
    if (has) Get(o.emplace());
  }
  template <typename T>
  void Get(std::vector<T>& v) {
    v.resize(GetCount());
    if constexpr (Plain<T>) {
      const size_t bytes = v.size() * sizeof(T);
      if (bytes > rest_.size()) {
        ok_ = false;
        return;
      }
      if (bytes > 0) std::memcpy(v.data(), rest_.data(), bytes);
      rest_.remove_prefix(bytes);
    } else {
      for (T& x : v) Get(x);
    }
  }
  template <typename T, size_t N>
  void Get(std::array<T, N>& v) {
    for (T& x : v) Get(x);
  }
  template <typename T>
  void Get(std::set<T>& v) {
    v.clear();
    for (size_t n = GetCount(); n > 0 && ok_; --n) {
      T x{};
      Get(x);
      v.insert(v.end(), std::move(x));
    }
  }
  template <typename T>
  void Get(absl::btree_set<T>& v) {
    v.clear();
    for (size_t n = GetCount(); n > 0 && ok_; --n) {
      T x{};
      Get(x);
      v.insert(v.end(), std::move(x));
    }
  }
  template <typename K, typename V>
  void Get(std::map<K, V>& m) {
    m.clear();
    for (size_t n = GetCount(); n > 0 && ok_; --n) {
      K k{};
      Get(k);
      Get(m[std::move(k)]);
    }
  }
  template <typename T>
  requires requires(PageReader& r, T& t) { Visit(r, t); }
  void Get(T& v) { Visit(*this, v); }

  std::string_view rest_;
  bool ok_ = true;
};

template <typename T>
std::string Pack(const T& value) {
  PageWriter writer;
  writer(value);
  return writer.Take();
}

// The same in place of what `bytes` holds, whose memory is used again.
template <typename T>
void PackInto(const T& value, std::string* bytes) {
  PageWriter writer(std::move(*bytes));
  writer(value);
  *bytes = writer.Take();
}

template <typename T>
bool Unpack(std::string_view bytes, T* value) {
  PageReader reader(bytes);
  reader(*value);
  return reader.done();
}

}  // namespace tieout::matching
