// Errors from outside are absl::Status; what would be our bug is TIEOUT_CHECK (check.h).
//
//   TIEOUT_ASSIGN_OR_RETURN(int64_t amount, ledger::ParseAmount(text, 2));
//   return base::InvalidArgument("orders.csv:12: amount \"1,2,3\" is no number");
//
// A message names file, line, field, value and the way out.
#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tieout::base {

// std::string on purpose: Debian 12 builds Abseil as C++14, whose absl::string_view is not
// std::string_view, so a view would not convert at the border.
inline absl::Status InvalidArgument(std::string m) { return absl::InvalidArgumentError(m); }
inline absl::Status FailedPrecondition(std::string m) { return absl::FailedPreconditionError(m); }
inline absl::Status NotFound(std::string m) { return absl::NotFoundError(m); }
inline absl::Status AlreadyExists(std::string m) { return absl::AlreadyExistsError(m); }
inline absl::Status OutOfRange(std::string m) { return absl::OutOfRangeError(m); }
inline absl::Status DataLoss(std::string m) { return absl::DataLossError(m); }
inline absl::Status Unavailable(std::string m) { return absl::UnavailableError(m); }
inline absl::Status Aborted(std::string m) { return absl::AbortedError(m); }
inline absl::Status Internal(std::string m) { return absl::InternalError(m); }

inline std::string Message(const absl::Status& s) { return std::string(s.message()); }

}  // namespace tieout::base

#define TIEOUT_CONCAT_INNER(a, b) a##b
#define TIEOUT_CONCAT(a, b) TIEOUT_CONCAT_INNER(a, b)

#define TIEOUT_RETURN_IF_ERROR(expr)                                                    \
  do {                                                                                  \
    if (absl::Status tieout_status = (expr); !tieout_status.ok()) return tieout_status; \
  } while (false)

#define TIEOUT_ASSIGN_OR_RETURN(lhs, expr) \
  TIEOUT_ASSIGN_OR_RETURN_IMPL(TIEOUT_CONCAT(tieout_statusor_, __LINE__), lhs, expr)
#define TIEOUT_ASSIGN_OR_RETURN_IMPL(var, lhs, expr) \
  auto var = (expr);                                 \
  if (!var.ok()) return var.status();                \
  lhs = std::move(var).value()
