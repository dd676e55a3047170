#include "media/sdp/negotiate.h"
#include "media/sdp/sdp_parse.h"
#include "media/sdp/text.h"
#include "media/sdp/transport.h"

namespace plenary::sdp {

Result<IceFragment, Refusal> parse_ice_fragment(std::string_view body) {
  if (auto refusal = check_text(body)) return *std::move(refusal);
  const Refusal malformed{400, "malformed_fragment", "Send a fragment of ICE attributes."};
  IceFragment fragment;
  std::string_view ufrag;
  std::string_view password;
  bool says_something = false;
  std::string_view rest = body;
  while (const auto line = take_line(rest)) {
    if (line->starts_with("m=")) continue;  // RFC 8840 §4.4: only there to hold the mid
    if (!line->starts_with("a=")) return malformed;
    std::string_view value = line->substr(2);
    const std::string_view name = take_until(value, ':');
    // All sections of a bundle have one transport: the first credentials are those of all.
    if (name == "ice-ufrag" && ufrag.empty()) ufrag = value;
    if (name == "ice-pwd" && password.empty()) password = value;
    // Names, TCP and other candidates that we could never use are counted and forgotten like all the others.
    if (name == "candidate") ++fragment.candidates;
    if (name == "mid" && fragment.mid.empty()) {
      if (!is_token(value) || value.size() > kMaxMidBytes) return malformed;
      fragment.mid = value;
    }
    says_something |= name == "ice-ufrag" || name == "ice-pwd" || name == "candidate" || name == "end-of-candidates";
  }
  if (!says_something) return malformed;
  if (ufrag.empty() && password.empty()) return fragment;
  auto credentials = read_credentials(ufrag, password);
  if (!credentials) return credentials.error();
  fragment.credentials = std::move(credentials).value();
  return fragment;
}

}  // namespace plenary::sdp
