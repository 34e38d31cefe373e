// The list of providers that are asked. A new one is a file beside this one and a line here.
#include "engine/pull/providers.h"

#include <array>

#include "engine/pull/provider.h"

namespace tieout::pull {

std::span<const Provider* const> AllProviders() {
  static const std::array kAll = {&Adyen(),   &Ebay(),   &Etsy(),  &PayPal(),
                                  &Shopify(), &Square(), &Stripe()};
  return kAll;
}

const Provider* FindProvider(std::string_view name) {
  for (const Provider* provider : AllProviders()) {
    if (provider->name == name) return provider;
  }
  return nullptr;
}

std::string Encoded(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<uint8_t>(c);
    out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

std::string WithParameter(std::string_view path, std::string_view key, std::string_view value) {
  std::string out(path);
  out += path.find('?') == std::string_view::npos ? '?' : '&';
  out += key;
  out += '=';
  return out + Encoded(value);
}

}  // namespace tieout::pull
