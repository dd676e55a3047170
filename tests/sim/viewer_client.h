// A scripted viewer: receives its slots, asks for what is missing and for key frames, and remembers what it saw.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "media/rtp/dependency_descriptor.h"
#include "media/rtp/nack_tracker.h"
#include "media/rtp/packet.h"
#include "media/rtp/rtcp.h"
#include "media/rtp/transport_feedback_builder.h"
#include "media/sdp/negotiate.h"
#include "tests/sim/client_transport.h"
#include "tests/sim/test_payload.h"

namespace plenary::sim {

struct SeenFrame {
  std::uint16_t stream = 0;
  std::uint32_t number = 0;
  std::uint16_t parts = 0;
  std::set<std::uint16_t> got;
  bool key_frame = false;
  std::uint32_t timestamp = 0;
  Instant first{};
  std::optional<Instant> complete;
};

class SeenSlot {
 public:
  SeenSlot(const sdp::NegotiatedMedia& media) : media_(media) {}
  void handle_packet(const rtp::Packet& packet, bool repaired, Instant now);
  // Of the packets since the last call, of 256.
  std::uint8_t take_fraction_lost();

  // In order of arrival of their first packet; several sightings of one slate count each.
  [[nodiscard]] const std::vector<SeenFrame>& frames() const { return frames_; }
  [[nodiscard]] std::size_t complete_frames(std::uint16_t stream) const;
  [[nodiscard]] const SeenFrame* find(std::uint16_t stream, std::uint32_t number) const;
  [[nodiscard]] std::uint64_t newest_sequence() const { return newest_sequence_; }
  [[nodiscard]] std::optional<Instant> last_packet() const { return last_packet_; }

  sdp::NegotiatedMedia media_;
  rtp::NackTracker nacks;
  std::uint64_t packets = 0;
  std::uint64_t repairs = 0;
  std::uint64_t redundant = 0;          // packets that carried others
  std::uint64_t timestamps_back = 0;    // frames whose time ran backwards
  std::uint64_t unmarked_pictures = 0;  // without the marker at their last packet, nothing lost between
  std::uint64_t torn_pictures = 0;      // a new source or a gap not begun with a key frame
  std::uint64_t conflicting = 0;        // one sequence number with two contents
  std::optional<rtp::SenderReport> report;
  std::optional<Instant> report_at;
  std::string cname;
  std::vector<std::uint16_t> picture_ids;  // VP8, of frames as they came
  // AV1's dependency descriptors.
  std::uint64_t descriptors = 0;
  std::uint64_t long_descriptors = 0;        // in the two-byte form
  std::uint64_t unreadable_descriptors = 0;  // not even with the structure that came before
  std::uint64_t missing_references = 0;      // of frames to others that never came
  std::uint32_t active_targets = 0;

 private:
  std::vector<SeenFrame> frames_;
  std::map<std::uint16_t, std::pair<std::uint16_t, std::uint32_t>> content_;  // by sequence: stream, frame
  std::optional<Instant> last_packet_;
  void read_descriptor(const rtp::Packet& packet);
  void note(const PayloadMark& mark, std::uint32_t timestamp, bool may_be_late, bool repaired, Instant now);
  rtp::SequenceUnwrapper unwrapper_;
  std::uint64_t highest_ = 0;
  std::uint64_t highest_told_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t received_told_ = 0;
  std::uint64_t newest_sequence_ = 0;
  std::optional<std::uint32_t> unfinished_;  // timestamp of a picture whose last packet so far has no marker
  std::optional<std::uint32_t> newest_timestamp_;
  rtp::DependencyReader dependencies_;
  rtp::SequenceUnwrapper frame_numbers_;
  std::set<std::uint64_t> seen_frame_numbers_;
};

class ViewerClient {
 public:
  ViewerClient(ClientTransport::Config config, const std::vector<sdp::NegotiatedMedia>& media, RandomSource& random,
               Instant now);

  void handle_datagram(Bytes datagram, Instant now);
  void handle_timeout(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  std::optional<ByteVector> poll_output() { return transport.poll_output(); }
  void ask_key_frame(std::size_t slot, Instant now);
  void nack(std::size_t slot, std::vector<std::uint16_t> sequences, Instant now);

  ClientTransport transport;
  std::vector<SeenSlot> slots;
  bool asks_for_repair = true;
  std::uint64_t numbered = 0;  // packets with a transport-wide sequence
  std::uint64_t padding = 0;   // packets of nothing else
  std::uint64_t bytes = 0;     // of RTP, as it came

 private:
  void handle_rtcp(Bytes bytes, Instant now);
  SeenSlot* find(std::uint32_t ssrc, bool& repaired);

  std::uint32_t ssrc_;
  Instant report_due_{};
  rtp::TransportFeedbackBuilder arrivals_;
};

}  // namespace plenary::sim
