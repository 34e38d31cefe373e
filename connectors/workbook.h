// The sheets of an XLSX workbook as CSV, each a source of its own under its name: so that whoever
// reads a CSV, a bank's, a provider's or a sheet's by mapping, reads a workbook too.
//
// Source: ECMA-376 (Office Open XML), part 1, 18.2 workbook, 18.3 worksheets, 18.4 shared strings,
// 18.8.30 number formats; the zip by libarchive, the XML by expat. Debian 12 has no C++ library
// that reads XLSX (xlsxwriter writes only).
//
// A line is a row, of the same number; cells are separated by commas and padded to the widest row;
// line breaks within a cell become blanks. Numbers are written plain, rounded to the 15 digits that
// a spreadsheet shows (it keeps 0.1 + 0.2 as 0.30000000000000004), with a decimal point; what is
// formatted as a date or time as ISO, of either calendar (1900, 1904); formulas by the value that
// was last computed; an error as it stands (#REF!), which no amount is. Hidden sheets are left out.
// Memory: one sheet's text and the workbook's strings, 64 MiB each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "connectors/unpack.h"

namespace tieout::connectors {

inline constexpr std::string_view kWorkbookMember = "xl/workbook.xml";

// As ForEachSource; `most_bytes` bounds what is unpacked.
absl::Status ForEachSheet(const std::string& path, uint64_t most_bytes, const TakeSource& take);

// "1.0125E3" -> "1012.5"; what is no number stays as it is.
std::string PlainNumber(std::string_view text);
// A day count as a spreadsheet keeps dates -> "2026-03-07", "2026-03-07 10:30:00", or "10:30:00"
// where there is no day. What is no date stays a number.
std::string DateOfSerial(std::string_view text, bool from_1904);
// Does a number format show dates or times? "dd.mm.yyyy" does, "0.00" and "[Red]0" don't.
bool IsDateFormat(std::string_view code);

}  // namespace tieout::connectors
