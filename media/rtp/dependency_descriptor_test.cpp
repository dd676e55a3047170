#include "media/rtp/dependency_descriptor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "media/rtp/hostile_bytes_test.h"

namespace plenary::rtp::dependency_descriptor_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using enum Indication;

// Zeros and ones, spaces between them, filled up to a byte.
ByteVector bits(const std::string& text) {
  ByteVector bytes;
  std::size_t count = 0;
  for (const char c : text) {
    if (c == ' ') continue;
    if (count % 8 == 0) bytes.push_back(0);
    if (c == '1') bytes.back() |= static_cast<std::uint8_t>(0x80U >> count % 8);
    ++count;
  }
  return bytes;
}

// Two spatial layers that refer to each other in key frames only: 320x180 and 640x360, two chains.
const std::string kStructure =
    "000101 00001 "                         // first template 5; two decode targets
    "00 10 00 11 "                          // S0, S0, S1, S1
    "1010 1000 0010 0010 "                  // SS, S-, -S, -S
    "0 100010 100000 100010 "               // none; 2; 1; 2
    "11 0 1 "                               // two chains, for a target each
    "00000000 00100001 00010001 00010010 "  // 0 0, 2 1, 1 1, 1 2
    "1 0000000100111111 0000000010110011 "  // sizes
    "0000001001111111 0000000101100111 ";
const std::string kKeyFrame = "1 0 000101 0000000000000111 ";  // starts, template 5, frame 7
const std::string kNothing = "00000 ";

DependencyStructure structure() {
  const auto parsed = parse_dependency_descriptor(bits(kKeyFrame + "10000 " + kStructure), nullptr);
  return parsed && parsed->structure ? *parsed->structure : DependencyStructure{};
}

TEST(DependencyDescriptor, a_key_frame_brings_the_structure) {
  const auto parsed = parse_dependency_descriptor(bits(kKeyFrame + "10000 " + kStructure), nullptr);
  ASSERT_TRUE(parsed && parsed->structure);
  EXPECT_TRUE(parsed->starts_frame);
  EXPECT_FALSE(parsed->ends_frame);
  EXPECT_EQ(parsed->frame_number, 7);
  EXPECT_FALSE(parsed->parts.active_targets);
  const DependencyStructure& structure = *parsed->structure;
  EXPECT_EQ(structure.first_template, 5);
  EXPECT_EQ(structure.spatial_layers(), 2u);
  EXPECT_EQ(all_targets(structure.targets.size()), 0b11u);
  EXPECT_EQ(structure.chains, 2u);
  ASSERT_EQ(structure.templates.size(), 4u);
  EXPECT_THAT(structure.templates[0].targets, ElementsAre(switching, switching));
  EXPECT_THAT(structure.templates[0].differences, IsEmpty());
  EXPECT_THAT(structure.templates[1].targets, ElementsAre(switching, not_present));
  EXPECT_THAT(structure.templates[1].differences, ElementsAre(2));
  EXPECT_THAT(structure.templates[1].chains, ElementsAre(2, 1));
  EXPECT_EQ(structure.templates[2].spatial_id, 1);
  EXPECT_THAT(structure.templates[2].differences, ElementsAre(1));
  EXPECT_THAT(structure.targets, ElementsAre(DecodeTarget{0, 0, 0}, DecodeTarget{1, 0, 1}));
  EXPECT_THAT(structure.sizes, ElementsAre(PictureSize{320, 180}, PictureSize{640, 360}));
  EXPECT_EQ(parsed->frame, structure.templates[0]);
}

TEST(DependencyDescriptor, three_bytes_name_a_template) {
  const DependencyStructure known = structure();
  const auto parsed = parse_dependency_descriptor(bits("0 1 001000 0000000000001010"), &known);
  ASSERT_TRUE(parsed);
  EXPECT_FALSE(parsed->starts_frame);
  EXPECT_TRUE(parsed->ends_frame);
  EXPECT_EQ(parsed->frame_number, 10);
  EXPECT_EQ(parsed->frame, known.templates[3]);
}

TEST(DependencyDescriptor, a_frame_has_its_own_values_where_it_says_so) {
  const DependencyStructure known = structure();
  const auto parsed = parse_dependency_descriptor(
      bits("1 1 000110 0000000000001010 00111 0111 01 0011 10 00010000 00 00000101 11111111"), &known);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->frame.spatial_id, 0);
  EXPECT_THAT(parsed->frame.targets, ElementsAre(discardable, required));
  EXPECT_THAT(parsed->frame.differences, ElementsAre(4, 17));
  EXPECT_THAT(parsed->frame.chains, ElementsAre(5, 255));
}

TEST(DependencyDescriptor, template_ids_go_round_the_circle_of_64) {
  DependencyStructure known = structure();
  known.first_template = 62;
  const auto parsed = parse_dependency_descriptor(bits("1 1 000001 0000000000000000"), &known);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->frame, known.templates[3]);
}

TEST(DependencyDescriptor, without_its_structure_it_says_nothing) {
  const DependencyStructure known = structure();
  EXPECT_FALSE(parse_dependency_descriptor(bits("1 1 000101 0000000000000000"), nullptr));
  EXPECT_FALSE(parse_dependency_descriptor(bits("1 1 001001 0000000000000000"), &known)) << "behind its templates";
  EXPECT_FALSE(parse_dependency_descriptor(bits("1 1 000100 0000000000000000"), &known)) << "before them";
}

TEST(DependencyDescriptor, cut_anywhere_it_is_refused) {
  const ByteVector whole = bits(kKeyFrame + "10000 " + kStructure);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(parse_dependency_descriptor(Bytes(whole).first(length), nullptr)) << length;
  }
  ByteVector padded = whole;
  padded.resize(kMaxDescriptor);
  EXPECT_TRUE(parse_dependency_descriptor(padded, nullptr));
  padded.push_back(0);
  EXPECT_FALSE(parse_dependency_descriptor(padded, nullptr));
}

TEST(DependencyDescriptor, what_no_picture_has_is_refused) {
  const auto with_layers = [](const std::string& layers) {
    return parse_dependency_descriptor(bits(kKeyFrame + "10000 000101 00000 " + layers + std::string(400, '0')),
                                       nullptr);
  };
  EXPECT_TRUE(with_layers("10 10 10 11"));
  EXPECT_FALSE(with_layers("10 10 10 10 11")) << "five spatial layers";
  EXPECT_TRUE(with_layers("01 01 01 01 01 01 01 11"));
  EXPECT_FALSE(with_layers("01 01 01 01 01 01 01 01 11")) << "nine temporal ones";
  std::string many;
  for (std::size_t i = 1; i < kMaxTemplates; ++i) many += "00";
  EXPECT_TRUE(with_layers(many + "11"));
  EXPECT_FALSE(with_layers(many + "00 11"));
  const DependencyStructure known = structure();
  std::string differences;
  for (std::size_t i = 0; i < kMaxFrameDifferences; ++i) differences += "01 0000 ";
  const std::string frame = "1 1 000110 0000000000001010 00010 ";
  EXPECT_TRUE(parse_dependency_descriptor(bits(frame + differences + "00"), &known));
  EXPECT_FALSE(parse_dependency_descriptor(bits(frame + differences + "01 0000 00"), &known));
}

TEST(DependencyDescriptor, cutting_layers_makes_their_targets_inactive) {
  const ByteVector key_frame = bits(kKeyFrame + "10000 " + kStructure);
  const auto parsed = parse_dependency_descriptor(key_frame, nullptr);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(with_active_targets(key_frame, parsed->parts, 0b01), bits(kKeyFrame + "11000 " + kStructure + "01"));
  EXPECT_EQ(with_active_targets(key_frame, parsed->parts, 0b11), key_frame) << "nothing was cut";

  const DependencyStructure known = structure();
  const std::string head = "1 1 000110 0000000000001010 ";
  const std::string own = "0011 01 0011 00";  // indications, and a difference
  const ByteVector tells = bits(head + "01110 11 " + own);
  const auto told = parse_dependency_descriptor(tells, &known);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->parts.active_targets, 0b11u);
  EXPECT_EQ(with_active_targets(tells, told->parts, 0b01), bits(head + "01110 01 " + own));

  const ByteVector silent = bits(head + "00110 " + own);
  EXPECT_EQ(with_active_targets(silent, parse_dependency_descriptor(silent, &known)->parts, 0b01), silent);
  const ByteVector shortest = bits(head);
  EXPECT_EQ(with_active_targets(shortest, parse_dependency_descriptor(shortest, &known)->parts, 0b01), shortest);
}

TEST(DependencyDescriptor, of_the_longest_no_longer_one_is_made) {
  ByteVector longest = bits(kKeyFrame + "10000 " + kStructure);
  const auto parsed = parse_dependency_descriptor(longest, nullptr);
  ASSERT_TRUE(parsed);
  DescriptorParts full = parsed->parts;
  longest.resize(kMaxDescriptor);
  full.definition_end = kMaxDescriptor * 8;
  EXPECT_EQ(with_active_targets(longest, full, 0b01), longest);
}

TEST(DependencyDescriptor, the_frame_number_is_changed_in_place) {
  ByteVector bytes = bits(kKeyFrame + "10000 " + kStructure);
  EXPECT_EQ(frame_number(bytes), 7);
  set_frame_number(bytes, 0xfedc);
  EXPECT_EQ(frame_number(bytes), 0xfedc);
  EXPECT_EQ(parse_dependency_descriptor(bytes, nullptr)->frame_number, 0xfedc);
}

// AV1 of Chromium 156 with L2T3_KEY: a key frame of one packet, the first of the layer above it, the last of a later
// frame.
const ByteVector kChromiumKeyFrame = {0xc0, 0x00, 0x01, 0x80, 0x05, 0x14, 0x85, 0x3a, 0xaa, 0xa8, 0x01, 0x80, 0x04,
                                      0x00, 0x40, 0x02, 0xa0, 0x2a, 0x00, 0x60, 0x01, 0x00, 0x15, 0xd3, 0x45, 0x14,
                                      0x17, 0x4d, 0x14, 0x4c, 0x70, 0x08, 0x74, 0x32, 0x16, 0x51, 0x11, 0x85, 0x43,
                                      0x27, 0x68, 0x09, 0xf8, 0x05, 0x98, 0x13, 0xf8, 0x0b, 0x38};

TEST(DependencyDescriptor, what_a_browser_sends_is_read) {
  DependencyReader reader;
  const auto key_frame = reader.read(kChromiumKeyFrame);
  ASSERT_TRUE(key_frame && key_frame->structure);
  EXPECT_TRUE(key_frame->starts_frame && key_frame->ends_frame);
  EXPECT_EQ(key_frame->frame_number, 1);
  const DependencyStructure& structure = *key_frame->structure;
  EXPECT_EQ(structure.templates.size(), 10u);
  EXPECT_EQ(structure.chains, 2u);
  EXPECT_THAT(structure.targets, ElementsAre(DecodeTarget{0, 0, 0}, DecodeTarget{0, 1, 0}, DecodeTarget{0, 2, 0},
                                             DecodeTarget{1, 0, 1}, DecodeTarget{1, 1, 1}, DecodeTarget{1, 2, 1}));
  EXPECT_THAT(structure.sizes, ElementsAre(PictureSize{320, 180}, PictureSize{640, 360}));
  EXPECT_THAT(structure.templates[2].targets,
              ElementsAre(not_present, discardable, switching, not_present, not_present, not_present));
  EXPECT_THAT(structure.templates[9].differences, ElementsAre(2));
  EXPECT_THAT(structure.templates[9].chains, ElementsAre(7, 6));

  const auto above = reader.read(ByteVector{0x85, 0x00, 0x02});
  ASSERT_TRUE(above);
  EXPECT_TRUE(above->starts_frame);
  EXPECT_EQ(above->frame.spatial_id, 1);
  EXPECT_THAT(above->frame.differences, ElementsAre(1));
  const auto later = reader.read(ByteVector{0x48, 0x00, 0x04});
  ASSERT_TRUE(later);
  EXPECT_TRUE(later->ends_frame);
  EXPECT_EQ(later->frame.temporal_id, 2);
}

ByteVector numbered(const std::string& text, std::uint16_t number) {
  ByteVector bytes = bits(text);
  set_frame_number(bytes, number);
  return bytes;
}

TEST(DependencyReader, keeps_the_structure_for_what_follows) {
  DependencyReader reader;
  EXPECT_FALSE(reader.read(numbered("1 1 000110 0000000000000000", 6)));
  EXPECT_EQ(reader.structure(), nullptr);
  ASSERT_TRUE(reader.read(numbered(kKeyFrame + "10000 " + kStructure, 7)));
  ASSERT_NE(reader.structure(), nullptr);
  const auto next = reader.read(numbered("1 1 000110 0000000000000000", 9));
  ASSERT_TRUE(next);
  EXPECT_EQ(next->frame, reader.structure()->templates[1]);
}

TEST(DependencyReader, a_structure_that_comes_late_replaces_nothing) {
  DependencyReader reader;
  std::string newer_structure = kStructure;
  newer_structure.replace(0, 6, "010000");
  reader.read(numbered("1 0 010000 0000000000000000 10000 " + newer_structure, 3));
  const auto late = reader.read(numbered(kKeyFrame + "10000 " + kStructure, 65'535));
  ASSERT_TRUE(late) << "its own frame is told";
  EXPECT_EQ(late->frame.spatial_id, 0);
  EXPECT_EQ(reader.structure()->first_template, 16);
  // Half the circle of frame numbers later without a key frame, the next one is still newer.
  for (unsigned number = 0; number < 50'000; number += 10'000) {
    EXPECT_TRUE(reader.read(numbered("1 1 010001 0000000000000000", static_cast<std::uint16_t>(number))));
  }
  reader.read(numbered(kKeyFrame + "10000 " + kStructure, 40'001));
  EXPECT_EQ(reader.structure()->first_template, 5);
}

TEST(HostileDescriptor, truncations_and_mutations_are_harmless) {
  const ByteVector good = bits(kKeyFrame + "11111 " + kStructure + "11 1010 00 00000000 00000000");
  const DependencyStructure known = structure();
  const auto survive = [&](const ByteVector& bytes) {
    const auto parsed = parse_dependency_descriptor(bytes, &known);
    if (!parsed) return;
    ASSERT_LE(parsed->parts.definition_end, bytes.size() * 8);
    const auto again = parse_dependency_descriptor(with_active_targets(bytes, parsed->parts, 1), &known);
    ASSERT_TRUE(again);
    ASSERT_EQ(again->frame, parsed->frame);
  };
  ASSERT_TRUE(parse_dependency_descriptor(good, nullptr));
  SeededRandom random(3);
  for_each_truncation(good, survive);
  for (int i = 0; i < 100'000; ++i) survive(mutate(good, random));
}

}  // namespace
}  // namespace plenary::rtp::dependency_descriptor_test
