// The small values of a configuration, each by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/config/load_config.h"
#include "server/config/usable_cpus.h"

namespace plenary::server::values_test {
namespace {

using ::testing::ElementsAre;

TEST(Cpus, are_listed_in_ranges) {
  EXPECT_EQ(cpu_list_text({}), "none");
  EXPECT_EQ(cpu_list_text(std::vector<std::uint32_t>{3}), "3");
  EXPECT_EQ(cpu_list_text(std::vector<std::uint32_t>{0, 1, 2, 5, 7, 8}), "0-2, 5, 7-8");
}

TEST(Duration, is_a_number_with_its_unit) {
  using std::chrono::milliseconds;
  EXPECT_EQ(parse_duration("3m"), milliseconds(180'000));
  EXPECT_EQ(parse_duration("15s"), milliseconds(15'000));
  EXPECT_EQ(parse_duration("0ms"), milliseconds(0));
  EXPECT_EQ(parse_duration("1m30s"), milliseconds(90'000));
  EXPECT_EQ(parse_duration("8h"), milliseconds(28'800'000));
  EXPECT_EQ(parse_duration("1s250ms"), milliseconds(1250));
  for (const char* text : {"", "3", "m", "-3m", "3 m", "3x", "3s1m", "3m3m", "1.5s", "99999999999999h", "9999d"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(Language, has_the_shape_of_bcp_47) {
  for (const char* text : {"en", "fr", "zh", "pt-BR", "zh-Hant", "zh-Hant-TW", "es-419", "sl-rozaj", "ase"}) {
    EXPECT_TRUE(is_language(text)) << text;
  }
  for (const char* text :
       {"", "floor", "EN", "english", "xx", "en-", "-en", "en--US", "en_US", "en-a", "en-toolongpart"}) {
    EXPECT_FALSE(is_language(text)) << text;
  }
}

TEST(Network, contains_what_its_prefix_says) {
  const auto in = [](const char* network, const char* address) {
    return Network::from_text(network)->contains(*Address::from_ip(address, 80));
  };
  EXPECT_TRUE(in("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(in("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(in("10.0.0.0/8", "::ffff:10.0.0.1")) << "the same address, written otherwise";
  EXPECT_TRUE(in("192.168.1.9", "192.168.1.9"));
  EXPECT_FALSE(in("192.168.1.9", "192.168.1.8"));
  EXPECT_TRUE(in("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(in("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(in("0.0.0.0/0", "8.8.8.8"));
  EXPECT_FALSE(in("0.0.0.0/0", "2001:db8::1"));
  for (const char* text : {"", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "10.0.0.0/-1", "::/129", "host/8"}) {
    EXPECT_EQ(Network::from_text(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace plenary::server::values_test
