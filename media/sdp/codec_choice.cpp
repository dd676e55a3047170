#include "media/sdp/codec_choice.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "media/sdp/h264_profile.h"
#include "media/sdp/text.h"

namespace plenary::sdp {
namespace {

constexpr std::size_t kMaxOneByteMid = 16;  // RFC 8285 §4.2: the one-byte form carries up to 16 bytes
constexpr std::uint16_t kMaxOneByteId = 14;

// RFC 5761 §4: with rtcp-mux these, with the marker bit, look like RTCP.
bool confusable_with_rtcp(std::uint8_t payload_type) { return payload_type >= 64 && payload_type <= 95; }

bool is_codec(const Format& format, std::string_view encoding, std::uint32_t clock_rate) {
  return equal_ignoring_case(format.encoding, encoding) && format.clock_rate == clock_rate &&
         !confusable_with_rtcp(format.payload_type);
}
bool is_set(std::string_view parameters, std::string_view name) { return parameter(parameters, name) == "1"; }

// Payload type to the RTX that repairs it; 0 (PCMU by definition, never RTX) stands for none.
using RepairTypes = std::array<std::uint8_t, kMaxPayloadType + 1>;
RepairTypes repair_types(const Section& section) {
  RepairTypes repair{};
  for (const Format& format : section.formats) {
    if (!equal_ignoring_case(format.encoding, "rtx") || confusable_with_rtcp(format.payload_type)) continue;
    const auto repaired = parse_number<std::uint8_t>(parameter(format.parameters, "apt").value_or(""));
    if (repaired && *repaired <= kMaxPayloadType && repair[*repaired] == 0) repair[*repaired] = format.payload_type;
  }
  return repair;
}

ChosenCodec choose(const Format& format, Codec codec, const RepairTypes& repair) {
  ChosenCodec chosen;
  chosen.choice = {.codec = codec,
                   .payload_type = format.payload_type,
                   .rtx_payload_type = {},
                   .red_payload_type = {},
                   .profile_level_id = {},
                   .nack = format.feedback.nack,
                   .pli = format.feedback.pli,
                   .fir = format.feedback.fir,
                   .remb = format.feedback.remb,
                   .transport_cc = format.feedback.transport_cc};
  if (repair[format.payload_type] != 0) chosen.choice.rtx_payload_type = repair[format.payload_type];
  chosen.channels = format.channels;
  return chosen;
}

// RFC 2198 §5: "111/111" are the payload types of the generations; we send all with one.
void add_redundancy(std::vector<ChosenCodec>& chosen, const Section& section) {
  for (const Format& format : section.formats) {
    if (!is_codec(format, "red", clock_rate(Codec::opus))) continue;
    std::string_view rest = format.parameters;
    const auto type = parse_number<std::uint8_t>(trimmed(take_until(rest, '/')));
    const auto same = std::ranges::find_if(chosen, [&](const ChosenCodec& codec) {
      return codec.choice.codec == Codec::opus && codec.choice.payload_type == type;
    });
    if (same != chosen.end() && !same->choice.red_payload_type) same->choice.red_payload_type = format.payload_type;
  }
}

void add_parameter(std::string& parameters, std::string_view name, std::string_view value) {
  if (!parameters.empty()) parameters += ';';
  parameters.append(name).append("=").append(value);
}

// RFC 7587 §6.1; the second channel of the rtpmap is obligatory there, some senders forget it.
std::optional<ChosenCodec> choose_opus(const Format& format, const RepairTypes& repair) {
  if (!is_codec(format, "opus", clock_rate(Codec::opus)) || format.channels > 2) return std::nullopt;
  ChosenCodec chosen = choose(format, Codec::opus, repair);
  chosen.channels = 2;
  if (parameter(format.parameters, "minptime") == "10") add_parameter(chosen.parameters, "minptime", "10");
  for (const std::string_view name : {"useinbandfec", "stereo", "sprop-stereo"}) {
    if (is_set(format.parameters, name)) add_parameter(chosen.parameters, name, "1");
  }
  return chosen;
}

std::optional<ChosenCodec> choose_vp8(const Format& format, const RepairTypes& repair) {
  if (!is_codec(format, "VP8", clock_rate(Codec::vp8))) return std::nullopt;
  return choose(format, Codec::vp8, repair);
}

// RFC 9628 §6, and the registration of video/AV1: profile 0, which is also what no parameter means, is what every
// decoder has. The others are answered as offered: browsers compare them.
std::optional<ChosenCodec> choose_main_profile(const Format& format, const RepairTypes& repair, std::string_view name,
                                               Codec codec, std::initializer_list<std::string_view> parameters) {
  if (!is_codec(format, name, clock_rate(codec))) return std::nullopt;
  const std::string_view profile = *parameters.begin();
  if (parameter(format.parameters, profile).value_or("0") != "0") return std::nullopt;
  ChosenCodec chosen = choose(format, codec, repair);
  for (const std::string_view key : parameters) {
    const auto value = parameter(format.parameters, key);
    if (value && parse_number<std::uint8_t>(*value)) add_parameter(chosen.parameters, key, *value);
  }
  return chosen;
}
std::optional<ChosenCodec> choose_vp9(const Format& format, const RepairTypes& repair) {
  return choose_main_profile(format, repair, "VP9", Codec::vp9, {"profile-id"});
}
std::optional<ChosenCodec> choose_av1(const Format& format, const RepairTypes& repair) {
  return choose_main_profile(format, repair, "AV1", Codec::av1, {"profile", "level-idx", "tier"});
}
// The first in the order of the offer, which is the other side's preference; nothing where there is neither.
std::optional<ChosenCodec> first_of_vp9_and_av1(const Section& section, const RepairTypes& repair) {
  for (const Format& format : section.formats) {
    if (auto vp9 = choose_vp9(format, repair)) return vp9;
    if (auto av1 = choose_av1(format, repair)) return av1;
  }
  return std::nullopt;
}

// An H.264 payload type that could be answered, and how well it fits.
struct H264Fit {
  const Format* format = nullptr;
  H264ProfileLevel answered;
  bool asymmetric = false;
  bool names_mode = true;    // packetization-mode=1 is written
  bool level_enough = true;  // of what the other side says it takes
  bool same_profile = false;
};

std::optional<H264Fit> fit_h264(const Format& format, const H264ProfileLevel& ours) {
  if (!is_codec(format, "H264", clock_rate(Codec::h264))) return std::nullopt;
  const auto mode = parameter(format.parameters, "packetization-mode");
  if (mode && *mode != "1") return std::nullopt;
  H264Fit fit{.format = &format, .answered = ours, .names_mode = mode.has_value(), .same_profile = true};
  fit.asymmetric = is_set(format.parameters, "level-asymmetry-allowed");
  // RFC 6184 §8.1 takes Baseline level 1 where nothing is said; who says nothing means that he takes what comes.
  const auto named = parameter(format.parameters, "profile-level-id");
  if (!named) return fit;
  const auto offered = parse_profile_level_id(*named);
  if (!offered) return std::nullopt;
  // RFC 6184 §8.2.2: the profile is answered as offered; the level as well, unless both sides allow asymmetry.
  fit.answered = *offered;
  fit.level_enough = offered->level_idc >= ours.level_idc;
  fit.same_profile = offered->profile == ours.profile;
  fit.answered.level_idc = fit.asymmetric ? ours.level_idc : std::min(offered->level_idc, ours.level_idc);
  return fit;
}

ChosenCodec choose_h264(const H264Fit& fit, const RepairTypes& repair) {
  ChosenCodec chosen = choose(*fit.format, Codec::h264, repair);
  chosen.choice.profile_level_id = fit.answered.text();
  if (fit.asymmetric) add_parameter(chosen.parameters, "level-asymmetry-allowed", "1");
  add_parameter(chosen.parameters, "packetization-mode", "1");
  add_parameter(chosen.parameters, "profile-level-id", chosen.choice.profile_level_id);
  return chosen;
}

// Drops those without `quality` where others have it: a preference, not a condition.
void prefer(std::vector<H264Fit>& fits, bool H264Fit::* quality) {
  if (!std::ranges::any_of(fits, quality)) return;
  std::erase_if(fits, [quality](const H264Fit& fit) { return !(fit.*quality); });
}

std::vector<H264Fit> fits_h264(const Section& section, std::string_view profile_level_id) {
  std::vector<H264Fit> fits;
  const auto ours = parse_profile_level_id(profile_level_id);
  if (!ours) return fits;
  for (const Format& format : section.formats) {
    if (const auto fit = fit_h264(format, *ours)) fits.push_back(*fit);
  }
  // Without the parameter mode 0 is meant; GStreamer's receivers leave it out and take mode 1 all the same.
  prefer(fits, &H264Fit::names_mode);
  return fits;
}

template <class Choose>
void append_all(std::vector<ChosenCodec>& chosen, const Section& section, const RepairTypes& repair,
                Choose choose_one) {
  for (const Format& format : section.formats) {
    if (auto codec = choose_one(format, repair)) chosen.push_back(*std::move(codec));
  }
}

}  // namespace

std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name) {
  while (!parameters.empty()) {
    std::string_view value = take_until(parameters, ';');
    const std::string_view key = trimmed(take_until(value, '='));
    if (equal_ignoring_case(key, name)) return trimmed(value);
  }
  return std::nullopt;
}

std::vector<ChosenCodec> choose_for_viewer(const Section& section, MediaKind kind,
                                           std::string_view h264_profile_level_id) {
  const RepairTypes repair = repair_types(section);
  std::vector<ChosenCodec> chosen;
  if (kind == MediaKind::audio) {
    append_all(chosen, section, repair, choose_opus);
    add_redundancy(chosen, section);
  } else if (const auto ours = parse_profile_level_id(h264_profile_level_id)) {
    std::vector<H264Fit> fits = fits_h264(section, h264_profile_level_id);
    std::erase_if(fits, [&](const H264Fit& fit) { return !can_decode(fit.answered.profile, ours->profile); });
    prefer(fits, &H264Fit::level_enough);
    for (const bool same_profile : {true, false}) {
      for (const H264Fit& fit : fits) {
        if (fit.same_profile == same_profile) chosen.push_back(choose_h264(fit, repair));
      }
    }
    append_all(chosen, section, repair, choose_vp8);
    // Speakers may send these, the room's own picture never comes in them.
    if (!chosen.empty()) {
      append_all(chosen, section, repair, choose_vp9);
      append_all(chosen, section, repair, choose_av1);
    }
  }
  // We repair by RTX only; a NACK that nobody answers is not promised.
  for (ChosenCodec& codec : chosen) {
    if (!codec.choice.nack) codec.choice.rtx_payload_type.reset();
    codec.choice.nack = codec.choice.rtx_payload_type.has_value();
  }
  return chosen;
}

std::vector<ChosenCodec> choose_for_speaker(const Section& section, MediaKind kind,
                                            std::string_view h264_profile_level_id) {
  const RepairTypes repair = repair_types(section);
  std::vector<ChosenCodec> chosen;
  if (kind == MediaKind::audio) {
    append_all(chosen, section, repair, choose_opus);
    return chosen;
  }
  std::vector<H264Fit> fits = fits_h264(section, h264_profile_level_id);
  const auto take = [&](H264Profile profile) {
    for (const H264Fit& fit : fits) {
      if (fit.answered.profile == profile) chosen.push_back(choose_h264(fit, repair));
    }
  };
  take(H264Profile::constrained_baseline);
  // What encoders call Baseline uses nothing that a constrained decoder lacks.
  if (chosen.empty()) take(H264Profile::baseline);
  append_all(chosen, section, repair, choose_vp8);
  for (const H264Profile profile : {H264Profile::main, H264Profile::constrained_high, H264Profile::high}) {
    if (chosen.empty()) take(profile);
  }
  if (chosen.empty()) {
    if (auto only = first_of_vp9_and_av1(section, repair)) chosen.push_back(*std::move(only));
  }
  return chosen;
}

std::vector<ChosenCodec> known_codecs(const Section& section, MediaKind kind) {
  const RepairTypes repair = repair_types(section);
  std::vector<ChosenCodec> known;
  for (const Format& format : section.formats) {
    if (kind == MediaKind::audio) {
      if (auto opus = choose_opus(format, repair)) known.push_back(*std::move(opus));
    } else if (is_codec(format, "H264", clock_rate(Codec::h264))) {
      ChosenCodec h264 = choose(format, Codec::h264, repair);
      for (const char digit : parameter(format.parameters, "profile-level-id").value_or("")) {
        h264.choice.profile_level_id += lower(digit);
      }
      known.push_back(std::move(h264));
    } else if (auto vp8 = choose_vp8(format, repair)) {
      known.push_back(*std::move(vp8));
    } else if (auto vp9 = choose_vp9(format, repair)) {
      known.push_back(*std::move(vp9));
    } else if (auto av1 = choose_av1(format, repair)) {
      known.push_back(*std::move(av1));
    }
  }
  if (kind == MediaKind::audio) add_redundancy(known, section);
  return known;
}

const std::vector<ExtensionName>& known_extensions() {
  static const std::vector<ExtensionName> known = {
      {"urn:ietf:params:rtp-hdrext:sdes:mid", &ExtensionIds::mid},
      {"urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", &ExtensionIds::rid},
      {"urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", &ExtensionIds::repaired_rid},
      {"urn:ietf:params:rtp-hdrext:ssrc-audio-level", &ExtensionIds::audio_level},
      {"http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", &ExtensionIds::abs_send_time},
      {"http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", &ExtensionIds::transport_cc},
      {"https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
       &ExtensionIds::dependency_descriptor},
  };
  return known;
}

ExtensionIds choose_extensions(const Section& section, const Description& description) {
  ExtensionIds ids;
  // RFC 8285 §6: the attribute stands at the session or in the sections, never at both.
  const auto& list = section.extensions.empty() ? description.extensions : section.extensions;
  for (const ExtensionMap& map : list) {
    if (map.id > kMaxOneByteId || !map.both_ways) continue;
    const auto known = std::ranges::find(known_extensions(), map.uri, &ExtensionName::uri);
    if (known != known_extensions().end() && ids.*(known->id) == 0) {
      ids.*(known->id) = static_cast<std::uint8_t>(map.id);
    }
  }
  if (section.mid.size() > kMaxOneByteMid) ids.mid = 0;
  // With a structure it is longer than the one-byte form allows.
  if (!section.mixed_extensions && !description.mixed_extensions) ids.dependency_descriptor = 0;
  return ids;
}

}  // namespace plenary::sdp
