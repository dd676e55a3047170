#include "media/sdp/sdp_parse.h"

#include <algorithm>
#include <array>

#include "media/sdp/text.h"

namespace plenary::sdp {
namespace {

constexpr std::uint8_t kNoFormat = 255;

Refusal malformed(std::string code, std::string message) { return {400, std::move(code), std::move(message)}; }

bool is_rtp(std::string_view protocol) { return protocol.find("RTP/") != std::string_view::npos; }

void add(Feedback& feedback, std::string_view value) {
  if (value == "nack") feedback.nack = true;
  if (value == "nack pli") feedback.pli = true;
  if (value == "ccm fir") feedback.fir = true;
  if (value == "goog-remb") feedback.remb = true;
  if (value == "transport-cc") feedback.transport_cc = true;
}

void add(Feedback& feedback, const Feedback& other) {
  feedback.nack |= other.nack;
  feedback.pli |= other.pli;
  feedback.fir |= other.fir;
  feedback.remb |= other.remb;
  feedback.transport_cc |= other.transport_cc;
}

class Parser {
 public:
  Result<Description, Refusal> run(std::string_view text) {
    if (auto refusal = check_text(text)) return *std::move(refusal);
    std::string_view rest = text;
    if (take_line(rest) != "v=0") return malformed("not_sdp", "Send a session description that starts with v=0.");
    while (const auto line = take_line(rest)) {
      read_line(*line);
      if (fault_) return *std::move(fault_);
    }
    finish_section();
    return std::move(description_);
  }

 private:
  using Reader = void (Parser::*)(std::string_view value);
  struct Attribute {
    std::string_view name;
    Reader read;
  };
  static const std::array<Attribute, 25> kAttributes;

  void fail(std::string code, std::string message) { fault_ = malformed(std::move(code), std::move(message)); }
  [[nodiscard]] bool in_section() const { return !description_.sections.empty(); }
  Section& section() { return description_.sections.back(); }
  TransportAttributes& transport() { return in_section() ? section().transport : description_.transport; }

  void read_line(std::string_view line) {
    if (line.size() < 2 || line[1] != '=' || line[0] < 'a' || line[0] > 'z') {
      return fail("malformed_line", "Every line must be a letter, an equals sign and a value.");
    }
    std::string_view value = line.substr(2);
    if (line[0] == 'm') return read_media(value);
    if (line[0] != 'a') return;
    const std::string_view name = take_until(value, ':');
    const auto* known = std::ranges::find(kAttributes, name, &Attribute::name);
    if (known != kAttributes.end()) (this->*known->read)(value);
  }

  // m=<media> <port>[/<number>] <proto> <fmt> … (RFC 8866 §5.14)
  void read_media(std::string_view value) {
    finish_section();
    if (description_.sections.size() == kMaxSections) {
      fault_ = Refusal{422, "too_many_sections", "Offer fewer media sections."};
      return;
    }
    Section media;
    media.kind = take_word(value);
    const auto port = parse_number<std::uint16_t>(take_word(value));
    media.protocol = take_word(value);
    if (!is_token(media.kind) || !port || media.protocol.empty()) {
      return fail("malformed_media", "A media line names a kind, a port, a protocol and formats.");
    }
    media.port = *port;
    format_index_.fill(kNoFormat);
    wildcard_ = {};
    if (is_rtp(media.protocol) && !read_formats(media, value)) {
      return fail("payload_type", "Payload types are numbers from 0 to 127, each once in a media line.");
    }
    description_.sections.push_back(std::move(media));
  }

  bool read_formats(Section& media, std::string_view list) {
    for (std::string_view word = take_word(list); !word.empty(); word = take_word(list)) {
      const auto type = parse_number<std::uint8_t>(word);
      if (!type || *type > kMaxPayloadType || format_index_[*type] != kNoFormat) return false;
      format_index_[*type] = static_cast<std::uint8_t>(media.formats.size());
      media.formats.push_back({.payload_type = *type});
    }
    return !media.formats.empty();
  }

  void finish_section() {
    if (!in_section()) return;
    for (Format& format : section().formats) add(format.feedback, wildcard_);
  }

  // The format that "<payload type> …" names; null for those that the media line does not list.
  Format* take_format(std::string_view& value) {
    const auto type = parse_number<std::uint8_t>(take_word(value));
    if (!type || *type > kMaxPayloadType) {
      fail("payload_type", "Payload types are numbers from 0 to 127.");
      return nullptr;
    }
    if (!in_section() || format_index_[*type] == kNoFormat) return nullptr;
    return &section().formats[format_index_[*type]];
  }

  // a=rtpmap:<pt> <encoding>/<clock rate>[/<channels>]
  void read_rtpmap(std::string_view value) {
    Format* format = take_format(value);
    if (format == nullptr || !format->encoding.empty()) return;
    std::string_view map = trimmed(value);
    const std::string_view encoding = take_until(map, '/');
    const auto clock_rate = parse_number<std::uint32_t>(take_until(map, '/'));
    const auto channels = map.empty() ? std::uint32_t{1} : parse_number<std::uint32_t>(map);
    if (!is_token(encoding) || !clock_rate || !channels) {
      return fail("malformed_rtpmap", "An rtpmap names an encoding and its clock rate.");
    }
    format->encoding = encoding;
    format->clock_rate = *clock_rate;
    format->channels = *channels;
  }

  void read_fmtp(std::string_view value) {
    Format* format = take_format(value);
    if (format != nullptr && format->parameters.empty()) format->parameters = trimmed(value);
  }

  void read_feedback(std::string_view value) {
    if (value.starts_with("* ")) return add(wildcard_, trimmed(value.substr(2)));
    if (Format* format = take_format(value)) add(format->feedback, trimmed(value));
  }

  // a=extmap:<id>["/"<direction>] <URI> … (RFC 8285 §8)
  void read_extension(std::string_view value) {
    std::string_view where = take_word(value);
    const auto id = parse_number<std::uint16_t>(take_until(where, '/'));
    const bool one_or_two_bytes = id && *id >= 1 && *id <= 255 && *id != 15;
    const bool to_be_chosen = id && *id >= 4'096 && *id <= 4'351;
    auto& list = in_section() ? section().extensions : description_.extensions;
    if (!one_or_two_bytes && !to_be_chosen) return fail("extension_id", "Header extensions have ids from 1 to 14.");
    if (std::ranges::find(list, *id, &ExtensionMap::id) != list.end()) {
      return fail("extension_id", "Give every header extension of a media section its own id.");
    }
    if (list.size() == kMaxExtensions) return fail("too_many_extensions", "Offer fewer header extensions.");
    list.push_back({.id = *id, .uri = take_word(value), .both_ways = where.empty() || where == "sendrecv"});
  }

  void read_mid(std::string_view value) {
    if (!in_section()) return;
    if (!is_token(value) || value.size() > kMaxMidBytes || !section().mid.empty()) {
      return fail("malformed_mid", "A media section has one mid, a short token.");
    }
    if (std::ranges::find(description_.sections, value, &Section::mid) != description_.sections.end()) {
      return fail("duplicate_mid", "Give every media section its own mid.");
    }
    section().mid = value;
  }

  void read_group(std::string_view value) {
    if (take_word(value) != "BUNDLE" || in_section() || !description_.bundle.empty()) return;
    for (std::string_view mid = take_word(value); !mid.empty(); mid = take_word(value)) {
      if (description_.bundle.size() == kMaxSections) return fail("too_many_sections", "Bundle fewer media sections.");
      description_.bundle.push_back(mid);
    }
  }

  void read_fingerprint(std::string_view value) {
    auto& list = transport().fingerprints;
    if (list.size() == kMaxFingerprints) return fail("too_many_fingerprints", "Send fewer fingerprints.");
    list.push_back(value);
  }

  void read_setup(std::string_view value) {
    constexpr std::array<std::pair<std::string_view, Setup>, 4> kValues = {{{"actpass", Setup::actpass},
                                                                            {"active", Setup::active},
                                                                            {"passive", Setup::passive},
                                                                            {"holdconn", Setup::holdconn}}};
    const auto* known = std::ranges::find(kValues, value, &std::pair<std::string_view, Setup>::first);
    if (known == kValues.end()) return fail("malformed_setup", "a=setup is actpass, active or passive.");
    transport().setup = known->second;
  }

  // a=ssrc:<ssrc> <attribute> …: of the attributes none matters to us
  void read_ssrc(std::string_view value) {
    if (!in_section()) return;
    const auto ssrc = parse_number<std::uint32_t>(take_word(value));
    if (!ssrc) return fail("malformed_ssrc", "An SSRC is a number of 32 bits.");
    auto& list = section().ssrcs;
    if (std::ranges::find(list, *ssrc) != list.end()) return;
    if (list.size() == kMaxSsrcs) return fail("too_many_ssrcs", "Announce fewer SSRCs.");
    list.push_back(*ssrc);
  }

  void read_ssrc_group(std::string_view value) {
    if (!in_section() || take_word(value) != "FID" || section().repair.size() == kMaxSsrcs) return;
    const auto media = parse_number<std::uint32_t>(take_word(value));
    const auto rtx = parse_number<std::uint32_t>(take_word(value));
    if (!media || !rtx) return fail("malformed_ssrc", "An SSRC is a number of 32 bits.");
    section().repair.emplace_back(*media, *rtx);
  }

  void read_candidate(std::string_view value) {
    if (!in_section() || section().candidates.size() == kMaxCandidatesKept) return;
    if (const auto address = parse_candidate(value)) section().candidates.push_back(*address);
  }

  void read_rid(std::string_view value) {
    if (!in_section()) return;
    if (section().rids.size() == kMaxRids) return fail("too_many_rids", "Offer fewer rids.");
    const std::string_view name = take_word(value);
    section().rids.push_back({.name = name, .send = take_word(value) == "send"});
  }

  // RFC 8853 §5.1: "send 1;~2,3 recv 4": streams, alternatives of a stream, paused ones.
  void read_simulcast(std::string_view value) {
    if (!in_section() || !section().simulcast.empty()) return;
    for (std::string_view direction = take_word(value); !direction.empty(); direction = take_word(value)) {
      std::string_view streams = take_word(value);
      while (direction == "send" && !streams.empty()) {
        std::string_view stream = take_until(streams, ';');
        std::string_view first = take_until(stream, ',');
        if (first.starts_with('~')) first.remove_prefix(1);
        if (section().simulcast.size() == kMaxRids) return fail("too_many_rids", "Offer fewer rids.");
        section().simulcast.push_back(first);
      }
    }
  }
  void read_direction(Direction direction) {
    (in_section() ? section().direction : description_.direction) = direction;
  }
  void read_sendrecv(std::string_view) { read_direction(Direction::sendrecv); }
  void read_sendonly(std::string_view) { read_direction(Direction::sendonly); }
  void read_recvonly(std::string_view) { read_direction(Direction::recvonly); }
  void read_inactive(std::string_view) { read_direction(Direction::inactive); }
  void read_ufrag(std::string_view value) { transport().ufrag = value; }
  void read_password(std::string_view value) { transport().password = value; }
  void read_lite(std::string_view) { description_.ice_lite = true; }
  void read_sdes(std::string_view) { (in_section() ? section().sdes_keys : description_.sdes_keys) = true; }
  void read_rtcp_mux(std::string_view) {
    if (in_section()) section().rtcp_mux = true;
  }
  void read_rtcp_rsize(std::string_view) {
    if (in_section()) section().rtcp_reduced_size = true;
  }
  void read_mixed_extensions(std::string_view) {
    (in_section() ? section().mixed_extensions : description_.mixed_extensions) = true;
  }
  void read_bundle_only(std::string_view) {
    if (in_section()) section().bundle_only = true;
  }

  Description description_;
  std::optional<Refusal> fault_;
  Feedback wildcard_;                                             // a=rtcp-fb:* of the present section
  std::array<std::uint8_t, kMaxPayloadType + 1> format_index_{};  // payload type to place in its formats
};

const std::array<Parser::Attribute, 25> Parser::kAttributes = {{
    {"rtpmap", &Parser::read_rtpmap},
    {"fmtp", &Parser::read_fmtp},
    {"rtcp-fb", &Parser::read_feedback},
    {"ssrc", &Parser::read_ssrc},
    {"extmap", &Parser::read_extension},
    {"extmap-allow-mixed", &Parser::read_mixed_extensions},
    {"candidate", &Parser::read_candidate},
    {"rid", &Parser::read_rid},
    {"simulcast", &Parser::read_simulcast},
    {"ssrc-group", &Parser::read_ssrc_group},
    {"mid", &Parser::read_mid},
    {"group", &Parser::read_group},
    {"sendrecv", &Parser::read_sendrecv},
    {"sendonly", &Parser::read_sendonly},
    {"recvonly", &Parser::read_recvonly},
    {"inactive", &Parser::read_inactive},
    {"ice-ufrag", &Parser::read_ufrag},
    {"ice-pwd", &Parser::read_password},
    {"fingerprint", &Parser::read_fingerprint},
    {"setup", &Parser::read_setup},
    {"ice-lite", &Parser::read_lite},
    {"crypto", &Parser::read_sdes},
    {"rtcp-mux", &Parser::read_rtcp_mux},
    {"rtcp-rsize", &Parser::read_rtcp_rsize},
    {"bundle-only", &Parser::read_bundle_only},
}};

}  // namespace

Result<Description, Refusal> parse_sdp(std::string_view text) { return Parser().run(text); }

std::optional<Address> parse_candidate(std::string_view value) {
  // foundation component transport priority address port "typ" type … (RFC 8839 §5.1)
  const std::string_view foundation = take_word(value);
  const std::string_view component = take_word(value);
  const std::string_view transport = take_word(value);
  const auto priority = parse_number<std::uint32_t>(take_word(value));
  const std::string_view ip = take_word(value);
  const auto port = parse_number<std::uint16_t>(take_word(value));
  if (foundation.empty() || component != "1" || !equal_ignoring_case(transport, "udp") || !priority)
    return std::nullopt;
  if (!port || *port == 0 || take_word(value) != "typ") return std::nullopt;
  return Address::from_ip(ip, *port);
}

std::optional<std::string_view> take_line(std::string_view& rest) {
  while (!rest.empty()) {
    std::string_view line = take_until(rest, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) return line;
  }
  return std::nullopt;
}

std::optional<Refusal> check_text(std::string_view text) {
  if (text.size() > kMaxOfferBytes) return Refusal{413, "too_large", "Send a description of at most 64 KiB."};
  std::size_t lines = 0;
  std::size_t line_start = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || text[i] == '\n') {
      if (i - line_start > kMaxLineBytes) return malformed("line_too_long", "Send lines of at most 4 KiB.");
      if (++lines > kMaxOfferLines) return Refusal{413, "too_many_lines", "Send at most 2,000 lines."};
      line_start = i + 1;
    } else if (static_cast<unsigned char>(text[i]) < 0x20 && text[i] != '\r' && text[i] != '\t') {
      return malformed("control_character", "Send text without control characters.");
    }
  }
  return std::nullopt;
}

}  // namespace plenary::sdp
