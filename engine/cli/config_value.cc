#include "engine/cli/config_value.h"

#include <charconv>
#include <sstream>
#include <utility>

#include "engine/base/text.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

std::string Shown(const toml::node& node) {
  std::ostringstream text;
  if (node.is_table()) return "a table";
  if (node.is_array()) return "a list";
  node.visit([&](const auto& value) {
    if constexpr (toml::is_value<decltype(value)>) text << value.get();
  });
  return base::Quoted(text.str());
}

// Number and unit of "64MiB"; false when it isn't that.
bool Split(std::string_view text, uint64_t* number, std::string_view* unit) {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, *number);
  if (error != std::errc() || rest == text.data()) return false;
  *unit = std::string_view(rest, end - rest);
  while (unit->starts_with(' ')) unit->remove_prefix(1);
  return true;
}

template <size_t N>
bool Scale(const std::pair<std::string_view, uint64_t> (&units)[N], std::string_view text,
           uint64_t* scaled) {
  uint64_t number = 0;
  std::string_view unit;
  if (!Split(text, &number, &unit)) return false;
  for (const auto& [name, factor] : units) {
    if (name == unit) return !__builtin_mul_overflow(number, factor, scaled);
  }
  return false;
}

}  // namespace

absl::Status ConfigValue::Wrong(std::string_view expected) const {
  return base::InvalidArgument(
      fmt::format("{}: {} = {}: it is {}", where, key, Shown(node), expected));
}

absl::StatusOr<std::string> ConfigValue::Text() const {
  if (const auto* text = node.as_string()) return text->get();
  return Wrong("a text in quotes");
}

absl::StatusOr<uint64_t> ConfigValue::Number(uint64_t maximum) const {
  const auto* number = node.as_integer();
  if (number == nullptr || number->get() < 0 || static_cast<uint64_t>(number->get()) > maximum) {
    return Wrong(fmt::format("a whole number from 0 to {}", maximum));
  }
  return static_cast<uint64_t>(number->get());
}

absl::StatusOr<bool> ConfigValue::YesNo() const {
  if (const auto* flag = node.as_boolean()) return flag->get();
  return Wrong("true or false");
}

absl::StatusOr<uint64_t> ConfigValue::Bytes() const {
  static constexpr std::pair<std::string_view, uint64_t> kUnits[] = {
      {"", 1},      {"KiB", 1u << 10}, {"MiB", 1u << 20},    {"GiB", 1u << 30},
      {"kB", 1000}, {"MB", 1'000'000}, {"GB", 1'000'000'000}};
  constexpr std::string_view kExpected = "a size like \"512MiB\", or a number of bytes";
  if (const auto* number = node.as_integer(); number != nullptr && number->get() >= 0) {
    return static_cast<uint64_t>(number->get());
  }
  uint64_t bytes = 0;
  const auto* text = node.as_string();
  if (text == nullptr || !Scale(kUnits, text->get(), &bytes)) return Wrong(kExpected);
  return bytes;
}

absl::StatusOr<std::chrono::milliseconds> ConfigValue::Milliseconds() const {
  static constexpr std::pair<std::string_view, uint64_t> kUnits[] = {
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};
  uint64_t milliseconds = 0;
  const auto* text = node.as_string();
  if (text == nullptr || !Scale(kUnits, text->get(), &milliseconds) ||
      milliseconds > 86'400'000'000) {
    return Wrong("a duration like \"5ms\", \"10s\" or \"2m\"");
  }
  return std::chrono::milliseconds(milliseconds);
}

absl::StatusOr<std::vector<std::string>> ConfigValue::Texts() const {
  const toml::array* list = node.as_array();
  if (list == nullptr) return Wrong("a list of texts");
  std::vector<std::string> texts;
  for (const toml::node& element : *list) {
    const ConfigValue one{element, key, where, names};
    TIEOUT_ASSIGN_OR_RETURN(std::string text, one.AnyScalar());
    texts.push_back(std::move(text));
  }
  return texts;
}

absl::StatusOr<std::string> ConfigValue::AnyScalar() const {
  if (node.is_table() || node.is_array()) return Wrong("one value, not a table or list");
  std::ostringstream text;
  node.visit([&](const auto& value) {
    if constexpr (toml::is_boolean<decltype(value)>) {
      text << (value.get() ? "true" : "false");
    } else if constexpr (toml::is_value<decltype(value)>) {
      text << value.get();
    }
  });
  return text.str();
}

}  // namespace tieout::cli
