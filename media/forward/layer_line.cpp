#include "media/forward/layer_line.h"

namespace plenary::forward {

std::optional<LayerLine::Place> LayerLine::place(std::size_t layer, const rtp::Packet& packet, bool key_frame,
                                                 Instant captured) {
  if (layer == wanted_ && layer != carried_ && key_frame) {
    carried_ = layer;
    numbers_.restart();
    rebase_.switch_source();
  }
  if (layer != carried_) return std::nullopt;
  const std::optional<std::uint64_t> number = numbers_.number(packet.sequence, packet.payload.empty(), next_);
  if (!number) return std::nullopt;
  if (!ssrc_) ssrc_ = packet.ssrc;
  const bool late = *number < next_;
  if (!late) next_ = *number + 1;
  return Place{.ssrc = *ssrc_,
               .sequence = static_cast<std::uint16_t>(*number),
               .timestamp = late ? packet.timestamp + rebase_.offset() : rebase_.rebase(packet.timestamp, captured)};
}

}  // namespace plenary::forward
