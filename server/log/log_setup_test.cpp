#include "server/log/log_setup.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace plenary::server::log_setup_test {
namespace {

constexpr WallTime kTime{std::chrono::milliseconds(1'700'000'000'123)};

// Fault K8.
TEST(LogSetup, a_json_line_is_one_valid_object_whatever_the_fields_hold) {
  for (const std::string& hostile : {std::string("\r\n\x1b[31m%n"), std::string("\"}\n{"), std::string("\xff\xfe"),
                                     std::string(10'000, 'x'), std::string("a\0b", 3)}) {
    const std::string line =
        format_log_line(LogFormat::json, kTime, LogLevel::info, "peer.closed", {{"name", hostile}});
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto parsed = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(parsed.is_object()) << line;
    EXPECT_EQ(parsed["event"], "peer.closed");
    EXPECT_LT(line.size(), 3 * kMaxFieldBytes);
  }
}

// Fault K8.
TEST(LogSetup, a_text_line_shows_plain_values_plainly_and_quotes_others) {
  EXPECT_EQ(format_log_line(LogFormat::text, kTime, LogLevel::warning, "room.ended",
                            {{"room", "room-a"}, {"reason", "it\nfell"}, {"empty", ""}}),
            "2023-11-14T22:13:20.123Z warning room.ended room=room-a reason=\"it\\nfell\" empty=\"\"");
}

}  // namespace
}  // namespace plenary::server::log_setup_test
