#include "media/room/speech_meter.h"

#include <algorithm>
#include <cmath>

namespace plenary::room {
namespace {

constexpr std::array kProblems = {SoundProblem::telephone_band, SoundProblem::clipping, SoundProblem::noisy,
                                  SoundProblem::too_quiet};
constexpr double kBlockSeconds = static_cast<double>(kSpectrumBlock) / kSampleRate;
constexpr std::size_t kWindowBlocks =
    static_cast<std::size_t>(std::chrono::duration<double>(kSpeechWindow).count() / kBlockSeconds);
constexpr std::size_t kLeastSpeechBlocks =
    static_cast<std::size_t>(std::chrono::duration<double>(kLeastSpeech).count() / kBlockSeconds);
// Where every voice is strong; rumble below and hiss above do not set the measure.
constexpr double kCoreLowHz = 200;
constexpr double kCoreHighHz = 4'000;

double to_db(double power) { return power > 0 ? std::max(10 * std::log10(power), kQuietestDb) : kQuietestDb; }
double from_db(double db) { return std::pow(10.0, db / 10); }

// Adds up the spectra of some blocks.
class MeanBands {
 public:
  void add(const BandPowers& bands) {
    ++count_;
    for (std::size_t i = 0; i < kBands; ++i) sum_[i] += static_cast<double>(bands[i]);
  }
  [[nodiscard]] double at(std::size_t band) const { return count_ == 0 ? 0 : sum_[band] / count_; }

 private:
  std::array<double, kBands> sum_{};
  double count_ = 0;
};

struct Band {
  double low_hz = 0;
  double high_hz = 0;
};

Band carried_band(const MeanBands& speech, const MeanBands& noise) {
  std::size_t strongest = 0;
  for (std::size_t i = 0; i < kBands; ++i) {
    if (kBandEdgesHz[i] < kCoreLowHz || kBandEdgesHz[i + 1] > kCoreHighHz) continue;
    if (speech.at(i) > speech.at(strongest) || kBandEdgesHz[strongest] < kCoreLowHz) strongest = i;
  }
  const auto carries = [&](std::size_t i, double depth_db) {
    return speech.at(i) >= speech.at(strongest) * from_db(-depth_db) &&
           speech.at(i) >= noise.at(i) * from_db(kBandAboveNoiseDb);
  };
  Band band{kBandEdgesHz[strongest], kBandEdgesHz[strongest + 1]};
  for (std::size_t i = strongest; i-- > 0;) {
    if (carries(i, kLowBandDepthDb)) band.low_hz = kBandEdgesHz[i];
  }
  // One band alone is a whistle, not the end of a voice.
  for (std::size_t i = strongest + 1; i < kBands; ++i) {
    if (carries(i - 1, kBandDepthDb) && carries(i, kBandDepthDb)) band.high_hz = kBandEdgesHz[i + 1];
  }
  return band;
}

}  // namespace

std::string_view to_text(SoundProblem problem) {
  switch (problem) {
    case SoundProblem::telephone_band:
      return "telephone_band";
    case SoundProblem::clipping:
      return "clipping";
    case SoundProblem::noisy:
      return "noisy";
    case SoundProblem::too_quiet:
      return "too_quiet";
  }
  return "";
}

void SpeechMeter::add(std::span<const std::int16_t> samples) {
  for (const std::int16_t sample : samples) {
    if (std::abs(int{sample}) >= kFullScale) ++pending_clipped_;
    pending_[pending_size_++] = static_cast<float>(sample) / 32'768.0F;
    if (pending_size_ == kSpectrumBlock) add_block();
  }
}

void SpeechMeter::add_block() {
  double power = 0;
  for (const float value : pending_) power += static_cast<double>(value) * static_cast<double>(value);
  power /= kSpectrumBlock;
  blocks_.push_back({.db = to_db(power),
                     .power = static_cast<float>(power),
                     .clipped = pending_clipped_,
                     .bands = spectrum_.measure(pending_)});
  if (blocks_.size() > kWindowBlocks) blocks_.pop_front();
  pending_size_ = 0;
  pending_clipped_ = 0;
}

std::optional<SpeechMeter::Parts> SpeechMeter::find_speech() const {
  if (blocks_.size() < kLeastSpeechBlocks) return std::nullopt;
  std::vector<double> levels;
  levels.reserve(blocks_.size());
  for (const Block& block : blocks_) levels.push_back(block.db);
  std::sort(levels.begin(), levels.end());
  const auto count = static_cast<double>(levels.size());
  const double noise = levels[static_cast<std::size_t>(count * kNoiseShare)];
  const double loud = levels[static_cast<std::size_t>(count * (1 - kLoudShare))];
  if (loud < kFaintestSpeechDb || loud - noise < kLeastSpeechRangeDb) return std::nullopt;
  const Parts parts{noise, std::max(noise + kActiveAboveNoiseDb, loud - kActiveBelowPeakDb)};
  std::size_t active = 0;
  std::size_t onsets = 0;
  bool before = false;
  for (const Block& block : blocks_) {
    const bool speaks = block.db >= parts.active_from_db;
    active += speaks ? 1 : 0;
    onsets += speaks && !before ? 1 : 0;
    before = speaks;
  }
  if (active < kLeastSpeechBlocks || onsets < kLeastOnsets) return std::nullopt;
  return parts;
}

SpeechQuality SpeechMeter::measure_speech(const Parts& parts) const {
  MeanBands speech;
  MeanBands noise;
  double power = 0;
  double clipped = 0;
  double active = 0;
  for (const Block& block : blocks_) {
    if (block.db <= parts.noise_db) noise.add(block.bands);
    if (block.db < parts.active_from_db) continue;
    speech.add(block.bands);
    power += static_cast<double>(block.power);
    clipped += block.clipped;
    ++active;
  }
  const Band band = carried_band(speech, noise);
  return {.level_db = to_db(power / active),
          .noise_db = parts.noise_db,
          .clipped = clipped / (active * kSpectrumBlock),
          .low_hz = band.low_hz,
          .high_hz = band.high_hz};
}

void SpeechMeter::set(SoundProblem problem, bool begins, bool ends) {
  const unsigned bit = 1U << static_cast<unsigned>(problem);
  if (begins) problems_ |= bit;
  if (ends) problems_ &= ~bit;
}

void SpeechMeter::judge(SpeechQuality& quality) {
  const double over_noise = quality.level_db - quality.noise_db;
  set(SoundProblem::noisy, over_noise < kNoisyBelowDb, over_noise >= kQuietAboveDb);
  // Beneath noise the end of the band cannot be seen; the noise is what is to be said then.
  const bool visible = !has(SoundProblem::noisy);
  set(SoundProblem::telephone_band, visible && quality.high_hz < kTelephoneBelowHz, quality.high_hz >= kWideAboveHz);
  set(SoundProblem::clipping, quality.clipped > kClippingAbove, quality.clipped < kCleanBelow);
  set(SoundProblem::too_quiet, quality.level_db < kTooQuietBelowDb, quality.level_db >= kLoudAboveDb);
  for (const SoundProblem problem : kProblems) {
    if (has(problem)) quality.problems.push_back(problem);
  }
}

std::optional<SpeechQuality> SpeechMeter::measure() {
  const std::optional<Parts> parts = find_speech();
  if (!parts) return last_;
  SpeechQuality quality = measure_speech(*parts);
  judge(quality);
  last_ = std::move(quality);
  return last_;
}

}  // namespace plenary::room
