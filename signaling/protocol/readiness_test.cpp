#include "signaling/protocol/readiness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plenary::signaling::readiness_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr RequestId kFirst{1};
constexpr RequestId kSecond{2};

Instant at(std::int64_t ms) { return Instant(std::chrono::hours(1) + std::chrono::milliseconds(ms)); }

Readiness at_level(int db) { return {.fit = true, .level_db = db}; }

TEST(Readiness, is_written_whole_and_what_is_not_known_is_null) {
  const Readiness known{.fit = false,
                        .microphone = true,
                        .camera = true,
                        .network = NetworkWord::poor,
                        .problems = {ReadinessProblem::telephone_band, ReadinessProblem::loss},
                        .band_hz = std::pair(300, 3'400),
                        .level_db = -23,
                        .noise_db = -60,
                        .loss_percent = 2.5,
                        .jitter_ms = 8,
                        .round_trip_ms = 45};
  EXPECT_EQ(readiness_params(kFirst, known),
            R"({"readiness":{"band_hz":[300,3400],"camera":true,"fit":false,"jitter_ms":8,"level_db":-23,)"
            R"("loss_percent":2.5,"microphone":true,"network":"poor","noise_db":-60,)"
            R"("problems":["telephone_band","loss"],"round_trip_ms":45},"request":"r-1"})");
  EXPECT_EQ(readiness_json(at_level(-20)),
            R"({"band_hz":null,"camera":false,"fit":true,"jitter_ms":null,"level_db":-20,"loss_percent":null,)"
            R"("microphone":false,"network":null,"noise_db":null,"problems":[],"round_trip_ms":null})");
  EXPECT_EQ(readiness_json(std::nullopt), "null");
}

TEST(Readiness, words_are_read_back) {
  for (int i = 0; i < 6; ++i) {
    const auto problem = static_cast<ReadinessProblem>(i);
    EXPECT_EQ(readiness_problem_from(to_text(problem)), problem);
  }
  EXPECT_FALSE(readiness_problem_from("loud"));
}

TEST(ReadinessBoard, tells_the_first_at_once_and_a_change_two_seconds_later) {
  ReadinessBoard board;
  board.set(kFirst, at_level(-20));
  EXPECT_THAT(board.take_due(at(0)), ElementsAre(kFirst));
  board.set(kFirst, at_level(-21));
  EXPECT_THAT(board.take_due(at(1'000)), IsEmpty());
  EXPECT_EQ(board.next_timeout(), at(2'000));
  EXPECT_THAT(board.take_due(at(2'000)), ElementsAre(kFirst));
  EXPECT_FALSE(board.next_timeout());
}

TEST(ReadinessBoard, what_looks_the_same_is_not_told_again) {
  ReadinessBoard board;
  board.set(kFirst, at_level(-20));
  board.take_due(at(0));
  board.set(kFirst, at_level(-21));
  board.set(kFirst, at_level(-20));
  EXPECT_FALSE(board.next_timeout());
  EXPECT_THAT(board.take_due(at(9'000)), IsEmpty());
}

TEST(ReadinessBoard, each_request_has_its_own_turn) {
  ReadinessBoard board;
  board.set(kFirst, at_level(-20));
  board.take_due(at(0));
  board.set(kFirst, at_level(-30));
  board.set(kSecond, at_level(-20));
  EXPECT_THAT(board.take_due(at(500)), ElementsAre(kSecond));
  EXPECT_THAT(board.requests(), ElementsAre(kFirst, kSecond));
}

TEST(ReadinessBoard, who_is_gone_is_told_and_then_forgotten) {
  ReadinessBoard board;
  board.set(kFirst, std::nullopt);
  EXPECT_THAT(board.take_due(at(0)), IsEmpty());
  board.set(kFirst, at_level(-20));
  board.take_due(at(0));
  board.set(kFirst, std::nullopt);
  EXPECT_THAT(board.requests(), IsEmpty());
  EXPECT_THAT(board.take_due(at(2'000)), ElementsAre(kFirst));
  EXPECT_FALSE(board.find(kFirst));
  EXPECT_THAT(board.take_due(at(4'000)), IsEmpty());
  EXPECT_FALSE(board.next_timeout());
}

}  // namespace
}  // namespace plenary::signaling::readiness_test
