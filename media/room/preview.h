// JPEG thumbnails for the technician's page.
#pragma once

#include "media/room/gst_handle.h"

namespace plenary::room {

class Preview {
 public:
  Preview();

  // 320×180; empty when encoding is not possible. One thread; takes about a millisecond.
  ByteVector encode(const Picture& picture);

 private:
  Pipeline pipeline_;
  ElementHandle input_;
  ElementHandle sink_;
  GstClockTime last_number_ = 0;  // goes with the picture as its time
  bool ok_ = false;
};

}  // namespace plenary::room
