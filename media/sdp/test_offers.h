// Offers for tests: as real clients wrote them (offers/), and a short one to be changed.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "media/sdp/negotiate.h"

namespace plenary::sdp::testing {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
inline std::string recorded_offer(const std::string& name) {
  return read_file(std::filesystem::path(PLENARY_SOURCE_DIR) / "media/sdp/offers" / (name + ".sdp"));
}
inline const std::vector<std::string> kViewerOffers = {"chromium_viewer",  "chromium_viewer_page", "firefox_viewer",
                                                       "gstreamer_viewer", "werift_viewer",        "aiortc_viewer"};
inline const std::vector<std::string> kSpeakerOffers = {"chromium_speaker",     "chromium_speaker_simulcast",
                                                        "firefox_speaker",      "firefox_speaker_without_h264",
                                                        "gstreamer_speaker",    "gstreamer_speaker_vp8",
                                                        "werift_speaker",       "aiortc_speaker",
                                                        "obs_speaker",          "ffmpeg_speaker",
                                                        "ffmpeg_speaker_active"};

inline std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}
// Without the lines that start so.
inline std::string without(const std::string& text, std::string_view start) {
  std::string kept;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end == std::string_view::npos ? rest.size() : end + 1);
    if (!line.starts_with(start)) kept += line;
    rest.remove_prefix(line.size());
  }
  return kept;
}
inline std::vector<std::string> lines_starting(std::string_view text, std::string_view start) {
  std::vector<std::string> found;
  while (!text.empty()) {
    const std::size_t end = text.find("\r\n");
    const std::string_view line = text.substr(0, end);
    if (line.starts_with(start)) found.emplace_back(line);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 2);
  }
  return found;
}

inline const std::string kAudio =
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\n"
    "a=mid:a\n"
    "a=recvonly\n"
    "a=rtcp-mux\n"
    "a=rtpmap:111 opus/48000/2\n";
inline const std::string kVideo =
    "m=video 9 UDP/TLS/RTP/SAVPF 102 96\n"
    "a=mid:v\n"
    "a=recvonly\n"
    "a=rtcp-mux\n"
    "a=rtpmap:102 H264/90000\n"
    "a=fmtp:102 packetization-mode=1;level-asymmetry-allowed=1;profile-level-id=42e01f\n"
    "a=rtpmap:96 VP8/90000\n";
inline std::string session(std::string_view bundle) {
  return "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nt=0 0\na=group:BUNDLE " + std::string(bundle) +
         "\na=ice-ufrag:abcd\na=ice-pwd:0123456789abcdefghijkl\n"
         "a=fingerprint:sha-256 "
         "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\n"
         "a=setup:actpass\n";
}
inline std::string small_offer() { return session("a v") + kAudio + kVideo; }

inline LocalParameters local_parameters() {
  return {.ice = {.ufrag = "localufr", .password = "localpasswordislongenough"},
          .fingerprint = {.algorithm = "sha-256", .digest = ByteVector(32, 0xAB)},
          .candidates = {*Address::from_text("192.0.2.1:7000"), *Address::from_text("[2001:db8::1]:7000"),
                         *Address::from_text("192.0.2.1:7001")},
          .cname = "room"};
}
inline Result<Negotiated, Refusal> viewer(std::string_view offer, const LocalParameters& local = local_parameters()) {
  SeededRandom random(1);
  return answer_viewer(offer, local, random);
}
inline Result<Negotiated, Refusal> speaker(std::string_view offer, const LocalParameters& local = local_parameters()) {
  SeededRandom random(1);
  return answer_speaker(offer, local, random);
}
// "200" when accepted, else "<status> <code>".
inline std::string verdict(const Result<Negotiated, Refusal>& result) {
  return result ? "200" : std::to_string(result.error().status) + " " + result.error().code;
}

}  // namespace plenary::sdp::testing
