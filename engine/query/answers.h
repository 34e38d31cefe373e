// The read API's answers as JSON, without HTTP.
// Thread safety: as ReadModel.
#pragma once

#include <cstddef>
#include <string>

#include "engine/base/status.h"
#include "engine/runtime/read_model.h"

namespace tieout::query {

inline constexpr size_t kDefaultLimit = 100;
inline constexpr size_t kGreatestLimit = 10'000;

// kInvalidArgument: not a number from 1 to kGreatestLimit. Empty: the default.
absl::StatusOr<size_t> ParseLimit(const std::string& text);

absl::StatusOr<std::string> StatusAnswer(runtime::ReadModel* model);
absl::StatusOr<std::string> RecordsAnswer(runtime::ReadModel* model, const std::string& after,
                                          size_t limit);
absl::StatusOr<std::string> SellersAnswer(runtime::ReadModel* model, const std::string& after,
                                          size_t limit);
absl::StatusOr<std::string> SellerAnswer(runtime::ReadModel* model, const std::string& seller);
// `seller` empty: all of them.
absl::StatusOr<std::string> BreaksAnswer(runtime::ReadModel* model, const std::string& seller,
                                         const std::string& after, size_t limit);
// OK: everything that was committed is folded.
absl::Status Readiness(runtime::ReadModel* model);

}  // namespace tieout::query
