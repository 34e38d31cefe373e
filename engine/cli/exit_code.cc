#include "engine/cli/exit_code.h"

#include <array>

namespace tieout::cli {

std::span<const ExitCodeText> ExitCodes() {
  static constexpr std::array<ExitCodeText, 8> kTable = {{
      {ExitCode::kOk, "done; nothing to report"},
      {ExitCode::kFound, "done, and found what it looks for: breaks, rows set aside, differences"},
      {ExitCode::kUsage, "wrong flags, or a wrong tieout.toml"},
      {ExitCode::kBadInput,
       "a file or an id it was given: unreadable, of no known format, not there"},
      {ExitCode::kRefused, "something else is needed first; the message names it"},
      {ExitCode::kUnavailable, "a broker or another process does not answer; try again later"},
      {ExitCode::kDamaged,
       "the log or the store is damaged; restore a backup (tieout log restore)"},
      {ExitCode::kInternal, "a bug in tieout; please report it with the message"},
  }};
  return kTable;
}

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kOutOfRange:
      return ExitCode::kBadInput;
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kPermissionDenied:
      return ExitCode::kRefused;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
      return ExitCode::kUnavailable;
    case absl::StatusCode::kDataLoss:
      return ExitCode::kDamaged;
    default:
      return ExitCode::kInternal;
  }
}

}  // namespace tieout::cli
