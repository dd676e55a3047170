#include "media/room/level.h"

#include <algorithm>
#include <cmath>

namespace plenary::room {

double level_db(SoundValues values) {
  if (values.empty()) return kSilenceDb;
  std::int64_t sum = 0;
  for (const std::int16_t value : values) sum += std::int32_t{value} * value;
  if (sum == 0) return kSilenceDb;
  const double mean = static_cast<double>(sum) / static_cast<double>(values.size());
  return std::clamp(10.0 * std::log10(mean / (32768.0 * 32768.0)), kSilenceDb, 0.0);
}

std::uint8_t rfc6464_level(double db) { return static_cast<std::uint8_t>(std::lround(std::clamp(-db, 0.0, 127.0))); }

std::optional<bool> SilenceDetector::add(double db, Duration duration) {
  quiet_for_ = db < kQuietDb ? quiet_for_ + duration : Duration{};
  loud_for_ = db > kLoudDb ? loud_for_ + duration : Duration{};
  std::optional<bool> found;
  if (quiet_for_ >= kSilentAfter) found = true;
  if (loud_for_ >= kBackAfter) found = false;
  if (!found || found == silent_) return std::nullopt;
  silent_ = found;
  return found;
}

}  // namespace plenary::room
