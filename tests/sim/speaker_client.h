// A scripted speaker: sends sound each 20 ms and pictures each 40 ms, repeats what is asked for by RTX, makes key
// frames when asked.
#pragma once

#include <array>
#include <deque>
#include <optional>
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
    std::uint16_t stream = 900;  // in its payloads
    Codec video = Codec::h264;
    Duration clock_ahead{};  // of the speaker's wall clock, as its sender reports say it
  };
  SpeakerClient(Config config, RandomSource& random, Instant now);

  void handle_datagram(Bytes datagram, Instant now);
  void handle_timeout(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  std::optional<ByteVector> poll_output() { return transport.poll_output(); }

  ClientTransport transport;
  bool sends_audio = true;
  bool sends_video = true;
  bool echoes_time = true;  // answers the server's reference time, as browsers do
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
    std::deque<ByteVector> history;  // clear packets
  };
  void send_frame(Stream& stream, PayloadMark mark, std::size_t size, Instant now);
  void repair(Stream& stream, std::uint16_t sequence, Instant now);
  void send_reports(Instant now);

  Config config_;
  std::optional<Stream> audio_;
  std::optional<Stream> video_;
  Instant audio_due_{};
  Instant video_due_{};
  Instant report_due_{};
  std::optional<rtp::ExtendedReport::Echo> echo_;
  Instant echo_since_{};
  bool key_frame_ = true;
  std::uint16_t transport_sequence_ = 0;
  std::uint16_t picture_id_ = 0x7ff0;  // wraps soon
};

}  // namespace plenary::sim
