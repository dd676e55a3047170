#include "server/cli/command.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace plenary::server::command_test {
namespace {

Command parse(std::vector<const char*> words) {
  words.insert(words.begin(), "plenary");
  return parse_command_line(static_cast<int>(words.size()), words.data());
}

TEST(CommandLine, serve_has_a_default_file_and_flags_that_win) {
  const Command command = parse({"serve", "--http", "127.0.0.1:9000"});
  ASSERT_TRUE(std::holds_alternative<ServeCommand>(command));
  EXPECT_EQ(std::get<ServeCommand>(command).config, "/etc/plenary/plenary.toml");
  EXPECT_EQ(std::get<ServeCommand>(command).flags.at("server.http"), "127.0.0.1:9000");
}

TEST(CommandLine, demo_knows_whether_an_address_was_written) {
  EXPECT_FALSE(std::get<DemoCommand>(parse({"demo"})).http_given);
  const auto demo = std::get<DemoCommand>(parse({"demo", "--http", "127.0.0.1:81", "--lan"}));
  EXPECT_TRUE(demo.http_given);
  EXPECT_TRUE(demo.lan);
  EXPECT_EQ(demo.http.port, 81);
}

TEST(CommandLine, the_demo_has_a_dozen_people_or_as_many_as_wanted) {
  EXPECT_EQ(std::get<DemoCommand>(parse({"demo"})).people, 12U);
  const auto demo = std::get<DemoCommand>(parse({"demo", "--people", "0", "--pace", "2.5"}));
  EXPECT_EQ(demo.people, 0U);
  EXPECT_EQ(demo.pace, 2.5);
}

TEST(CommandLine, speakers_are_sent_as_viewers_are) {
  const auto speakers = std::get<BenchSpeakersCommand>(
      parse({"bench", "speakers", "--url", "http://a/whip", "--speakers", "3", "--seconds", "5"}));
  EXPECT_EQ(speakers.url, "http://a/whip");
  EXPECT_EQ(speakers.speakers, 3U);
}

TEST(CommandLine, viewers_offer_what_they_are_told_to) {
  std::vector<const char*> words = {"bench", "viewers", "--url", "http://a/whep", "--viewers", "3", "--seconds", "5"};
  EXPECT_FALSE(std::get<BenchViewersCommand>(parse(words)).aes_cm);
  EXPECT_EQ(std::get<BenchViewersCommand>(parse(words)).joins, 50U);
  words.insert(words.end(), {"--aes-cm", "--joins", "200"});
  EXPECT_TRUE(std::get<BenchViewersCommand>(parse(words)).aes_cm);
  EXPECT_EQ(std::get<BenchViewersCommand>(parse(words)).joins, 200U);
}

TEST(CommandLine, a_token_needs_room_role_and_name) {
  const auto token = std::get<TokenCommand>(parse({"token", "--room", "a", "--role", "moderator", "--name", "X",
                                                   "--category", "academia", "--where", "room", "--expires", "2h"}));
  EXPECT_EQ(token.claims.role, "moderator");
  EXPECT_EQ(token.expires, std::chrono::hours(2));
  EXPECT_EQ(token.claims.subject, "a/X");
  EXPECT_EQ(token.claims.where, "room");
}

TEST(CommandLine, a_token_may_say_title_country_delegation_and_rank) {
  const auto token = std::get<TokenCommand>(parse(
      {"token", "--room", "a", "--role", "participant", "--name", "X", "--title", "Minister of Posts", "--country",
       "Ghana", "--organisation", "Ministry", "--delegation", "African Group", "--rank", "2147483647"}));
  EXPECT_EQ(token.claims.title, "Minister of Posts");
  EXPECT_EQ(token.claims.country, "Ghana");
  EXPECT_EQ(token.claims.organisation, "Ministry");
  EXPECT_EQ(token.claims.delegation, "African Group");
  EXPECT_EQ(token.claims.rank, kMaxRank);
  const auto plain = std::get<TokenCommand>(parse({"token", "--room", "a", "--role", "chair", "--name", "X"}));
  EXPECT_EQ(plain.claims.rank, 0);
  EXPECT_TRUE(plain.claims.title.empty());
}

TEST(CommandLine, a_token_that_nobody_could_read_is_wrong_usage_and_the_text_names_the_option) {
  const std::string longest(kMaxClaim, 'x');
  const std::string longer(kMaxClaim + 1, 'x');
  for (const char* option : {"--title", "--organisation", "--delegation", "--country"}) {
    const std::vector<const char*> words = {"token", "--room", "a", "--role", "chair", "--name", "X", option};
    std::vector<const char*> fits = words;
    fits.push_back(longest.c_str());
    EXPECT_TRUE(std::holds_alternative<TokenCommand>(parse(fits))) << option;
    std::vector<const char*> too_long = words;
    too_long.push_back(longer.c_str());
    const UsageAnswer answer = std::get<UsageAnswer>(parse(too_long));
    EXPECT_EQ(answer.status, kExitUsage);
    EXPECT_NE(answer.text.find(option), std::string::npos) << answer.text;
  }
  for (const char* rank : {"0", "-1", "2147483648", "1.5", "first"}) {
    const UsageAnswer answer =
        std::get<UsageAnswer>(parse({"token", "--room", "a", "--role", "chair", "--name", "X", "--rank", rank}));
    EXPECT_EQ(answer.status, kExitUsage);
    EXPECT_NE(answer.text.find("--rank"), std::string::npos) << answer.text;
  }
  // The token's subject is made of both.
  const UsageAnswer answer =
      std::get<UsageAnswer>(parse({"token", "--room", "a", "--role", "chair", "--name", longest.c_str()}));
  EXPECT_EQ(answer.status, kExitUsage);
  EXPECT_NE(answer.text.find("--name"), std::string::npos);
}

TEST(CommandLine, an_export_needs_a_meeting_and_knows_two_formats) {
  const auto plain = std::get<ExportCommand>(parse({"export", "room-a"}));
  EXPECT_EQ(plain.meeting, "room-a");
  EXPECT_FALSE(plain.json);
  EXPECT_TRUE(plain.out.empty());
  const auto other = std::get<ExportCommand>(parse({"export", "room-a", "--format", "json", "--out", "list.json"}));
  EXPECT_TRUE(other.json);
  EXPECT_EQ(other.out, "list.json");
}

TEST(CommandLine, wrong_usage_is_status_two_with_a_text) {
  for (const std::vector<const char*>& words :
       {std::vector<const char*>{},
        {"dance"},
        {"serve", "--http", "localhost"},
        {"token", "--room", "a"},
        {"token", "--room", "a", "--role", "emperor", "--name", "X"},
        {"token", "--room", "a", "--role", "chair", "--name", "X", "--expires", "0s"},
        {"export"},
        {"export", "room-a", "--format", "xlsx"},
        {"bench", "viewers", "--url", "x", "--viewers", "0", "--seconds", "1"},
        {"bench", "viewers", "--url", "x", "--viewers", "1", "--seconds", "1", "--joins", "0"},
        {"demo", "--people", "101"},
        {"demo", "--people", "few"},
        {"demo", "--pace", "0"}}) {
    const Command command = parse(words);
    ASSERT_TRUE(std::holds_alternative<UsageAnswer>(command));
    EXPECT_EQ(std::get<UsageAnswer>(command).status, kExitUsage);
    EXPECT_FALSE(std::get<UsageAnswer>(command).text.empty());
  }
}

TEST(CommandLine, help_is_no_fault) {
  EXPECT_EQ(std::get<UsageAnswer>(parse({"--help"})).status, kExitSuccess);
  EXPECT_EQ(std::get<UsageAnswer>(parse({"token", "--help"})).status, kExitSuccess);
}

}  // namespace
}  // namespace plenary::server::command_test
