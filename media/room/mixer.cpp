#include "media/room/mixer.h"

#include <algorithm>
#include <utility>

#include "media/room/clock.h"

namespace plenary::room {
namespace {

// Ticks missed while the machine slept are left out rather than made up for.
constexpr Duration kMostLate = std::chrono::milliseconds(200);

}  // namespace

Mixer::Mixer(Picture slate, bool floor, Outputs outputs)
    : slate_(std::move(slate)), floor_(floor), outputs_(std::move(outputs)), thread_([this] { run(); }) {}

Mixer::~Mixer() {
  ending_ = true;
  thread_.join();
}

void Mixer::add_speaker(const std::string& speaker, Mask caption) {
  const std::lock_guard lock(mutex_);
  Speaker& entry = speakers_[speaker];
  entry.caption = std::move(caption);
}

void Mixer::remove_speaker(const std::string& speaker) {
  bool was_announced = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = speakers_.find(speaker);
    if (found == speakers_.end()) return;
    was_announced = found->second.announced;
    speakers_.erase(found);
  }
  if (was_announced) outputs_.speaker_state(speaker, "off_air");
}

void Mixer::set_air(const std::string& speaker, bool on) {
  const std::lock_guard lock(mutex_);
  const auto found = speakers_.find(speaker);
  if (found == speakers_.end() || found->second.on == on) return;
  found->second.on = on;
  found->second.announce_off = !on;
  found->second.announced = on ? false : found->second.announced;
  found->second.air_since = monotonic_now();
}

void Mixer::set_muted(const std::string& speaker, bool muted) {
  const std::lock_guard lock(mutex_);
  const auto found = speakers_.find(speaker);
  if (found != speakers_.end()) found->second.muted = muted;
}

void Mixer::push_room_sound(const SoundFrame& frame) {
  const std::lock_guard lock(mutex_);
  room_.add(frame.captured, frame.values);
}

void Mixer::push_sound(const std::string& speaker, Instant captured, SoundValues values) {
  const std::lock_guard lock(mutex_);
  const auto found = speakers_.find(speaker);
  if (found != speakers_.end()) found->second.input.add(captured, values);
}

void Mixer::push_picture(const std::string& speaker, const Picture& picture) {
  const std::lock_guard lock(mutex_);
  const auto found = speakers_.find(speaker);
  if (found != speakers_.end()) found->second.picture = picture;
}

std::vector<Tile> Mixer::tiles(Instant now) const {
  std::vector<Tile> shown;
  for (const auto& [id, speaker] : speakers_) {
    if (!speaker.on || shown.size() >= kMaxTiles) continue;
    Tile tile;
    if (speaker.picture && now - speaker.picture->captured < kPictureLife) tile.picture = *speaker.picture;
    if (!speaker.caption.coverage.empty()) tile.caption = &speaker.caption;
    shown.push_back(tile);
  }
  return shown;
}

Picture Mixer::lay_in(const Picture& room) const {
  const std::lock_guard lock(mutex_);
  return compose_programme(room, tiles(monotonic_now()));
}

Picture Mixer::return_picture(Instant now) const {
  const std::lock_guard lock(mutex_);
  return compose_return(slate_, tiles(now), now);
}

double Mixer::take_return_level() {
  const std::lock_guard lock(mutex_);
  return return_meter_.take();
}

std::map<std::string, double> Mixer::take_speaker_levels() {
  const std::lock_guard lock(mutex_);
  std::map<std::string, double> levels;
  for (auto& [id, speaker] : speakers_) levels[id] = speaker.meter.take();
  return levels;
}

// One frame of every speaker; those on air summed. A speaker in standby is drained too, so that the grant finds fresh
// sound and not a queue. Call with mutex_ held.
std::optional<SoundFrame> Mixer::take_speakers(Instant now, std::vector<Told>& told) {
  SoundFrame sum;
  sum.captured = now;
  for (auto& [id, speaker] : speakers_) {
    speaker.frame = speaker.input.take();
    if (speaker.frame) speaker.meter.add(level_db(speaker.frame->values));
    if (speaker.announce_off) {
      speaker.announce_off = false;
      if (speaker.announced) told.push_back({id, "off_air"});
      speaker.announced = false;
    }
    if (!speaker.on || speaker.muted || !speaker.frame) continue;
    mix_into(sum, *speaker.frame);
    if (speaker.announced) continue;
    speaker.announced = true;
    told.push_back({id, "on_air"});
  }
  return sum;
}

// The floor with everybody on air, and for each speaker the same without themselves. Call with mutex_ held.
std::vector<Mixer::Mixed> Mixer::mix_floor(Instant now) {
  const std::optional<SoundFrame> room = room_.take();
  SoundFrame base;
  if (room) base = *room;
  base.discontinuity = false;
  base.captured = room ? room->captured : floor_captured_.value_or(now - 2 * kFrameDuration);
  floor_captured_ = base.captured + kFrameDuration;
  std::vector<Mixed> mixed{{std::string(), base}};
  for (const auto& [id, speaker] : speakers_) mixed.push_back({id, base});
  for (const auto& [id, speaker] : speakers_) {
    if (!speaker.on || speaker.muted || !speaker.frame) continue;
    for (Mixed& mix : mixed) {
      if (mix.speaker != id) mix_into(mix.frame, *speaker.frame);
    }
  }
  return mixed;
}

void Mixer::mix_sound(Instant now) {
  std::vector<Told> told;
  std::vector<Mixed> floors;
  std::optional<SoundFrame> sum;
  double db = kSilenceDb;
  {
    const std::lock_guard lock(mutex_);
    sum = take_speakers(now, told);
    if (floor_) floors = mix_floor(now);
    db = level_db(sum->values);
    return_meter_.add(db);
  }
  outputs_.return_sound(*sum, db);
  for (const Mixed& mix : floors) {
    const double level = level_db(mix.frame.values);
    if (mix.speaker.empty()) outputs_.floor_sound(mix.frame, level);
    if (!mix.speaker.empty()) outputs_.minus_sound(mix.speaker, mix.frame, level);
  }
  // After the mix went out: the red light never precedes the sound.
  for (const Told& tell : told) outputs_.speaker_state(tell.speaker, tell.state);
}

void Mixer::mix_picture(Instant now) {
  if (outputs_.return_picture_wanted()) outputs_.return_picture(return_picture(now));
  std::vector<std::string> seen;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, speaker] : speakers_) {
      const bool picture = speaker.picture && now - speaker.picture->captured < kPictureLife;
      if (!speaker.on || speaker.announced || !picture || now - speaker.air_since < kSoundless) continue;
      speaker.announced = true;
      seen.push_back(id);
    }
  }
  for (const std::string& id : seen) outputs_.speaker_state(id, "on_air");
}

void Mixer::run() {
  Instant next_sound = monotonic_now();
  Instant start = next_sound;
  std::int64_t pictures = 0;
  while (!ending_) {
    const Instant next_picture = start + Duration(pictures * 1'000'000'000LL / kMaxFrameRate);
    const Instant due = std::min(next_sound, next_picture);
    const Duration wait = due - monotonic_now();
    if (wait > Duration{}) std::this_thread::sleep_for(wait);
    if (wait < -kMostLate) {
      ticks_left_out_ += static_cast<std::uint64_t>(-wait / kFrameDuration);
      next_sound = start = monotonic_now();
      pictures = 0;
      continue;
    }
    if (due == next_sound) {
      mix_sound(next_sound);
      next_sound += kFrameDuration;
    } else {
      mix_picture(next_picture);
      ++pictures;
    }
  }
}

}  // namespace plenary::room
