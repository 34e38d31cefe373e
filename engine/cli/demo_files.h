// The made-up month of engine/cli/demo, carried by the program (demo/embed.cmake writes the .cc).
#pragma once

#include <span>
#include <string_view>

namespace tieout::cli {

struct DemoFile {
  std::string_view path;  // from the demo's folder: "files/north-loom/payouts_export_1.csv"
  std::string_view content;
};
std::span<const DemoFile> DemoFiles();

}  // namespace tieout::cli
