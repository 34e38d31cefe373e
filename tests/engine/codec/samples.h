// One event of each kind and one record, every field set and no two alike, written out by hand in
// the ledger's terms: what golden bytes and golden JSON are made from.
#pragma once

#include "engine/ledger/event.h"
#include "engine/ledger/projection.h"
#include "engine/ledger/record.h"

namespace tieout::codec {

ledger::Event SampleEvent(ledger::Kind kind);
ledger::Record SampleRecord();
ledger::SellerProjection SampleSeller();

}  // namespace tieout::codec
