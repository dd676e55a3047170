// The receiving side of a peer: what a participant publishes, at most one sound and one picture, and the RTCP that
// keeps it coming.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "media/base/random.h"
#include "media/forward/spatial_layers.h"
#include "media/peer/media_cipher.h"
#include "media/peer/send_batch.h"
#include "media/peer/speaker_layers.h"
#include "media/peer/uplink_stream.h"
#include "media/rtp/dependency_descriptor.h"
#include "media/rtp/header_writer.h"
#include "media/rtp/receive_bandwidth.h"
#include "media/rtp/transport_feedback_builder.h"

namespace plenary::peer {

constexpr std::uint64_t kMaxUplinkBitrate = 2'500'000;  // bit/s that we ask for by REMB: a 720p camera and sound
// What no camera sends. Above it packets are dropped, and a peer that goes on is closed.
constexpr std::uint32_t kMaxUplinkPackets = 3'000;         // a second
constexpr std::uint64_t kMaxUplinkBytes = 12'000'000 / 8;  // a second
constexpr std::uint32_t kMaxSecondsOverLimit = 5;
constexpr Duration kReceiverReportInterval = std::chrono::seconds(1);

class Speaker {
 public:
  Speaker(const sdp::Negotiated& negotiated, std::string cname, RandomSource& random, Counters& counters);

  struct Received {
    MediaKind kind = MediaKind::audio;
    Codec codec = Codec::opus;
    bool restarted = false;  // a new source from here on
    rtp::Packet packet;
    Bytes bytes;  // the whole packet in clear; valid until the next call
    Instant captured{};
    std::optional<std::uint8_t> audio_level;
    std::optional<std::size_t> layer;              // of a picture in layers: which one, see layers()
    std::optional<forward::SpatialPlace> spatial;  // of one in spatial layers, which come as one stream
    Bytes descriptor;                              // AV1: of its dependencies, where they were negotiated
    // Of AV1 in spatial layers: to say in each layer's stream which decode targets it holds.
    rtp::DescriptorParts descriptor_parts;
    std::array<std::uint32_t, forward::kMaxSpatialLayers> stream_targets{};
  };
  // A clear packet; what it says, unless it is a duplicate, a probe or nobody's.
  std::optional<Received> handle_rtp(Bytes packet, Instant received);
  void handle_rtcp(const rtp::RtcpCompound& compound, Instant now);
  // False when the batch is full.
  bool write(SendBatch& batch, const ice::Tuple& path, MediaCipher& cipher, Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;

  // How their sound arrives, once after each report (a second).
  struct Quality {
    std::uint32_t expected = 0;  // packets since the report before, as they came: repair not counted
    std::uint32_t lost = 0;
    Duration jitter{};                   // RFC 3550 §6.4.1
    std::optional<Duration> round_trip;  // nothing while they do not answer our reference time
  };
  std::optional<Quality> take_quality() { return std::exchange(quality_, std::nullopt); }

  // By PLI (or FIR), at most one in 500 ms, again until one comes. Of one layer, or of all that comes.
  void want_key_frame(Instant now, std::optional<std::size_t> layer = std::nullopt);
  // Null: the picture is one stream without layers.
  [[nodiscard]] SpeakerLayers* layers() { return layers_ ? &*layers_ : nullptr; }
  // It sends more than any camera does, and goes on.
  [[nodiscard]] bool over_limit() const { return seconds_over_ >= kMaxSecondsOverLimit; }

 private:
  UplinkStream* find_layer(const rtp::Packet& packet, const rtp::HeaderExtensions& extensions,
                           const UplinkStream::Match& match);
  [[nodiscard]] bool asks_in_vain(const UplinkStream& stream) const;
  bool police(std::size_t size, Instant now);
  std::optional<forward::SpatialPlace> find_spatial(const rtp::Packet& packet, bool restored, Instant received);
  void find_targets(UplinkStream& stream, Received& what, bool restored, Instant received);
  std::optional<Received> deliver(UplinkStream& stream, const sdp::CodecChoice& codec, Bytes bytes, bool restored,
                                  std::size_t size, Instant received);
  void collect(Instant now);
  void write_reports(Instant now);
  void begin_compound(rtp::ReceiverReport report);
  void handle_extended_report(const rtp::ExtendedReport& report, Instant now);

  Counters& counters_;
  std::uint32_t ssrc_;  // ours, as the sender of feedback
  std::string cname_;
  bool reduced_size_;
  std::vector<UplinkStream> streams_;
  std::optional<SpeakerLayers> layers_;
  std::size_t spatial_layers_ = 0;  // of VP9 that comes as one stream; 0: never more than one
  rtp::DependencyReader dependencies_;
  std::optional<forward::LayerTargets> layer_targets_;  // of AV1 that comes as one stream; nothing: never more than one
  rtp::RemoteClock clock_;
  std::optional<rtp::TransportFeedbackBuilder> transport_feedback_;
  std::optional<rtp::ReceiveBandwidth> bandwidth_;
  std::optional<Instant> report_due_;
  std::optional<Duration> round_trip_;
  std::optional<Quality> quality_;
  ByteVector restored_;
  ByteVector scratch_;
  Instant second_began_{};
  std::uint32_t second_packets_ = 0;
  std::uint64_t second_bytes_ = 0;
  std::uint32_t seconds_over_ = 0;
};

}  // namespace plenary::peer
