// Logs of the room process: one JSON object a line on stderr; the server puts them into its own log.
#pragma once

namespace plenary::room {

// Call once before threads start. GLib's warnings come along, so that every line is JSON.
void log_as_json();

}  // namespace plenary::room
