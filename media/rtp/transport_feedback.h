// The body of a transport-cc message (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1), behind the two SSRCs.
#pragma once

#include <optional>

#include "media/base/bytes.h"
#include "media/rtp/rtcp.h"

namespace plenary::rtp {

constexpr Duration kFeedbackTick = std::chrono::microseconds(250);
constexpr std::int64_t kTicksPerReference = 256;  // the reference time counts 64 ms

// Fills the statuses; nothing when a symbol is the reserved 0b11, a chunk or delta is cut, or the count is above
// kMaxTransportStatuses. Times wrap with the 24-bit reference every 12.4 days; users take differences.
std::optional<TransportFeedback> parse_transport_feedback(Bytes body);

// Appends. Statuses are consecutive sequences. A step between arrivals outside ±8.1 s is clamped;
// TransportFeedbackBuilder begins a new message before that.
void write_transport_feedback(const TransportFeedback& feedback, ByteVector& out);

// The arrival as the message can say it, in ticks.
std::int64_t feedback_ticks(Instant received);

}  // namespace plenary::rtp
