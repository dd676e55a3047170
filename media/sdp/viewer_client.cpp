// The viewer's side of WHEP: the offer that a load generator sends, and reading any server's answer.
#include <algorithm>

#include "media/sdp/codec_choice.h"
#include "media/sdp/negotiate.h"
#include "media/sdp/sdp_parse.h"
#include "media/sdp/transport.h"

namespace plenary::sdp {
namespace {

constexpr std::string_view kAudioFormats =
    "a=rtpmap:111 opus/48000/2\r\n"
    "a=fmtp:111 minptime=10;useinbandfec=1;stereo=1\r\n"
    "a=rtcp-fb:111 transport-cc\r\n";
constexpr std::string_view kRedundancy =
    "a=rtpmap:63 red/48000/2\r\n"
    "a=fmtp:63 111/111\r\n";
constexpr std::string_view kH264Formats =
    "a=rtpmap:102 H264/90000\r\n"
    "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n"
    "a=rtpmap:103 rtx/90000\r\n"
    "a=fmtp:103 apt=102\r\n";
constexpr std::string_view kVp9Formats =
    "a=rtpmap:98 VP9/90000\r\n"
    "a=fmtp:98 profile-id=0\r\n"
    "a=rtpmap:99 rtx/90000\r\n"
    "a=fmtp:99 apt=98\r\n";
constexpr std::string_view kAv1Formats =
    "a=rtpmap:45 AV1/90000\r\n"
    "a=fmtp:45 level-idx=5;profile=0;tier=0\r\n"
    "a=rtpmap:46 rtx/90000\r\n"
    "a=fmtp:46 apt=45\r\n";
constexpr std::string_view kVideoFormats =
    "a=rtpmap:96 VP8/90000\r\n"
    "a=rtpmap:97 rtx/90000\r\n"
    "a=fmtp:97 apt=96\r\n"
    "a=rtcp-fb:* nack\r\n"
    "a=rtcp-fb:* nack pli\r\n"
    "a=rtcp-fb:* ccm fir\r\n"
    "a=rtcp-fb:* transport-cc\r\n";
constexpr std::string_view kDependencyDescriptor =
    "a=extmap-allow-mixed\r\n"
    "a=extmap:5 https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension\r\n";

void write_offer_section(std::string& text, const ViewerOffer& offer, MediaKind kind, unsigned mid) {
  const bool audio = kind == MediaKind::audio;
  const bool redundant = audio && offer.redundant_audio;
  text += audio ? "m=audio 9 UDP/TLS/RTP/SAVPF 111" + std::string(redundant ? " 63\r\n" : "\r\n")
                : "m=video 9 UDP/TLS/RTP/SAVPF" + std::string(offer.h264 ? " 102 103" : "") + " 96 97" +
                      (offer.vp9 ? " 98 99" : "") + (offer.av1 ? " 45 46" : "") + "\r\n";
  text += "c=IN IP4 0.0.0.0\r\n";
  text += "a=ice-ufrag:" + offer.ice.ufrag + "\r\na=ice-pwd:" + offer.ice.password + "\r\n";
  text += "a=fingerprint:" + crypto::fingerprint_text(offer.fingerprint) + "\r\n";
  text += "a=setup:actpass\r\na=mid:" + std::to_string(mid) + "\r\na=recvonly\r\na=rtcp-mux\r\na=rtcp-rsize\r\n";
  text += "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n";
  text += "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n";
  text += "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n";
  if (audio) text += "a=extmap:4 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n";
  if (!audio && offer.h264) text += kH264Formats;
  if (!audio && offer.av1) text += kDependencyDescriptor;
  text += audio ? kAudioFormats : kVideoFormats;
  if (!audio && offer.vp9) text += kVp9Formats;
  if (!audio && offer.av1) text += kAv1Formats;
  if (redundant) text += kRedundancy;
}

NegotiatedMedia read_media(const Description& description, const Section& section) {
  NegotiatedMedia media;
  media.mid = section.mid;
  media.kind = section.kind == "audio" ? MediaKind::audio : MediaKind::video;
  media.extensions = choose_extensions(section, description);
  media.remote_ssrcs = section.ssrcs;
  if (!section.repair.empty()) {
    media.ssrc = section.repair.front().first;
    media.rtx_ssrc = section.repair.front().second;
  } else if (!section.ssrcs.empty()) {
    media.ssrc = section.ssrcs.front();
  }
  if (section.port == 0 && !section.bundle_only) return media;
  for (const ChosenCodec& codec : known_codecs(section, media.kind)) media.codecs.push_back(codec.choice);
  return media;
}

}  // namespace

std::string write_viewer_offer(const ViewerOffer& offer) {
  const unsigned sections = offer.audio + offer.video;
  std::string text = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE";
  for (unsigned mid = 0; mid < sections; ++mid) text += " " + std::to_string(mid);
  text += "\r\n";
  for (unsigned mid = 0; mid < sections; ++mid) {
    write_offer_section(text, offer, mid < offer.audio ? MediaKind::audio : MediaKind::video, mid);
  }
  return text;
}

Result<Answer, Refusal> parse_answer(std::string_view text) {
  const auto description = parse_sdp(text);
  if (!description) return description.error();
  if (description->sections.empty()) return Refusal{400, "no_media", "The answer has no media section."};
  const auto transport = read_transport(*description, tagged_section(*description));
  if (!transport) return transport.error();
  Answer answer{.ice = transport->ice, .fingerprint = transport->fingerprint, .candidates = {}, .media = {}};
  for (const Section& section : description->sections) {
    // Servers that repeat their candidates in every section of the bundle say nothing new there.
    for (const Address& candidate : section.candidates) {
      if (std::ranges::find(answer.candidates, candidate) == answer.candidates.end()) {
        answer.candidates.push_back(candidate);
      }
    }
    answer.media.push_back(read_media(*description, section));
  }
  return answer;
}

}  // namespace plenary::sdp
