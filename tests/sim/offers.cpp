#include "tests/sim/offers.h"

#include <string_view>

namespace plenary::sim {
namespace {

constexpr std::string_view kAudio =
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
    "c=IN IP4 0.0.0.0\r\n"
    "a=mid:0\r\n"
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
    "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
    "a=sendonly\r\n"
    "a=rtcp-mux\r\n"
    "a=rtcp-rsize\r\n"
    "a=rtpmap:111 opus/48000/2\r\n"
    "a=rtcp-fb:111 transport-cc\r\n"
    "a=fmtp:111 minptime=10;useinbandfec=1\r\n";
constexpr std::string_view kVideo =
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103\r\n"
    "c=IN IP4 0.0.0.0\r\n"
    "a=mid:1\r\n"
    "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
    "a=sendonly\r\n"
    "a=rtcp-mux\r\n"
    "a=rtcp-rsize\r\n"
    "a=rtpmap:96 VP8/90000\r\n"
    "a=rtcp-fb:96 goog-remb\r\n"
    "a=rtcp-fb:96 transport-cc\r\n"
    "a=rtcp-fb:96 nack\r\n"
    "a=rtcp-fb:96 nack pli\r\n"
    "a=rtpmap:97 rtx/90000\r\n"
    "a=fmtp:97 apt=96\r\n"
    "a=rtpmap:102 H264/90000\r\n"
    "a=rtcp-fb:102 goog-remb\r\n"
    "a=rtcp-fb:102 transport-cc\r\n"
    "a=rtcp-fb:102 nack\r\n"
    "a=rtcp-fb:102 nack pli\r\n"
    "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n"
    "a=rtpmap:103 rtx/90000\r\n"
    "a=fmtp:103 apt=102\r\n";
constexpr std::string_view kDescriptor =
    "a=extmap:12 https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension\r\n"
    "a=extmap-allow-mixed\r\n";
// The same section with one codec and its RTX.
std::string video_section(Codec video) {
  std::string section(kVideo);
  if (video != Codec::vp9 && video != Codec::av1) return section;
  section.resize(section.find("a=rtpmap:102"));
  section.replace(section.find(" 102 103"), 8, "");
  section.replace(section.find("VP8"), 3, video == Codec::vp9 ? "VP9" : "AV1");
  if (video == Codec::av1) section.append(kDescriptor);
  return section;
}

}  // namespace

std::string speaker_offer(const ice::Credentials& ice, const crypto::Fingerprint& fingerprint, bool reduced_size,
                          std::size_t layers, Codec video) {
  const std::string transport = "a=ice-ufrag:" + ice.ufrag + "\r\na=ice-pwd:" + ice.password +
                                "\r\na=fingerprint:" + crypto::fingerprint_text(fingerprint) +
                                "\r\na=setup:actpass\r\n";
  std::string offer =
      "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=msid-semantic: WMS\r\n";
  offer.append(kAudio).append(transport).append(video_section(video)).append(transport);
  if (layers > 0) {
    offer.append("a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n");
    offer.append("a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\r\n");
    std::string streams;
    for (std::size_t i = 0; i < layers; ++i) {
      const std::string rid = "r" + std::to_string(i);
      offer.append("a=rid:" + rid + " send\r\n");
      streams += (i == 0 ? "" : ";") + rid;
    }
    offer.append("a=simulcast:send " + streams + "\r\n");
  }
  constexpr std::string_view kReducedSize = "a=rtcp-rsize\r\n";
  for (std::size_t at = 0; !reduced_size && (at = offer.find(kReducedSize)) != std::string::npos;) {
    offer.erase(at, kReducedSize.size());
  }
  return offer;
}

void remove_descriptor(std::string& viewer_offer) {
  constexpr std::string_view kMixed = "a=extmap-allow-mixed\r\n";
  for (std::size_t at = 0; (at = viewer_offer.find(kMixed)) != std::string::npos;)
    viewer_offer.erase(at, kMixed.size());
}

void remove_vp8(std::string& viewer_offer) {
  const auto remove = [&](std::string_view part) {
    for (std::size_t at = 0; (at = viewer_offer.find(part)) != std::string::npos;) viewer_offer.erase(at, part.size());
  };
  for (const std::string_view part :
       {" 96 97", "a=rtpmap:96 VP8/90000\r\n", "a=rtpmap:97 rtx/90000\r\n", "a=fmtp:97 apt=96\r\n"}) {
    remove(part);
  }
}

}  // namespace plenary::sim
