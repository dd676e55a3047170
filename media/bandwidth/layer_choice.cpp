#include "media/bandwidth/layer_choice.h"

#include <algorithm>
#include <utility>

namespace plenary::bandwidth {
namespace {

constexpr std::uint64_t rate_of(const Picture& picture, int layer) {
  return layer == kStill || !picture.shown ? 0 : picture.bitrate[static_cast<std::size_t>(layer)];
}

int top_of(const Picture& picture) { return static_cast<int>(picture.layers) - 1; }

std::uint64_t with_margin(std::uint64_t rate) {
  return static_cast<std::uint64_t>(static_cast<double>(rate) * kUpMargin);
}

std::uint64_t without_margin(std::uint64_t rate) {
  return static_cast<std::uint64_t>(static_cast<double>(rate) / kUpMargin);
}

}  // namespace

LayerChoice::LayerChoice() {
  choice_.layers.fill(kStill);
  current_.fill(kStill);
}

std::uint64_t LayerChoice::need(const Programme& programme) {
  std::uint64_t rate = programme.sound + programme.floor + programme.captions;
  for (const Picture& picture : programme.pictures) {
    if (picture.layers > 0) rate += rate_of(picture, top_of(picture));
  }
  // The margin twice: the target must stay above what a raise asks for.
  return with_margin(with_margin(rate));
}

LayerChoice::Fit LayerChoice::fit(std::uint64_t carries, const Programme& programme) {
  Fit fit;
  fit.layers.fill(kStill);
  fit.used = programme.sound;
  const auto take = [&](std::uint64_t rate) {
    if (fit.used + rate > carries) return false;
    fit.used += rate;
    return true;
  };
  fit.floor = take(programme.floor);
  // What comes later in the order waits for what did not fit before it.
  fit.captions = fit.floor && take(programme.captions);
  if (!fit.captions || carries < kPicturesLeast) return fit;
  for (int layer = 0; layer < static_cast<int>(kMaxLayers); ++layer) {
    for (std::size_t slot = 0; slot < kMaxPictures; ++slot) {
      const Picture& picture = programme.pictures[slot];
      if (!picture.shown || layer > top_of(picture)) continue;
      if (!take(rate_of(picture, layer) - rate_of(picture, layer - 1))) return fit;
      fit.layers[slot] = layer;
    }
  }
  return fit;
}

std::uint64_t LayerChoice::in_use(const Programme& programme) const {
  std::uint64_t rate = programme.sound;
  if (choice_.floor) rate += programme.floor;
  if (choice_.captions) rate += programme.captions;
  for (std::size_t slot = 0; slot < kMaxPictures; ++slot) {
    const Picture& picture = programme.pictures[slot];
    rate += rate_of(picture, std::min(choice_.layers[slot], top_of(picture)));
  }
  return rate;
}

void LayerChoice::update_sound(const Fit& now_fits, const Fit& amply_fits, Instant now) {
  if ((choice_.floor && !now_fits.floor) || (choice_.captions && !now_fits.captions)) {
    sound_back_at_ = now + kHoldAfterDown;
    choice_.floor = choice_.floor && now_fits.floor;
    choice_.captions = choice_.captions && now_fits.captions;
  } else if (now >= sound_back_at_) {
    choice_.floor = choice_.floor || amply_fits.floor;
    choice_.captions = choice_.captions || amply_fits.captions;
  }
}

const LayerChoice::Choice& LayerChoice::update(std::uint64_t carries, const Programme& programme, Instant now) {
  const Fit now_fits = fit(carries, programme);
  const Fit amply_fits = fit(without_margin(carries), programme);
  const Fit still_fits = fit(static_cast<std::uint64_t>(static_cast<double>(carries) / kKeep), programme);
  const bool severe = static_cast<double>(carries) < kShortSevere * static_cast<double>(in_use(programme));
  update_sound(now_fits, amply_fits, now);
  for (std::size_t slot = 0; slot < kMaxPictures; ++slot) {
    const Picture& picture = programme.pictures[slot];
    if (!picture.shown || picture.layers == 0) {
      choice_.layers[slot] = kStill;
      current_[slot] = kStill;
      slots_[slot] = {};
      continue;
    }
    if (!std::exchange(slots_[slot].begun, true)) {
      choice_.layers[slot] = amply_fits.layers[slot];
      slots_[slot].raised_at = now;
    }
    choice_.layers[slot] = std::min(choice_.layers[slot], top_of(picture));
    update_picture(slot, still_fits.layers[slot], amply_fits.layers[slot], severe || carries < kPicturesLeast, now);
  }
  const std::uint64_t spare = carries > now_fits.used ? carries - now_fits.used : 0;
  const Duration needed = spare > 0 ? std::chrono::milliseconds(kStillBits * 1'000 / spare) : Duration::max();
  choice_.still_interval.reset();
  if (needed <= kStillIntervalMost) choice_.still_interval = std::max(kStillInterval, needed);
  return choice_;
}

void LayerChoice::update_picture(std::size_t slot, int fits, int amply, bool severe, Instant now) {
  Slot& state = slots_[slot];
  const int layer = choice_.layers[slot];
  if (now < state.failed_until) amply = std::min(amply, state.failed - 1);
  if (fits < layer) {
    state.ample_since.reset();
    if (!state.short_since) state.short_since = now;
    if (severe || now - *state.short_since >= kDownPatience) lower(slot, fits, now);
    return;
  }
  state.short_since.reset();
  if (amply <= layer || now < state.not_up_before) {
    if (amply <= layer) state.ample_since.reset();
    return;
  }
  if (!state.ample_since) state.ample_since = now;
  if (now - *state.ample_since >= kUpPatience) raise(slot, amply, now);
}

void LayerChoice::lower(std::size_t slot, int layer, Instant now) {
  Slot& state = slots_[slot];
  // A fall in several steps is one failure of the raise before it.
  if (state.raised_at) {
    const bool lasted = now - *state.raised_at >= kRaiseLasted;
    state.hold = lasted ? kHoldAfterDown : std::min(state.hold * 2, kHoldLongest);
    state.raised_at.reset();
    state.failed = choice_.layers[slot];
    state.failed_until = now + state.hold;
  }
  state.not_up_before = now + kHoldAfterDown;
  state.short_since.reset();
  choice_.layers[slot] = layer;
  ++lowered_;
}

void LayerChoice::raise(std::size_t slot, int layer, Instant now) {
  Slot& state = slots_[slot];
  state.raised_at = now;
  state.not_up_before = now + kUpInterval;
  state.ample_since.reset();
  choice_.layers[slot] = layer;
  ++raised_;
}

bool LayerChoice::take_still(std::size_t slot, Instant now) {
  Slot& state = slots_[slot];
  if (choice_.layers[slot] != kStill || !choice_.still_interval) return false;
  if (state.still_at && now - *state.still_at < *choice_.still_interval) return false;
  state.still_at = now;
  return true;
}

}  // namespace plenary::bandwidth
