#include "signaling/protocol/device_check.h"

#include <gtest/gtest.h>

namespace plenary::signaling::device_check_test {
namespace {

TEST(DeviceCheck, a_second_of_it_is_written_with_what_is_known_so_far) {
  const CheckResult result{.seconds_left = 41,
                           .now_db = -31,
                           .heard = true,
                           .readiness = {.microphone = true, .network = NetworkWord::fair, .loss_percent = 1.5}};
  EXPECT_EQ(check_result_params(result),
            R"({"heard":true,"now_db":-31,"readiness":{"band_hz":null,"camera":false,"fit":null,"jitter_ms":null,)"
            R"("level_db":null,"loss_percent":1.5,"microphone":true,"network":"fair","noise_db":null,"problems":[],)"
            R"("round_trip_ms":null},"seconds_left":41})");
}

TEST(DeviceCheck, its_end_has_a_word) { EXPECT_EQ(check_ended_params("time_over"), R"({"code":"time_over"})"); }

}  // namespace
}  // namespace plenary::signaling::device_check_test
