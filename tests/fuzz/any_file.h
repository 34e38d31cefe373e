// What must hold of a connector whatever bytes it is given, shared by the fuzz targets.
#pragma once

#include <string>
#include <string_view>

namespace tieout::connectors {

// Surveys the bytes and parses them with the connector of that name, as ingest does. Empty: every
// row ended in exactly one of the three ways, both passes told the same, each event can be written
// and read again, and a refusal says why; else what went wrong.
std::string Trouble(std::string_view connector, std::string_view bytes);

}  // namespace tieout::connectors
