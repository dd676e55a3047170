#include "media/peer/viewer.h"

#include <algorithm>

namespace plenary::peer {

Viewer::Viewer(const sdp::Negotiated& negotiated, const std::string& cname, RandomSource& random, Counters& counters)
    : counters_(counters) {
  std::array<unsigned, 2> numbers{};  // the n-th sound and the n-th picture belong together
  slots_.reserve(negotiated.media.size());
  for (const sdp::NegotiatedMedia& media : negotiated.media) {
    const unsigned number = ++numbers[static_cast<std::size_t>(media.kind)];
    slots_.emplace_back(media, cname + "-" + std::to_string(number), random, counters);
  }
  for (const MediaKind kind : {MediaKind::video, MediaKind::audio}) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].kind() == kind) order_.push_back(static_cast<std::uint8_t>(i));
    }
  }
}

bool Viewer::set_slot(std::size_t slot, forward::Track* track, Duration delay) {
  if (slot >= slots_.size() || (track != nullptr && track->kind() != slots_[slot].kind())) return false;
  return slots_[slot].set_track(track, delay);
}

void Viewer::forget(const forward::Track* track) {
  for (ViewerSlot& slot : slots_) slot.forget(track);
}

bool Viewer::uses(const forward::Track* track) const {
  return std::any_of(slots_.begin(), slots_.end(), [track](const ViewerSlot& slot) { return slot.uses(track); });
}

ViewerSlot* Viewer::find(std::uint32_t ssrc) {
  const auto found = std::find_if(slots_.begin(), slots_.end(), [ssrc](const auto& s) { return s.ssrc() == ssrc; });
  return found == slots_.end() ? nullptr : &*found;
}

void Viewer::handle_rtcp(const rtp::RtcpCompound& compound, Instant now) {
  for (const rtp::RtcpPacket& packet : compound.packets) {
    std::uint32_t key_frame_of = 0;
    if (const auto* report = std::get_if<rtp::ReceiverReport>(&packet)) {
      for (const rtp::ReportBlock& block : report->blocks) {
        if (ViewerSlot* slot = find(block.ssrc)) slot->handle_report_block(block, now);
      }
    } else if (const auto* nack = std::get_if<rtp::Nack>(&packet)) {
      handle_nack(*nack);
    } else if (const auto* loss = std::get_if<rtp::PictureLoss>(&packet)) {
      key_frame_of = loss->media_ssrc;
    } else if (const auto* intra = std::get_if<rtp::FullIntraRequest>(&packet)) {
      key_frame_of = intra->media_ssrc;
    }
    if (key_frame_of == 0) continue;
    counters_.add(Count::key_frame_requests_received);
    if (ViewerSlot* slot = find(key_frame_of)) slot->handle_key_frame_request(now);
  }
}

void Viewer::handle_nack(const rtp::Nack& nack) {
  counters_.add(Count::nacks_received);
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].ssrc() != nack.media_ssrc) continue;
    for (const std::uint16_t sequence : nack.sequences) {
      if (repairs_.size() == kMaxRepairsWaiting) {
        counters_.add(Count::nack_over_budget);
        return;
      }
      repairs_.push_back({.slot = static_cast<std::uint8_t>(i), .sequence = sequence});
    }
    return;
  }
  counters_.add(Count::nack_unknown);
}

bool Viewer::write(SendBatch& batch, const ice::Tuple& path, MediaCipher& cipher, Instant now) {
  if (!write_repairs(batch, path, cipher, now)) return false;
  for (const std::uint8_t i : order_) {
    ViewerSlot::Wrote wrote = ViewerSlot::Wrote::packet;
    while (wrote == ViewerSlot::Wrote::packet) wrote = slots_[i].write_next(batch, path, cipher, now);
    if (wrote == ViewerSlot::Wrote::batch_full) return false;
    if (slots_[i].take_switched()) report_due_ = now;
  }
  return now < report_due_ || write_reports(batch, path, cipher, now);
}

bool Viewer::write_repairs(SendBatch& batch, const ice::Tuple& path, MediaCipher& cipher, Instant now) {
  while (repairs_done_ < repairs_.size()) {
    const Repair& repair = repairs_[repairs_done_];
    const auto wrote = slots_[repair.slot].write_repair(repair.sequence, batch, path, cipher, now);
    if (wrote == ViewerSlot::Wrote::batch_full) return false;
    ++repairs_done_;
  }
  repairs_.clear();
  repairs_done_ = 0;
  return true;
}

bool Viewer::write_reports(SendBatch& batch, const ice::Tuple& path, MediaCipher& cipher, Instant now) {
  std::uint8_t* out = batch.next(path);
  if (out == nullptr) return false;
  scratch_.clear();
  for (const ViewerSlot& slot : slots_) {
    std::optional<rtp::SenderReport> report = slot.make_report(now);
    if (!report) continue;
    rtp::write_rtcp(std::move(*report), scratch_);
    rtp::write_rtcp(rtp::SourceDescription{.ssrc = slot.ssrc(), .cname = slot.cname()}, scratch_);
    counters_.add(Count::reports_sent);
  }
  reports_started_ = !scratch_.empty();
  // On a common grid, so that many viewers share a wake-up.
  report_due_ = now + kReportInterval - now.time_since_epoch() % kReportGrid;
  if (scratch_.size() + crypto::kMaxSrtpTrailer > kMaxDatagram) {
    counters_.add(Count::seal_failed);
    return true;
  }
  std::copy(scratch_.begin(), scratch_.end(), out);
  batch.commit(scratch_.empty() ? 0 : cipher.seal_rtcp(out, scratch_.size()));
  return true;
}

std::optional<Instant> Viewer::next_timeout(Instant now) const {
  std::optional<Instant> next;
  if (reports_started_) next = report_due_;
  for (const ViewerSlot& slot : slots_) {
    const std::optional<Instant> at = slot.next_timeout(now);
    if (at && (!next || *at < *next)) next = at;
  }
  return next;
}

}  // namespace plenary::peer
