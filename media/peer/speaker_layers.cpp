#include "media/peer/speaker_layers.h"

#include <algorithm>
#include <utility>

namespace plenary::peer {
namespace {

constexpr std::uint32_t kLowLines = 240;
constexpr std::uint32_t kMiddleLines = 480;

// Whichever way the camera is held.
std::uint64_t guess(const rtp::PictureSize& size) {
  const std::uint32_t lines = std::min(size.width, size.height);
  if (lines <= kLowLines) return kLayerGuessLow;
  return lines <= kMiddleLines ? kLayerGuessMiddle : kLayerGuessHigh;
}

}  // namespace

void SpeakerLayers::handle_packet(std::size_t number, Codec codec, const rtp::Packet& packet, Instant now) {
  if (packet.payload.empty()) return;  // a probe
  State& state = layers_[number];
  arrive(state, packet.timestamp, now);
  state.begun |= rtp::payload_starts_key_frame(codec, packet.payload);
  if (const auto size = rtp::key_frame_size(codec, packet.payload)) learn_size(state, *size);
  measure(state, packet.payload.size(), now);
  find_stopped(number, now);
  put_in_order(now);
}

void SpeakerLayers::handle_spatial(const forward::SpatialPlace& place, const Sizes* key_frame,
                                   const rtp::Packet& packet, Instant now) {
  if (place.layer >= std::min(place.layers, count_)) return;
  arrive(layers_[place.layer], packet.timestamp, now);
  for (std::size_t number = 0; number < std::min(place.layers, count_); ++number) {
    State& state = layers_[number];
    state.begun |= key_frame != nullptr;
    if (key_frame != nullptr && (*key_frame)[number].height != 0) learn_size(state, (*key_frame)[number]);
    if (place.in_stream(number)) measure(state, packet.payload.size(), now);
  }
  find_stopped(place.layer, now);
  put_in_order(now);
}

void SpeakerLayers::arrive(State& state, std::uint32_t timestamp, Instant now) {
  if (!state.since) {
    state.since = now;
    state.measured_since = now;
    state.bytes = 0;
  }
  state.last = now;
  if (state.frames == 0 || state.timestamp != timestamp) {
    state.timestamp = timestamp;
    ++state.frames;
  }
  for (std::size_t i = 0; i < count_; ++i) state.others[i] = layers_[i].frames;
}

void SpeakerLayers::learn_size(State& state, const rtp::PictureSize& size) {
  state.pixels = std::uint64_t{size.width} * size.height;
  if (state.rate != 0) return;
  state.rate = guess(size);
  state.guessed = true;
}

void SpeakerLayers::measure(State& state, std::size_t bytes, Instant now) {
  if (!state.since) return;
  state.bytes += bytes;
  const Duration passed = now - state.measured_since;
  if (passed < kLayerRateTime) return;
  const auto rate =
      static_cast<std::uint64_t>(static_cast<double>(state.bytes * 8) / std::chrono::duration<double>(passed).count());
  // A second in which the picture hardly moved says little of what it needs.
  state.rate = std::exchange(state.guessed, false) ? rate : std::max(rate, state.rate - state.rate / 8);
  state.measured_since = now;
  state.bytes = 0;
}

void SpeakerLayers::find_stopped(std::size_t came, Instant now) {
  for (std::size_t i = 0; i < count_; ++i) {
    State& state = layers_[i];
    if (i == came || !state.since || now - state.last < kLayerStoppedAfter) continue;
    if (layers_[came].frames - state.others[came] < kLayerStoppedFrames) continue;
    state.since.reset();
    state.stopped = true;
  }
}

bool SpeakerLayers::comes(const State& state) { return state.since && state.begun && state.rate != 0; }

void SpeakerLayers::put_in_order(Instant now) {
  const auto lasts = [now](const State& state) { return !state.stopped || now - *state.since >= kLayerBackAfter; };
  // One that has only just come back is better than none.
  const bool one_lasts = std::ranges::any_of(layers_, [&](const State& one) { return comes(one) && lasts(one); });
  std::array<std::size_t, sdp::kMaxSpeakerLayers> order{};
  std::size_t size = 0;
  bool sizes_known = true;
  for (std::size_t i = 0; i < count_; ++i) {
    if (!comes(layers_[i]) || (one_lasts && !lasts(layers_[i]))) continue;
    order[size++] = i;
    sizes_known = sizes_known && layers_[i].pixels != 0;
  }
  if (size == 0) return;
  const auto better = [&](std::size_t a, std::size_t b) {
    const State& one = layers_[a];
    const State& other = layers_[b];
    if (sizes_known && one.pixels != other.pixels) return one.pixels > other.pixels;
    return one.told != other.told ? one.told > other.told : a < b;
  };
  for (std::size_t i = 0; i < size; ++i) {
    State& state = layers_[order[i]];
    const std::uint64_t away = state.rate > state.told ? state.rate - state.told : state.told - state.rate;
    if (away > state.told / kLayerRateStep) state.told = state.rate;
  }
  std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(size), better);
  std::array<Layer, sdp::kMaxSpeakerLayers> found{};
  std::uint64_t least = 0;
  for (std::size_t i = size; i-- > 0;) {
    least = std::max(layers_[order[i]].told, least + 1);
    found[i] = {.number = order[i], .bitrate = least};
  }
  if (std::equal(arriving_.begin(), arriving_.end(), found.begin(),
                 found.begin() + static_cast<std::ptrdiff_t>(size))) {
    return;
  }
  arriving_.assign(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(size));
  changed_ = true;
}

bool SpeakerLayers::take_changed() { return std::exchange(changed_, false); }

}  // namespace plenary::peer
