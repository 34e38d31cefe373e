// What a settlement's row is, by its three words.
#pragma once

#include <string_view>

#include "connectors/movement.h"

namespace tieout::connectors::amazon {

// `amount` decides between a chargeback and what was won back.
Meaning MeaningOf(std::string_view transaction_type, std::string_view amount_type,
                  std::string_view amount_description, ledger::Minor amount);

}  // namespace tieout::connectors::amazon
