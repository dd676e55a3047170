#include "media/peer/viewer_bandwidth.h"

#include <algorithm>
#include <utility>

namespace plenary::peer {
namespace {

// On a line that carries everything there is nothing to choose and to pace: thousands of viewers would pay for it.
constexpr Duration kEasyTick = std::chrono::milliseconds(100);
constexpr Duration kTickLatest = std::chrono::milliseconds(100);  // where nothing is sent that would bring it about
constexpr Duration kEasyTickLatest = std::chrono::seconds(1);

std::uint64_t on_the_wire(std::uint64_t bitrate) {
  return static_cast<std::uint64_t>(static_cast<double>(bitrate) * kPictureOverhead);
}

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

std::uint64_t ViewerBandwidth::need_of(const PictureLayers& layers) {
  bandwidth::Programme programme{.sound = kSoundGuess, .floor = kSoundGuess};
  const std::uint64_t highest = layers.count == 0 ? 0 : layers.bitrate[layers.count - 1];
  programme.pictures[0] = {
      .shown = true, .layers = 1, .bitrate = {highest == 0 ? kPictureGuess : on_the_wire(highest)}};
  return bandwidth::LayerChoice::need(programme);
}

void ViewerBandwidth::set_sound(std::size_t number, bool heard) {
  if (number < heard_.size()) heard_[number] = heard;
}

void ViewerBandwidth::set_picture(std::size_t number, const PictureLayers& layers, bool shown) {
  if (number >= layers_.size()) return;
  if (layers_[number] != layers) pictures_[number] = {};
  layers_[number] = layers;
  programme_.pictures[number].shown = shown && layers.count > 0;
  programme_.pictures[number].layers = layers.count;
}

void ViewerBandwidth::on_sound(std::size_t number, std::size_t bytes) {
  if (number < sounds_.size()) sounds_[number].bytes += bytes + kDatagramOverhead;
}

void ViewerBandwidth::on_picture(std::size_t number, int layer, std::size_t bytes) {
  if (number >= pictures_.size() || layer < 0 || layers_[number].count == 0) return;
  const std::size_t carried = std::min(static_cast<std::size_t>(layer), layers_[number].count - 1);
  if (layers_[number].bitrate[carried] != 0) return;
  pictures_[number].bytes += bytes + kDatagramOverhead;
}

void ViewerBandwidth::measure(Instant now) {
  if (now - measured_at_ < kMeasureTime) return;
  const double passed = seconds(now - measured_at_);
  const auto finish = [passed](Measured& measured) {
    if (measured.bytes == 0) return;
    // A second in which the source paused says nothing of what it needs.
    const auto rate = static_cast<std::uint64_t>(static_cast<double>(measured.bytes * 8) / passed);
    measured.rate = std::max(rate, measured.rate - measured.rate / 8);
    measured.bytes = 0;
  };
  std::ranges::for_each(pictures_, finish);
  std::ranges::for_each(sounds_, finish);
  measured_at_ = now;
}

std::uint64_t ViewerBandwidth::rate_of(std::size_t number, std::size_t layer) const {
  const std::uint64_t named = layers_[number].bitrate[layer];
  if (named != 0) return on_the_wire(named);
  std::uint64_t rate = pictures_[number].rate == 0 ? kPictureGuess : pictures_[number].rate;
  // The order of the layers is known, whatever was measured in a second.
  if (layer > 0) rate = std::max(rate, rate_of(number, layer - 1) + 1);
  return rate;
}

const bandwidth::LayerChoice::Choice& ViewerBandwidth::tick(Instant now) {
  measure(now);
  const auto sound = [this](std::size_t number) {
    if (!heard_[number]) return std::uint64_t{0};
    return sounds_[number].rate == 0 ? kSoundGuess : sounds_[number].rate;
  };
  programme_.sound = sound(0);
  programme_.floor = sound(1);
  for (std::size_t number = 0; number < layers_.size(); ++number) {
    for (std::size_t layer = 0; layer < layers_[number].count; ++layer) {
      programme_.pictures[number].bitrate[layer] = rate_of(number, layer);
    }
  }
  const std::uint64_t need = bandwidth::LayerChoice::need(programme_);
  const std::uint64_t target = estimate_.on_tick(probes_ ? need : 0, now);
  const bandwidth::LayerChoice::Choice& choice = choice_.update(estimate_.carries(), programme_, now);

  refill(now);
  const bool was_paced = std::exchange(paced_, target < need);
  if (paced_ && !was_paced) {
    allowance_ = 0;
    next_picture_ = now;
  }
  const Duration interval = paced_ ? bandwidth::kTickInterval : kEasyTick;
  tick_due_ = now + interval - now.time_since_epoch() % interval;
  const bool moves = std::ranges::any_of(choice.layers, [](int layer) { return layer != bandwidth::kStill; });
  const std::uint64_t sounds = programme_.sound + (choice.floor ? programme_.floor : 0);
  const std::uint64_t all = moves ? estimate_.pace() : target;
  pace_ = std::max(kPaceLeast, all > sounds ? all - sounds : 0);
  return choice;
}

void ViewerBandwidth::refill(Instant now) {
  const double earned = static_cast<double>(pace_) * seconds(now - refilled_at_);
  refilled_at_ = now;
  allowance_ = std::min(allowance_ + earned, static_cast<double>(pace_) * seconds(kPaceBurst));
}

bool ViewerBandwidth::may_send_picture(Instant now) {
  if (!paced_) return true;
  refill(now);
  if (allowance_ >= 0) return true;
  const auto wait = std::chrono::duration<double>(-allowance_ / static_cast<double>(std::max<std::uint64_t>(pace_, 1)));
  next_picture_ = now + std::max<Duration>(std::chrono::duration_cast<Duration>(wait), std::chrono::milliseconds(1));
  return false;
}

std::uint16_t ViewerBandwidth::on_sent(std::size_t size, bool picture, Instant now) {
  if (paced_ && picture) allowance_ -= static_cast<double>((size + kDatagramOverhead) * 8);
  return estimate_.on_sent(size + kDatagramOverhead, now);
}

std::optional<Instant> ViewerBandwidth::next_timeout() const {
  const Instant tick = tick_due_ + (paced_ ? kTickLatest : kEasyTickLatest);
  const std::optional<Instant> probe = estimate_.next_timeout();
  return probe && *probe < tick ? *probe : tick;
}

}  // namespace plenary::peer
