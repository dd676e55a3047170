// The text of an answer, and of what PATCH answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "media/sdp/codec_choice.h"
#include "media/sdp/negotiate.h"
#include "media/sdp/sdp_parse.h"

namespace plenary::sdp {

// What the answer says of one m-line.
struct AnswerSection {
  std::string_view kind;
  std::string_view protocol;
  std::vector<ChosenCodec> codecs;
  NegotiatedMedia media;
  bool mixed_extensions = false;  // RFC 8285 §6; the section's own, where the session does not say it
  bool reduced_size = false;
  std::string cname;  // viewers: of the slot pair, which is its msid's stream too; speakers: empty
};

struct AnswerText {
  std::uint64_t session_id = 0;
  std::vector<std::string_view> bundle;  // empty: the offer had no group
  std::string_view tagged_mid;           // its section carries the candidates
  bool mixed_extensions = false;         // RFC 8285 §6, as offered; said where we need it
  std::vector<AnswerSection> sections;
  bool sends = false;  // sendonly, else recvonly
  bool dtls_active = false;
};
std::string write_answer(const AnswerText& answer, const LocalParameters& local);

// "a=candidate:… typ host" and the end of candidates; those over TCP last, and passive (RFC 6544 §4.5).
void write_candidates(std::string& text, const std::vector<Address>& udp, const std::vector<Address>& tcp);

}  // namespace plenary::sdp
