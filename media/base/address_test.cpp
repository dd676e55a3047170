#include "media/base/address.h"

#include <gtest/gtest.h>

namespace plenary::address_test {
namespace {

TEST(Address, reads_and_writes_both_versions) {
  EXPECT_EQ(Address::from_text("203.0.113.7:7000")->text(), "203.0.113.7:7000");
  EXPECT_EQ(Address::from_text("[2001:db8::1]:80")->text(), "[2001:db8::1]:80");
}

TEST(Address, ipv4_and_its_mapped_form_are_one_value) {
  EXPECT_EQ(*Address::from_ip("203.0.113.7", 1), *Address::from_ip("::ffff:203.0.113.7", 1));
}

TEST(Address, refuses_names_ports_out_of_range_and_half_brackets) {
  for (const char* text : {"localhost:80", "1.2.3.4", "1.2.3.4:65536", "1.2.3.4:-1", "[::1:80", "::1]:80", ":80", "1.2.3.4:80x"}) {
    EXPECT_FALSE(Address::from_text(text)) << text;
  }
}

TEST(Address, knows_loopback_and_unspecified) {
  EXPECT_TRUE(Address::from_ip("127.8.0.1", 1)->is_loopback());
  EXPECT_TRUE(Address::from_ip("::1", 1)->is_loopback());
  EXPECT_FALSE(Address::from_ip("128.0.0.1", 1)->is_loopback());
  EXPECT_TRUE(Address::from_ip("::", 1)->is_unspecified());
  EXPECT_TRUE(Address::from_ip("0.0.0.0", 1)->is_unspecified());
}

}  // namespace
}  // namespace plenary::address_test
