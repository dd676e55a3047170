#include "media/peer/viewer.h"

#include <algorithm>

#include "media/base/prefetch.h"

namespace plenary::peer {

Viewer::Viewer(const sdp::Negotiated& negotiated, const std::string& cname, RandomSource& random, Counters& counters)
    : counters_(counters) {
  std::array<unsigned, 2> numbers{};  // the n-th sound and the n-th picture belong together
  slots_.reserve(negotiated.media.size());
  for (const sdp::NegotiatedMedia& media : negotiated.media) {
    const unsigned number = ++numbers[static_cast<std::size_t>(media.kind)];
    slots_.emplace_back(media, cname + "-" + std::to_string(number), random, counters);
    contents_.push_back({.number = number - 1});
    const bool reports = std::ranges::any_of(media.codecs, &sdp::CodecChoice::transport_cc);
    reports_arrivals_ |= media.kind == MediaKind::video && reports && media.extensions.transport_cc != 0;
  }
  for (const MediaKind kind : {MediaKind::video, MediaKind::audio}) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].kind() == kind) order_.push_back(static_cast<std::uint8_t>(i));
    }
  }
}

void Viewer::set_content(std::size_t slot, const PictureLayers& layers, bool shown) {
  if (slot >= slots_.size()) return;
  Content& content = contents_[slot];
  content.layers = layers;
  content.shown = shown;
  if (!bandwidth_ && reports_arrivals_ && slots_[slot].kind() == MediaKind::video && layers.count > 1) begin_estimate();
  if (!bandwidth_) return;
  if (slots_[slot].kind() == MediaKind::video) {
    // What is not sent anyway needs no room on the line, and nobody probes for it.
    PictureLayers allowed = layers;
    if (most_ >= 0) allowed.count = std::min(allowed.count, static_cast<std::size_t>(most_) + 1);
    bandwidth_->set_picture(content.number, allowed, shown && most_ != kNothing);
  } else {
    bandwidth_->set_sound(content.number, shown);
  }
}

void Viewer::begin_estimate() {
  std::uint64_t need = 0;
  for (const Content& content : contents_) need = std::max(need, ViewerBandwidth::need_of(content.layers));
  const bool probes = std::ranges::any_of(slots_, &ViewerSlot::can_pad);
  bandwidth_ = std::make_unique<ViewerBandwidth>(need, probes);
  for (std::size_t slot = 0; slot < slots_.size(); ++slot)
    set_content(slot, contents_[slot].layers, contents_[slot].shown);
}

std::optional<Viewer::Wish> Viewer::poll_wish() {
  for (std::size_t slot = 0; slot < contents_.size(); ++slot) {
    Content& content = contents_[slot];
    if (content.wished == content.carried) continue;
    content.carried = content.wished;
    return Wish{.slot = slot, .layer = content.wished};
  }
  return std::nullopt;
}

bool Viewer::set_slot(std::size_t slot, forward::Track* track, Duration delay, int layer) {
  if (slot >= slots_.size() || (track != nullptr && track->kind() != slots_[slot].kind())) return false;
  contents_[slot].carried = layer;
  contents_[slot].wished = bounded(slot, layer);
  return slots_[slot].set_track(track, delay, layer != kHighest);
}

int Viewer::bounded(std::size_t slot, int layer) const {
  if (most_ == kHighest || slots_[slot].kind() == MediaKind::audio) return layer;
  if (most_ == kNothing) return kNothing;
  const bool has_more = contents_[slot].layers.count > static_cast<std::size_t>(most_) + 1;
  return has_more ? std::min(layer, most_) : layer;
}

bool Viewer::set_most(int layer) {
  if (most_ == layer) return false;
  most_ = layer;
  bool less = false;
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    Content& content = contents_[slot];
    if (slots_[slot].kind() == MediaKind::audio) continue;
    set_content(slot, content.layers, content.shown);
    // Who has an estimate gets more by the next look at it.
    content.wished = bounded(slot, bandwidth_ ? content.wished : kHighest);
    less |= content.shown && content.wished < content.carried;
  }
  return less;
}

void Viewer::tick(Instant now) {
  const bandwidth::LayerChoice::Choice& choice = bandwidth_->tick(now);
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (contents_[slot].shown) contents_[slot].wished = wished_layer(slot, choice, now);
  }
}

int Viewer::wished_layer(std::size_t slot, const bandwidth::LayerChoice::Choice& choice, Instant now) {
  Content& content = contents_[slot];
  if (slots_[slot].kind() == MediaKind::audio) return content.number == 0 || choice.floor ? kHighest : kNothing;
  if (content.number >= choice.layers.size()) return kHighest;
  if (most_ == kNothing) return kNothing;
  const int layer = bounded(slot, choice.layers[content.number]);
  const bool still = layer == bandwidth::kStill;
  if (!still) {
    slots_[slot].set_still(false);
    content.still = false;
    return layer;
  }
  slots_[slot].set_still(true);
  if (content.still) {
    content.still = !slots_[slot].frame_sent();
  } else {
    content.still = bandwidth_->take_still(content.number, now);
  }
  return content.still ? 0 : kNothing;
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
    } else if (const auto* feedback = std::get_if<rtp::TransportFeedback>(&packet)) {
      if (bandwidth_) bandwidth_->on_feedback(*feedback, now);
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
  if (bandwidth_ && bandwidth_->tick_due(now)) tick(now);
  const ViewerSlot::Way way{.batch = batch, .path = path, .cipher = cipher, .bandwidth = bandwidth_.get()};
  if (!write_repairs(way, now)) return false;
  for (const std::uint8_t i : order_) {
    if (!write_slot(i, way, now)) return false;
    if (slots_[i].take_switched()) report_due_ = now;
  }
  if (bandwidth_ && !write_probe(way, now)) return false;
  return now < report_due_ || write_reports(batch, path, cipher, now);
}

bool Viewer::write_sound(SendBatch& batch, const ice::Tuple& path, MediaCipher& cipher, Instant now) {
  const ViewerSlot::Way way{.batch = batch, .path = path, .cipher = cipher, .bandwidth = bandwidth_.get()};
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].kind() == MediaKind::audio && !write_slot(slot, way, now)) return false;
  }
  return true;
}

// False: the batch is full.
bool Viewer::write_slot(std::size_t slot, const ViewerSlot::Way& way, Instant now) {
  const bool paced = bandwidth_ && slots_[slot].kind() == MediaKind::video;
  while (!paced || bandwidth_->may_send_picture(now)) {
    const ViewerSlot::Wrote wrote = slots_[slot].write_next(way, now);
    if (wrote != ViewerSlot::Wrote::packet) return wrote != ViewerSlot::Wrote::batch_full;
    if (!bandwidth_) continue;
    const Content& content = contents_[slot];
    if (paced) {
      bandwidth_->on_picture(content.number, content.carried, slots_[slot].last_size());
    } else {
      bandwidth_->on_sound(content.number, slots_[slot].last_size());
    }
  }
  return true;
}

bool Viewer::write_probe(const ViewerSlot::Way& way, Instant now) {
  while (const std::optional<std::size_t> bytes = bandwidth_->poll_probe(now)) {
    const auto slot = std::ranges::find_if(slots_, &ViewerSlot::can_pad);
    if (slot == slots_.end()) return true;
    if (slot->write_padding(*bytes, way, now) == ViewerSlot::Wrote::batch_full) return false;
  }
  return true;
}

bool Viewer::write_repairs(const ViewerSlot::Way& way, Instant now) {
  while (repairs_done_ < repairs_.size()) {
    const Repair& repair = repairs_[repairs_done_];
    const auto wrote = slots_[repair.slot].write_repair(repair.sequence, way, now);
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

void Viewer::prefetch_slots() const {
  prefetch(slots_.data(), slots_.size() * sizeof(ViewerSlot));
  prefetch(contents_.data(), contents_.size() * sizeof(Content));
  prefetch(order_.data(), order_.size());
  if (bandwidth_) bandwidth_->prefetch();
}

void Viewer::prefetch_tracks() const {
  for (const ViewerSlot& slot : slots_) slot.prefetch_track();
  if (bandwidth_) bandwidth_->prefetch_entry();
}

std::optional<Instant> Viewer::next_timeout(Instant now) const {
  std::optional<Instant> next;
  if (reports_started_) next = report_due_;
  const auto sooner = [&next](const std::optional<Instant>& at) {
    if (at && (!next || *at < *next)) next = at;
  };
  for (const ViewerSlot& slot : slots_) {
    std::optional<Instant> at = slot.next_timeout(now);
    if (at && bandwidth_ && slot.kind() == MediaKind::video) at = std::max(*at, bandwidth_->next_picture());
    sooner(at);
  }
  if (bandwidth_) sooner(bandwidth_->next_timeout());
  return next;
}

}  // namespace plenary::peer
