#include "media/sdp/h264_profile.h"

#include <gtest/gtest.h>

namespace plenary::sdp::h264_profile_test {
namespace {

TEST(H264Profile, reads_the_table_of_rfc_6184) {
  const std::pair<const char*, H264Profile> cases[] = {{"42e01f", H264Profile::constrained_baseline},
                                                       {"42C01F", H264Profile::constrained_baseline},
                                                       {"42401f", H264Profile::constrained_baseline},
                                                       {"4d801f", H264Profile::constrained_baseline},
                                                       {"58c01f", H264Profile::constrained_baseline},
                                                       {"42001f", H264Profile::baseline},
                                                       {"42a01f", H264Profile::baseline},
                                                       {"58801f", H264Profile::baseline},
                                                       {"4d001f", H264Profile::main},
                                                       {"4d401f", H264Profile::main},
                                                       {"64001f", H264Profile::high},
                                                       {"640c1f", H264Profile::constrained_high}};
  for (const auto& [text, profile] : cases) {
    ASSERT_TRUE(parse_profile_level_id(text)) << text;
    EXPECT_EQ(parse_profile_level_id(text)->profile, profile) << text;
  }
}

TEST(H264Profile, refuses_other_profiles_and_other_text) {
  for (const char* text :
       {"", "42e01", "42e01f0", "42e01g", "0x42e0", "-2e01f", " 42e01", "58001f", "7a001f", "f4001f", "42e11f"}) {
    EXPECT_FALSE(parse_profile_level_id(text)) << text;
  }
}

TEST(H264Profile, writes_lower_case_hex) { EXPECT_EQ(parse_profile_level_id("42E01F")->text(), "42e01f"); }

TEST(H264Profile, everybody_decodes_constrained_baseline_and_only_high_decodes_high) {
  using enum H264Profile;
  for (const H264Profile decoder : {constrained_baseline, baseline, main, constrained_high, high}) {
    EXPECT_TRUE(can_decode(decoder, constrained_baseline));
    EXPECT_EQ(can_decode(decoder, high), decoder == high);
  }
  EXPECT_TRUE(can_decode(high, main));
  EXPECT_TRUE(can_decode(high, constrained_high));
  EXPECT_FALSE(can_decode(constrained_baseline, main));
  EXPECT_FALSE(can_decode(constrained_high, main));
  EXPECT_FALSE(can_decode(main, baseline)) << "which may use slice groups";
}

}  // namespace
}  // namespace plenary::sdp::h264_profile_test
