#include "media/rtp/rtcp.h"

namespace plenary::rtp {
namespace {

// Any fixed second will do, receivers only take differences; this one lies in 2023 and leaves 12 years before NTP's
// seconds wrap.
constexpr std::uint64_t kNtpSecondsAtZero = 3'900'000'000;
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

// 2^-32 s to ns, to the nearest.
std::int64_t fraction_to_nanoseconds(std::uint64_t fraction) {
  return static_cast<std::int64_t>((fraction * kNanosecondsPerSecond + (std::uint64_t{1} << 31)) >> 32);
}

}  // namespace

std::uint64_t ntp_time(Instant instant) {
  const std::int64_t nanoseconds = to_nanoseconds(instant);
  const auto seconds = static_cast<std::uint64_t>(nanoseconds / kNanosecondsPerSecond);
  const auto rest = static_cast<std::uint64_t>(nanoseconds % kNanosecondsPerSecond);
  return (kNtpSecondsAtZero + seconds) << 32 | (rest << 32) / kNanosecondsPerSecond;
}

std::int64_t ntp_nanoseconds(std::uint64_t ntp) {
  return static_cast<std::int64_t>(ntp >> 32) * kNanosecondsPerSecond + fraction_to_nanoseconds(ntp & 0xffffffff);
}

Instant instant_of_ntp(std::uint64_t ntp) {
  return instant_from_nanoseconds(ntp_nanoseconds(ntp) -
                                  static_cast<std::int64_t>(kNtpSecondsAtZero) * kNanosecondsPerSecond);
}

}  // namespace plenary::rtp
