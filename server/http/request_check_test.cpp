#include "server/http/request_check.h"

#include <gtest/gtest.h>

#include "server/http/pages.h"

namespace plenary::server::request_check_test {
namespace {

TEST(RequestCheck, a_content_length_is_digits_only) {
  EXPECT_EQ(parse_content_length("0"), 0U);
  EXPECT_EQ(parse_content_length("65536"), 65536U);
  for (const char* text : {"", "+1", "-1", " 1", "1 ", "1, 1", "0x10", "1e3", "99999999999999999999999"}) {
    EXPECT_EQ(parse_content_length(text), std::nullopt) << text;
  }
}

TEST(RequestCheck, a_clean_path_climbs_nowhere) {
  for (const char* path : {"/", "/room/a", "/a.b", "/..a", "/a..", "/a b", "/salle/é"})
    EXPECT_TRUE(is_clean_path(path)) << path;
  for (const char* path :
       {"", "a", "/..", "/../a", "/a/..", "/a/../b", "/.", "/a/./b", "/a\\b", "/a\nb", "/a\x7f", "*"}) {
    EXPECT_FALSE(is_clean_path(path)) << path;
  }
}

TEST(RequestCheck, an_origin_is_the_same_by_host_and_port) {
  EXPECT_TRUE(is_same_origin("", "example.org"));
  EXPECT_TRUE(is_same_origin("https://example.org", "example.org"));
  EXPECT_TRUE(is_same_origin("https://Example.org", "example.ORG:443"));
  EXPECT_TRUE(is_same_origin("http://example.org:80", "example.org"));
  EXPECT_TRUE(is_same_origin("http://127.0.0.1:8080", "127.0.0.1:8080"));
  for (const char* origin : {"null", "https://example.org.evil", "https://evil/example.org", "https://example.org:444",
                             "ftp://example.org", "https://", "https://example.orgx", "file://"}) {
    EXPECT_FALSE(is_same_origin(origin, "example.org")) << origin;
  }
  EXPECT_FALSE(is_same_origin("https://", ""));
}

TEST(RequestCheck, finds_a_word_in_a_list) {
  EXPECT_TRUE(lists_word("keep-alive, Upgrade", "upgrade"));
  EXPECT_TRUE(lists_word(" plenary.v1 ", "plenary.v1"));
  EXPECT_FALSE(lists_word("plenary.v10, plenary", "plenary.v1"));
  EXPECT_FALSE(lists_word("", "a"));
}

TEST(RequestCheck, a_header_value_has_no_line_end) {
  EXPECT_TRUE(is_header_value("</a>; rel=\"x\"\t"));
  EXPECT_FALSE(is_header_value("a\r\nb: c"));
  EXPECT_FALSE(is_header_value("a\nb"));
  EXPECT_FALSE(is_header_value(std::string_view("a\0b", 3)));
}

TEST(Pages, know_types_and_names_with_a_hash) {
  EXPECT_EQ(content_type_of("a.html"), "text/html; charset=utf-8");
  EXPECT_EQ(content_type_of("a.MJS"), "text/javascript; charset=utf-8");
  EXPECT_EQ(content_type_of("a.webmanifest"), "application/manifest+json");
  EXPECT_EQ(content_type_of("a.woff2"), "font/woff2");
  EXPECT_EQ(content_type_of("a.exe"), "application/octet-stream");
  EXPECT_EQ(content_type_of("noending"), "application/octet-stream");
  EXPECT_TRUE(has_hashed_name("assets/index-Bx3kP9_a.js"));
  EXPECT_TRUE(has_hashed_name("/assets/a/b-12345678.css.map"));
  EXPECT_FALSE(has_hashed_name("index-Bx3kP9_a.js"));
  EXPECT_FALSE(has_hashed_name("assets/logo.svg"));
  EXPECT_FALSE(has_hashed_name("assets/-1234567.js"));
}

}  // namespace
}  // namespace plenary::server::request_check_test
