#include "media/forward/forwarder.h"

#include <gtest/gtest.h>

#include <vector>

namespace plenary::forward::forwarder_test {
namespace {

using namespace std::chrono_literals;

Instant at(int ms) { return Instant(std::chrono::milliseconds(1'000'000 + ms)); }

struct ForwarderTest : testing::Test {
  Track make(Codec codec) {
    return Track({.codec = codec, .first_timestamp = next_first_timestamp += 77'777}, counters, at(0));
  }
  void sound(Track& track, int ms) {
    rtp::Frame frame;
    frame.codec = Codec::opus;
    frame.rtp_timestamp = static_cast<std::uint32_t>(ms * 48);
    frame.captured = at(ms - 30);
    frame.payloads = {{1, 2, 3}};
    track.handle_frame(frame, at(ms));
  }
  void picture(Track& track, int ms, bool key_frame, std::size_t parts = 2) {
    rtp::Frame frame;
    frame.codec = Codec::h264;
    frame.key_frame = key_frame;
    frame.rtp_timestamp = static_cast<std::uint32_t>(ms * 90);
    frame.captured = at(ms - 30);
    frame.payloads.assign(parts, {0x41, 1, 2});
    track.handle_frame(frame, at(ms));
  }
  std::vector<Forwarder::Out> take(Forwarder& forwarder, int ms) {
    std::vector<Forwarder::Out> all;
    while (std::optional<Forwarder::Out> out = forwarder.next(at(ms))) all.push_back(*out);
    return all;
  }
  Counters counters;
  std::uint32_t next_first_timestamp = 0;
  Forwarder forwarder{{.first_sequence = 1'000, .first_timestamp = 4'000}, counters};
};

TEST_F(ForwarderTest, sound_starts_with_what_comes_next_and_goes_on_without_a_gap) {
  Track track = make(Codec::opus);
  sound(track, 0);
  forwarder.set_track(&track, {});
  EXPECT_TRUE(take(forwarder, 10).empty());
  sound(track, 20);
  sound(track, 40);
  const auto out = take(forwarder, 40);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].sequence, 1'000u);
  EXPECT_EQ(out[0].timestamp, 4'000u);
  EXPECT_EQ(out[1].sequence, 1'001u);
  EXPECT_EQ(out[1].timestamp, 4'960u);
}

TEST_F(ForwarderTest, another_channel_is_taken_at_once_and_continues_the_line) {
  Track floor = make(Codec::opus);
  Track french = make(Codec::opus);
  forwarder.set_track(&floor, {});
  take(forwarder, 0);
  sound(floor, 20);
  sound(french, 25);
  ASSERT_EQ(take(forwarder, 25).size(), 1u);
  EXPECT_TRUE(forwarder.take_switched());
  forwarder.set_track(&french, {});
  sound(floor, 40);
  EXPECT_TRUE(take(forwarder, 40).empty());
  sound(french, 45);
  const auto out = take(forwarder, 45);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].sequence, 1'001u);
  EXPECT_EQ(out[0].timestamp, 4'000u + 25u * 48u);
  EXPECT_TRUE(forwarder.take_switched());
  EXPECT_FALSE(forwarder.take_switched());
}

TEST_F(ForwarderTest, a_picture_waits_for_its_key_frame_and_asks_for_one) {
  Track track = make(Codec::h264);
  picture(track, 0, true);
  for (int ms = 40; ms <= 600; ms += 40) picture(track, ms, false);
  forwarder.set_track(&track, {});
  EXPECT_FALSE(track.key_frame_requests().wanted());  // not before it is polled: nobody is connected yet
  EXPECT_TRUE(take(forwarder, 610).empty());
  EXPECT_TRUE(track.key_frame_requests().wanted());
  picture(track, 640, true);
  const auto out = take(forwarder, 640);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_TRUE(out[0].packet->begins_key_frame);
  EXPECT_EQ(counters.get(Count::replays), 0u);
}

TEST_F(ForwarderTest, a_young_key_frame_is_replayed_with_compressed_time_and_ends_live) {
  Track track = make(Codec::h264);
  picture(track, 0, true);
  for (int ms = 40; ms <= 240; ms += 40) picture(track, ms, false);
  forwarder.set_track(&track, {});
  std::vector<Forwarder::Out> all;
  for (int ms = 250; ms <= 600; ++ms) {
    if (ms % 40 == 0) picture(track, ms, false);
    for (const Forwarder::Out& out : take(forwarder, ms)) all.push_back(out);
  }
  EXPECT_EQ(counters.get(Count::replays), 1u);
  ASSERT_EQ(all.size(), 2u * 16u);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_EQ(all[i].sequence, all[i - 1].sequence + 1);
  EXPECT_EQ(all[2].timestamp - all[0].timestamp, 3'600u / kReplaySpeed);
  EXPECT_EQ(all[31].timestamp - all[29].timestamp, 3'600u);
  EXPECT_TRUE(forwarder.take_switched());
  // As if it had been live all along: 4,000 stood for 250 ms; the last picture came at 600 ms.
  EXPECT_NEAR(static_cast<double>(all[31].timestamp - 4'000u), 350 * 90.0, 90.0);
}

TEST_F(ForwarderTest, a_source_that_does_not_answer_is_replayed_after_150_ms) {
  Track track = make(Codec::h264);
  picture(track, 0, true);
  for (int ms = 40; ms <= 1'000; ms += 40) picture(track, ms, false);
  forwarder.set_track(&track, {});
  EXPECT_TRUE(take(forwarder, 1'010).empty());
  EXPECT_EQ(forwarder.next_timeout(at(1'010)), at(1'160));
  picture(track, 1'040, false);
  EXPECT_TRUE(take(forwarder, 1'159).empty());
  EXPECT_FALSE(take(forwarder, 1'160).empty());
  EXPECT_EQ(counters.get(Count::replays), 1u);
}

TEST_F(ForwarderTest, the_old_picture_stays_until_the_new_one_has_a_key_frame) {
  Track room = make(Codec::h264);
  Track slides = make(Codec::h264);
  forwarder.set_track(&room, {});
  take(forwarder, 0);
  picture(room, 10, true);
  picture(slides, 10, true);
  for (int ms = 50; ms <= 3'010; ms += 40) {
    picture(room, ms, false);
    picture(slides, ms, false);
    take(forwarder, ms);
  }
  forwarder.set_track(&slides, {});
  picture(room, 3'050, false);
  picture(slides, 3'050, false);
  auto out = take(forwarder, 3'050);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].packet, room.find(out[0].packet->index));
  const std::uint64_t sequence = out[1].sequence;
  picture(slides, 3'090, true);
  out = take(forwarder, 3'090);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].packet, slides.find(out[0].packet->index));
  EXPECT_EQ(out[0].sequence, sequence + 1);
}

TEST_F(ForwarderTest, a_nack_finds_the_packet_in_the_segment_it_was_sent_in) {
  Track floor = make(Codec::opus);
  Track french = make(Codec::opus);
  forwarder.set_track(&floor, {});
  take(forwarder, 0);
  for (int ms = 20; ms <= 100; ms += 20) {
    sound(floor, ms);
    take(forwarder, ms);
  }
  forwarder.set_track(&french, {});
  take(forwarder, 100);
  sound(french, 120);
  take(forwarder, 120);
  const auto before = forwarder.repair(1'004, at(150));
  ASSERT_TRUE(before);
  EXPECT_EQ(before->packet, floor.find(before->packet->index));
  EXPECT_EQ(before->timestamp, 4'000u + 4u * 960u);
  const auto after = forwarder.repair(1'005, at(150));
  ASSERT_TRUE(after);
  EXPECT_EQ(after->packet, french.find(after->packet->index));
}

TEST_F(ForwarderTest, only_the_last_eight_segments_are_remembered) {
  Track one = make(Codec::opus);
  Track two = make(Codec::opus);
  for (int i = 0; i < 9; ++i) {
    forwarder.set_track(i % 2 == 0 ? &one : &two, {});
    take(forwarder, 20 * i);
    sound(one, 20 * i + 1);
    sound(two, 20 * i + 1);
    ASSERT_EQ(take(forwarder, 20 * i + 1).size(), 1u);
  }
  EXPECT_FALSE(forwarder.repair(1'000, at(200)));
  EXPECT_EQ(counters.get(Count::nack_unknown), 1u);
  EXPECT_TRUE(forwarder.repair(1'001, at(200)));
}

TEST_F(ForwarderTest, a_nack_for_an_old_packet_or_a_gone_track_is_dropped) {
  Track track = make(Codec::opus);
  forwarder.set_track(&track, {});
  take(forwarder, 0);
  sound(track, 20);
  take(forwarder, 20);
  EXPECT_FALSE(forwarder.repair(1'000, at(521)));
  EXPECT_EQ(counters.get(Count::nack_too_old), 1u);
  EXPECT_TRUE(forwarder.repair(1'000, at(520)));
  forwarder.forget(&track);
  EXPECT_FALSE(forwarder.repair(1'000, at(100)));
  EXPECT_TRUE(take(forwarder, 40).empty());
}

TEST_F(ForwarderTest, a_delay_holds_packets_back_and_tells_when_they_are_due) {
  Track track = make(Codec::opus);
  forwarder.set_track(&track, 300ms);
  take(forwarder, 0);
  sound(track, 20);
  EXPECT_TRUE(take(forwarder, 20).empty());
  EXPECT_EQ(forwarder.next_timeout(at(20)), at(320));
  EXPECT_TRUE(take(forwarder, 319).empty());
  const auto out = take(forwarder, 320);
  ASSERT_EQ(out.size(), 1u);
  // Reports say when it is to be heard: captured at −10, plus the delay.
  ASSERT_TRUE(forwarder.anchor());
  EXPECT_EQ(forwarder.anchor()->instant, at(-10) + 300ms);
}

TEST_F(ForwarderTest, nothing_older_than_half_a_second_is_sent_and_no_gap_is_left) {
  Track track = make(Codec::opus);
  forwarder.set_track(&track, {});
  take(forwarder, 0);
  sound(track, 20);
  ASSERT_EQ(take(forwarder, 20).size(), 1u);
  for (int ms = 40; ms <= 1'000; ms += 20) sound(track, ms);
  const auto out = take(forwarder, 1'000);
  ASSERT_FALSE(out.empty());
  EXPECT_GE(out[0].packet->arrived, at(500));
  EXPECT_EQ(out[0].sequence, 1'001u);
  EXPECT_GT(counters.get(Count::packets_too_old), 0u);
}

TEST_F(ForwarderTest, a_picture_that_fell_behind_goes_on_with_a_key_frame) {
  Track track = make(Codec::h264);
  forwarder.set_track(&track, {});
  take(forwarder, 0);
  picture(track, 10, true);
  ASSERT_EQ(take(forwarder, 10).size(), 2u);
  for (int ms = 50; ms <= 1'000; ms += 50) picture(track, ms, false);
  EXPECT_TRUE(take(forwarder, 1'000).empty());
  EXPECT_TRUE(take(forwarder, 1'001).empty());
  EXPECT_TRUE(track.key_frame_requests().wanted());
  picture(track, 1'050, true);
  const auto out = take(forwarder, 1'050);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].sequence, 1'002u);
}

TEST_F(ForwarderTest, a_large_key_frame_leaves_in_trains) {
  Track track = make(Codec::h264);
  forwarder.set_track(&track, {});
  take(forwarder, 0);
  picture(track, 10, true, 40);
  EXPECT_EQ(take(forwarder, 10).size(), kTrainPackets);
  EXPECT_EQ(forwarder.next_timeout(at(10)), at(12));
  EXPECT_TRUE(take(forwarder, 11).empty());
  EXPECT_EQ(take(forwarder, 12).size(), kTrainPackets);
  EXPECT_EQ(take(forwarder, 14).size(), 8u);
}

TEST_F(ForwarderTest, a_packet_that_came_late_fills_the_gap_that_the_viewer_sees) {
  Track track = make(Codec::h264);
  const ByteVector idr = {0x65, 1, 2};
  const ByteVector slice = {0x41, 1, 2};
  const auto packet = [&](std::uint16_t sequence, const ByteVector& payload, int ms) {
    rtp::Packet p;
    p.sequence = sequence;
    p.timestamp = static_cast<std::uint32_t>(ms * 90);
    p.payload = payload;
    track.handle_packet(p, at(ms), {}, at(ms));
  };
  forwarder.set_track(&track, {});
  take(forwarder, 0);
  packet(10, idr, 1);
  packet(12, slice, 40);
  auto out = take(forwarder, 40);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[1].sequence, 1'002u);
  packet(11, slice, 20);
  out = take(forwarder, 60);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].sequence, 1'001u);
  packet(13, slice, 80);
  out = take(forwarder, 80);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].sequence, 1'003u);
}

TEST_F(ForwarderTest, vp8_picture_numbers_go_on_over_a_switch) {
  Track one = make(Codec::vp8);
  Track two = make(Codec::vp8);
  const auto picture_of = [&](Track& track, int ms, bool key, std::uint16_t id) {
    const ByteVector payload = {0x90,
                                0x80,
                                static_cast<std::uint8_t>(0x80 | id >> 8),
                                static_cast<std::uint8_t>(id),
                                static_cast<std::uint8_t>(key ? 0x10 : 0x11),
                                0,
                                0,
                                0x9d,
                                0x01,
                                0x2a,
                                0,
                                1,
                                0,
                                1};
    rtp::Packet p;
    p.sequence = static_cast<std::uint16_t>(ms / 10);
    p.timestamp = static_cast<std::uint32_t>(ms * 90);
    p.payload = payload;
    p.marker = true;
    track.handle_packet(p, at(ms), {}, at(ms));
  };
  const auto sent_id = [](const Forwarder::Out& out) {
    return (*out.packet->numbers.picture_id + out.numbers.picture_id) & 0x7fff;
  };
  forwarder.set_track(&one, {});
  take(forwarder, 0);
  picture_of(one, 10, true, 100);
  picture_of(one, 20, false, 101);
  picture_of(two, 20, true, 20'000);
  auto out = take(forwarder, 20);
  ASSERT_EQ(out.size(), 2u);
  const int last = sent_id(out[1]);
  forwarder.set_track(&two, {});
  take(forwarder, 500);
  picture_of(two, 510, true, 20'001);
  out = take(forwarder, 510);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(sent_id(out[0]), (last + 1) & 0x7fff);
}

TEST_F(ForwarderTest, frame_numbers_of_av1_go_on_from_one_track_to_another) {
  Track high = make(Codec::av1);
  Track low = make(Codec::av1);
  const auto picture = [](Track& track, int ms, bool key_frame, std::uint16_t number) {
    const ByteVector payload = key_frame ? ByteVector{0x18, 0x08, 1} : ByteVector{0x10, 0x30, 1};
    rtp::Packet packet;
    packet.sequence = static_cast<std::uint16_t>(ms);
    packet.timestamp = static_cast<std::uint32_t>(ms * 90);
    packet.payload = payload;
    packet.marker = true;
    const ByteVector descriptor = {0xc0, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
    track.handle_packet(packet, at(ms), {}, at(ms), descriptor);
  };
  const auto sent = [](const Forwarder::Out& out) {
    return static_cast<std::uint16_t>(*out.packet->numbers.frame_number + out.numbers.frame_number);
  };
  forwarder.set_track(&high, {});
  take(forwarder, 0);
  picture(high, 1, true, 40'002);
  picture(high, 2, false, 40'005);
  const auto before = take(forwarder, 2);
  ASSERT_EQ(before.size(), 2u);
  EXPECT_EQ(sent(before[1]) - sent(before[0]), 3);
  forwarder.set_track(&low, {});
  take(forwarder, 2);
  picture(low, 3, true, 40'006);
  picture(low, 4, false, 40'009);
  const auto after = take(forwarder, 4);
  ASSERT_EQ(after.size(), 2u);
  EXPECT_EQ(sent(after[0]) - sent(before[1]), 1);
  EXPECT_EQ(sent(after[1]) - sent(after[0]), 3);
  const auto repaired = forwarder.repair(static_cast<std::uint16_t>(before[1].sequence), at(5));
  ASSERT_TRUE(repaired);
  EXPECT_EQ(sent(*repaired), sent(before[1])) << "as it went out";
}

}  // namespace
}  // namespace plenary::forward::forwarder_test
