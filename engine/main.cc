// The program. Its data's way: connectors → log → runtime (fold, store) → audit, query → cli.
#include "engine/cli/cli.h"

int main(int argc, char** argv) { return tieout::cli::Main(argc, argv); }
