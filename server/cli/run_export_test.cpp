#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "server/cli/run_command.h"
#include "server/journal/journal.h"
#include "signaling/meeting/bench.h"

namespace plenary::server::run_export_test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class RunExport : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "plenary-export-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    data_ = pattern;
    // A server that runs on while its list is exported.
    journal_ = open_sqlite_journal(data_ / "plenary.db").value();
    signaling::Bench bench;
    bench.speak("=Amina");
    journal_->append("room-a", {signaling::Ticket{1}, bench.disk()});
    pollfd wait{journal_->descriptor(), POLLIN, 0};
    ASSERT_GT(::poll(&wait, 1, 60'000), 0);
  }
  void TearDown() override { std::filesystem::remove_all(data_); }

  int run(const std::string& meeting, bool json = false) const {
    return run_export({.config = "/nowhere.toml", .data = data_, .meeting = meeting, .json = json, .out = data_ / "out"});
  }
  std::string written() const {
    std::stringstream text;
    text << std::ifstream(data_ / "out").rdbuf();
    return text.str();
  }

  std::filesystem::path data_;
  std::unique_ptr<Journal> journal_;
};

TEST_F(RunExport, writes_the_list_of_a_running_server) {
  EXPECT_EQ(run("room-a"), kExitSuccess);
  EXPECT_THAT(written(), StartsWith("request,name,"));
  EXPECT_THAT(written(), HasSubstr("r-1,'=Amina,"));
  EXPECT_EQ(run("room-a", true), kExitSuccess);
  EXPECT_THAT(written(), HasSubstr("\"name\": \"=Amina\""));
}

TEST_F(RunExport, of_a_meeting_that_never_was_is_a_fault_with_a_sentence) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(run("room-z"), kExitFault);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("room-z"));
  EXPECT_FALSE(std::filesystem::exists(data_ / "out"));
}

TEST_F(RunExport, without_a_journal_or_to_a_place_that_cannot_be_written_is_a_fault_with_a_sentence) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_export({.data = data_ / "no", .meeting = "room-a"}), kExitFault);
  EXPECT_EQ(run_export({.data = data_, .meeting = "room-a", .out = data_ / "no" / "list.csv"}), kExitFault);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("list.csv"));
}

}  // namespace
}  // namespace plenary::server::run_export_test
