#include "media/room/test_source.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <numbers>

#include "media/room/clock.h"
#include "media/room/query.h"
#include "media/room/slate.h"

namespace plenary::room {
namespace {

constexpr std::int64_t kFrameRate = 30;
constexpr std::int64_t kPersonFrameRate = 15;  // a dozen of them share a machine with the server
constexpr std::uint32_t kMaxVoice = 1'000'000;
constexpr std::size_t kMaxTones = 32;
constexpr double kQuietestTestDb = -90;
constexpr std::array<Colour, 6> kAccents{
    {{130, 158, 92}, {150, 90, 160}, {140, 100, 110}, {120, 160, 150}, {160, 80, 130}, {110, 120, 180}}};

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::vector<double>> parse_tones(std::string_view text) {
  std::vector<double> tones;
  while (!text.empty() && tones.size() < kMaxTones) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::optional<double> tone = parse_number(text.substr(0, comma));
    if (!tone || *tone < 0 || *tone > kSampleRate / 2.0) return std::nullopt;
    tones.push_back(*tone);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return tones;
}

// Half a second of tone with soft edges, half a second of a tenth of it.
double pulse(std::int64_t sample) {
  const double phase = static_cast<double>(sample % kSampleRate) / kSampleRate;
  const double edge = std::clamp(std::min(phase, 0.5 - phase) * 20, 0.0, 1.0);
  return 0.1 + 0.9 * edge;
}

std::optional<Recording> read_recording(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  return Recording::from_wav(as_bytes(bytes));
}

Colour accent_for(const std::string& title) {
  std::size_t sum = 0;
  for (const char letter : title) sum += static_cast<unsigned char>(letter);
  return kAccents[sum % kAccents.size()];
}

}  // namespace

double demo_tone(int track) {
  constexpr std::array<int, 5> kSteps{0, 2, 4, 7, 9};  // semitones
  const int semitones = kSteps[track % kSteps.size()] + 12 * (track / static_cast<int>(kSteps.size()));
  return 330.0 * std::pow(2.0, semitones / 12.0);
}

std::optional<TestSettings> parse_test_url(const std::string& url) {
  TestSettings test;
  for (const auto& [key, value] : parse_query(url)) {
    if (key == "picture") {
      const std::optional<TestPattern> pattern = parse_test_pattern(value);
      if (!pattern) return std::nullopt;
      test.pattern = *pattern;
    } else if (key == "tone") {
      const std::optional<std::vector<double>> tones = parse_tones(value);
      if (!tones) return std::nullopt;
      test.tones = *tones;
    } else if (key == "voice") {
      const std::optional<double> number = parse_number(value);
      if (!number || *number < 0 || *number > kMaxVoice) return std::nullopt;
      test.voice = static_cast<std::uint32_t>(*number);
    } else if (key == "words") {
      test.words = value;
    } else if (key == "level") {
      const std::optional<double> level = parse_number(value);
      if (!level) return std::nullopt;
      test.level_db = std::clamp(*level, kQuietestTestDb, 0.0);
    }
  }
  return test;
}

TestSource::TestSource(SourceSettings settings, TestSettings test, SourceSink& sink)
    : settings_(std::move(settings)), test_(std::move(test)), sink_(sink) {
  settings_.tracks = std::max<int>(settings_.tracks, static_cast<int>(test_.tones.size()));
  phases_.resize(static_cast<std::size_t>(settings_.tracks));
  if (test_.voice) voice_.emplace(*test_.voice);
  if (test_.voice && !test_.words.empty()) words_ = read_recording(test_.words);
  thread_ = std::thread([this] { run(); });
}

TestSource::~TestSource() {
  ending_ = true;
  thread_.join();
}

void TestSource::make_voice(Instant captured) {
  std::array<std::int16_t, kFrameSamples> mono{};
  const double rms = std::pow(10.0, test_.level_db / 20.0);
  words_ ? words_->fill(mono, rms) : voice_->fill(mono, rms);
  std::array<std::int16_t, kFrameValues> values{};
  for (std::size_t i = 0; i < kFrameSamples; ++i) values[2 * i] = values[2 * i + 1] = mono[i];
  for (int track = 0; track < settings_.tracks; ++track) sink_.on_sound(settings_.config.id, track, captured, values);
}

void TestSource::make_sound(std::int64_t frame, Instant captured) {
  if (voice_) return make_voice(captured);
  const double amplitude = 32767.0 * std::numbers::sqrt2 * std::pow(10.0, test_.level_db / 20.0);
  std::array<std::int16_t, kFrameValues> values{};
  for (int track = 0; track < settings_.tracks; ++track) {
    const bool pulsing = test_.tones.empty();
    const double tone = pulsing ? demo_tone(track) : test_.tones[static_cast<std::size_t>(track) % test_.tones.size()];
    double& phase = phases_[static_cast<std::size_t>(track)];
    for (std::size_t i = 0; i < kFrameSamples; ++i) {
      const double envelope = pulsing ? pulse(frame * static_cast<std::int64_t>(kFrameSamples) +
                                              static_cast<std::int64_t>(i) + track * kSampleRate / 5)
                                      : 1.0;
      const double value = std::clamp(amplitude * envelope * std::sin(phase), -32767.0, 32767.0);
      values[2 * i] = values[2 * i + 1] = static_cast<std::int16_t>(std::lround(value));
      phase += 2 * std::numbers::pi * tone / kSampleRate;
      if (phase > 2 * std::numbers::pi) phase -= 2 * std::numbers::pi;
    }
    sink_.on_sound(settings_.config.id, track, captured, values);
  }
}

void TestSource::run() {
  const bool draws = settings_.config.kind != SourceKind::booth;
  const bool person = test_.pattern == TestPattern::person;
  std::optional<PersonPicture> somebody;
  if (draws && person) somebody.emplace(test_.voice.value_or(0), draw_text(settings_.title, "Sans Bold 34"));
  const TestPicture pattern(test_.pattern, draws && !person ? draw_test_texts(settings_.title) : TestTexts{},
                            accent_for(settings_.title));
  const std::int64_t rate = person ? kPersonFrameRate : kFrameRate;
  SourceStatus status;
  status.state = "live";
  if (draws) status.picture = {"raw", kPictureWidth, kPictureHeight, static_cast<double>(rate), false};
  for (int track = 0; track < settings_.tracks; ++track) status.audio.push_back({track, "raw", 2});
  sink_.on_status(settings_.config.id, status);

  const Instant start = monotonic_now();
  std::int64_t sounds = 0;
  std::int64_t pictures = 0;
  while (!ending_) {
    const Instant next_sound = start + kFrameDuration * sounds;
    const Instant next_picture = start + Duration(pictures * 1'000'000'000LL / rate);
    const Instant due = draws ? std::min(next_sound, next_picture) : next_sound;
    const Duration wait = due - monotonic_now();
    if (wait > Duration{}) std::this_thread::sleep_for(wait);
    if (due == next_sound) {
      make_sound(sounds++, next_sound);
      continue;
    }
    const double mouth = words_ ? words_->mouth() : voice_ ? voice_->mouth() : 0;
    const double seconds = static_cast<double>(pictures) / static_cast<double>(rate);
    const Picture picture = somebody
                                ? somebody->draw(seconds, mouth, next_picture)
                                : pattern.draw(static_cast<std::uint32_t>(pictures), wall_milliseconds(), next_picture);
    sink_.on_picture(settings_.config.id, picture, false);
    ++pictures;
  }
}

}  // namespace plenary::room
