#include "signaling/meeting/decide.h"

namespace plenary::signaling {

Decided decide(const Case& c, const Act& act) {
  return std::visit([&](const auto& one) { return decide_act(c, one); }, act);
}

Result<const Request*, Refusal> open_request(const Case& c, RequestId id) {
  if (const Request* request = find_open(c.state, id)) return request;
  if (find_any(c.state, id) != nullptr) {
    return Refusal{RefusalCode::not_found, "ended", "This request has ended already."};
  }
  return Refusal{RefusalCode::not_found, "not_found", "There is no such request; ask for the state again."};
}

Refusal conflict(std::string word, std::string sentence) {
  return Refusal{RefusalCode::conflict, std::move(word), std::move(sentence)};
}

}  // namespace plenary::signaling
