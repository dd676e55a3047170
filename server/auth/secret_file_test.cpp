#include "server/auth/secret_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

namespace plenary::server::secret_file_test {
namespace {

class SecretFileTest : public testing::Test {
 protected:
  SecretFileTest() {
    char folder[] = "/tmp/plenary-secret-XXXXXX";
    folder_ = mkdtemp(folder);
  }
  ~SecretFileTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& text, mode_t mode) {
    const std::filesystem::path file = folder_ / "secret";
    std::ofstream(file) << text;
    chmod(file.c_str(), mode);
    return file;
  }
  std::filesystem::path folder_;
};

TEST_F(SecretFileTest, is_made_once_with_private_rights_and_then_kept) {
  SeededRandom random(1);
  const std::filesystem::path file = folder_ / "data/secret";
  const auto first = read_or_make_secret_file(file, random);
  const auto second = read_or_make_secret_file(file, random);
  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  EXPECT_EQ(*first, *second);
  EXPECT_GE(first->size(), 32U);
  struct stat status {};
  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_ / "data"), {}), 1);
}

TEST_F(SecretFileTest, short_long_open_and_absent_files_are_refused_by_name) {
  EXPECT_EQ(read_secret_file(folder_ / "absent").error().code, "missing");
  EXPECT_EQ(read_secret_file(write("too short\n", 0600)).error().code, "too_short");
  EXPECT_EQ(read_secret_file(write(std::string(5'000, 'x'), 0600)).error().code, "too_long");
  EXPECT_EQ(read_secret_file(write(std::string(40, 'x'), 0644)).error().code, "too_open");
  EXPECT_EQ(read_secret_file(folder_).error().code, "unreadable");
}

TEST_F(SecretFileTest, the_line_end_is_not_part_of_the_secret) {
  EXPECT_EQ(*read_secret_file(write(std::string(40, 'x') + "\n", 0600)), std::string(40, 'x'));
}

}  // namespace
}  // namespace plenary::server::secret_file_test
