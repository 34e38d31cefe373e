#include "engine/cli/progress.h"

#include <algorithm>

#include "fmt/format.h"

namespace tieout::cli {
namespace {
constexpr std::chrono::seconds kQuietFor{2};
constexpr std::chrono::milliseconds kTerminalInterval{250};
constexpr std::chrono::seconds kFileInterval{10};
}  // namespace

std::string Grouped(uint64_t number) {
  std::string digits = std::to_string(number);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(at, ",");
  return digits;
}

std::string ProgressLine(const std::string& doing, const std::string& unit, uint64_t done,
                         uint64_t total, std::chrono::milliseconds elapsed) {
  const uint64_t elapsed_ms = std::max<int64_t>(1, elapsed.count());
  const uint64_t rate = done * 1000 / elapsed_ms;
  std::string line = fmt::format("{}: {} {}, {}/s", doing, Grouped(done), unit, Grouped(rate));
  if (total > 0 && total >= done) {
    line += fmt::format(", {}%", done * 100 / total);
    if (rate > 0) line += fmt::format(", {} s left", Grouped((total - done + rate - 1) / rate));
  }
  return line;
}

Progress::Progress(std::string doing, std::string unit, const Terminal& terminal, std::ostream& out,
                   Clock::time_point start)
    : doing_(std::move(doing)),
      unit_(std::move(unit)),
      terminal_(terminal),
      out_(out),
      start_(start),
      last_(start) {}

Progress::~Progress() {
  if (shown_width_ > 0) out_ << '\r' << std::string(shown_width_, ' ') << '\r' << std::flush;
}

void Progress::Update(uint64_t done, uint64_t total, Clock::time_point now) {
  if (now - start_ < kQuietFor) return;
  const Clock::duration interval =
      terminal_.interactive() ? Clock::duration(kTerminalInterval) : Clock::duration(kFileInterval);
  if (last_ != start_ && now - last_ < interval) return;
  last_ = now;
  const std::string line =
      ProgressLine(doing_, unit_, done, total,
                   std::chrono::duration_cast<std::chrono::milliseconds>(now - start_));
  if (!terminal_.interactive()) {
    out_ << line << '\n' << std::flush;
    return;
  }
  const size_t width = DisplayWidth(line);
  out_ << '\r' << line << std::string(shown_width_ > width ? shown_width_ - width : 0, ' ')
       << std::flush;
  shown_width_ = width;
}

}  // namespace tieout::cli
