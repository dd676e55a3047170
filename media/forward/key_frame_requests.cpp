#include "media/forward/key_frame_requests.h"

namespace plenary::forward {

void KeyFrameRequests::want(Instant now) {
  if (!wanted_since_) wanted_since_ = now;
}

void KeyFrameRequests::handle_key_frame(Instant now) {
  // Soon after a request: it was the answer, so this source does listen.
  if (!answers_ && asked_at_ && now - *asked_at_ < interval_) answers_ = true;
  wanted_since_.reset();
  asked_since_.reset();
}

void KeyFrameRequests::forget() {
  answers_ = true;
  asked_at_.reset();
  asked_since_.reset();
}

bool KeyFrameRequests::poll(Instant now) {
  const std::optional<Instant> due = next_timeout();
  if (!due || now < *due) return false;
  if (!asked_since_) asked_since_ = now;
  if (now - *asked_since_ >= kKeyFrameUnanswered) answers_ = false;
  asked_at_ = now;
  return true;
}

std::optional<Instant> KeyFrameRequests::next_timeout() const {
  if (!wanted_since_) return std::nullopt;
  if (!asked_at_) return *wanted_since_;
  return *asked_at_ + (answers_ ? interval_ : kKeyFrameIntervalDeaf);
}

}  // namespace plenary::forward
