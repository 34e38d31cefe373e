// The connectors there are, in one list. A new one is one line in registry.cc.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "connectors/connector.h"

namespace tieout::connectors {

std::span<const Connector* const> All();

// nullptr: none of that name.
const Connector* Find(std::string_view name);

// Which connector knows this content (the first kDetectBytes of the file, or all of it). Errors
// (kInvalidArgument): an empty file; nobody knows it; two are equally sure. Each names the file,
// what was seen and the way out.
absl::StatusOr<const Connector*> Detect(std::string_view file_name, std::string_view head);

}  // namespace tieout::connectors
