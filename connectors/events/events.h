// Events as JSON lines: the schema's own protobuf JSON form (schemas/event.proto), an event a line.
// How any other system plugs in, and what `tieout log export` writes.
//
// An event keeps the source it names; one that names none gets this file and line. A line that is
// no event is quarantined, the others go on. What the log itself writes (log, tick, semantics) is
// refused: it would be another log's time.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Events();

}  // namespace tieout::connectors
