// What a browser offers when it publishes.
#pragma once

#include <string>

#include "media/base/media_types.h"
#include "media/crypto/certificate.h"
#include "media/ice/ice_lite.h"

namespace plenary::sim {

// One sound (Opus) and one picture (VP8, H.264 constrained baseline, each with RTX), transport-cc, NACK, PLI.
// `reduced_size`: RFC 5506, in both sections. `video`: VP9 or AV1 is offered
// alone.
std::string speaker_offer(const ice::Credentials& ice, const crypto::Fingerprint& fingerprint, bool reduced_size,
                          std::size_t layers = 0, Codec video = Codec::h264);

// Out of what sdp::write_viewer_offer() wrote.
void remove_descriptor(std::string& viewer_offer);  // AV1's, as of browsers that are not asked for it
void remove_vp8(std::string& viewer_offer);

}  // namespace plenary::sim
