// Offer and answer (RFC 3264, RFC 8829) for WHIP (RFC 9725) and WHEP: what we accept of an offer, and the answer's
// text. BUNDLE and rtcp-mux always, ICE-lite, DTLS passive, all candidates in the answer. No partial success: an m-line
// that cannot be served refuses the whole offer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/base/address.h"
#include "media/base/media_types.h"
#include "media/base/random.h"
#include "media/base/result.h"
#include "media/crypto/certificate.h"
#include "media/ice/ice_lite.h"

namespace plenary::sdp {

constexpr std::size_t kMaxOfferBytes = 64 * 1024;
constexpr std::size_t kMaxOfferLines = 2'000;
constexpr std::size_t kMaxViewerAudioSlots = 2;
constexpr std::size_t kMaxViewerVideoSlots = 4;
constexpr std::size_t kMaxSpeakerLayers = 3;  // of one picture; as many as a viewer chooses from

// What HTTP answers: status 400, 406, 413, 415, 422; code is a stable word, message says what to change.
struct Refusal {
  int status = 400;
  std::string code;
  std::string message;
};

struct CodecChoice {
  Codec codec = Codec::opus;
  std::uint8_t payload_type = 0;
  std::optional<std::uint8_t> rtx_payload_type;
  std::optional<std::uint8_t> red_payload_type;  // Opus to viewers: redundant audio (RFC 2198)
  std::string profile_level_id;  // H.264: as answered, lower-case hex
  bool nack = false;
  bool pli = false;
  bool fir = false;
  bool remb = false;
  bool transport_cc = false;
};

// Ids of RFC 8285 extensions as the peer numbered them; 0: not negotiated.
struct ExtensionIds {
  std::uint8_t mid = 0;
  std::uint8_t rid = 0;
  std::uint8_t repaired_rid = 0;
  std::uint8_t audio_level = 0;
  std::uint8_t abs_send_time = 0;
  std::uint8_t transport_cc = 0;
  std::uint8_t dependency_descriptor = 0;  // of a picture that may come in AV1
};

struct NegotiatedMedia {
  std::string mid;
  MediaKind kind = MediaKind::audio;
  std::vector<CodecChoice> codecs;  // ours first; at least one
  ExtensionIds extensions;
  std::uint32_t ssrc = 0;                   // viewers: ours, in the answer
  std::uint32_t rtx_ssrc = 0;               // viewers with RTX: ours
  std::vector<std::uint32_t> remote_ssrcs;  // speakers: as signalled, may be empty (then mid tells)
  std::vector<std::string> layers;          // speakers: rids of a simulcast (RFC 8853), as answered; empty: one stream
  std::size_t layers_left_out = 0;          // of those that were offered: beyond kMaxSpeakerLayers
};

struct Negotiated {
  std::vector<NegotiatedMedia> media;  // in m-line order
  ice::Credentials remote_ice;
  crypto::Fingerprint remote_fingerprint;
  bool dtls_active = false;   // we open DTLS; only where LocalParameters allow it
  bool reduced_size = false;  // RFC 5506: feedback need not be a whole compound; only where each section says so
  std::string answer;
};

struct LocalParameters {
  ice::Credentials ice;
  crypto::Fingerprint fingerprint;
  std::vector<Address> candidates;      // host candidates, UDP, best first
  std::vector<Address> tcp_candidates;  // passive ones (RFC 6544), for networks that block UDP
  std::string cname;                // slot pairs get cname + "-" + number, from 1
  // H.264 that this room sends, e.g. "42e01f": answered where the offer can take it.
  std::string h264_profile_level_id = "42e01f";
  // Offers with setup:passive (FFmpeg's WHIP muxer, versions that cannot be DTLS client) are answered active; else 422.
  bool may_open_dtls = true;
};

// The offer must be recvonly (or sendrecv, answered sendonly). H.264 first where the viewer can decode what this room
// sends, and VP8 beside it where offered; a room's picture is encoded in VP8 for who has nothing else. VP9 and AV1 come
// beside them, for speakers who send nothing else.
Result<Negotiated, Refusal> answer_viewer(std::string_view offer, const LocalParameters& local, RandomSource& random);
// The offer must be sendonly (or sendrecv, answered recvonly): at most one audio and one video. H.264 first, then VP8;
// who offers neither may send VP9 or AV1, whichever comes first.
Result<Negotiated, Refusal> answer_speaker(std::string_view offer, const LocalParameters& local, RandomSource& random);

// Body of a PATCH, application/trickle-ice-sdpfrag (RFC 8840).
struct IceFragment {
  std::optional<ice::Credentials> credentials;  // those of the session, or new ones that ask for a restart
  std::size_t candidates = 0;                   // counted; a lite agent does not need them
  std::string mid;                              // the first one named; may be empty
};
Result<IceFragment, Refusal> parse_ice_fragment(std::string_view body);
// Credentials and candidates. `mid`: of the first m-line of the answer, or what the request's fragment named.
std::string write_ice_fragment(const LocalParameters& local, std::string_view mid = "0");

// The other side, for load generators and tests: an offer for a viewer, and what an answer says.
struct ViewerOffer {
  ice::Credentials ice;
  crypto::Fingerprint fingerprint;
  unsigned audio = 1;
  unsigned video = 1;
  bool redundant_audio = false;
  bool h264 = true;  // beside VP8
  bool vp9 = false;
  bool av1 = false;
};
std::string write_viewer_offer(const ViewerOffer& offer);
struct Answer {
  ice::Credentials ice;
  crypto::Fingerprint fingerprint;
  std::vector<Address> candidates;
  std::vector<NegotiatedMedia> media;
};
Result<Answer, Refusal> parse_answer(std::string_view text);

}  // namespace plenary::sdp
