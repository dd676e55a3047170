#include "media/sdp/answer_text.h"

#include <algorithm>

namespace plenary::sdp {
namespace {

constexpr std::uint32_t kHostPreference = 126;  // RFC 8445 §5.1.2.2
// RFC 6544 §4.2: below that of UDP, so that TCP is used where nothing else works; a passive one's direction is 4.
constexpr std::uint32_t kTcpHostPreference = 90;
constexpr std::uint32_t kPassiveDirection = 4;

void line(std::string& text, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) text += part;
  text += "\r\n";
}

std::string connection_text(const Address& address) { return (address.is_v4() ? "IP4 " : "IP6 ") + address.ip_text(); }

// RFC 8839 §4.2.1.2: the default candidate is the one that most can reach; nothing known: the discard port.
Address default_candidate(const std::vector<Address>& candidates) {
  if (candidates.empty()) return Address::v4(0, 0, 0, 0, 9);
  const auto v4 = std::ranges::find_if(candidates, &Address::is_v4);
  return v4 == candidates.end() ? candidates.front() : *v4;
}

void write_codec(std::string& text, const ChosenCodec& codec) {
  const CodecChoice& choice = codec.choice;
  const std::string type = std::to_string(choice.payload_type);
  const std::string rate = std::to_string(clock_rate(choice.codec));
  switch (choice.codec) {
    case Codec::opus:
      line(text, {"a=rtpmap:", type, " opus/", rate, "/2"});
      break;
    case Codec::h264:
      line(text, {"a=rtpmap:", type, " H264/", rate});
      break;
    case Codec::vp8:
      line(text, {"a=rtpmap:", type, " VP8/", rate});
      break;
    case Codec::vp9:
      line(text, {"a=rtpmap:", type, " VP9/", rate});
      break;
    case Codec::av1:
      line(text, {"a=rtpmap:", type, " AV1/", rate});
      break;
  }
  if (!codec.parameters.empty()) line(text, {"a=fmtp:", type, " ", codec.parameters});
  if (choice.remb) line(text, {"a=rtcp-fb:", type, " goog-remb"});
  if (choice.transport_cc) line(text, {"a=rtcp-fb:", type, " transport-cc"});
  if (choice.fir) line(text, {"a=rtcp-fb:", type, " ccm fir"});
  if (choice.nack) line(text, {"a=rtcp-fb:", type, " nack"});
  if (choice.pli) line(text, {"a=rtcp-fb:", type, " nack pli"});
  if (choice.red_payload_type) {
    const std::string red = std::to_string(*choice.red_payload_type);
    line(text, {"a=rtpmap:", red, " red/", rate, "/2"});
    line(text, {"a=fmtp:", red, " ", type, "/", type});
  }
  if (!choice.rtx_payload_type) return;
  const std::string rtx = std::to_string(*choice.rtx_payload_type);
  line(text, {"a=rtpmap:", rtx, " rtx/", rate});
  line(text, {"a=fmtp:", rtx, " apt=", type});
}

void write_media_line(std::string& text, const AnswerSection& section, const Address& address) {
  std::string formats;
  for (const ChosenCodec& codec : section.codecs) {
    formats += " " + std::to_string(codec.choice.payload_type);
    if (codec.choice.rtx_payload_type) formats += " " + std::to_string(*codec.choice.rtx_payload_type);
    if (codec.choice.red_payload_type) formats += " " + std::to_string(*codec.choice.red_payload_type);
  }
  line(text, {"m=", section.kind, " ", std::to_string(address.port), " ", section.protocol, formats});
  line(text, {"c=IN ", connection_text(address)});
}

// Streams of ours: one msid stream and CNAME for a slot pair, so that its two tracks play in sync.
void write_sources(std::string& text, const AnswerSection& section) {
  const NegotiatedMedia& media = section.media;
  const std::string identity = section.cname + " " + section.cname + "-" + std::string(section.kind);
  line(text, {"a=msid:", identity});
  const std::string ssrc = std::to_string(media.ssrc);
  const std::string rtx = std::to_string(media.rtx_ssrc);
  if (media.rtx_ssrc != 0) line(text, {"a=ssrc-group:FID ", ssrc, " ", rtx});
  for (const std::string& source : {ssrc, rtx}) {
    if (source == "0") continue;
    line(text, {"a=ssrc:", source, " cname:", section.cname});
    line(text, {"a=ssrc:", source, " msid:", identity});
  }
}

void write_transport(std::string& text, const AnswerText& answer, const LocalParameters& local) {
  line(text, {"a=ice-ufrag:", local.ice.ufrag});
  line(text, {"a=ice-pwd:", local.ice.password});
  line(text, {"a=fingerprint:", crypto::fingerprint_text(local.fingerprint)});
  line(text, {"a=setup:", answer.dtls_active ? "active" : "passive"});
}

// RFC 8853 §5.3: the offer's streams that we take, now as seen from here.
void write_layers(std::string& text, const std::vector<std::string>& rids) {
  if (rids.empty()) return;
  std::string streams;
  for (const std::string& rid : rids) {
    line(text, {"a=rid:", rid, " recv"});
    if (!streams.empty()) streams += ';';
    streams += rid;
  }
  line(text, {"a=simulcast:recv ", streams});
}

void write_section(std::string& text, const AnswerText& answer, const AnswerSection& section,
                   const LocalParameters& local) {
  write_media_line(text, section, default_candidate(local.candidates));
  write_transport(text, answer, local);
  line(text, {"a=mid:", section.media.mid});
  for (const ExtensionName& extension : known_extensions()) {
    const std::uint8_t id = section.media.extensions.*(extension.id);
    if (id != 0) line(text, {"a=extmap:", std::to_string(id), " ", extension.uri});
  }
  if (section.mixed_extensions) line(text, {"a=extmap-allow-mixed"});
  line(text, {answer.sends ? "a=sendonly" : "a=recvonly"});
  line(text, {"a=rtcp-mux"});
  line(text, {"a=rtcp-mux-only"});  // RFC 9725 §4.4.1 wants it, RFC 8858 §4 has it in offers alone
  if (section.reduced_size) line(text, {"a=rtcp-rsize"});
  for (const ChosenCodec& codec : section.codecs) write_codec(text, codec);
  if (answer.sends) write_sources(text, section);
  write_layers(text, section.media.layers);
  if (section.media.mid == answer.tagged_mid) write_candidates(text, local.candidates, local.tcp_candidates);
}

}  // namespace

void write_candidates(std::string& text, const std::vector<Address>& udp, const std::vector<Address>& tcp) {
  std::vector<std::pair<bool, std::array<std::uint8_t, 16>>> bases;
  const auto write = [&](const Address& address, bool is_tcp, std::uint32_t preference, std::uint32_t local) {
    // RFC 8445 §5.1.1.3: one foundation for one address and protocol, whatever its ports.
    const std::pair key(is_tcp, address.ip);
    const auto base = static_cast<std::size_t>(std::ranges::find(bases, key) - bases.begin());
    if (base == bases.size()) bases.push_back(key);
    // RFC 8445 §5.1.2.1: type, then local preference, then component 1.
    const std::uint32_t priority = preference << 24 | local << 8 | 255;
    line(text,
         {"a=candidate:", std::to_string(base + 1), " 1 ", is_tcp ? "tcp" : "udp", " ", std::to_string(priority), " ",
          address.ip_text(), " ", std::to_string(address.port), " typ host", is_tcp ? " tcptype passive" : ""});
  };
  for (std::size_t i = 0; i < udp.size(); ++i) {
    write(udp[i], false, kHostPreference, 65'535 - static_cast<std::uint32_t>(std::min<std::size_t>(i, 65'535)));
  }
  for (std::size_t i = 0; i < tcp.size(); ++i) {
    write(tcp[i], true, kTcpHostPreference,
          kPassiveDirection << 13 | (8'191 - static_cast<std::uint32_t>(std::min<std::size_t>(i, 8'191))));
  }
  line(text, {"a=end-of-candidates"});
}

std::string write_answer(const AnswerText& answer, const LocalParameters& local) {
  std::string text;
  text.reserve(2'048 * answer.sections.size());
  line(text, {"v=0"});
  line(text, {"o=- ", std::to_string(answer.session_id), " 1 IN IP4 127.0.0.1"});
  line(text, {"s=-"});
  line(text, {"t=0 0"});
  if (!answer.bundle.empty()) {
    text += "a=group:BUNDLE";
    for (const std::string_view mid : answer.bundle) text.append(" ").append(mid);
    text += "\r\n";
  }
  line(text, {"a=ice-lite"});
  line(text, {"a=ice-options:trickle"});
  const auto mixes = [](const AnswerSection& section) { return section.media.extensions.dependency_descriptor != 0; };
  if (answer.mixed_extensions && std::ranges::any_of(answer.sections, mixes)) line(text, {"a=extmap-allow-mixed"});
  line(text, {"a=msid-semantic: WMS *"});
  for (const AnswerSection& section : answer.sections) write_section(text, answer, section, local);
  return text;
}

std::string write_ice_fragment(const LocalParameters& local, std::string_view mid) {
  std::string text;
  line(text, {"a=ice-lite"});
  line(text, {"a=ice-options:trickle"});
  line(text, {"a=ice-ufrag:", local.ice.ufrag});
  line(text, {"a=ice-pwd:", local.ice.password});
  // RFC 8840 §4.4: a pseudo media line; nothing of it counts but that the mid follows.
  line(text, {"m=audio 9 UDP/TLS/RTP/SAVPF 0"});
  line(text, {"a=mid:", mid});
  write_candidates(text, local.candidates, local.tcp_candidates);
  return text;
}

}  // namespace plenary::sdp
