#include "engine/cli/table.h"

#include <sstream>

#include "gtest/gtest.h"

namespace tieout::cli {
namespace {

std::string Printed(const Table& table, Format format) {
  std::ostringstream out;
  table.Print(format, Terminal::Plain(), out);
  return out.str();
}

Table Payouts() {
  Table table({{"payout", "Payout"},
               {"amount", "Amount", Align::kRight},
               {"currency", ""},
               {"note", "Note", Align::kLeft, 8}});
  table.Add({"po_1", Cell("1,234.50 EUR", "1234.50"), "EUR", "paid"});
  table.Add({"po_22", Cell("7 JPY", "7"), "JPY", "said \"no\", at length"});
  return table;
}

TEST(TableTest, AlignsForPeopleWithoutTrailingBlanks) {
  EXPECT_EQ(Printed(Payouts(), Format::kTable),
            "Payout        Amount  Note\n"
            "po_1    1,234.50 EUR  paid\n"
            "po_22          7 JPY  said \"n…\n");
}

TEST(TableTest, GivesProgramsValuesWholeAndQuotedByRfc4180) {
  EXPECT_EQ(Printed(Payouts(), Format::kCsv),
            "payout,amount,currency,note\n"
            "po_1,1234.50,EUR,paid\n"
            "po_22,7,JPY,\"said \"\"no\"\", at length\"\n");
}

TEST(TableTest, GivesJsonLines) {
  EXPECT_EQ(Printed(Payouts(), Format::kJsonLines),
            "{\"payout\":\"po_1\",\"amount\":\"1234.50\",\"currency\":\"EUR\",\"note\":\"paid\"}\n"
            "{\"payout\":\"po_22\",\"amount\":\"7\",\"currency\":\"JPY\","
            "\"note\":\"said \\\"no\\\", at length\"}\n");
}

TEST(TableTest, CountsCodePointsNotBytes) {
  Table table({{"a", "Name"}, {"b", "B"}});
  table.Add({"Müller", "x"});
  table.Add({"Ono", "y"});
  EXPECT_EQ(Printed(table, Format::kTable), "Name    B\nMüller  x\nOno     y\n");
}

TEST(TableTest, KeepsHostileTextFromTheTerminalAndJsonValid) {
  EXPECT_EQ(JsonQuote("a\x1b[31m\n\xff"), "\"a\\u001b[31m\\n\xEF\xBF\xBD\"");
  Table table(std::vector<Column>{{"a", "A"}});
  table.Add({"a\x1b[31mred"});
  EXPECT_EQ(Printed(table, Format::kTable).find('\x1b'), std::string::npos);
}

TEST(TerminalTest, ShortensAndWrapsByColumns) {
  EXPECT_EQ(Shorten("Müllerin", 4), "Mül…");
  EXPECT_EQ(Shorten("abc", 3), "abc");
  EXPECT_EQ(Wrap("one two three four", 9, "  "), "  one two\n  three\n  four");
}

}  // namespace
}  // namespace tieout::cli
