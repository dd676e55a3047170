// What reaches us of a speaker's voice, judged as an interpreter needs it: level, noise between the words, clipping,
// and the band that the voice fills. Measured before they speak, so that a telephone-band microphone is changed in
// time. Pure; one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "media/room/spectrum.h"

namespace plenary::room {

// ---- how it is measured ----

// Some sentences: the long-term spectrum of speech settles within about ten seconds.
constexpr Duration kSpeechWindow = std::chrono::seconds(10);
// Less says more about the words than about the microphone.
constexpr Duration kLeastSpeech = std::chrono::seconds(2);
// Speech comes in phrases; what begins less often (a fan, a tone) is not taken for it.
constexpr std::size_t kLeastOnsets = 3;
constexpr double kFaintestSpeechDb = -60;  // dBFS of the loud syllables: beneath it nobody speaks, or nobody would hear
// The loud syllables above the noise. Speech spans 30 dB (IEC 60268-16), steady noise less than one.
constexpr double kLeastSpeechRangeDb = 9;
// Below the loud syllables, and above the noise: belongs to the speech. ITU-T P.56 takes 16 dB below its mean level.
constexpr double kActiveBelowPeakDb = 20;
constexpr double kActiveAboveNoiseDb = 6;
constexpr double kNoiseShare = 0.05;  // the quietest blocks: even fast readers pause more often
constexpr double kLoudShare = 0.05;   // the loudest: a door that falls shut does not count
constexpr double kQuietestDb = -96;   // the quantisation of 16 bits
constexpr int kFullScale = 32'113;    // −0.18 dBFS: a decoder does not give back a flat top as flat as it was
// A band carries the voice when it is at most so far below the strongest one: of a full-band voice 16 kHz lies 21 dB
// below (Byrne et al. 1994, the average of twelve languages), of a telephone's stop band more than 50 dB.
constexpr double kBandDepthDb = 40;
constexpr double kLowBandDepthDb = 20;   // downwards a voice fades less: 125 Hz lies 5 dB below (ibid.)
constexpr double kBandAboveNoiseDb = 3;  // so that hiss does not pass for voice

// ---- what is wrong: first the limit beyond which it is said, then the one that takes it back ----

// Hz, upper edge. ISO 20109 and ISO 24019 ask for 125 Hz to 15 kHz. Speech above 10 kHz is too rare to insist on, but
// telephony ends well below: at 3.4 kHz (G.711), 7 kHz (G.722) or 8 kHz (Bluetooth's mSBC).
// The lower edge is told and not judged: a high voice has nothing below its 200 to 300 Hz, whatever the microphone could.
constexpr double kTelephoneBelowHz = 9'000;
constexpr double kWideAboveHz = 10'000;
// Share of the samples of speech at full scale. A single hit peak is not heard, one in a thousand crackles.
constexpr double kClippingAbove = 0.001;
constexpr double kCleanBelow = 0.0002;
// dB of speech over noise. Above 15 dB noise takes nothing from intelligibility (IEC 60268-16); whoever listens and
// speaks at once needs some more.
constexpr double kNoisyBelowDb = 20;
constexpr double kQuietAboveDb = 23;
// dBFS of speech. ITU-T P.800 puts it at −26, measured as P.56 says; 14 dB less is beyond what a fader gives.
constexpr double kTooQuietBelowDb = -40;
constexpr double kLoudAboveDb = -37;

enum class SoundProblem : std::uint8_t { telephone_band, clipping, noisy, too_quiet };
std::string_view to_text(SoundProblem problem);

struct SpeechQuality {
  double level_db = 0;  // of the speech, dBFS
  double noise_db = 0;  // of the quietest parts, dBFS
  double clipped = 0;   // share of its samples at full scale
  double low_hz = 0;    // the band that it fills
  double high_hz = 0;
  std::vector<SoundProblem> problems;  // in their order
};

class SpeechMeter {
 public:
  // 48 kHz, mono, any number of samples.
  void add(std::span<const std::int16_t> samples);
  // Of the last ten seconds. Nothing until somebody has spoken for two; while they are silent, as before.
  std::optional<SpeechQuality> measure();

 private:
  struct Block {
    double db = 0;
    float power = 0;
    std::uint32_t clipped = 0;  // samples
    BandPowers bands{};
  };
  struct Parts {
    double noise_db = 0;
    double active_from_db = 0;
  };

  void add_block();
  [[nodiscard]] std::optional<Parts> find_speech() const;
  [[nodiscard]] SpeechQuality measure_speech(const Parts& parts) const;
  void judge(SpeechQuality& quality);
  void set(SoundProblem problem, bool begins, bool ends);
  [[nodiscard]] bool has(SoundProblem problem) const { return (problems_ >> static_cast<unsigned>(problem) & 1U) != 0; }

  Spectrum spectrum_;
  std::array<float, kSpectrumBlock> pending_{};
  std::size_t pending_size_ = 0;
  std::uint32_t pending_clipped_ = 0;
  std::deque<Block> blocks_;  // of kSpeechWindow, oldest first
  std::optional<SpeechQuality> last_;
  unsigned problems_ = 0;  // bits of those said now
};

}  // namespace plenary::room
