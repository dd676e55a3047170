#include "media/sdp/transport.h"

#include <algorithm>

#include "media/sdp/text.h"

namespace plenary::sdp {
namespace {

constexpr std::size_t kMinUfrag = 4;
constexpr std::size_t kMinPassword = 22;
constexpr std::size_t kMaxIceCharacters = 256;

bool is_ice_text(std::string_view text, std::size_t minimum) {
  return text.size() >= minimum && text.size() <= kMaxIceCharacters && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '+' || c == '/';
         });
}

// RFC 8122 §5: of several, the one with the strongest digest that we know.
Result<crypto::Fingerprint, Refusal> read_fingerprint(const std::vector<std::string_view>& lines) {
  std::optional<crypto::Fingerprint> best;
  for (std::string_view line : lines) {
    const std::string_view algorithm = take_word(line);
    auto fingerprint = crypto::parse_fingerprint(algorithm, trimmed(line));
    if (fingerprint && (!best || fingerprint->digest.size() > best->digest.size())) best = std::move(fingerprint);
  }
  if (best) return *std::move(best);
  if (lines.empty()) return Refusal{400, "no_fingerprint", "Offer DTLS-SRTP with a certificate fingerprint."};
  return Refusal{422, "weak_fingerprint", "Offer a fingerprint of SHA-256, SHA-384 or SHA-512."};
}

}  // namespace

const Section& tagged_section(const Description& description) {
  if (!description.bundle.empty()) {
    const auto tagged = std::ranges::find(description.sections, description.bundle.front(), &Section::mid);
    if (tagged != description.sections.end()) return *tagged;
  }
  return description.sections.front();
}

Result<ice::Credentials, Refusal> read_credentials(std::string_view ufrag, std::string_view password) {
  if (ufrag.empty() || password.empty()) {
    return Refusal{400, "no_ice_credentials", "Send both a=ice-ufrag and a=ice-pwd."};
  }
  if (!is_ice_text(ufrag, kMinUfrag) || !is_ice_text(password, kMinPassword)) {
    return Refusal{400, "ice_credentials", "Send an ICE ufrag of 4 to 256 and a password of 22 to 256 ICE characters."};
  }
  return ice::Credentials{.ufrag = std::string(ufrag), .password = std::string(password)};
}

Result<RemoteTransport, Refusal> read_transport(const Description& description, const Section& tagged) {
  const TransportAttributes& session = description.transport;
  const TransportAttributes& own = tagged.transport;
  const auto credentials = read_credentials(own.ufrag.empty() ? session.ufrag : own.ufrag,
                                            own.password.empty() ? session.password : own.password);
  if (!credentials) return credentials.error();
  const auto fingerprint = read_fingerprint(own.fingerprints.empty() ? session.fingerprints : own.fingerprints);
  if (!fingerprint) return fingerprint.error();
  // RFC 4145 §4: "If the attribute is not present, the default is active".
  const Setup setup = own.setup.value_or(session.setup.value_or(Setup::active));
  return RemoteTransport{.ice = *credentials, .fingerprint = *fingerprint, .setup = setup};
}

}  // namespace plenary::sdp
