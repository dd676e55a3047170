// A session description (RFC 8866) as values: what WebRTC's attributes say, before anybody judges whether we can serve
// it. Tolerant of what we do not know, strict about what we use, bounded everywhere; time is linear in the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "media/base/address.h"
#include "media/base/result.h"
#include "media/sdp/negotiate.h"

namespace plenary::sdp {

// Each excess is a Refusal with a code of its own, which its caller counts.
constexpr std::size_t kMaxLineBytes = 4'096;    // the longest lines of browsers have some hundred bytes
constexpr std::size_t kMaxSections = 16;        // a browser page of ours offers six
constexpr std::size_t kMaxMidBytes = 64;        // a UUID has 36
constexpr std::size_t kMaxExtensions = 32;      // in one section; Chromium offers eleven
constexpr std::size_t kMaxSsrcs = 32;           // in one section; three simulcast layers with RTX have six
constexpr std::size_t kMaxRids = 16;            // in one section; simulcast has three
constexpr std::size_t kMaxFingerprints = 8;     // in one section
constexpr std::size_t kMaxCandidatesKept = 32;  // more is a flood: ignored
constexpr std::uint8_t kMaxPayloadType = 127;

enum class Direction : std::uint8_t { sendrecv, sendonly, recvonly, inactive };
enum class Setup : std::uint8_t { actpass, active, passive, holdconn };

struct Feedback {
  bool nack = false;
  bool pli = false;
  bool fir = false;
  bool remb = false;
  bool transport_cc = false;
};

struct Format {
  std::uint8_t payload_type = 0;
  std::string_view encoding;  // "opus", "H264", "rtx"; empty without rtpmap
  std::uint32_t clock_rate = 0;
  std::uint32_t channels = 1;
  std::string_view parameters;  // of fmtp
  Feedback feedback;
};

struct ExtensionMap {
  std::uint16_t id = 0;
  std::string_view uri;
  bool both_ways = true;  // no direction of its own
};

// Attributes that stand at the session or in a section.
struct TransportAttributes {
  std::string_view ufrag;
  std::string_view password;
  std::vector<std::string_view> fingerprints;  // "sha-256 AB:CD:…"
  std::optional<Setup> setup;
};

// RFC 8851; what restricts a stream is its sender's own business.
struct Rid {
  std::string_view name;
  bool send = false;
};

// Views into the text that was parsed.
struct Section {
  std::string_view kind;      // "audio", "video", "application", …
  std::string_view protocol;  // "UDP/TLS/RTP/SAVPF"
  std::uint16_t port = 0;
  std::vector<Format> formats;  // in order of preference; empty unless the protocol is RTP
  std::string_view mid;
  std::optional<Direction> direction;
  TransportAttributes transport;
  std::vector<ExtensionMap> extensions;
  bool mixed_extensions = false;  // RFC 8285 §6: the one- and the two-byte form in one stream
  std::vector<std::uint32_t> ssrcs;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> repair;  // ssrc-group:FID, media then RTX
  std::vector<Address> candidates;                              // UDP, component 1, numeric address
  std::vector<Rid> rids;
  std::vector<std::string_view> simulcast;  // rids that the sender sends, of alternatives the first
  bool rtcp_mux = false;
  bool rtcp_reduced_size = false;
  bool bundle_only = false;
  bool sdes_keys = false;  // a=crypto
};

struct Description {
  TransportAttributes transport;
  std::optional<Direction> direction;
  std::vector<std::string_view> bundle;  // mids of the first BUNDLE group, in its order
  std::vector<ExtensionMap> extensions;
  bool mixed_extensions = false;
  bool ice_lite = false;
  bool sdes_keys = false;
  std::vector<Section> sections;
};

Result<Description, Refusal> parse_sdp(std::string_view text);

// The value after "a=candidate:"; nothing when a lite agent could not use it anyway (TCP, names, other components).
std::optional<Address> parse_candidate(std::string_view value);

// Lines end with LF or CRLF; empty ones are skipped. Nothing after the last line.
std::optional<std::string_view> take_line(std::string_view& rest);
// Size, number and length of lines, control characters: what every text must keep.
std::optional<Refusal> check_text(std::string_view text);

}  // namespace plenary::sdp
