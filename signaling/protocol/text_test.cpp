#include "signaling/protocol/text.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

namespace plenary::signaling::text_test {
namespace {

TEST(Text, names_of_all_scripts_stay_as_they_are) {
  for (const char* name : {"Amina Diallo", "Łukasz Żółw", "Nguyễn Thị Minh", "محمد علي", "می‌خواهم", "李伟",
                           "Ольга Петрова", "ก็", "👩‍👩‍👧", "O'Brien-Smith, Jr.", "क्षि", "“Quoted”"}) {
    EXPECT_EQ(cleaned(name, 100), name);
  }
}

TEST(Text, blanks_are_single_and_never_at_the_ends) {
  EXPECT_EQ(cleaned("  a \t\r\n b\u00A0\u2003 c\u2028", 100), "a b c");
  EXPECT_EQ(cleaned(" \n\t ", 100), "");
}

TEST(Text, what_could_mislead_a_reader_is_removed) {
  EXPECT_EQ(cleaned("a\u202Egnp.exe\u202C", 100), "agnp.exe");
  EXPECT_EQ(cleaned("ad\u200Bmin\uFEFF\u2066x\u2069", 100), "adminx");
  EXPECT_EQ(cleaned(std::string("a\0b\x1B[31mc\x7F", 10), 100), "ab[31mc");
  EXPECT_EQ(cleaned("\U000E0041\U000E0042x", 100), "x");
}

TEST(Text, marks_stack_four_high_at_most) {
  std::string tower = "Z";
  for (int i = 0; i < 100; ++i) tower += "\u0301";
  EXPECT_EQ(cleaned(tower, 100), "Z\u0301\u0301\u0301\u0301");
}

TEST(Text, the_cap_counts_characters_and_cuts_none_in_half) {
  EXPECT_EQ(cleaned("李伟李伟", 3), "李伟李");
  EXPECT_EQ(cleaned("ab cd", 3), "ab");
  EXPECT_EQ(cleaned("ab cd", 4), "ab c");
  EXPECT_EQ(cleaned(std::string(10'000'000, 'x'), 140).size(), 140U);
}

TEST(Text, what_is_not_utf8_is_left_out) {
  EXPECT_EQ(cleaned("a\xFF\xC0\xAF\xED\xA0\x80\xF4\x90\x80\x80\xE2\x82", 100), "a");
  for (const char* bad : {"\xFF", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
  EXPECT_TRUE(is_utf8("a\u00E9\u20AC\U0001F600"));
}

TEST(Text, any_bytes_become_valid_short_and_stable_text) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 40, ' ');
    for (char& byte : bytes) byte = static_cast<char>(random() % 3 == 0 ? random() : 0x80 + random() % 0x80);
    const std::string once = cleaned(bytes, 20);
    ASSERT_TRUE(is_utf8(once)) << "round " << i;
    ASSERT_LE(once.size(), 80U);
    ASSERT_EQ(cleaned(once, 20), once) << "round " << i;
  }
}

// Fault F8.
TEST(Text, naughty_strings_become_harmless) {
  const std::filesystem::path file = "../shared/corpora/strings/blns.json";
  std::ifstream in;
  for (std::filesystem::path at = std::filesystem::current_path(); !in.is_open() && at.has_relative_path();
       at = at.parent_path()) {
    in.open(at / file);
    if (!in) in.clear(), in.close();
  }
  if (!in.is_open()) GTEST_SKIP() << "no " << file;
  for (const auto& entry : nlohmann::json::parse(in)) {
    const std::string text = cleaned(entry.get<std::string>(), 140);
    EXPECT_TRUE(is_utf8(text));
    for (const char c : text) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  }
}

}  // namespace
}  // namespace plenary::signaling::text_test
