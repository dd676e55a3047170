// A scripted speaker: sends sound each 20 ms and pictures each 40 ms, in layers where that was negotiated, repeats what
// is asked for by RTX, makes key frames when asked.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "media/rtp/rtcp.h"
#include "media/sdp/negotiate.h"
#include "tests/sim/client_transport.h"
#include "tests/sim/test_payload.h"

namespace plenary::sim {

class SpeakerClient {
 public:
  struct Config {
    ClientTransport::Config transport;
    std::vector<sdp::NegotiatedMedia> media;
    std::uint16_t stream = 900;  // in its payloads; of a picture in layers the lowest, the next ones follow
    Codec video = Codec::h264;
    Duration clock_ahead{};  // of the speaker's wall clock, as its sender reports say it
  };
  SpeakerClient(Config config, RandomSource& random, Instant now);

  void handle_datagram(Bytes datagram, Instant now);
  void handle_timeout(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  std::optional<ByteVector> poll_output() { return transport.poll_output(); }

  // One packet of the picture (of its lowest layer) with this payload, under the next number.
  void send_picture_packet(const ByteVector& payload, Instant now) { send_packet(video_.front(), payload, false, now); }

  ClientTransport transport;
  bool sends_audio = true;
  bool sends_video = true;
  std::array<bool, sdp::kMaxSpeakerLayers> sends_layer = {true, true, true};
  // These two change their SSRCs, with all that belongs to them, and begin anew under the rids that they had.
  void swap_ssrcs(std::size_t layer, std::size_t other);
  // VP9 or AV1: the picture's spatial layers, one stream; sends_layer holds for them.
  std::uint8_t spatial_layers = 0;
  std::vector<std::uint64_t> key_frames_asked_of;  // by layer
  bool echoes_time = true;                         // answers the server's reference time, as browsers do
  std::uint32_t audio_frames = 0;
  std::uint32_t video_frames = 0;
  std::uint64_t key_frames_asked = 0;
  std::uint64_t nacks = 0;
  std::uint64_t feedbacks = 0;  // transport-cc messages
  std::uint64_t rembs = 0;
  std::uint64_t reports = 0;
  std::uint64_t bare_reports = 0;  // without the sender's CNAME behind it
  std::uint64_t reduced = 0;       // of RTCP that came: without a report and the sender's CNAME at its head
  std::optional<rtp::ReportBlock> last_block;
  std::uint64_t reference_times = 0;

 private:
  struct Stream {
    const sdp::NegotiatedMedia* media = nullptr;
    const sdp::CodecChoice* codec = nullptr;
    std::uint32_t ssrc = 0;
    std::uint32_t rtx_ssrc = 0;
    std::uint16_t sequence = 0;
    std::uint16_t rtx_sequence = 0;
    std::uint32_t timestamp = 0;
    std::uint32_t packets = 0;
    std::string rid;         // of a layer
    bool rid_heard = false;  // a report came: packets do without it from then on
    std::uint16_t parts = 0;
    std::size_t size = 0;  // bytes of a part
    bool key_frame = true;
    std::deque<ByteVector> history;  // clear packets
  };
  void send_spatial(Stream& stream, bool key_frame, Instant now);
  void send_frame(Stream& stream, PayloadMark mark, std::size_t size, Instant now);
  void send_packet(Stream& stream, const ByteVector& payload, bool marker, Instant now,
                   const ByteVector& descriptor = {});
  std::vector<Stream*> streams();
  void take_key_frame_request(std::uint32_t ssrc);
  void take_report(const rtp::ReceiverReport& report);
  void repair(Stream& stream, std::uint16_t sequence, Instant now);
  void send_reports(Instant now);

  Config config_;
  std::optional<Stream> audio_;
  std::vector<Stream> video_;  // one, or the layers, the lowest first
  Instant audio_due_{};
  Instant video_due_{};
  Instant report_due_{};
  std::optional<rtp::ExtendedReport::Echo> echo_;
  Instant echo_since_{};
  std::uint16_t transport_sequence_ = 0;
  std::uint16_t picture_id_ = 0x7ff0;                      // wraps soon
  std::array<bool, sdp::kMaxSpeakerLayers> sent_layer_{};  // of the picture before
};

}  // namespace plenary::sim
