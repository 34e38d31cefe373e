// The rows of a CSV file under its header, one at a time: each is begun, and quarantined where it
// is no row, before the connector sees its cells.
#pragma once

#include <utility>

#include "connectors/lex/columns.h"
#include "connectors/lex/csv.h"

namespace tieout::connectors {

// `on_row(Cells&, const CsvRow&)` returns a status. Cells missing at a row's end, or too many, make
// it no row.
template <typename OnRow>
absl::Status ForEachRow(CsvReader& reader, const Columns& columns, Emitter& emitter,
                        const OnRow& on_row) {
  CsvRow row;
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, reader.Next(&row));
    if (!more) return absl::OkStatus();
    emitter.BeginRow(row.line, row.raw);
    if (!row.problem.empty()) {
      TIEOUT_RETURN_IF_ERROR(emitter.Quarantine({"", "", std::string(row.problem)}));
      continue;
    }
    if (row.fields.size() != columns.size()) {
      TIEOUT_RETURN_IF_ERROR(
          emitter.Quarantine({"", "", WrongCellCount(row.fields.size(), columns.size())}));
      continue;
    }
    Cells cells(columns, row.fields);
    TIEOUT_RETURN_IF_ERROR(on_row(cells, row));
  }
}

}  // namespace tieout::connectors
