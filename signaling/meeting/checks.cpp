#include "signaling/meeting/checks.h"

#include <algorithm>

namespace plenary::signaling {

void keep_check(Checks& checks, const Checked& checked, std::uint64_t seq, Moment at) {
  if (!checks.known.contains(checked.identity) && checks.known.size() >= kMaxKnownChecks) {
    checks.known.erase(std::min_element(checks.known.begin(), checks.known.end(),
                                        [](const auto& a, const auto& b) { return a.second.seq < b.second.seq; }));
    ++checks.forgotten;
  }
  KnownCheck& check = checks.known[checked.identity];
  if (at >= check.counted_from + kVerdictsCounted) {
    check.counted_from = at;
    check.counted = 0;
  }
  ++check.counted;
  check.readiness = checked.readiness;
  check.at = at;
  check.seq = checks.last = seq;
}

}  // namespace plenary::signaling
