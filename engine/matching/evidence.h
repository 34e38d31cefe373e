// What a bank line's texts prove: which ids they cite and which providers they name.
//
// Text is cut into tokens of ASCII letters and digits, upper-cased. An id is evidence only as whole
// tokens: "po_1QX" is found in "STRIPE PO 1QX" and in "PO1QX", never inside "XPO1QX2".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tieout::matching {

using Tokens = std::vector<std::string>;

Tokens Tokenize(std::string_view text);
// All tokens in one, the way banks print ids whose separators they can't.
std::string Join(const Tokens& tokens);

// Words under which a provider is known on bank statements, upper case; the first is its own name.
std::vector<std::string_view> ProviderWords(std::string_view provider);
bool NamesProvider(const Tokens& text, std::string_view provider);
bool NamesAnyKnownProvider(const Tokens& text);

// The id stands in the text as whole tokens, and is long enough (8) or beside the provider's name
// or the whole text.
bool Cites(const Tokens& text, std::string_view id, std::string_view provider,
           bool whole_text_counts);

// Something in the text looks like a payout's id: PO and a token of 6 or more with a digit, or a
// number of 8 or more digits beside any known provider's name that is no date YYYYMMDD.
bool LooksLikePayoutId(const Tokens& text);

}  // namespace tieout::matching
