#include "engine/codec/reader.h"

namespace tieout::codec {
namespace {

// What google.protobuf.Timestamp allows: the years 1 to 9999.
constexpr int64_t kFirstSecond = -62'135'596'800;
constexpr int64_t kLastSecond = 253'402'300'799;
constexpr int32_t kNanosPerSecond = 1'000'000'000;
constexpr int32_t kNanosPerMicro = 1000;

}  // namespace

base::Day Reader::DateFrom(std::string_view text) {
  if (text.empty()) return base::Day{};
  const std::optional<base::Day> day = base::ParseDay(text);
  if (!day) Refuse(fmt::format("{} is no date; write it as 2026-03-05", base::Quoted(text)));
  return day.value_or(base::Day{});
}

int64_t Reader::Join(const SplitMicros& split) {
  if (split.seconds < kFirstSecond || split.seconds > kLastSecond || split.nanos < 0 ||
      split.nanos >= kNanosPerSecond) {
    Refuse(fmt::format("{} s {} ns is no time between the years 1 and 9999", split.seconds,
                       split.nanos));
    return 0;
  }
  if (split.nanos % kNanosPerMicro != 0) {
    Refuse(fmt::format("{} ns is finer than a microsecond; round it at the source", split.nanos));
  }
  return split.seconds * base::kMicrosPerSecond + split.nanos / kNanosPerMicro;
}

void Reader::SkipUnknown() {
  const auto number = Number();
  in_.skip();
  if (Descriptor()->FindFieldByNumber(number) != nullptr) {
    Refuse("has another wire type than the schema says");
  } else {
    const std::string in = parent_ == nullptr ? Descriptor()->name() : parent_->Path();
    FindNewer(fmt::format("{} has a field {}", in, number));
  }
  Next();
}

void Reader::Refuse(std::string_view why) {
  if (findings_->refused.empty()) findings_->refused = fmt::format("{}: {}", Path(), why);
}

void Reader::FindNewer(std::string what) {
  if (findings_->newer.empty()) findings_->newer = std::move(what);
}

const google::protobuf::Descriptor* Reader::Descriptor() const {
  if (parent_ == nullptr) return schema_();
  const auto number = parent_->Number();
  return parent_->Descriptor()->FindFieldByNumber(number)->message_type();
}

std::string Reader::Path() const {
  const auto number = Number();
  const std::string name = Descriptor()->FindFieldByNumber(number)->name();
  return parent_ == nullptr ? name : fmt::format("{}.{}", parent_->Path(), name);
}

}  // namespace tieout::codec
