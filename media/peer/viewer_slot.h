// One m-line of a viewer: the media stream and its repair stream, what they carry, and what was said about them.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "media/base/prefetch.h"
#include "media/base/random.h"
#include "media/forward/forwarder.h"
#include "media/peer/media_cipher.h"
#include "media/peer/send_batch.h"
#include "media/peer/viewer_bandwidth.h"
#include "media/rtp/header_writer.h"
#include "media/rtp/red.h"
#include "media/rtp/resend_budget.h"
#include "media/rtp/rtcp.h"
#include "media/sdp/negotiate.h"

namespace plenary::peer {

constexpr Duration kStillAge = std::chrono::seconds(3);  // a still of 48 kbit at the least pace takes 1.6 s

class ViewerSlot {
 public:
  ViewerSlot(const sdp::NegotiatedMedia& media, std::string cname, RandomSource& random, Counters& counters);

  [[nodiscard]] bool decodes(Codec codec) const { return choice(codec) != nullptr; }
  [[nodiscard]] bool reads_dependencies() const { return header_.writes_descriptors(); }
  // Null: nothing. False when the viewer cannot decode this track; the slot is empty then.
  bool set_track(forward::Track* track, Duration delay, bool live_only);
  void forget(const forward::Track* track) { forwarder_.forget(track); }
  [[nodiscard]] bool uses(const forward::Track* track) const { return forwarder_.uses(track); }

  // Single key frames on a line that carries no more.
  void set_still(bool still) { forwarder_.set_max_age(still ? kStillAge : forward::kMaxAge); }
  // Bytes of the packet that write_next() wrote last.
  [[nodiscard]] std::size_t last_size() const { return last_size_; }
  // A whole frame went out since the slot got its track.
  [[nodiscard]] bool frame_sent() const { return frame_sent_; }

  // `bandwidth`: that of a viewer who has one, told of each packet.
  struct Way {
    SendBatch& batch;
    const ice::Tuple& path;
    MediaCipher& cipher;
    ViewerBandwidth* bandwidth = nullptr;
  };
  enum class Wrote : std::uint8_t { packet, nothing, batch_full };
  Wrote write_next(const Way& way, Instant now);
  Wrote write_repair(std::uint16_t sequence, const Way& way, Instant now);
  // A packet of padding on the repair stream, some `bytes` long: a probe.
  Wrote write_padding(std::size_t bytes, const Way& way, Instant now);
  [[nodiscard]] bool can_pad() const { return rtx_ssrc_ != 0 && padding_type() != nullptr; }
  void prefetch_track() const {
    prefetch(codecs_.data(), codecs_.size() * sizeof(sdp::CodecChoice));
    forwarder_.prefetch_segment();
  }
  [[nodiscard]] std::optional<Instant> next_timeout(Instant now) const { return forwarder_.next_timeout(now); }

  // Sender report and CNAME; nothing before the first packet.
  std::optional<rtp::SenderReport> make_report(Instant now) const;
  // A report has to go out at once.
  bool take_switched() { return forwarder_.take_switched(); }

  void handle_report_block(const rtp::ReportBlock& block, Instant now);
  void handle_key_frame_request(Instant now);

  [[nodiscard]] std::uint32_t ssrc() const { return ssrc_; }
  [[nodiscard]] MediaKind kind() const { return kind_; }
  [[nodiscard]] const std::string& cname() const { return cname_; }

 private:
  [[nodiscard]] const sdp::CodecChoice* choice(Codec codec) const;
  [[nodiscard]] const sdp::CodecChoice* padding_type() const;
  std::size_t write_redundancy(const forward::Forwarder::Out& packet, std::uint8_t payload_type,
                               std::uint8_t* out) const;
  std::size_t seal(const forward::Forwarder::Out& packet, bool repair, std::uint8_t* out, const Way& way, Instant now);
  std::size_t encrypt(const Way& way, std::uint8_t* out, std::size_t header, Bytes prefix, Bytes payload, bool repair,
                      std::uint64_t index);
  const rtp::HeaderWriter& begin_header(rtp::HeaderFields& fields, bool repair, std::size_t payload, const Way& way,
                                        Instant now) const;

  Counters& counters_;
  MediaKind kind_;
  std::uint32_t ssrc_;
  std::uint32_t rtx_ssrc_;
  std::string cname_;
  std::vector<sdp::CodecChoice> codecs_;
  rtp::HeaderWriter header_;
  rtp::HeaderWriter rtx_header_;
  // The same with a transport-wide sequence, for viewers whose bandwidth is estimated.
  rtp::HeaderWriter numbered_header_;
  rtp::HeaderWriter numbered_rtx_header_;
  bool frame_sent_ = false;
  std::size_t last_size_ = 0;
  forward::Forwarder forwarder_;
  rtp::ResendBudget budget_;
  rtp::RedControl red_;
  std::uint64_t rtx_next_;  // extended sequence of the repair stream
  std::uint32_t packets_ = 0;
  std::uint32_t octets_ = 0;
};

}  // namespace plenary::peer
