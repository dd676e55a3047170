#include "media/rtp/header_writer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "media/rtp/packet.h"

namespace plenary::rtp::header_writer_test {
namespace {

constexpr ExtensionIds kAll{1, 2, 3, 4, 5, 6};

ByteVector written(const HeaderWriter& writer, const HeaderFields& fields) {
  ByteVector out(writer.size(), 0xee);
  EXPECT_EQ(writer.write(out.data(), fields), writer.size());
  out.push_back(0x55);
  return out;
}

TEST(HeaderWriterTest, every_field_and_extension_comes_back) {
  const HeaderWriter writer(0xcafebabe, kAll, "video-1", "h");
  HeaderFields fields{true, 102, 0xfffe, 0x01020304, 0xabcdef, 0x1234, 17, true};
  const ByteVector bytes = written(writer, fields);
  const auto packet = parse_packet(bytes);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->marker);
  EXPECT_EQ(packet->payload_type, 102);
  EXPECT_EQ(packet->sequence, 0xfffe);
  EXPECT_EQ(packet->timestamp, 0x01020304u);
  EXPECT_EQ(packet->ssrc, 0xcafebabe);
  const HeaderExtensions read = read_extensions(*packet, kAll);
  EXPECT_EQ(read.mid, "video-1");
  EXPECT_EQ(read.rid, "h");
  EXPECT_FALSE(read.repaired_rid);
  EXPECT_EQ(read.audio_level, 17);
  EXPECT_TRUE(read.voice);
  EXPECT_EQ(read.abs_send_time, 0xabcdefu);
  EXPECT_EQ(read.transport_sequence, 0x1234);
}

TEST(HeaderWriterTest, without_extensions_the_header_is_twelve_bytes) {
  const HeaderWriter writer(1, {}, "0");
  EXPECT_EQ(writer.size(), 12u);
  EXPECT_TRUE(parse_packet(written(writer, {})));
}

TEST(HeaderWriterTest, the_size_is_always_whole_words_and_within_the_limit) {
  for (std::size_t length = 0; length <= 20; ++length) {
    const HeaderWriter writer(1, kAll, std::string(length, 'm'), std::string(length, 'r'));
    EXPECT_EQ(writer.size() % 4, 0u);
    EXPECT_LE(writer.size(), HeaderWriter::kMaxSize);
    const ByteVector bytes = written(writer, {});
    const auto read = read_extensions(*parse_packet(bytes), kAll);
    EXPECT_EQ(read.mid.has_value(), length >= 1 && length <= HeaderWriter::kMaxText);
  }
}

TEST(HeaderWriterTest, an_id_that_the_one_byte_form_cannot_say_is_left_out) {
  const HeaderWriter writer(1, ExtensionIds{.mid = 15, .transport_cc = 20}, "0");
  EXPECT_EQ(writer.size(), 12u);
}

TEST(HeaderWriterTest, a_frame_without_level_says_silence) {
  const HeaderWriter writer(1, ExtensionIds{.audio_level = 1}, "");
  const ByteVector bytes = written(writer, {});
  const auto read = read_extensions(*parse_packet(bytes), ExtensionIds{.audio_level = 1});
  EXPECT_EQ(read.audio_level, 127);
  EXPECT_FALSE(read.voice);
}

TEST(HeaderWriterTest, a_descriptor_of_any_size_follows_the_others_in_the_form_that_it_needs) {
  ExtensionIds ids = kAll;
  ids.dependency_descriptor = 12;
  const HeaderWriter writer(7, ids, "video-1");
  const ByteVector descriptor(255, 0xdd);
  for (const std::size_t size : {0, 1, 3, 4, 5, 16, 17, 100, 255}) {
    HeaderFields fields{true, 45, 2, 3, 0xabcdef, 0x1234, 17, true};
    fields.descriptor = Bytes(descriptor).first(size);
    ByteVector bytes(writer.size(size), 0xee);
    EXPECT_EQ(writer.write(bytes.data(), fields), bytes.size());
    EXPECT_EQ(bytes.size() % 4, 0u);
    bytes.push_back(0x55);
    const auto packet = parse_packet(bytes);
    ASSERT_TRUE(packet) << size;
    EXPECT_EQ(packet->payload.size(), 1u);
    EXPECT_EQ(packet->extension_profile, size > 16 ? 0x1000 : 0xbede) << size;
    const HeaderExtensions read = read_extensions(*packet, ids);
    EXPECT_TRUE(
        std::equal(read.descriptor.begin(), read.descriptor.end(), fields.descriptor.begin(), fields.descriptor.end()))
        << size;
    EXPECT_EQ(read.mid, "video-1");
    EXPECT_EQ(read.abs_send_time, 0xabcdefu);
    EXPECT_EQ(read.transport_sequence, 0x1234);
    EXPECT_EQ(read.audio_level, 17);
  }
}

TEST(HeaderWriterTest, a_descriptor_may_be_alone_and_is_left_out_where_nobody_asked_for_it) {
  const ByteVector descriptor(40, 0xdd);
  HeaderFields fields;
  for (const std::size_t size : {3, 40}) {
    fields.descriptor = Bytes(descriptor).first(size);
    const HeaderWriter alone(1, ExtensionIds{.dependency_descriptor = 14}, "");
    ByteVector bytes(alone.size(size));
    alone.write(bytes.data(), fields);
    bytes.push_back(0x55);
    EXPECT_EQ(read_extensions(*parse_packet(bytes), {.dependency_descriptor = 14}).descriptor.size(), size);
    EXPECT_EQ(HeaderWriter(1, {}, "").size(size), 12u);
    EXPECT_EQ(HeaderWriter(1, ExtensionIds{.dependency_descriptor = 15}, "").size(size), 12u);
  }
}

TEST(HeaderWriterTest, absolute_send_time_is_6_18_fixed_point) {
  EXPECT_EQ(abs_send_time(instant_from_nanoseconds(0)), 0u);
  EXPECT_EQ(abs_send_time(instant_from_nanoseconds(1'500'000'000)), (1u << 18) + (1u << 17));
  EXPECT_EQ(abs_send_time(instant_from_nanoseconds(64'000'000'000)), 0u);
}

}  // namespace
}  // namespace plenary::rtp::header_writer_test
