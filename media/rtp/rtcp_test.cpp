#include "media/rtp/rtcp.h"

#include <gtest/gtest.h>

#include "media/rtp/hostile_bytes_test.h"
#include "media/rtp/transport_feedback.h"

namespace plenary::rtp::rtcp_test {
namespace {

using std::chrono::microseconds;

ByteVector written(const RtcpPacket& packet) {
  ByteVector out;
  write_rtcp(packet, out);
  return out;
}

template <class T>
T read_back(const RtcpPacket& packet) {
  const RtcpCompound compound = parse_rtcp(written(packet));
  EXPECT_FALSE(compound.fault);
  EXPECT_EQ(compound.packets.size(), 1u);
  return std::get<T>(compound.packets.at(0));
}

TEST(RtcpTest, sender_report_comes_back_with_its_blocks) {
  SenderReport report{0x11223344, 0x0102030405060708, 90'000, 10, 2'000, {}};
  report.blocks.push_back({7, 128, -5, 0x10002, 33, 44, 55});
  const auto back = read_back<SenderReport>(report);
  EXPECT_EQ(back.ssrc, report.ssrc);
  EXPECT_EQ(back.ntp, report.ntp);
  EXPECT_EQ(back.rtp_timestamp, 90'000u);
  EXPECT_EQ(back.packets, 10u);
  EXPECT_EQ(back.octets, 2'000u);
  ASSERT_EQ(back.blocks.size(), 1u);
  EXPECT_EQ(back.blocks[0].cumulative_lost, -5);
  EXPECT_EQ(back.blocks[0].fraction_lost, 128);
  EXPECT_EQ(back.blocks[0].highest_sequence, 0x10002u);
  EXPECT_EQ(back.blocks[0].delay_since, 55u);
}

TEST(RtcpTest, receiver_report_is_written_as_rfc_3550_draws_it) {
  ReceiverReport report{0x01020304, {{0x0a0b0c0d, 1, 2, 3, 4, 5, 6}}};
  const ByteVector expected = {0x81, 201, 0, 7, 1, 2, 3, 4, 0x0a, 0x0b, 0x0c, 0x0d, 1, 0, 0, 2,
                               0,    0,   0, 3, 0, 0, 0, 4, 0,    0,    0,    5,    0, 0, 0, 6};
  EXPECT_EQ(written(report), expected);
}

TEST(RtcpTest, a_receivers_time_and_its_echo_are_written_as_rfc_3611_draws_them) {
  const ExtendedReport report{0x01020304, 0x1112131415161718, {{0x0a0b0c0d, 0x21222324, 0x31323334}}};
  const ByteVector expected = {0x80, 207,  0,    8,    1,    2,    3,    4,    4,    0,    0,    2,
                               0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 5,    0,    0,    3,
                               0x0a, 0x0b, 0x0c, 0x0d, 0x21, 0x22, 0x23, 0x24, 0x31, 0x32, 0x33, 0x34};
  EXPECT_EQ(written(report), expected);
  const auto back = read_back<ExtendedReport>(report);
  EXPECT_EQ(back.reference_time, report.reference_time);
  ASSERT_EQ(back.echoes.size(), 1u);
  EXPECT_EQ(back.echoes[0].ssrc, 0x0a0b0c0du);
  EXPECT_EQ(back.echoes[0].reference_time, 0x21222324u);
  EXPECT_EQ(back.echoes[0].delay_since, 0x31323334u);
}

TEST(RtcpTest, blocks_of_an_extended_report_that_nobody_needs_are_skipped) {
  const ByteVector bytes = {0x80, 207, 0, 7, 0, 0, 0, 1, 6, 0, 0, 1, 9, 9, 9, 9,
                            4,    0,   0, 2, 0, 0, 0, 0, 0, 0, 0, 5, 7, 0, 0, 0};
  const RtcpCompound compound = parse_rtcp(bytes);
  EXPECT_FALSE(compound.fault);
  ASSERT_EQ(compound.packets.size(), 1u);
  EXPECT_EQ(std::get<ExtendedReport>(compound.packets[0]).reference_time, 5u);
}

TEST(HostileRtcpTest, a_block_of_an_extended_report_that_is_longer_than_its_packet_is_a_fault) {
  const RtcpCompound compound = parse_rtcp(ByteVector{0x80, 207, 0, 2, 0, 0, 0, 1, 5, 0, 0, 3});
  EXPECT_TRUE(compound.fault);
  EXPECT_TRUE(compound.packets.empty());
}

TEST(HostileRtcpTest, echoes_beyond_the_limit_are_skipped) {
  ExtendedReport report{1, std::nullopt, std::vector<ExtendedReport::Echo>(kMaxEchoes)};
  ByteVector bytes = written(report);
  for (int i = 0; i < 12; ++i) bytes.push_back(0);
  bytes[3] = static_cast<std::uint8_t>(bytes[3] + 3);
  bytes[11] = static_cast<std::uint8_t>(bytes[11] + 3);
  const RtcpCompound compound = parse_rtcp(bytes);
  ASSERT_EQ(compound.packets.size(), 1u);
  EXPECT_EQ(std::get<ExtendedReport>(compound.packets[0]).echoes.size(), kMaxEchoes);
}

TEST(RtcpTest, a_report_never_holds_more_blocks_than_five_bits_count) {
  ReceiverReport report{1, std::vector<ReportBlock>(40)};
  EXPECT_EQ(read_back<ReceiverReport>(report).blocks.size(), kMaxReportBlocks);
}

TEST(RtcpTest, every_length_of_cname_ends_on_a_word) {
  for (std::size_t length = 0; length <= 300; ++length) {
    const auto back = read_back<SourceDescription>(SourceDescription{5, std::string(length, 'c')});
    EXPECT_EQ(back.cname.size(), std::min<std::size_t>(length, 255));
  }
}

TEST(RtcpTest, bye_nack_pli_and_fir_come_back) {
  EXPECT_EQ(read_back<Bye>(Bye{{1, 2, 3}}).ssrcs, (std::vector<std::uint32_t>{1, 2, 3}));
  const Nack nack{1, 2, {65'530, 65'535, 3, 10, 11, 26, 27, 28, 500}};
  EXPECT_EQ(read_back<Nack>(nack).sequences, nack.sequences);
  EXPECT_EQ(read_back<PictureLoss>(PictureLoss{8, 9}).media_ssrc, 9u);
  const auto fir = read_back<FullIntraRequest>(FullIntraRequest{8, 9, 200});
  EXPECT_EQ(fir.media_ssrc, 9u);
  EXPECT_EQ(fir.command_sequence, 200);
}

TEST(RtcpTest, neighbours_share_one_nack_item) {
  EXPECT_EQ(written(Nack{1, 2, {10, 11, 26}}).size(), 16u);
  EXPECT_EQ(written(Nack{1, 2, {10, 27}}).size(), 20u);
}

TEST(RtcpTest, remb_keeps_18_bits_of_the_rate) {
  for (const std::uint64_t rate :
       {std::uint64_t{0}, std::uint64_t{262'143}, std::uint64_t{2'000'000}, ~std::uint64_t{0}}) {
    const auto back = read_back<Remb>(Remb{1, rate, {7, 8}});
    EXPECT_LE(back.bitrate, rate);
    EXPECT_GE(back.bitrate, rate - (rate >> 17));
    EXPECT_EQ(back.ssrcs, (std::vector<std::uint32_t>{7, 8}));
  }
}

TransportFeedback feedback_of(std::initializer_list<std::optional<std::int64_t>> microseconds_or_lost) {
  TransportFeedback feedback{1, 2, 3, {}};
  std::uint16_t sequence = 65'534;
  for (const auto& at : microseconds_or_lost) {
    feedback.packets.push_back({sequence++, at ? std::optional(Instant(microseconds(*at))) : std::nullopt});
  }
  return feedback;
}

void expect_same(const TransportFeedback& a, const TransportFeedback& b) {
  ASSERT_EQ(a.packets.size(), b.packets.size());
  for (std::size_t i = 0; i < a.packets.size(); ++i) {
    EXPECT_EQ(a.packets[i].sequence, b.packets[i].sequence) << i;
    ASSERT_EQ(a.packets[i].received.has_value(), b.packets[i].received.has_value()) << i;
    if (a.packets[i].received) {
      EXPECT_EQ(feedback_ticks(*a.packets[i].received), feedback_ticks(*b.packets[i].received)) << i;
    }
  }
}

TEST(TransportFeedbackTest, arrivals_losses_and_reordering_come_back_in_quarter_milliseconds) {
  const auto feedback = feedback_of({1'000'000, 1'000'250, std::nullopt, 999'000, 1'500'000, std::nullopt, 1'500'100});
  const auto back = read_back<TransportFeedback>(feedback);
  EXPECT_EQ(back.sender_ssrc, 1u);
  EXPECT_EQ(back.media_ssrc, 2u);
  EXPECT_EQ(back.feedback_count, 3);
  expect_same(back, feedback);
}

TEST(TransportFeedbackTest, rounding_never_accumulates) {
  TransportFeedback feedback{1, 2, 0, {}};
  for (int i = 0; i < 1'000; ++i) {
    feedback.packets.push_back({static_cast<std::uint16_t>(i), Instant(microseconds(64'000 + i * 333))});
  }
  expect_same(read_back<TransportFeedback>(feedback), feedback);
}

TEST(TransportFeedbackTest, before_the_first_reference_that_24_bits_can_say_the_deltas_stay) {
  const std::int64_t first = -(std::int64_t{1} << 23) * kTicksPerReference;
  const auto at_tick = [](std::int64_t ticks) { return Instant(ticks * kFeedbackTick); };
  const TransportFeedback feedback{.packets = {{1, at_tick(first - 8'449)}, {2, at_tick(first - 8'448)}}};
  ByteVector once;
  write_transport_feedback(feedback, once);
  const auto read = parse_transport_feedback(once);
  ASSERT_TRUE(read);
  ByteVector twice;
  write_transport_feedback(*read, twice);
  EXPECT_EQ(once, twice);
}

TEST(TransportFeedbackTest, any_mix_of_losses_and_steps_comes_back) {
  SeededRandom random(3);
  for (int round = 0; round < 300; ++round) {
    TransportFeedback feedback{1, 2, 0, {}};
    std::int64_t at = 5'000'000;
    const std::size_t count = 1 + random.u32() % 200;
    const std::uint32_t losses = random.u32() % 4;
    for (std::size_t i = 0; i < count; ++i) {
      at += random.u32() % (random.u32() % 8 == 0 ? 500'000 : 2'000);
      const bool lost = random.u32() % 4 < losses;
      feedback.packets.push_back(
          {static_cast<std::uint16_t>(i), lost ? std::nullopt : std::optional(Instant(microseconds(at)))});
    }
    expect_same(read_back<TransportFeedback>(feedback), feedback);
  }
}

TEST(TransportFeedbackTest, a_long_run_takes_one_chunk) {
  TransportFeedback feedback{1, 2, 0, {}};
  for (int i = 0; i < 500; ++i) feedback.packets.push_back({static_cast<std::uint16_t>(i), std::nullopt});
  EXPECT_EQ(written(feedback).size(), 4u + 8 + 8 + 2 + 2);
}

ByteVector feedback_packet(ByteVector body) {
  ByteVector bytes = {0x8f, 205, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2};
  bytes.insert(bytes.end(), body.begin(), body.end());
  bytes.resize((bytes.size() + 3) / 4 * 4);
  bytes[3] = static_cast<std::uint8_t>(bytes.size() / 4 - 1);
  return bytes;
}

TEST(HostileRtcpTest, the_reserved_symbol_and_65535_statuses_drop_the_feedback) {
  EXPECT_TRUE(parse_rtcp(feedback_packet({0, 1, 0, 2, 0, 0, 0, 0, 0x60, 2})).fault);
  EXPECT_TRUE(parse_rtcp(feedback_packet({0, 1, 0, 1, 0, 0, 0, 0, 0xf0, 0})).fault);
  EXPECT_TRUE(
      parse_rtcp(feedback_packet({0,    1,    0xff, 0xff, 0,    0,    0,    0,    0x1f, 0xff, 0x1f, 0xff, 0x1f,
                                  0xff, 0x1f, 0xff, 0x1f, 0xff, 0x1f, 0xff, 0x1f, 0xff, 0x1f, 0xff, 0x1f, 0xff}))
          .fault);
  EXPECT_FALSE(parse_rtcp(feedback_packet({0, 1, 0, 2, 0, 0, 0, 0, 0x20, 2, 1, 1})).fault);
}

TEST(HostileRtcpTest, remb_that_counts_beyond_its_end_is_dropped) {
  ByteVector remb = written(Remb{1, 1'000'000, {7}});
  remb[16] = 200;
  const auto compound = parse_rtcp(remb);
  EXPECT_TRUE(compound.fault);
  EXPECT_TRUE(compound.packets.empty());
}

TEST(HostileRtcpTest, a_nack_of_17_000_is_cut_to_its_limit) {
  ByteVector bytes = {0x81, 205, 0x03, 0xea, 0, 0, 0, 1, 0, 0, 0, 2};
  for (unsigned i = 0; i < 1'000; ++i) bytes.insert(bytes.end(), {static_cast<std::uint8_t>(i >> 4), 0, 0xff, 0xff});
  const auto compound = parse_rtcp(bytes);
  EXPECT_FALSE(compound.fault);
  ASSERT_EQ(compound.packets.size(), 1u);
  EXPECT_EQ(std::get<Nack>(compound.packets[0]).sequences.size(), kMaxNackSequences);
}

TEST(HostileRtcpTest, a_compound_whose_length_lies_keeps_what_came_before) {
  ByteVector bytes = written(PictureLoss{1, 2});
  ByteVector liar = written(ReceiverReport{1, {}});
  liar[3] = 50;
  bytes.insert(bytes.end(), liar.begin(), liar.end());
  const auto compound = parse_rtcp(bytes);
  EXPECT_TRUE(compound.fault);
  EXPECT_EQ(compound.packets.size(), 1u);
}

TEST(HostileRtcpTest, a_description_without_end_is_dropped) {
  EXPECT_TRUE(parse_rtcp(ByteVector{0x81, 202, 0, 2, 0, 0, 0, 1, 1, 2, 'a', 'b'}).fault);
  EXPECT_TRUE(parse_rtcp(ByteVector{0x81, 202, 0, 2, 0, 0, 0, 1, 1, 200, 'a', 'b'}).fault);
  const auto two = parse_rtcp(ByteVector{0x82, 202, 0, 3, 0, 0, 0, 1, 1, 2, 'a', 'b', 0, 0, 0, 0});
  EXPECT_TRUE(two.fault);
  EXPECT_TRUE(two.packets.empty());
}

TEST(HostileRtcpTest, extended_reports_and_application_packets_are_ignored_and_counted) {
  ByteVector bytes = {0x80, 207, 0, 1, 0, 0, 0, 1, 0x80, 204, 0, 2, 0, 0, 0, 1, 'n', 'a', 'm', 'e'};
  const ByteVector pli = written(PictureLoss{1, 2});
  bytes.insert(bytes.end(), pli.begin(), pli.end());
  const auto compound = parse_rtcp(bytes);
  EXPECT_FALSE(compound.fault);
  EXPECT_EQ(compound.ignored, 2u);
  EXPECT_EQ(compound.packets.size(), 1u);
}

TEST(HostileRtcpTest, packets_beyond_the_limit_are_counted_and_left_out) {
  ByteVector bytes;
  for (std::size_t i = 0; i < kMaxRtcpPackets + 10; ++i) write_rtcp(PictureLoss{1, 2}, bytes);
  const auto compound = parse_rtcp(bytes);
  EXPECT_EQ(compound.packets.size(), kMaxRtcpPackets);
  EXPECT_EQ(compound.ignored, 10u);
}

TEST(RtcpTest, transport_feedback_is_filled_up_to_a_word_by_browsers) {
  // One packet, 7 after the reference time; the body ends one octet before a word.
  const ByteVector one = {0xaf, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 9, 0, 1, 0, 0, 1, 3, 0x20, 1, 7, 1};
  const RtcpCompound compound = parse_rtcp(one);
  EXPECT_FALSE(compound.fault);
  ASSERT_EQ(compound.packets.size(), 1U);
  const auto& feedback = std::get<TransportFeedback>(compound.packets[0]);
  ASSERT_EQ(feedback.packets.size(), 1U);
  EXPECT_EQ(feedback.packets[0].sequence, 9);
  EXPECT_TRUE(feedback.packets[0].received.has_value());
}

TEST(HostileRtcpTest, padding_is_removed_and_lying_padding_is_a_fault) {
  EXPECT_FALSE(parse_rtcp(ByteVector{0xa1, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 4}).fault);
  for (const std::uint8_t padding : {0, 16, 255}) {
    EXPECT_TRUE(parse_rtcp(ByteVector{0xa1, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, padding}).fault)
        << int{padding};
  }
}

// Whatever was read can be written and read again: nothing in it may be beyond what the wire holds.
void survive(const ByteVector& bytes) {
  const RtcpCompound compound = parse_rtcp(bytes);
  for (const RtcpPacket& packet : compound.packets) {
    ByteVector out;
    write_rtcp(packet, out);
    const RtcpCompound again = parse_rtcp(out);
    const auto* nack = std::get_if<Nack>(&packet);
    if (nack == nullptr || nack->sequences.size() < kMaxNackSequences) {
      ASSERT_EQ(again.packets.size(), 1u);
      ASSERT_EQ(again.packets[0].index(), packet.index());
    }
  }
}

ByteVector good_compound() {
  ByteVector bytes;
  write_rtcp(SenderReport{1, 2, 3, 4, 5, {ReportBlock{}, ReportBlock{}}}, bytes);
  write_rtcp(SourceDescription{1, "room-a-1"}, bytes);
  write_rtcp(Nack{1, 2, {1, 2, 3, 40, 41}}, bytes);
  write_rtcp(PictureLoss{1, 2}, bytes);
  write_rtcp(FullIntraRequest{1, 2, 3}, bytes);
  write_rtcp(Remb{1, 5'000'000, {1, 2, 3}}, bytes);
  write_rtcp(feedback_of({1'000, 2'000, std::nullopt, 500'000, 500'250}), bytes);
  write_rtcp(Bye{{1, 2}}, bytes);
  return bytes;
}

TEST(HostileRtcpTest, a_good_compound_holds_all_its_packets) {
  const auto compound = parse_rtcp(good_compound());
  EXPECT_FALSE(compound.fault);
  EXPECT_EQ(compound.packets.size(), 8u);
}

TEST(HostileRtcpTest, every_length_up_to_64_with_every_type_and_count_is_harmless) {
  for (unsigned type = 192; type < 224; ++type) {
    for (unsigned count = 0; count < 32; ++count) {
      for (std::size_t length = 0; length <= 64; ++length) {
        ByteVector bytes(length, 0x01);
        if (length > 0) bytes[0] = static_cast<std::uint8_t>(0x80 | count);
        if (length > 1) bytes[1] = static_cast<std::uint8_t>(type);
        if (length > 3) store_u16(bytes.data() + 2, static_cast<std::uint16_t>(length / 4 - 1));
        survive(bytes);
      }
    }
  }
}

TEST(HostileRtcpTest, truncations_and_mutations_are_harmless) {
  SeededRandom random(4);
  const ByteVector good = good_compound();
  for_each_truncation(good, survive);
  for (int i = 0; i < 100'000; ++i) survive(mutate(good, random));
}

TEST(HostileRtcpTest, packets_that_crashed_others_are_harmless) {
  for (const char* folder : {"rtcp", "rtp", "crashes"}) {
    const auto files = read_corpus(folder);
    if (files.empty()) GTEST_SKIP() << "no folder " << folder << " in PLENARY_CORPORA";
    SeededRandom random(5);
    for (const ByteVector& file : files) {
      for_each_truncation(file, survive);
      for (int i = 0; i < 100; ++i) survive(mutate(file, random));
    }
  }
}

TEST(NtpTest, an_instant_comes_back_to_the_nanosecond) {
  for (const std::int64_t ns :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{999'999'999}, std::int64_t{1'234'567'890'123}}) {
    EXPECT_EQ(instant_of_ntp(ntp_time(instant_from_nanoseconds(ns))), instant_from_nanoseconds(ns));
  }
}

TEST(NtpTest, seconds_stand_above_the_point) {
  const std::uint64_t zero = ntp_time(Instant{});
  EXPECT_EQ(ntp_time(instant_from_nanoseconds(1'500'000'000)) - zero, 0x1'8000'0000u);
  EXPECT_EQ(ntp_nanoseconds(0x2'4000'0000), 2'250'000'000);
}

}  // namespace
}  // namespace plenary::rtp::rtcp_test
