#include "media/sdp/speaker_client.h"

#include <string_view>

#include "media/base/media_types.h"

namespace plenary::sdp {
namespace {

constexpr std::string_view kAudioFormats =
    "a=rtpmap:111 opus/48000/2\r\n"
    "a=fmtp:111 minptime=10;useinbandfec=1;stereo=1\r\n"
    "a=rtcp-fb:111 transport-cc\r\n";
// Constrained baseline as the room process encodes; VP8 is not offered, because nobody here encodes it.
constexpr std::string_view kVideoFormats =
    "a=rtpmap:102 H264/90000\r\n"
    "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n"
    "a=rtcp-fb:102 nack\r\n"
    "a=rtcp-fb:102 nack pli\r\n"
    "a=rtcp-fb:102 ccm fir\r\n"
    "a=rtcp-fb:102 transport-cc\r\n"
    "a=rtpmap:103 rtx/90000\r\n"
    "a=fmtp:103 apt=102\r\n";

void write_section(std::string& text, const SpeakerOffer& offer, MediaKind kind) {
  const bool audio = kind == MediaKind::audio;
  text += audio ? "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" : "m=video 9 UDP/TLS/RTP/SAVPF 102 103\r\n";
  text += "c=IN IP4 0.0.0.0\r\n";
  text += "a=ice-ufrag:" + offer.ice.ufrag + "\r\na=ice-pwd:" + offer.ice.password + "\r\n";
  text += "a=fingerprint:" + crypto::fingerprint_text(offer.fingerprint) + "\r\n";
  text += std::string("a=setup:actpass\r\na=mid:") + (audio ? "0" : "1") + "\r\n";
  text += "a=sendonly\r\na=rtcp-mux\r\na=rtcp-rsize\r\n";
  text += "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n";
  text += "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n";
  if (audio) text += "a=extmap:4 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n";
  text += audio ? kAudioFormats : kVideoFormats;
  const std::string ssrc = std::to_string(audio ? offer.audio_ssrc : offer.video_ssrc);
  const std::string rtx = std::to_string(offer.rtx_ssrc);
  if (!audio) text += "a=ssrc-group:FID " + ssrc + " " + rtx + "\r\n";
  text += "a=ssrc:" + ssrc + " cname:" + offer.cname + "\r\n";
  if (!audio) text += "a=ssrc:" + rtx + " cname:" + offer.cname + "\r\n";
}

}  // namespace

std::string write_speaker_offer(const SpeakerOffer& offer) {
  std::string text = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n";
  write_section(text, offer, MediaKind::audio);
  write_section(text, offer, MediaKind::video);
  return text;
}

}  // namespace plenary::sdp
