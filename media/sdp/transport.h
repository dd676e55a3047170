// What an offer or answer says about ICE and DTLS; fails closed: never plain RTP.
#pragma once

#include "media/sdp/negotiate.h"
#include "media/sdp/sdp_parse.h"

namespace plenary::sdp {

struct RemoteTransport {
  ice::Credentials ice;
  crypto::Fingerprint fingerprint;
  Setup setup = Setup::active;
};

// Of the section whose transport a bundle uses; what it does not say the session says.
Result<RemoteTransport, Refusal> read_transport(const Description& description, const Section& tagged);

// Only of ice-char, and of the lengths of RFC 8839 §5.4.
Result<ice::Credentials, Refusal> read_credentials(std::string_view ufrag, std::string_view password);

// The section whose mid the BUNDLE group names first (RFC 9143 §7.2); the first one without a group.
const Section& tagged_section(const Description& description);

}  // namespace plenary::sdp
