#include "server/people/job.h"

#include <gtest/gtest.h>

namespace plenary::people::job_test {
namespace {

TEST(Job, is_read_back_as_it_was_written_on_one_line) {
  const Job job{.site = "http://127.0.0.1:8080",
                .authority = "/data/certificate.pem",
                .room_program = "/usr/bin/plenary-room",
                .seed = 7,
                .pace = 2.5,
                .rooms = {{"room-a", "Front desk", "eyJ", true}},
                .people = {{3, "room-a", "eyK"}, {4, "room-b", ""}}};
  const std::string line = write_job(job);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto read = parse_job(line);
  ASSERT_TRUE(read);
  EXPECT_EQ(write_job(*read), line);
  EXPECT_EQ(read->pace, 2.5);
  EXPECT_TRUE(read->rooms.at(0).runs_itself);
  EXPECT_EQ(read->people.at(1).number, 4U);
}

TEST(Job, what_is_none_is_nothing) {
  for (const char* text :
       {"", "{", "[]", "{}", R"({"site":1})",
        R"({"site":"a","authority":"","room_program":"","seed":1,"pace":1,"rooms":[{}],"people":[]})"}) {
    EXPECT_FALSE(parse_job(text)) << text;
  }
}

}  // namespace
}  // namespace plenary::people::job_test
