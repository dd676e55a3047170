// One m-line of a viewer: the media stream and its repair stream, what they carry, and what was said about them.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "media/base/random.h"
#include "media/forward/forwarder.h"
#include "media/peer/media_cipher.h"
#include "media/peer/send_batch.h"
#include "media/rtp/header_writer.h"
#include "media/rtp/red.h"
#include "media/rtp/resend_budget.h"
#include "media/rtp/rtcp.h"
#include "media/sdp/negotiate.h"

namespace plenary::peer {

class ViewerSlot {
 public:
  ViewerSlot(const sdp::NegotiatedMedia& media, std::string cname, RandomSource& random, Counters& counters);

  // Null: nothing. False when the viewer cannot decode this track; the slot is empty then.
  bool set_track(forward::Track* track, Duration delay);
  void forget(const forward::Track* track) { forwarder_.forget(track); }
  [[nodiscard]] bool uses(const forward::Track* track) const { return forwarder_.uses(track); }

  enum class Wrote : std::uint8_t { packet, nothing, batch_full };
  Wrote write_next(SendBatch& batch, const ice::Tuple& path, MediaCipher& cipher, Instant now);
  Wrote write_repair(std::uint16_t sequence, SendBatch& batch, const ice::Tuple& path, MediaCipher& cipher,
                     Instant now);
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
  std::size_t write_redundancy(const forward::Forwarder::Out& packet, std::uint8_t payload_type,
                               std::uint8_t* out) const;
  std::size_t seal(const forward::Forwarder::Out& packet, bool repair, crypto::CmBatch& batch, std::uint8_t* out,
                   MediaCipher& cipher, Instant now);

  Counters& counters_;
  MediaKind kind_;
  std::uint32_t ssrc_;
  std::uint32_t rtx_ssrc_;
  std::string cname_;
  std::vector<sdp::CodecChoice> codecs_;
  rtp::HeaderWriter header_;
  rtp::HeaderWriter rtx_header_;
  forward::Forwarder forwarder_;
  rtp::ResendBudget budget_;
  rtp::RedControl red_;
  std::uint64_t rtx_next_;  // extended sequence of the repair stream
  std::uint32_t packets_ = 0;
  std::uint32_t octets_ = 0;
};

}  // namespace plenary::peer
