#include "signaling/protocol/device_check.h"

#include <nlohmann/json.hpp>

namespace plenary::signaling {

std::string check_result_params(const CheckResult& result) {
  return nlohmann::json{{"seconds_left", result.seconds_left},
                        {"now_db", result.now_db},
                        {"heard", result.heard},
                        {"readiness", readiness_tree(result.readiness)}}
      .dump();
}

std::string known_check_params(ParticipantId participant, const KnownCheck& check) {
  return nlohmann::json{{"participant", to_text(participant)},
                        {"at", check.at.time_since_epoch().count()},
                        {"readiness", readiness_tree(check.readiness)}}
      .dump();
}

std::string check_ended_params(std::string_view code) { return nlohmann::json{{"code", code}}.dump(); }

}  // namespace plenary::signaling
