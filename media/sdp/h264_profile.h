// profile-level-id of H.264 (RFC 6184 §8.1): which stream a decoder can take, and what an answer says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plenary::sdp {

enum class H264Profile : std::uint8_t { constrained_baseline, baseline, main, constrained_high, high };

struct H264ProfileLevel {
  H264Profile profile = H264Profile::constrained_baseline;
  std::uint8_t profile_idc = 0x42;
  std::uint8_t constraints = 0xE0;  // constraint_set flags, the first in the highest bit
  std::uint8_t level_idc = 31;      // ten times the level

  // Six lower-case hex digits.
  [[nodiscard]] std::string text() const;
};

// Nothing for what is not six hex digits or a profile that nobody decodes in WebRTC (Extended, 4:2:2, scalable …).
std::optional<H264ProfileLevel> parse_profile_level_id(std::string_view hex);
// Whether whoever offers `decoder` shows a stream of `stream`, whatever the level.
bool can_decode(H264Profile decoder, H264Profile stream);

}  // namespace plenary::sdp
