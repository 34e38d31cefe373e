#include "engine/base/text.h"

#include <gtest/gtest.h>

namespace tieout::base {
namespace {

TEST(Quoted, EscapesWhatCouldSpoilALine) {
  EXPECT_EQ(Quoted("12..34"), "\"12..34\"");
  EXPECT_EQ(Quoted("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(Quoted("a\nb\x1b[31m\x7f"), R"("a\x0ab\x1b[31m\x7f")");
  EXPECT_EQ(Quoted("Müller €"), "\"Müller €\"");
  EXPECT_EQ(Quoted("\xff\xc3"), R"("\xff\xc3")");
}

TEST(Quoted, CutsLongTextBetweenCharacters) {
  EXPECT_EQ(Quoted("abcdef", 3), "\"abc…\"");
  EXPECT_EQ(Quoted("abc", 3), "\"abc\"");
  EXPECT_EQ(Quoted("ääää", 3), "\"ää…\"");
}

TEST(IsUtf8, FollowsTheUnicodeStandard) {
  for (const char* text : {"", "plain", "Grüße", "€", "\xF0\x9F\x92\xB6", "\xF4\x8F\xBF\xBF",
                           "\xED\x9F\xBF", "eight ascii bytes and ü"}) {
    EXPECT_TRUE(IsUtf8(text)) << Quoted(text);
  }
  for (const char* text :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3", "\xE2\x82", "\xF0\x9F\x92",
        "eight ascii bytes \xFF", "12345678\xC3", "\xFE", "a\xE2\x28\xA1"}) {
    EXPECT_FALSE(IsUtf8(text)) << Quoted(text);
  }
}

TEST(ToUtf8, ReplacesOnlyWhatIsWrong) {
  EXPECT_EQ(ToUtf8("Grüße €"), "Grüße €");
  EXPECT_EQ(ToUtf8("a\xFFz\xC3"), "a\xEF\xBF\xBDz\xEF\xBF\xBD");
  EXPECT_TRUE(IsUtf8(ToUtf8("\xED\xA0\x80\xF4\x90")));
}

}  // namespace
}  // namespace tieout::base
