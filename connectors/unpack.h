// Files as people have them: plain, gzipped, or one file in a zip.
#pragma once

#include <memory>
#include <string>

#include "connectors/input.h"

namespace tieout::connectors {

// The bytes of the file at `path`, unpacked where it is gzip or zip, which its first bytes tell. So
// a statement is the same source zipped or not. By libarchive, streaming: memory stays flat, and a
// pipe will do.
//
// Errors name the file: kDataLoss: the archive ends in the middle; kInvalidArgument: it holds no
// file, or several (all of them named: unpack it, and ingest each), is encrypted, or grows beyond
// 200 times its size, as no statement does.
absl::StatusOr<std::unique_ptr<InputStream>> OpenUnpacked(const std::string& path);

// As above, of a stream; `name` is for messages.
absl::StatusOr<std::unique_ptr<InputStream>> Unpacked(std::unique_ptr<InputStream> in,
                                                      std::string name);

}  // namespace tieout::connectors
