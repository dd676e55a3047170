// Events as the journal keeps them: one JSON object each, with a version, readable by later versions.
#pragma once

#include "media/base/result.h"
#include "signaling/meeting/event.h"

namespace plenary::signaling {

constexpr int kEventVersion = 1;

StoredEvent store_event(const Event& event);
// `event_unreadable`: not JSON, a later version, a member missing or of the wrong type.
Result<Event> read_event(const StoredEvent& stored);

}  // namespace plenary::signaling
