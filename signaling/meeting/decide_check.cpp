#include "signaling/meeting/checks.h"
#include "signaling/meeting/decide.h"

namespace plenary::signaling {
namespace {

// The figures move all the time; what somebody would do about it is this.
bool is_same_verdict(const Readiness& a, const Readiness& b) { return a.fit == b.fit && a.problems == b.problems; }

}  // namespace

Decided decide_act(const Case& c, const act::KeepCheck& act) {
  const auto person = c.presence.people.find(c.actor.participant);
  const bool known = person != c.presence.people.end() && !person->second.identity.empty();
  if (!known || !act.readiness.fit) return Decision{};
  const std::string& identity = person->second.identity;
  if (const auto last = c.state.checks.known.find(identity); last != c.state.checks.known.end()) {
    const KnownCheck& before = last->second;
    if (is_same_verdict(before.readiness, act.readiness) && c.at < before.at + kCheckStands) return Decision{};
    if (before.counted >= kMaxVerdictsPerMinute && c.at < before.counted_from + kVerdictsCounted) {
      return Refusal{RefusalCode::too_many, "too_many_verdicts", "This check changed too often; wait a minute."};
    }
  }
  return Decision{{Checked{identity, act.readiness}}, {}};
}

}  // namespace plenary::signaling
