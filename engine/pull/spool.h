// Pages on their way to becoming one source: a line a page, each with what was asked for in front
// of what the provider answered.
//
//   {"request":"/v1/payouts?limit=100&…","object":"list","data":[…],…}
//
// The provider's bytes are kept but for line breaks and indentation between them, so that line N is
// page N and `explain` finds a row in it. Thread safety: none.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace tieout::pull {

class Spool {
 public:
  explicit Spool(std::string path);
  ~Spool();  // the file is gone with it
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // `body`: a JSON object.
  absl::Status Add(std::string_view request, std::string_view body);
  // As they are, of a file that comes whole.
  absl::Status AddBytes(std::string_view bytes);
  absl::Status Close();
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
  std::ofstream file_;
};

// The line of one page, with its end.
std::string PageLine(std::string_view request, std::string_view body);

}  // namespace tieout::pull
