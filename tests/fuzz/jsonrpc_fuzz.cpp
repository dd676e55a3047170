// A message of a meeting's page, before anybody has looked at it.
#include <cstddef>
#include <cstdint>

#include "media/base/bytes.h"
#include "media/base/check.h"
#include "signaling/protocol/session.h"

using namespace plenary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto incoming = signaling::decode_message(as_text(Bytes(data, size)));
  if (incoming.ok()) {
    PLENARY_CHECK(!incoming.value().id.empty());
    return 0;
  }
  const signaling::Rejected& rejected = incoming.error();
  PLENARY_CHECK(!rejected.sentence.empty());
  // What goes back to the sender is JSON of ours, whatever its id was.
  const std::string answer = signaling::encode_error(rejected.id, rejected.code, rejected.word, rejected.sentence);
  PLENARY_CHECK(!answer.empty() && answer.front() == '{' && answer.back() == '}');
  return 0;
}
