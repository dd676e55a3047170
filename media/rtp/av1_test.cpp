#include "media/rtp/av1.h"

#include <gtest/gtest.h>

#include "media/rtp/hostile_bytes_test.h"

namespace plenary::rtp::av1_test {
namespace {

// N, two elements: a sequence header with its length, a frame up to the end.
const ByteVector kKeyFrame = {0x28, 3, 0x08, 0xaa, 0xbb, 0x30, 1, 2, 3};
const ByteVector kDeltaFrame = {0x10, 0x30, 9, 9};
// What a decoder gets of kKeyFrame: a delimiter, and each OBU with its size.
const ByteVector kUnit = {0x12, 0, 0x0a, 2, 0xaa, 0xbb, 0x32, 3, 1, 2, 3};

TEST(Av1PayloadTest, reads_elements_with_and_without_lengths) {
  const auto two = parse_av1_payload(kKeyFrame);
  ASSERT_TRUE(two);
  EXPECT_TRUE(two->new_sequence);
  EXPECT_FALSE(two->continues || two->to_be_continued);
  ASSERT_EQ(two->elements.size(), 2u);
  EXPECT_EQ(two->elements[0].size(), 3u);
  EXPECT_EQ(two->elements[1].size(), 4u);
  const auto any = parse_av1_payload(ByteVector{0xc0, 1, 7, 2, 8, 9, 0x81, 0x00, 10});
  ASSERT_TRUE(any) << "a length may be longer than it must";
  EXPECT_TRUE(any->continues && any->to_be_continued);
  EXPECT_EQ(any->elements.size(), 3u);
}

TEST(Av1PayloadTest, cut_anywhere_it_has_other_elements_or_none) {
  for (std::size_t length = 0; length <= 5; ++length) {
    EXPECT_FALSE(parse_av1_payload(Bytes(kKeyFrame).first(length))) << length;
  }
  const ByteVector with_lengths = {0x00, 2, 0x30, 1, 2, 0x30, 2};
  for (std::size_t length = 0; length < with_lengths.size(); ++length) {
    EXPECT_EQ(parse_av1_payload(Bytes(with_lengths).first(length)).has_value(), length == 4) << length;
  }
}

TEST(Av1PayloadTest, what_contradicts_itself_is_refused) {
  EXPECT_FALSE(parse_av1_payload(ByteVector{0x98, 0x08})) << "a new sequence that goes on";
  EXPECT_FALSE(parse_av1_payload(ByteVector{0x00, 0, 1, 0x30})) << "an element without a byte";
  EXPECT_FALSE(parse_av1_payload(ByteVector{0x30, 1, 0x30, 1, 0x30})) << "three, and two came";
  EXPECT_FALSE(parse_av1_payload(ByteVector{0x00, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0x30}));
  ByteVector many = {0x00};
  for (std::size_t i = 0; i <= kMaxAv1Elements; ++i) many.insert(many.end(), {1, 0x30});
  EXPECT_FALSE(parse_av1_payload(many));
  many.resize(many.size() - 2);
  EXPECT_TRUE(parse_av1_payload(many));
}

TEST(Av1KeyFrameTest, begins_a_sequence_with_its_header) {
  EXPECT_TRUE(av1_payload_starts_key_frame(kKeyFrame));
  EXPECT_TRUE(av1_payload_starts_key_frame(ByteVector{0x28, 1, 0x10, 0x08, 0xaa})) << "behind a delimiter";
  EXPECT_FALSE(av1_payload_starts_key_frame(kDeltaFrame));
  EXPECT_FALSE(av1_payload_starts_key_frame(ByteVector{0x20, 3, 0x08, 0xaa, 0xbb, 0x30, 1})) << "the header repeated";
  EXPECT_FALSE(av1_payload_starts_key_frame(ByteVector{0x18, 0x30, 1, 2})) << "nothing that a decoder starts with";
  EXPECT_FALSE(av1_payload_starts_key_frame(ByteVector{0x18, 0x88, 1, 2})) << "the forbidden bit";
}

class Av1DepacketizerTest : public testing::Test {
 protected:
  std::optional<Av1Depacketizer::TemporalUnit> add(const ByteVector& payload, std::uint32_t timestamp, bool marker) {
    return depacketizer.add({.marker = marker, .sequence = sequence++, .timestamp = timestamp, .payload = payload});
  }
  Av1Depacketizer depacketizer;
  std::uint16_t sequence = 65'534;
};

TEST_F(Av1DepacketizerTest, gives_units_as_decoders_take_them) {
  const auto key = add(kKeyFrame, 1, true);
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->key_frame);
  EXPECT_EQ(key->bytes, kUnit);
  const auto delta = add(kDeltaFrame, 2, true);
  ASSERT_TRUE(delta);
  EXPECT_FALSE(delta->key_frame);
  EXPECT_EQ(delta->timestamp, 2u);
  EXPECT_EQ(delta->bytes, (ByteVector{0x12, 0, 0x32, 2, 9, 9}));
}

TEST_F(Av1DepacketizerTest, joins_what_was_cut_over_packets) {
  EXPECT_FALSE(add({0x68, 3, 0x08, 0xaa, 0xbb, 0x30}, 1, false));
  EXPECT_FALSE(add({0xd0, 1, 2}, 1, false));
  const auto unit = add({0x90, 3}, 1, true);
  ASSERT_TRUE(unit);
  EXPECT_EQ(unit->bytes, kUnit);
}

TEST_F(Av1DepacketizerTest, keeps_sizes_that_are_there_and_leaves_out_what_says_nothing) {
  // A delimiter, the header with its size, padding.
  const auto unit = add({0x08, 2, 0x12, 0, 4, 0x0a, 2, 0xaa, 0xbb, 2, 0x7a, 0, 4, 0x30, 1, 2, 3}, 1, true);
  ASSERT_TRUE(unit);
  EXPECT_EQ(unit->bytes, kUnit);
}

TEST_F(Av1DepacketizerTest, begins_with_a_key_frame_and_does_so_again_after_a_loss) {
  EXPECT_FALSE(add(kDeltaFrame, 1, true));
  ASSERT_TRUE(add(kKeyFrame, 2, true));
  ++sequence;
  EXPECT_FALSE(add(kDeltaFrame, 3, true)) << "the lost one may have been a frame";
  EXPECT_TRUE(depacketizer.waits_for_key_frame());
  EXPECT_FALSE(add(kDeltaFrame, 4, true));
  EXPECT_TRUE(add(kKeyFrame, 5, true));
  EXPECT_TRUE(add(kDeltaFrame, 6, true));
}

TEST_F(Av1DepacketizerTest, a_unit_with_a_hole_a_lie_or_without_its_end_is_dropped) {
  ASSERT_TRUE(add(kKeyFrame, 1, true));
  EXPECT_FALSE(add({0x50, 0x30, 1}, 2, true)) << "to be continued, and over";
  EXPECT_EQ(depacketizer.dropped_units(), 1u);
  ASSERT_TRUE(add(kKeyFrame, 3, true));
  EXPECT_FALSE(add({0x90, 1}, 4, true)) << "goes on with nothing";
  ASSERT_TRUE(add(kKeyFrame, 5, true));
  EXPECT_FALSE(add({0x10, 0xb0, 1}, 6, true)) << "the forbidden bit";
  ASSERT_TRUE(add(kKeyFrame, 7, true));
  EXPECT_FALSE(add({0x10, 0x32, 9, 1}, 8, true)) << "an OBU that is longer than its element";
  ASSERT_TRUE(add(kKeyFrame, 9, true));
  EXPECT_FALSE(add(kDeltaFrame, 10, false));
  EXPECT_FALSE(add(kDeltaFrame, 11, true)) << "the one before never ended";
  EXPECT_EQ(depacketizer.dropped_units(), 5u);
}

TEST_F(Av1DepacketizerTest, padding_between_units_is_no_loss) {
  ASSERT_TRUE(add(kKeyFrame, 1, true));
  EXPECT_FALSE(add({}, 1, false));
  EXPECT_TRUE(add(kDeltaFrame, 2, true));
}

TEST_F(Av1DepacketizerTest, an_endless_unit_is_given_up) {
  ASSERT_TRUE(add(kKeyFrame, 1, true));
  ByteVector part(1'200, 0x30);
  part[0] = 0x50;
  for (std::size_t i = 0; i < kMaxTemporalUnit / 1'000; ++i) {
    EXPECT_FALSE(add(part, 2, false));
    part[0] = 0xd0;
  }
  EXPECT_EQ(depacketizer.dropped_units(), 1u);
  EXPECT_TRUE(add(kKeyFrame, 3, true));
}

TEST(HostileAv1Test, truncations_and_mutations_are_harmless) {
  SeededRandom random(12);
  Av1Depacketizer depacketizer;
  std::uint16_t sequence = 0;
  const ByteVector cut = {0xd0, 0x30, 1, 2};
  const ByteVector sized = {0x08, 2, 0x12, 0, 4, 0x0a, 2, 0xaa, 0xbb, 2, 0x7a, 0, 4, 0x36, 1, 2, 3};
  const auto survive = [&](const ByteVector& bytes) {
    av1_payload_starts_key_frame(bytes);
    if (const auto parsed = parse_av1_payload(bytes)) {
      ASSERT_FALSE(parsed->elements.empty());
      for (const Bytes element : parsed->elements) ASSERT_FALSE(element.empty());
    }
    if (random.u32() % 16 == 0) ++sequence;
    const auto unit = depacketizer.add(
        {.marker = random.u32() % 2 == 0, .sequence = sequence++, .timestamp = random.u32() % 3, .payload = bytes});
    if (unit) {
      ASSERT_LE(unit->bytes.size(), kMaxTemporalUnit);
    }
  };
  for (const ByteVector& good : {kKeyFrame, kDeltaFrame, cut, sized}) {
    for_each_truncation(good, survive);
    for (int i = 0; i < 50'000; ++i) survive(mutate(good, random));
  }
}

}  // namespace
}  // namespace plenary::rtp::av1_test
