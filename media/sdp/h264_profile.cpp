#include "media/sdp/h264_profile.h"

#include <array>
#include <charconv>

namespace plenary::sdp {
namespace {

// RFC 6184 table 5: a profile is profile_idc with some constraint flags set and others clear.
struct Pattern {
  H264Profile profile;
  std::uint8_t profile_idc;
  std::uint8_t mask;
  std::uint8_t flags;
};
constexpr std::array<Pattern, 8> kPatterns = {{
    {H264Profile::constrained_baseline, 0x42, 0x4F, 0x40},
    {H264Profile::constrained_baseline, 0x4D, 0x8F, 0x80},
    {H264Profile::constrained_baseline, 0x58, 0xCF, 0xC0},
    {H264Profile::baseline, 0x42, 0x4F, 0x00},
    {H264Profile::baseline, 0x58, 0xCF, 0x80},
    {H264Profile::main, 0x4D, 0xAF, 0x00},
    {H264Profile::high, 0x64, 0xFF, 0x00},
    {H264Profile::constrained_high, 0x64, 0xFF, 0x0C},
}};

}  // namespace

std::string H264ProfileLevel::text() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const std::uint8_t byte : {profile_idc, constraints, level_idc}) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 0x0F];
  }
  return hex;
}

std::optional<H264ProfileLevel> parse_profile_level_id(std::string_view hex) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), number, 16);
  if (hex.size() != 6 || error != std::errc{} || end != hex.data() + hex.size()) return std::nullopt;
  H264ProfileLevel parsed{.profile_idc = static_cast<std::uint8_t>(number >> 16),
                          .constraints = static_cast<std::uint8_t>(number >> 8),
                          .level_idc = static_cast<std::uint8_t>(number)};
  for (const Pattern& pattern : kPatterns) {
    if (parsed.profile_idc != pattern.profile_idc || (parsed.constraints & pattern.mask) != pattern.flags) continue;
    parsed.profile = pattern.profile;
    return parsed;
  }
  return std::nullopt;
}

bool can_decode(H264Profile decoder, H264Profile stream) {
  switch (stream) {
    case H264Profile::constrained_baseline:
      return true;  // a subset of every other
    case H264Profile::baseline:
      return decoder == H264Profile::baseline;
    case H264Profile::main:
      return decoder == H264Profile::main || decoder == H264Profile::high;
    case H264Profile::constrained_high:
      return decoder == H264Profile::constrained_high || decoder == H264Profile::high;
    case H264Profile::high:
      return decoder == H264Profile::high;
  }
  return false;
}

}  // namespace plenary::sdp
