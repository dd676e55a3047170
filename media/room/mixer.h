// Remote speakers into the return and, with `mix = "server"`, into the floor: 20 ms of sound and 30 pictures a second
// by the clock, whether somebody speaks or not. The mix itself is plain arithmetic on frames (sound_mix, picture_mix),
// so that "the return carries their first sound" is exactly known.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "media/room/level.h"
#include "media/room/picture_mix.h"
#include "media/room/sound_mix.h"

namespace plenary::room {

class Mixer {
 public:
  // A speaker on air of whom no sound comes for this long counts as on air with their picture.
  static constexpr Duration kSoundless = std::chrono::milliseconds(400);
  // A picture older than this is not shown: the speaker's camera is off or the way is cut.
  static constexpr Duration kPictureLife = std::chrono::seconds(2);

  // Called from the mixer's thread, without its lock.
  struct Outputs {
    std::function<void(const SoundFrame&, double db)> return_sound;
    std::function<bool()> return_picture_wanted;
    std::function<void(const Picture&)> return_picture;
    std::function<void(const SoundFrame&, double db)> floor_sound;
    std::function<void(const std::string& speaker, const SoundFrame&, double db)> minus_sound;
    std::function<void(const std::string& speaker, std::string_view state)> speaker_state;
  };

  // `floor`: also mix the room with the speakers.
  Mixer(Picture slate, bool floor, Outputs outputs);
  ~Mixer();
  Mixer(const Mixer&) = delete;
  Mixer& operator=(const Mixer&) = delete;

  // Any thread.
  void add_speaker(const std::string& speaker, Mask caption);
  void remove_speaker(const std::string& speaker);
  void set_air(const std::string& speaker, bool on);
  void set_muted(const std::string& speaker, bool muted);
  void push_room_sound(const SoundFrame& frame);
  void push_sound(const std::string& speaker, Instant captured, SoundValues values);
  void push_picture(const std::string& speaker, const Picture& picture);
  [[nodiscard]] Picture lay_in(const Picture& room) const;  // the programme's picture
  [[nodiscard]] Picture return_picture(Instant now) const;
  double take_return_level();
  // 20 ms each, left out because the machine did not give the thread its turn. Any thread.
  [[nodiscard]] std::uint64_t ticks_left_out() const { return ticks_left_out_; }
  std::map<std::string, double> take_speaker_levels();

 private:
  struct Speaker {
    MixInput input;
    LevelMeter meter;
    std::optional<Picture> picture;
    Mask caption;
    bool on = false;
    bool muted = false;
    bool announced = false;     // on_air was reported
    bool announce_off = false;  // off_air is due with the next mix
    Instant air_since{};
    std::optional<SoundFrame> frame;  // of this tick
  };
  struct Told {
    std::string speaker;
    std::string_view state;
  };
  struct Mixed {
    std::string speaker;  // empty: the return
    SoundFrame frame;
  };

  void run();
  void mix_sound(Instant now);
  void mix_picture(Instant now);
  std::optional<SoundFrame> take_speakers(Instant now, std::vector<Told>& told);
  std::vector<Mixed> mix_floor(Instant now);
  [[nodiscard]] std::vector<Tile> tiles(Instant now) const;

  const Picture slate_;
  const bool floor_;
  const Outputs outputs_;
  mutable std::mutex mutex_;
  std::map<std::string, Speaker> speakers_;  // guarded by mutex_
  MixInput room_;                            // guarded by mutex_
  LevelMeter return_meter_;                  // guarded by mutex_
  std::optional<Instant> floor_captured_;    // of the next floor frame; mixer's thread
  std::atomic<std::uint64_t> ticks_left_out_{0};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace plenary::room
