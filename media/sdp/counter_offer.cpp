// Both are an ordinary negotiation seen from the other end, so that all that answer_viewer() judges is judged here too.
#include "media/sdp/counter_offer.h"

#include <algorithm>

#include "media/sdp/sdp_parse.h"

namespace plenary::sdp {
namespace {

constexpr std::string_view kAnswered = "a=setup:passive\r\n";
constexpr std::string_view kOffered = "a=setup:actpass\r\n";  // RFC 8842 §5.2: of every offer

void offer_either_role(std::string& text) {
  for (std::size_t at = 0; (at = text.find(kAnswered, at)) != std::string::npos; at += kOffered.size()) {
    text.replace(at, kAnswered.size(), kOffered);
  }
}

// RFC 3264 §6.1: of what was offered, under its numbers.
bool is_choice_of(const NegotiatedMedia& answered, const NegotiatedMedia& offered) {
  if (answered.kind != offered.kind || answered.mid != offered.mid) return false;
  const auto was_offered = [&](const CodecChoice& codec) {
    return std::ranges::any_of(offered.codecs, [&](const CodecChoice& other) {
      return codec.codec == other.codec && codec.payload_type == other.payload_type &&
             (!codec.rtx_payload_type || codec.rtx_payload_type == other.rtx_payload_type) &&
             (!codec.red_payload_type || codec.red_payload_type == other.red_payload_type);
    });
  };
  const auto keeps_id = [&](std::uint8_t ExtensionIds::*id) {
    return answered.extensions.*id == 0 || answered.extensions.*id == offered.extensions.*id;
  };
  return std::ranges::all_of(answered.codecs, was_offered) && keeps_id(&ExtensionIds::mid) &&
         keeps_id(&ExtensionIds::audio_level) && keeps_id(&ExtensionIds::abs_send_time) &&
         keeps_id(&ExtensionIds::transport_cc) && keeps_id(&ExtensionIds::dependency_descriptor);
}

}  // namespace

Result<CounterOffer, Refusal> write_counter_offer(std::string_view refused, const LocalParameters& local,
                                                  RandomSource& random) {
  const auto offer = parse_sdp(refused);
  if (!offer) return offer.error();
  const auto wants = [&](std::string_view kind) {
    return std::ranges::any_of(offer->sections, [&](const Section& section) { return section.kind == kind; });
  };
  const std::string all = write_viewer_offer({.ice = local.ice,
                                              .fingerprint = local.fingerprint,
                                              .audio = wants("audio") ? 1U : 0U,
                                              .video = wants("video") ? 1U : 0U,
                                              .redundant_audio = true,
                                              .vp9 = true,
                                              .av1 = true});
  Result<Negotiated, Refusal> answered = answer_viewer(all, local, random);
  if (!answered) return answered.error();
  offer_either_role(answered->answer);
  return CounterOffer{.text = std::move(answered->answer), .media = std::move(answered->media)};
}

Result<Negotiated, Refusal> take_answer(std::string_view answer, const CounterOffer& offered,
                                        const LocalParameters& local, RandomSource& random) {
  Result<Negotiated, Refusal> taken = answer_viewer(answer, local, random);
  if (!taken) return taken;
  if (!std::ranges::equal(taken->media, offered.media, is_choice_of)) {
    return Refusal{422, "not_as_offered", "Answer each media section with formats and ids of the offer."};
  }
  for (std::size_t i = 0; i < offered.media.size(); ++i) {
    taken->media[i].ssrc = offered.media[i].ssrc;
    taken->media[i].rtx_ssrc = offered.media[i].rtx_ssrc;
  }
  return taken;
}

}  // namespace plenary::sdp
