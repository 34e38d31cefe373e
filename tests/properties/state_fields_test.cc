// No field of a state entry can change without the digest changing: each leaf that Visit names is
// changed by itself in every page a random log leaves behind.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "engine/base/hash.h"
#include "engine/matching/state.h"
#include "engine/matching/wire.h"
#include "tests/oracle/fold_subject.h"
#include "tests/properties/harness.h"

namespace tieout::properties {
namespace {

// Visits a page's leaves in order and changes the one with this number.
class Changer {
 public:
  static constexpr bool kReading = true;
  explicit Changer(size_t wanted) : wanted_(wanted) {}
  template <typename T>
  void operator()(T& value) {
    Go(value);
  }
  template <typename T>
  void Rest(T& value) {
    Go(value);
  }
  bool changed() const { return changed_; }

 private:
  bool IsIt() { return next_++ == wanted_ && (changed_ = true); }
  template <std::integral T>
  void Go(T& v) {
    if (IsIt()) v = static_cast<T>(v ^ 1);
  }
  void Go(bool& v) {
    if (IsIt()) v = !v;
  }
  void Go(__int128& v) {
    if (IsIt()) v ^= 1;
  }
  template <typename T>
  requires std::is_enum_v<T>
  void Go(T& v) {
    if (IsIt()) v = static_cast<T>(static_cast<int>(v) ^ 1);
  }
  void Go(base::Day& d) { Go(d.days); }
  void Go(base::Hash128& h) {
    Go(h.high);
    Go(h.low);
  }
  void Go(std::string& s) {
    if (IsIt()) s += "x";
  }
  template <typename T>
  void Go(std::optional<T>& o) {
    if (IsIt()) {
      o.has_value() ? o.reset() : void(o.emplace());
    } else if (o) {
      Go(*o);
    }
  }
  template <typename T>
  void Go(std::vector<T>& v) {
    for (T& x : v) Go(x);
    if (IsIt()) v.emplace_back();
  }
  template <typename T, size_t N>
  void Go(std::array<T, N>& v) {
    for (T& x : v) Go(x);
  }
  template <typename Set>
  requires std::same_as<typename Set::key_type, typename Set::value_type>
  void Go(Set& v) {
    Set other;
    for (typename Set::key_type x : v) {
      Go(x);
      other.insert(std::move(x));
    }
    v = std::move(other);
  }
  template <typename K, typename V>
  void Go(std::map<K, V>& m) {
    std::map<K, V> other;
    for (auto& [key, value] : m) {
      K k = key;
      Go(k);
      Go(value);
      other.emplace(std::move(k), std::move(value));
    }
    m = std::move(other);
  }
  template <typename T>
  requires requires(Changer& c, T& t) { Visit(c, t); }
  void Go(T& v) { Visit(*this, v); }

  size_t wanted_;
  size_t next_ = 0;
  bool changed_ = false;
};

constexpr size_t kLeavesAPage = 400;  // enough for one of each; pages repeat themselves

template <typename Page>
void EachLeafCounts(const std::string& key, const std::string& bytes) {
  const auto digest = base::EntryDigest(key, bytes);
  for (size_t leaf = 0; leaf < kLeavesAPage; ++leaf) {
    Page page;
    ASSERT_TRUE(matching::Unpack(bytes, &page)) << key;
    Changer changer(leaf);
    changer(page);
    if (!changer.changed()) break;
    const std::string other = matching::Pack(page);
    ASSERT_NE(other, bytes) << "page " << key[0] << ", leaf " << leaf << " leaves no trace";
    ASSERT_NE(base::EntryDigest(key, other), digest);
  }
}

TEST(StateFields, EachLeafChangesTheDigest) {
  std::map<char, int> tried;
  for (uint64_t seed = first_seed; seed < first_seed + 5; ++seed) {
    oracle::FoldSubject fold(0);
    for (const Entry& entry : RandomLog(seed, {})) Apply(entry, &fold);
    fold.Checkpoint();
    for (const auto& [key, bytes] : fold.pages().pages()) {
      if (++tried[key[0]] > 40) continue;
      switch (key[0]) {
        case 'm':
          EachLeafCounts<matching::MetaPage>(key, bytes);
          break;
        case 'c':
          EachLeafCounts<matching::ConfigPage>(key, bytes);
          break;
        case 'a':
          EachLeafCounts<matching::OwnersPage>(key, bytes);
          break;
        case 'h':
          EachLeafCounts<matching::HomePage>(key, bytes);
          break;
        case 'e':
          EachLeafCounts<matching::EntryPage>(key, bytes);
          break;
        case 'f':
          EachLeafCounts<matching::FilterPage>(key, bytes);
          break;
        case 'i':
          EachLeafCounts<matching::ItemsPage>(key, bytes);
          break;
        case 't':
          EachLeafCounts<matching::BucketPage>(key, bytes);
          break;
        case 'n':
          EachLeafCounts<matching::HomesPage>(key, bytes);
          break;
        case 'z':
          break;  // the digest itself
        default:
          ADD_FAILURE() << "a page of an unknown kind: " << key[0];
      }
    }
  }
  for (const char kind : {'m', 'c', 'a', 'h', 'e', 'f', 'i', 'n'})
    EXPECT_GT(tried[kind], 0) << kind;
}

}  // namespace
}  // namespace tieout::properties
