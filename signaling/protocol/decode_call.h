// Parameters of each method: names, types, caps. What is not named is ignored, so that a forged identity has no effect.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "media/base/result.h"
#include "signaling/protocol/access.h"
#include "signaling/protocol/session.h"

namespace plenary::signaling {

// The error is one sentence that names the member at fault.
Result<Call, std::string> decode_call(Method method, const nlohmann::json& params);

}  // namespace plenary::signaling
