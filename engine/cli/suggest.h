// "unknown key 'fsinc': did you mean 'fsync'?"
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tieout::cli {

// Levenshtein distance in bytes.
int EditDistance(std::string_view a, std::string_view b);

// The nearest of `known`, first of equals; empty when none is near enough to be a slip of the
// finger (a third of the word's length, at least 1, at most 3).
std::string Nearest(std::string_view word, const std::vector<std::string>& known);

// " (did you mean 'fsync'?)" or "".
std::string DidYouMean(std::string_view word, const std::vector<std::string>& known);

}  // namespace tieout::cli
