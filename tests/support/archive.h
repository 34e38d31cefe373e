// Archives made for tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tieout {

using ArchivedFiles = std::vector<std::pair<std::string, std::string>>;  // name, content

// The bytes of a zip; a name that ends with '/' is a folder.
std::string Zipped(const ArchivedFiles& files);
// Where the first file's compressed bytes begin in it, behind its header.
size_t DataOfFirst(const std::string& zip);
std::string Gzipped(const std::string& content);

}  // namespace tieout
