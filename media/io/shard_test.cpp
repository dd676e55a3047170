#include "media/io/shard.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <filesystem>
#include <fstream>

namespace plenary::io::shard_test {
namespace {

std::vector<std::uint32_t> cpus_of(pid_t thread) {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<std::uint32_t> cpus;
  if (sched_getaffinity(thread, sizeof set, &set) != 0) return cpus;
  for (std::uint32_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

// 0: there is none of that name in this process.
pid_t thread_named(const std::string& name) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string found;
    std::getline(std::ifstream(entry.path() / "comm"), found);
    if (found == name) return std::stoi(entry.path().filename());
  }
  return 0;
}

Result<std::unique_ptr<Shard>> start_shard(std::optional<std::uint32_t> cpu) {
  return Shard::start(
      {.bind = Address::v4(127, 0, 0, 1, 0), .certificate = crypto::Certificate::generate(), .index = 5, .cpu = cpu});
}

TEST(shard, its_thread_is_kept_on_the_cpu_that_was_named) {
  for (const std::uint32_t cpu : cpus_of(0)) {
    const auto shard = start_shard(cpu);
    ASSERT_TRUE(shard.ok()) << shard.error().message;
    const pid_t thread = thread_named("media-5");
    ASSERT_NE(thread, 0);
    EXPECT_EQ(cpus_of(thread), std::vector{cpu});
  }
}

TEST(shard, its_thread_goes_where_this_process_may_unless_a_cpu_is_named) {
  const auto shard = start_shard(std::nullopt);
  ASSERT_TRUE(shard.ok()) << shard.error().message;
  EXPECT_EQ(cpus_of(thread_named("media-5")), cpus_of(0));
}

TEST(shard, a_cpu_that_is_not_there_is_refused_with_words) {
  for (const std::uint32_t cpu : {std::uint32_t{CPU_SETSIZE - 1}, std::uint32_t{CPU_SETSIZE}, ~std::uint32_t{0}}) {
    const auto shard = start_shard(cpu);
    ASSERT_FALSE(shard.ok());
    EXPECT_NE(shard.error().message.find("CPU " + std::to_string(cpu)), std::string::npos) << shard.error().message;
  }
}

}  // namespace
}  // namespace plenary::io::shard_test
