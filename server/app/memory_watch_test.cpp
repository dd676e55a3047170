#include "server/app/memory_watch.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace plenary::server::memory_watch_test {
namespace {

class MemoryFiles : public testing::Test {
 protected:
  MemoryFiles() {
    std::string name = (std::filesystem::temp_directory_path() / "memory_watch_XXXXXX").string();
    root_ = mkdtemp(name.data());
    write("proc/meminfo", "MemTotal:       1000 kB\nMemFree:  1 kB\nMemAvailable:    800 kB\n");
    write("proc/self/cgroup", "0::/house/plenary.service\n");
  }
  ~MemoryFiles() override { std::filesystem::remove_all(root_); }
  void write(const std::string& file, const std::string& text) {
    std::filesystem::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  void group(const std::string& path, const std::string& max, const std::string& high, const std::string& current,
             const std::string& files) {
    const std::string at = "sys/fs/cgroup/" + path;
    write(at + "/memory.max", max + "\n");
    write(at + "/memory.high", high + "\n");
    write(at + "/memory.current", current + "\n");
    write(at + "/memory.stat", "anon 1\ninactive_file " + files + "\n");
  }
  [[nodiscard]] std::string use(std::optional<std::uint64_t> address_space = std::nullopt) const {
    const auto found = read_memory_use(root_, address_space);
    return found ? std::string(found->limit) + " " + std::to_string(found->percent) : "";
  }
  std::filesystem::path root_;
};

TEST_F(MemoryFiles, without_another_limit_the_machine_is_the_limit) {
  EXPECT_EQ(use(), "machine 20");
  group("house", "max", "max", "999999", "0");
  EXPECT_EQ(use(), "machine 20");
}

TEST_F(MemoryFiles, the_nearest_limit_along_the_path_of_groups_counts) {
  group("house", "1000", "max", "700", "0");
  EXPECT_EQ(use(), "cgroup 70");
  group("house/plenary.service", "1000", "500", "460", "0");
  EXPECT_EQ(use(), "cgroup 92");
}

TEST_F(MemoryFiles, files_that_the_kernel_takes_back_by_itself_are_not_in_use) {
  group("house/plenary.service", "1000", "max", "990", "600");
  EXPECT_EQ(use(), "cgroup 39");
}

TEST_F(MemoryFiles, the_limit_of_the_process_counts_where_there_is_one) {
  write("proc/self/statm", "100 50 10 1 0 1 0\n");
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  EXPECT_EQ(use(page * 125), "address_space 80");
  EXPECT_EQ(use(page * 99), "address_space 100");
}

TEST_F(MemoryFiles, of_a_large_limit_the_last_gigabytes_count) {
  write("proc/meminfo", "MemTotal:  67108864 kB\nMemAvailable: 5242880 kB\n");
  EXPECT_EQ(use(), "machine 0");
  write("proc/meminfo", "MemTotal:  67108864 kB\nMemAvailable: 524288 kB\n");
  EXPECT_EQ(use(), "machine 90");
}

TEST_F(MemoryFiles, nothing_is_known_where_nothing_can_be_read) {
  std::filesystem::remove_all(root_ / "proc");
  EXPECT_EQ(use(), "");
}

TEST(MemoryWatch, viewers_are_turned_away_first_and_let_in_again_well_below) {
  MemoryWatch watch;
  const auto at = [&watch](int percent) {
    watch.update(MemoryUse{.percent = percent, .limit = "cgroup"});
    return watch.state();
  };
  EXPECT_EQ(at(89), Memory::ample);
  EXPECT_EQ(at(90), Memory::tight);
  EXPECT_EQ(at(86), Memory::tight);
  EXPECT_EQ(at(97), Memory::exhausted);
  EXPECT_EQ(at(93), Memory::exhausted);
  EXPECT_EQ(at(91), Memory::tight);
  EXPECT_EQ(at(84), Memory::ample);
  EXPECT_EQ(at(86), Memory::ample);
}

TEST(MemoryWatch, an_allocation_that_failed_says_more_than_any_figure_until_the_next_look) {
  MemoryWatch watch;
  watch.update(MemoryUse{.percent = 50, .limit = "machine"});
  watch.handle_failure();
  EXPECT_EQ(watch.state(), Memory::exhausted);
  EXPECT_TRUE(watch.update(MemoryUse{.percent = 50, .limit = "machine"}));
  EXPECT_EQ(watch.state(), Memory::ample);
}

}  // namespace
}  // namespace plenary::server::memory_watch_test
