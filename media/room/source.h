// One contribution into the room. Every kind runs in threads of its own and hands decoded pictures and sound to its
// sink; a failure ends nothing but itself.
#pragma once

#include <memory>
#include <string>

#include "media/room/command.h"
#include "media/room/picture.h"
#include "media/room/reporter.h"
#include "media/room/sound.h"
#include "media/room/video_encoder.h"

namespace plenary::room {

// What sources deliver to. Called from their threads, for one source never at the same time for the same kind.
class SourceSink {
 public:
  virtual ~SourceSink() = default;
  // `passing`: the same picture is passed through; this one is for previews and for what else is encoded from it.
  virtual void on_picture(const std::string& source, const Picture& picture, bool passing) = 0;
  // An access unit of the source's own H.264 that suits as it is.
  virtual void on_access_unit(const std::string& source, const AccessUnit& unit) = 0;
  virtual void on_sound(const std::string& source, int track, Instant captured, SoundValues values) = 0;
  virtual void on_status(const std::string& source, const SourceStatus& status) = 0;
  // Does anybody need every decoded picture, though the source is passed through?
  virtual bool wants_pictures(const std::string& source) = 0;
};

class Source {
 public:
  virtual ~Source() = default;
};

struct SourceSettings {
  SourceConfig config;
  std::string title;  // of the room, for test pictures
  int tracks = 1;     // audio tracks that the map names
  bool shows = true;  // every picture is needed, not only key frames for the preview
  bool may_pass_through = false;
};

// Errors: `url` (unknown scheme or a part that cannot be read).
Result<std::unique_ptr<Source>> make_source(SourceSettings settings, SourceSink& sink);

}  // namespace plenary::room
