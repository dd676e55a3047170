#include "tests/sim/bandwidth/session.h"

#include <algorithm>

#include "media/rtp/rtcp.h"

namespace plenary::sim {
namespace {

constexpr Duration kStep = std::chrono::milliseconds(1);
constexpr Duration kSoundInterval = std::chrono::milliseconds(20);
constexpr std::size_t kSoundBytes = 160;  // 64 kbit/s on the wire: Opus with its headers, and silence now and then
constexpr std::size_t kPacketMost = 1'228;
constexpr std::uint64_t kSoundRate = kSoundBytes * 8 * 50;
constexpr std::uint64_t kFrameRate = 30;  // a second
constexpr std::uint64_t kKeyFrames = 60;  // frames from one to the next
constexpr double kKeyFrameSize = 6;       // other frames
constexpr double kFrameSpread = 0.2;      // of sizes
constexpr double kSlowestStill = 5'000;   // bit/s
constexpr double kElasticLead = 0.95;     // an encoder stays below its target

bool every(Instant now, Duration interval) { return now.time_since_epoch() % interval == Duration::zero(); }

PathConfig way_back(const PathConfig& down) {
  PathConfig up = down;
  up.rate = {{Duration::zero(), 10e6}};
  up.policer.reset();
  return up;
}

}  // namespace

Session::Session(const Profile& profile, SourceKind source, std::uint64_t seed)
    : profile_(profile),
      source_(source),
      random_(seed),
      down_(profile.path, seed + 1),
      up_(way_back(profile.path), seed + 2),
      feedback_(1) {
  programme_.sound = kSoundRate;
  programme_.pictures[0] = {.shown = true, .layers = bandwidth::kMaxLayers, .bitrate = bandwidth::kRoomLayers};
  target_ = estimate_.target();
}

Record Session::run() {
  for (const Instant end{profile_.length}; now_ < end; now_ += kStep) step();
  record_.probes = estimate_.probes().clusters();
  record_.probes_failed = estimate_.probes().failed();
  record_.probes_belied = estimate_.probes().belied();
  return std::move(record_);
}

void Session::step() {
  const Duration time = now_.time_since_epoch();
  if (profile_.competing) {
    if (!competing_ && time >= profile_.competing->from) competing_.emplace(profile_.path.delay);
    if (competing_ && time >= profile_.competing->until) competing_->stop();
    if (competing_) competing_->step(down_, now_);
  }
  receive();
  if (every(now_, bandwidth::kTickInterval)) {
    const std::uint64_t need = source_ == SourceKind::elastic ? kElasticNeed : bandwidth::LayerChoice::need(programme_);
    target_ = estimate_.on_tick(need, now_);
    if (source_ == SourceKind::layers) choose();
  }
  if (every(now_, kSoundInterval)) make_sound();
  // 30 a second on a grid of whole milliseconds.
  if (static_cast<std::uint64_t>(to_milliseconds(time)) * kFrameRate / 1'000 >= frame_) make_frame();
  pace();
  while (const auto bytes = estimate_.poll_probe(now_)) send(*bytes, true);
  take_sample();
}

void Session::make_sound() { send(kSoundBytes, false); }

void Session::make_frame() {
  ++frame_;
  if (source_ == SourceKind::elastic) {
    make_elastic_frame();
  } else {
    make_layer_frame();
  }
}

void Session::make_elastic_frame() {
  const double rate = kElasticLead * static_cast<double>(target_) - kSoundRate;
  if (rate > 0) queue_frame(rate / kFrameRate);
}

void Session::make_layer_frame() {
  if (key_frame_at_ && now_ >= *key_frame_at_) {
    const int wished = choice_.choice().layers[0];
    record_.changes.push_back({now_, layer_, wished});
    layer_ = wished;
    choice_.handle_switched(0, wished);
    key_frame_at_.reset();
    in_group_ = 0;
  }
  if (layer_ == bandwidth::kStill) {
    if (choice_.take_still(0, now_)) {
      ++record_.stills;
      queue_frame(bandwidth::kStillBits);
    }
    return;
  }
  const std::uint64_t place = in_group_++ % kKeyFrames;
  const double group = static_cast<double>(kKeyFrames) - 1 + kKeyFrameSize;
  const double rate = static_cast<double>(bandwidth::kRoomLayers[static_cast<std::size_t>(layer_)]);
  const double frame = rate * kKeyFrames / kFrameRate / group;
  queue_frame(place == 0 ? kKeyFrameSize * frame : frame);
}

void Session::queue_frame(double bits) {
  std::uniform_real_distribution<double> spread(1 - kFrameSpread, 1 + kFrameSpread);
  const auto bytes = static_cast<std::size_t>(bits * spread(random_) / 8);
  const std::size_t packets = bytes / kPacketMost + 1;
  for (std::size_t i = 0; i < packets; ++i) paced_.push_back(bytes / packets);
}

void Session::choose() {
  choice_.update(estimate_.carries(), programme_, now_);
  if (!choice_.waits_for_key_frame(0)) {
    key_frame_at_.reset();
  } else if (choice_.choice().layers[0] == bandwidth::kStill) {
    record_.changes.push_back({now_, layer_, bandwidth::kStill});  // stopping needs no key frame
    layer_ = bandwidth::kStill;
    choice_.handle_switched(0, layer_);
  } else if (!key_frame_at_) {
    key_frame_at_ = now_ + std::chrono::milliseconds(50 + random_() % 200);
  }
}

void Session::pace() {
  // A still takes what the sound leaves; at any higher pace the sound would wait for it.
  const bool stills = source_ == SourceKind::layers && layer_ == bandwidth::kStill;
  const auto target = static_cast<double>(target_);
  const double rate = stills ? std::max(target - kSoundRate, kSlowestStill) : static_cast<double>(estimate_.pace());
  pace_credit_ += rate / 8 * std::chrono::duration<double>(kStep).count();
  while (!paced_.empty() && pace_credit_ >= 0) {
    pace_credit_ -= static_cast<double>(paced_.front());
    send(paced_.front(), false);
    paced_.pop_front();
  }
  if (paced_.empty()) pace_credit_ = std::min(pace_credit_, 0.0);
}

void Session::send(std::size_t bytes, bool padding) {
  const std::uint16_t sequence = estimate_.on_sent(bytes, now_);
  const Path::Outcome outcome = down_.send(bytes, now_);
  const double waited = std::chrono::duration<double, std::milli>(outcome.waited).count();
  record_.waits.push_back(static_cast<float>(waited));
  sample_.queue = std::max(sample_.queue, waited);
  sample_.sent += static_cast<double>(bytes);
  if (padding) sample_.padding += static_cast<double>(bytes);
  ++sample_packets_;
  if (outcome.arrives) {
    flights_.push_back({*outcome.arrives, sequence, bytes});
  } else {
    sample_.lost += 1;
  }
}

void Session::receive() {
  while (!flights_.empty() && flights_.front().at <= now_) {
    const Flight flight = flights_.front();
    flights_.pop_front();
    sample_.received += static_cast<double>(flight.bytes);
    feedback_.handle_packet(flight.sequence, 2, flight.at + std::chrono::hours(5));  // another clock
  }
  while (const auto message = feedback_.poll_feedback(now_ + std::chrono::hours(5))) {
    Message sent;
    rtp::write_rtcp(*message, sent.bytes);
    if (const auto outcome = up_.send(sent.bytes.size(), now_); outcome.arrives) {
      sent.at = *outcome.arrives;
      messages_.push_back(std::move(sent));
    }
  }
  while (!messages_.empty() && messages_.front().at <= now_) {
    const rtp::RtcpCompound compound = rtp::parse_rtcp(messages_.front().bytes);
    for (const rtp::RtcpPacket& packet : compound.packets) {
      if (const auto* message = std::get_if<rtp::TransportFeedback>(&packet)) estimate_.on_feedback(*message, now_);
    }
    messages_.pop_front();
  }
}

void Session::take_sample() {
  sample_.estimate += static_cast<double>(target_);
  ++sample_ticks_;
  if (!every(now_ + kStep, kSampleInterval)) return;
  const double to_rate = 8 / std::chrono::duration<double>(kSampleInterval).count();
  sample_.at = now_;
  sample_.link = down_.rate(now_);
  sample_.estimate /= static_cast<double>(sample_ticks_);
  sample_.sent *= to_rate;
  sample_.received *= to_rate;
  sample_.padding *= to_rate;
  sample_.lost /= std::max(1.0, static_cast<double>(sample_packets_));
  sample_.layer = layer_;
  if (competing_) {
    sample_.competing = static_cast<double>(competing_->delivered() - competing_before_) * to_rate;
    competing_before_ = competing_->delivered();
  }
  record_.samples.push_back(sample_);
  sample_ = {};
  sample_ticks_ = 0;
  sample_packets_ = 0;
}

}  // namespace plenary::sim
