// `test:`: a moving picture and tones, made here. `picture` demo, smpte, counter, black or person; `tone` one frequency
// or several with commas, one a track; without it each track has its own softly pulsing tone. `voice` a number:
// somebody who talks instead of tones; with picture=person it is also who is seen; `words` a WAV file of what they say.
// `level` in dBFS (−20).
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "media/room/person_picture.h"
#include "media/room/recording.h"
#include "media/room/source.h"
#include "media/room/test_picture.h"
#include "media/room/voice.h"

namespace plenary::room {

struct TestSettings {
  TestPattern pattern = TestPattern::demo;
  std::vector<double> tones;  // Hz; empty: pulsing tones
  std::optional<std::uint32_t> voice;
  std::string words;  // a file; empty: none
  double level_db = -20;
};
// `test:` or `test:?key=value&…`; nothing when a value cannot be read.
std::optional<TestSettings> parse_test_url(const std::string& url);

// Frequency of a track's pulsing tone: whole steps of a pentatonic scale, so that any two sound well together.
double demo_tone(int track);

class TestSource final : public Source {
 public:
  TestSource(SourceSettings settings, TestSettings test, SourceSink& sink);
  ~TestSource() override;

 private:
  void run();
  void make_sound(std::int64_t frame, Instant captured);
  void make_voice(Instant captured);

  SourceSettings settings_;
  TestSettings test_;
  SourceSink& sink_;
  std::vector<double> phases_;
  std::optional<Voice> voice_;
  std::optional<Recording> words_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace plenary::room
