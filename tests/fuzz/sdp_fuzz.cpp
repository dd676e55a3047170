// Offers, answers and fragments: each is an answer that we can read ourselves, or a refusal with 4xx.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "media/base/check.h"
#include "media/sdp/negotiate.h"

namespace {

using namespace plenary;

void check_refusal(const sdp::Refusal& refusal) {
  PLENARY_CHECK(refusal.status >= 400 && refusal.status < 500);
  PLENARY_CHECK(!refusal.code.empty() && !refusal.message.empty());
}

void check_answer(const Result<sdp::Negotiated, sdp::Refusal>& result) {
  if (!result) return check_refusal(result.error());
  const auto said = sdp::parse_answer(result->answer);
  PLENARY_CHECK(said.ok());
  PLENARY_CHECK(said->media.size() == result->media.size());
  PLENARY_CHECK(!result->remote_fingerprint.digest.empty());
  for (const sdp::NegotiatedMedia& media : result->media) PLENARY_CHECK(!media.codecs.empty());
}

const sdp::LocalParameters& local() {
  static const sdp::LocalParameters parameters{.ice = {.ufrag = "ours", .password = "ourpassword0123456789abc"},
                                               .fingerprint = {.algorithm = "sha-256", .digest = ByteVector(32, 7)},
                                               .candidates = {Address::v4(192, 0, 2, 1, 7000)},
                                               .cname = "room"};
  return parameters;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(Bytes(data, size));
  SeededRandom random(1);
  check_answer(sdp::answer_viewer(text, local(), random));
  check_answer(sdp::answer_speaker(text, local(), random));
  if (const auto fragment = sdp::parse_ice_fragment(text); !fragment) check_refusal(fragment.error());
  if (const auto answer = sdp::parse_answer(text); !answer) check_refusal(answer.error());
  return 0;
}
