// What is drawn once at start: the slate, and the text of test pictures.
#pragma once

#include <optional>
#include <string>

#include "media/room/picture.h"
#include "media/room/test_picture.h"

namespace plenary::room {

// White text as a mask, as wide as the text; empty when it cannot be drawn. `font` as Pango names it: "Sans Bold 40".
Mask draw_text(const std::string& text, const std::string& font);
TestTexts draw_test_texts(const std::string& title);

// The picture file (PNG or JPEG) within 1280×720, or the room's title on a dark background where there is none or it
// cannot be read (`fault` then says why).
Picture make_slate(const std::optional<std::string>& path, const std::string& title, std::string* fault);

// 20 ms of silence, stereo, full band: what an encoder makes of zeros (RFC 6716 §3.1).
constexpr std::uint8_t kOpusSilence[] = {0xfc, 0xff, 0xfe};

}  // namespace plenary::room
