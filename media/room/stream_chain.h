// What stands behind each elementary stream of a source: parser, decoder and the conversion to the room's picture or
// sound, chosen by caps from a fixed list. Nothing else is ever plugged in, whatever the bytes claim to be.
#pragma once

#include <optional>
#include <string>

#include "media/base/media_types.h"
#include "media/room/gst_handle.h"

namespace plenary::room {

struct ChainKind {
  MediaKind kind = MediaKind::audio;
  const char* codec = "";   // for reports: "h264", "aac", …
  std::string description;  // of the bin; elements "parsed" and "decoded" to watch, "out" (appsink)
};

// `caps` as a demultiplexer or rtspsrc gives them; nothing for a stream that is not used. `paced`: the appsink waits
// for each buffer's time (files). `delay_ms`: the compressed stream is held back so long.
std::optional<ChainKind> choose_chain(GstCaps* caps, bool paced, int delay_ms);

}  // namespace plenary::room
