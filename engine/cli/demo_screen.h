// One screen (45 lines, 100 columns): what came in, what went out, what is owed to whom, what
// doesn't add up and why, what to try next. Everything on it is read from the engine's answers;
// nothing is known of the story.
#pragma once

#include <string>
#include <vector>

#include "engine/cli/command.h"
#include "engine/ledger/projection.h"
#include "engine/runtime/engine.h"

namespace tieout::cli {

struct DemoResult {
  std::string folder;
  runtime::IngestReport ingested;
  runtime::RunReport run;
  std::vector<ledger::SellerProjection> sellers;
  std::vector<ledger::Record> records;
};

void PrintDemoScreen(Context& context, const DemoResult& result);

}  // namespace tieout::cli
