// One incoming stream of a speaker: latched by SSRC, its gaps asked for, its packets dated by the speaker's own clock.
#pragma once

#include <optional>
#include <vector>

#include "media/forward/counters.h"
#include "media/forward/key_frame_requests.h"
#include "media/rtp/nack_tracker.h"
#include "media/rtp/packet.h"
#include "media/rtp/receive_statistics.h"
#include "media/rtp/timestamp.h"
#include "media/sdp/negotiate.h"

namespace plenary::peer {

constexpr Duration kRelatchAfter = std::chrono::seconds(1);  // a signalled SSRC silent for so long may be replaced

class UplinkStream {
 public:
  // `layer` is its place in media.layers, where the picture is a simulcast: it keeps the SSRCs and the codec by which
  // it came first.
  UplinkStream(const sdp::NegotiatedMedia& media, std::optional<std::size_t> layer, Counters& counters);

  // The codec that this payload type stands for, and whether it is the repair stream's.
  struct Match {
    const sdp::CodecChoice* codec = nullptr;
    bool repair = false;
  };
  [[nodiscard]] Match match(std::uint8_t payload_type) const;

  // A packet of the media stream; `restored` from a repair packet. False: a duplicate, or not this stream's.
  bool handle_packet(const rtp::Packet& packet, const sdp::CodecChoice& codec, bool restored, std::size_t size,
                     Instant received);
  void handle_sender_report(const rtp::SenderReport& report, const rtp::RemoteClock& clock, Instant now);
  [[nodiscard]] Instant captured(std::uint32_t timestamp, Instant received) const;

  // RTCP that is due, appended.
  void write_nacks(std::uint32_t our_ssrc, Instant now, ByteVector& out);
  void write_key_frame_request(std::uint32_t our_ssrc, Instant now, ByteVector& out);
  std::optional<rtp::ReportBlock> make_block(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;

  void want_key_frame(Instant now) {
    if (kind() == MediaKind::video) requests_.want(now);
  }
  // Nobody is there to answer.
  void forget_key_frame_wish() { requests_.forget_wish(); }
  void set_round_trip(Duration round_trip) { nacks_.set_round_trip(round_trip); }
  [[nodiscard]] MediaKind kind() const { return media_.kind; }
  // Nothing before the first packet.
  [[nodiscard]] const std::optional<rtp::ReceiveStatistics>& statistics() const { return statistics_; }
  [[nodiscard]] const sdp::NegotiatedMedia& media() const { return media_; }
  [[nodiscard]] std::optional<std::uint32_t> ssrc() const { return ssrc_; }
  [[nodiscard]] Codec codec() const { return codec_; }
  [[nodiscard]] const std::optional<std::size_t>& layer() const { return layer_; }
  // Of a layer's repair stream; the first one that is told holds.
  [[nodiscard]] std::optional<std::uint32_t> repair_ssrc() const { return repair_ssrc_; }
  void learn_repair_ssrc(std::uint32_t ssrc) { repair_ssrc_ = repair_ssrc_.value_or(ssrc); }
  // True once after another SSRC or codec took over: what comes is a new source.
  bool take_restarted();

 private:
  bool latch(const rtp::Packet& packet, const sdp::CodecChoice& codec, bool restored, Instant received);

  sdp::NegotiatedMedia media_;
  Counters& counters_;
  std::optional<std::size_t> layer_;
  std::optional<std::uint32_t> ssrc_;
  std::optional<std::uint32_t> repair_ssrc_;
  Codec codec_;
  bool nack_ = false;
  bool pli_ = false;
  bool fir_ = false;
  std::uint8_t fir_sequence_ = 0;
  Instant last_packet_{};
  Instant latched_at_{};
  bool restarted_ = false;
  rtp::NackTracker nacks_;
  std::optional<rtp::ReceiveStatistics> statistics_;
  rtp::SourceClock clock_;
  forward::KeyFrameRequests requests_{forward::kKeyFrameIntervalBrowser};
};

}  // namespace plenary::peer
