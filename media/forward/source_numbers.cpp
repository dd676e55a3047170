#include "media/forward/source_numbers.h"

#include <algorithm>

namespace plenary::forward {

void SourceNumbers::restart() {
  unwrapper_ = rtp::SequenceUnwrapper();
  count_ = 0;
}

std::optional<std::uint64_t> SourceNumbers::number(std::uint16_t sequence, bool padding_only, std::uint64_t next) {
  const std::uint64_t extended = unwrapper_.unwrap(sequence);
  if (count_ == 0 || extended > newest_ + kMaxSourceStep) {
    if (padding_only) return std::nullopt;
    count_ = 0;
    begin_segment(extended, next - extended);
    newest_ = extended;
    return next;
  }
  if (extended <= newest_) return padding_only ? std::nullopt : late_number(extended);
  newest_ = extended;
  const std::uint64_t offset = segments_[count_ - 1].offset;
  if (!padding_only) return extended + offset;
  // Of a burst nothing has a number: it is one step.
  if (segments_[count_ - 1].first == extended) --count_;
  begin_segment(extended + 1, offset - 1);
  return std::nullopt;
}

void SourceNumbers::begin_segment(std::uint64_t extended, std::uint64_t offset) {
  if (count_ == kMaxSegments) {
    std::rotate(segments_.begin(), segments_.begin() + 1, segments_.end());
    --count_;
  }
  segments_[count_++] = {.first = extended, .offset = offset};
}

std::optional<std::uint64_t> SourceNumbers::late_number(std::uint64_t extended) const {
  if (newest_ - extended > kMaxSourceStep) return std::nullopt;
  for (std::size_t i = count_; i-- > 0;) {
    if (extended >= segments_[i].first) return extended + segments_[i].offset;
  }
  return std::nullopt;
}

}  // namespace plenary::forward
