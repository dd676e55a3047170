// The offer of a WHIP client with one audio and one video (H.264 with RTX), for load generators, simulated people and
// tests. What the answer says is parse_answer()'s, in negotiate.h.
#pragma once

#include <cstdint>
#include <string>

#include "media/crypto/certificate.h"
#include "media/ice/ice_lite.h"

namespace plenary::sdp {

struct SpeakerOffer {
  ice::Credentials ice;
  crypto::Fingerprint fingerprint;
  std::uint32_t audio_ssrc = 0;
  std::uint32_t video_ssrc = 0;
  std::uint32_t rtx_ssrc = 0;  // of the video
  std::string cname;
};
std::string write_speaker_offer(const SpeakerOffer& offer);

}  // namespace plenary::sdp
