// WHEP where the server offers (draft-ietf-wish-whep): to a viewer whose offer has no codec that is served (406).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "media/sdp/negotiate.h"

namespace plenary::sdp {

struct CounterOffer {
  std::string text;
  std::vector<NegotiatedMedia> media;
};
// One section of each kind that the refused offer had, with every format there is.
Result<CounterOffer, Refusal> write_counter_offer(std::string_view refused, const LocalParameters& local,
                                                  RandomSource& random);
// The player's answer is judged like an offer, and against what was offered; what comes out has the sources that were
// offered.
Result<Negotiated, Refusal> take_answer(std::string_view answer, const CounterOffer& offered,
                                        const LocalParameters& local, RandomSource& random);

}  // namespace plenary::sdp
