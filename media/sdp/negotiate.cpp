#include "media/sdp/negotiate.h"

#include <algorithm>
#include <array>

#include "media/sdp/answer_text.h"
#include "media/sdp/codec_choice.h"
#include "media/sdp/sdp_parse.h"
#include "media/sdp/transport.h"

namespace plenary::sdp {
namespace {

enum class Role : std::uint8_t { viewer, speaker };  // of whoever offers

constexpr std::size_t kMaxSpeakerAudio = 1;
constexpr std::size_t kMaxSpeakerVideo = 1;
constexpr std::size_t kMaxRidBytes = 16;  // RFC 8285 §4.2

Refusal unprocessable(std::string code, std::string message) { return {422, std::move(code), std::move(message)}; }

MediaKind kind_of(const Section& section) { return section.kind == "audio" ? MediaKind::audio : MediaKind::video; }

std::optional<Refusal> check_kinds(const Description& offer, Role role) {
  if (offer.sections.empty()) return Refusal{400, "no_media", "Offer at least one audio or video section."};
  std::size_t audio = 0;
  std::size_t video = 0;
  for (const Section& section : offer.sections) {
    if (section.kind == "application") {
      return unprocessable("data_channel", "Offer audio and video only, without a data channel.");
    }
    if (section.kind != "audio" && section.kind != "video") {
      return unprocessable("media_kind", "Offer audio and video only.");
    }
    ++(section.kind == "audio" ? audio : video);
  }
  if (role == Role::viewer && (audio > kMaxViewerAudioSlots || video > kMaxViewerVideoSlots)) {
    return unprocessable("too_many_slots", "Offer at most two audio and four video sections.");
  }
  if (role == Role::speaker && (audio > kMaxSpeakerAudio || video > kMaxSpeakerVideo)) {
    return unprocessable("too_many_tracks", "Offer at most one audio and one video track.");
  }
  return std::nullopt;
}

bool serves_protocol(std::string_view protocol) {
  // RFC 8829 §5.1.2: older names mean the same as soon as there is a fingerprint, which is required below.
  constexpr std::array<std::string_view, 3> kServed = {"UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVPF"};
  return std::ranges::find(kServed, protocol) != kServed.end();
}

std::optional<Refusal> check_section(const Description& offer, const Section& section, Role role) {
  if (!serves_protocol(section.protocol)) return unprocessable("protocol", "Offer UDP/TLS/RTP/SAVPF.");
  if (offer.sdes_keys || section.sdes_keys) return unprocessable("sdes", "Offer DTLS-SRTP, without a=crypto.");
  if (section.port == 0 && !section.bundle_only) {
    return unprocessable("disabled_section", "Leave out media sections that are not used.");
  }
  if (section.mid.empty()) return Refusal{400, "no_mid", "Give every media section a mid."};
  // RFC 9143 §7.2.1: a bundle-only section need not repeat it.
  if (!section.rtcp_mux && !section.bundle_only) return unprocessable("no_rtcp_mux", "Offer a=rtcp-mux.");
  const Direction direction = section.direction.value_or(offer.direction.value_or(Direction::sendrecv));
  if (role == Role::viewer && direction != Direction::recvonly && direction != Direction::sendrecv) {
    return unprocessable("direction", "Offer to receive: recvonly.");
  }
  if (role == Role::speaker && direction != Direction::sendonly && direction != Direction::sendrecv) {
    return unprocessable("direction", "Offer to send: sendonly.");
  }
  return std::nullopt;
}

std::optional<Refusal> check_bundle(const Description& offer) {
  // A single section is its own bundle.
  if (offer.bundle.empty() && offer.sections.size() == 1) return std::nullopt;
  const auto has = [&](const Section& section) {
    return std::ranges::find(offer.bundle, section.mid) != offer.bundle.end();
  };
  if (offer.bundle.size() == offer.sections.size() && std::ranges::all_of(offer.sections, has)) return std::nullopt;
  return unprocessable("no_bundle", "Put all media sections into one BUNDLE group.");
}

Result<bool, Refusal> opens_dtls(Setup offered, const LocalParameters& local) {
  if (offered == Setup::actpass || offered == Setup::active) return false;
  if (offered == Setup::passive && local.may_open_dtls) return true;
  return unprocessable("setup", "Offer a=setup:actpass or active.");
}

std::optional<Refusal> check_offer(const Description& offer, Role role) {
  if (auto refusal = check_kinds(offer, role)) return refusal;
  for (const Section& section : offer.sections) {
    if (auto refusal = check_section(offer, section, role)) return refusal;
  }
  if (offer.ice_lite) return unprocessable("ice_lite", "Offer full ICE: this server is ICE-lite.");
  return check_bundle(offer);
}

// In a bundle a payload type or extension id means one thing, whatever the section (RFC 9143 §9.1, RFC 8285 §7).
class BundleMeanings {
 public:
  std::optional<Refusal> add_codecs(const std::vector<ChosenCodec>& codecs) {
    for (const ChosenCodec& codec : codecs) {
      const std::uint16_t meaning = static_cast<std::uint16_t>(1 + static_cast<std::uint16_t>(codec.choice.codec));
      const std::uint16_t repair = static_cast<std::uint16_t>(256 + codec.choice.payload_type);
      const bool agreed =
          agrees(payload_types_[codec.choice.payload_type], meaning) &&
          (!codec.choice.rtx_payload_type || agrees(payload_types_[*codec.choice.rtx_payload_type], repair));
      if (!agreed) {
        return Refusal{400, "payload_type_conflict", "Use one payload type for one codec in all media sections."};
      }
    }
    return std::nullopt;
  }

  // aiortc numbers the extensions of each section by themselves: the first meaning stays, the other one is not
  // answered.
  void keep_agreed(ExtensionIds& ids) {
    for (std::size_t i = 0; i < known_extensions().size(); ++i) {
      std::uint8_t& id = ids.*(known_extensions()[i].id);
      if (id != 0 && !agrees(extensions_[id], static_cast<std::uint16_t>(i + 1))) id = 0;
    }
  }

 private:
  static bool agrees(std::uint16_t& known, std::uint16_t meaning) {
    if (known == 0) known = meaning;
    return known == meaning;
  }
  std::array<std::uint16_t, kMaxPayloadType + 1> payload_types_{};  // 0: free
  std::array<std::uint16_t, 16> extensions_{};
};

std::optional<Refusal> check_codecs(const std::vector<ChosenCodec>& codecs, MediaKind kind, Role role) {
  if (kind == MediaKind::audio) {
    if (codecs.empty()) return Refusal{406, "no_opus", "Offer Opus."};
    return std::nullopt;
  }
  if (!codecs.empty()) return std::nullopt;
  return Refusal{406, "no_video_codec",
                 role == Role::viewer ? "Offer H.264 with packetization-mode=1, or VP8."
                                      : "Offer H.264 with packetization-mode=1, VP8, or profile 0 of VP9 or AV1."};
}

// RFC 8852 §3.1: letters and digits; what is longer has no room in a one-byte extension.
bool is_usable(std::string_view rid) {
  const auto letter_or_digit = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  return !rid.empty() && rid.size() <= kMaxRidBytes && std::ranges::all_of(rid, letter_or_digit);
}

// The layers of a simulcast that we take, in the order of the offer. Without the extension that names them in packets
// nobody could tell them apart: then it is one stream.
void choose_layers(const Section& section, NegotiatedMedia& media) {
  std::vector<std::string>& layers = media.layers;
  if (media.extensions.rid == 0) return;
  for (const std::string_view rid : section.simulcast) {
    const bool sent = std::ranges::any_of(section.rids, [&](const Rid& one) { return one.send && one.name == rid; });
    if (!sent || !is_usable(rid) || std::ranges::find(layers, rid) != layers.end()) continue;
    layers.emplace_back(rid);
  }
  if (layers.size() <= kMaxSpeakerLayers) return;
  media.layers_left_out = layers.size() - kMaxSpeakerLayers;
  layers.resize(kMaxSpeakerLayers);
}

AnswerSection choose_section(const Description& offer, const Section& section, Role role, const LocalParameters& local,
                             BundleMeanings& meanings) {
  AnswerSection chosen{.kind = section.kind,
                       .protocol = section.protocol,
                       .codecs = {},
                       .media = {},
                       .mixed_extensions = false,
                       .reduced_size = section.rtcp_reduced_size,
                       .cname = {}};
  const MediaKind kind = kind_of(section);
  chosen.codecs = role == Role::viewer ? choose_for_viewer(section, kind, local.h264_profile_level_id)
                                       : choose_for_speaker(section, kind, local.h264_profile_level_id);
  chosen.media.mid = section.mid;
  chosen.media.kind = kind;
  chosen.media.extensions = choose_extensions(section, offer);
  meanings.keep_agreed(chosen.media.extensions);
  if (role == Role::speaker) chosen.media.remote_ssrcs = section.ssrcs;
  if (role == Role::speaker && kind == MediaKind::video) choose_layers(section, chosen.media);
  // Of the other codecs' layers their payloads tell.
  const bool av1 = std::ranges::any_of(chosen.codecs, [](const auto& one) { return one.choice.codec == Codec::av1; });
  if (!av1) chosen.media.extensions.dependency_descriptor = 0;
  chosen.mixed_extensions = section.mixed_extensions && chosen.media.extensions.dependency_descriptor != 0;
  // The feedback needs its sequence numbers and they need the feedback.
  const bool feedback = std::ranges::any_of(chosen.codecs, [](const auto& codec) { return codec.choice.transport_cc; });
  if (!feedback) chosen.media.extensions.transport_cc = 0;
  for (ChosenCodec& codec : chosen.codecs) {
    if (chosen.media.extensions.transport_cc == 0) codec.choice.transport_cc = false;
    chosen.media.codecs.push_back(codec.choice);
  }
  return chosen;
}

// Ours, in the answer: not 0, none twice.
class SsrcSource {
 public:
  explicit SsrcSource(RandomSource& random) : random_(random) {}
  std::uint32_t next() {
    std::uint32_t ssrc = random_.u32();
    while (ssrc == 0 || std::ranges::find(given_, ssrc) != given_.end()) ++ssrc;
    given_.push_back(ssrc);
    return ssrc;
  }

 private:
  RandomSource& random_;
  std::vector<std::uint32_t> given_;
};

void give_sources(std::vector<AnswerSection>& sections, const std::string& cname, RandomSource& random) {
  SsrcSource ssrcs(random);
  std::array<std::size_t, 2> slot{};
  for (AnswerSection& section : sections) {
    section.cname = cname + "-" + std::to_string(++slot[static_cast<std::size_t>(section.media.kind)]);
    section.media.ssrc = ssrcs.next();
    const bool repaired = std::ranges::any_of(
        section.codecs, [](const auto& codec) { return codec.choice.rtx_payload_type.has_value(); });
    if (repaired) section.media.rtx_ssrc = ssrcs.next();
  }
}

Result<Negotiated, Refusal> answer_offer(std::string_view text, Role role, const LocalParameters& local,
                                         RandomSource& random) {
  const auto offer = parse_sdp(text);
  if (!offer) return offer.error();
  if (auto refusal = check_offer(*offer, role)) return *std::move(refusal);
  const Section& tagged = tagged_section(*offer);
  const auto transport = read_transport(*offer, tagged);
  if (!transport) return transport.error();
  const auto dtls_active = opens_dtls(transport->setup, local);
  if (!dtls_active) return dtls_active.error();

  AnswerText answer{.session_id = random.u64() >> 2,  // RFC 8829 §5.2.1: 62 bits
                    .bundle = offer->bundle,
                    .tagged_mid = tagged.mid,
                    .mixed_extensions = offer->mixed_extensions,
                    .sections = {},
                    .sends = role == Role::viewer,
                    .dtls_active = *dtls_active};
  BundleMeanings meanings;
  for (const Section& section : offer->sections) {
    AnswerSection chosen = choose_section(*offer, section, role, local, meanings);
    const MediaKind kind = chosen.media.kind;
    if (auto refusal = check_codecs(chosen.codecs, kind, role)) return *std::move(refusal);
    if (auto refusal = meanings.add_codecs(chosen.codecs)) return *std::move(refusal);
    answer.sections.push_back(std::move(chosen));
  }
  if (role == Role::viewer) give_sources(answer.sections, local.cname, random);

  Negotiated negotiated{.media = {},
                        .remote_ice = transport->ice,
                        .remote_fingerprint = transport->fingerprint,
                        .dtls_active = *dtls_active,
                        .reduced_size = std::ranges::all_of(answer.sections, &AnswerSection::reduced_size),
                        .answer = write_answer(answer, local)};
  for (AnswerSection& section : answer.sections) negotiated.media.push_back(std::move(section.media));
  return negotiated;
}

}  // namespace

Result<Negotiated, Refusal> answer_viewer(std::string_view offer, const LocalParameters& local, RandomSource& random) {
  return answer_offer(offer, Role::viewer, local, random);
}

Result<Negotiated, Refusal> answer_speaker(std::string_view offer, const LocalParameters& local, RandomSource& random) {
  return answer_offer(offer, Role::speaker, local, random);
}

}  // namespace plenary::sdp
