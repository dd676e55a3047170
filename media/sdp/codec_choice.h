// Which of a section's payload types we answer, in which order and with which parameters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "media/sdp/negotiate.h"
#include "media/sdp/sdp_parse.h"

namespace plenary::sdp {

struct ChosenCodec {
  CodecChoice choice;
  std::uint32_t channels = 1;
  std::string parameters;  // of the answer's fmtp; may be empty
};

// One "name=value" of an fmtp line; names ignore case. Nothing when it is not there.
std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name);

// For what we send: all H.264 that decodes a stream of `h264_profile_level_id`, the exact profile first; then VP8;
// beside these VP9 and AV1 of profile 0, in which speakers may come. Opus for audio. Empty when nothing fits.
std::vector<ChosenCodec> choose_for_viewer(const Section& section, MediaKind kind,
                                           std::string_view h264_profile_level_id);
// For what we receive: H.264 that every viewer decodes first, then VP8; other H.264 only when there is nothing else,
// and one of VP9 and AV1 where there is no H.264 or VP8 at all.
std::vector<ChosenCodec> choose_for_speaker(const Section& section, MediaKind kind,
                                            std::string_view h264_profile_level_id);
// All that we know by name, as offered; for reading answers.
std::vector<ChosenCodec> known_codecs(const Section& section, MediaKind kind);

// Extensions whose id fits the one-byte form that we write; a section's own list counts, else the session's.
ExtensionIds choose_extensions(const Section& section, const Description& description);

struct ExtensionName {
  std::string_view uri;
  std::uint8_t ExtensionIds::* id;
};
// In the order in which answers list them.
const std::vector<ExtensionName>& known_extensions();

}  // namespace plenary::sdp
