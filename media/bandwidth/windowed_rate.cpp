#include "media/bandwidth/windowed_rate.h"

#include <algorithm>

namespace plenary::bandwidth {
namespace {

constexpr auto kSteps = static_cast<std::int64_t>(kRateSteps);

std::size_t place(std::int64_t step) { return static_cast<std::size_t>((step % kSteps + kSteps) % kSteps); }

}  // namespace

void WindowedRate::add(Instant at, std::size_t bytes) {
  const std::int64_t step = at.time_since_epoch() / kRateStep;
  if (!head_ || step - *head_ >= kSteps || *head_ - step >= kSteps) {
    bytes_.fill(0);
    first_ = step;
    head_ = step;
  }
  for (; *head_ < step; ++*head_) bytes_[place(*head_ + 1)] = 0;
  bytes_[place(step)] += static_cast<std::uint32_t>(bytes);
}

std::optional<std::uint64_t> WindowedRate::over(Duration window) const {
  if (!head_) return std::nullopt;
  // The head's step is not over yet.
  const std::int64_t steps = std::min({window / kRateStep, *head_ - first_, kSteps - 1});
  if (steps * kRateStep < kRateShortest) return std::nullopt;
  std::uint64_t bytes = 0;
  for (std::int64_t step = *head_ - steps; step < *head_; ++step) bytes += bytes_[place(step)];
  return bytes * 8 * 1'000'000'000 / static_cast<std::uint64_t>((steps * kRateStep).count());
}

}  // namespace plenary::bandwidth
