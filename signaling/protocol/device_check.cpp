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

std::string check_ended_params(std::string_view code) { return nlohmann::json{{"code", code}}.dump(); }

}  // namespace plenary::signaling
