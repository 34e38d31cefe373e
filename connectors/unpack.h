// Files as people have them: plain, gzipped, any number of them in a zip, or sheets of a workbook.
#pragma once

#include <functional>
#include <string>

#include "connectors/input.h"

namespace tieout::connectors {

// One source: its bytes, and the name it bears within a zip, "march/bank.xml"; empty where the file
// itself is the source.
using TakeSource = std::function<absl::Status(const std::string& member, InputStream& in)>;

// Hands over each source in the file at `path`, in the file's order: unpacked where it is gzip or
// zip, which its first bytes tell, so that a statement is the same source zipped or not. By
// libarchive, streaming: memory stays flat. The sheets of an XLSX come as CSV (workbook.h).
//
// A member that is broken, encrypted, or an archive itself says so when it is read
// (kInvalidArgument naming it), and the others go on. Errors that end it: what `take` returns;
// kDataLoss: the archive ends in the middle; kInvalidArgument: it holds no file, over a thousand of
// them, or a spreadsheet, or grows beyond 200 times its size, as no statement does.
absl::Status ForEachSource(const std::string& path, const TakeSource& take);

}  // namespace tieout::connectors
