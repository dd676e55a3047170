#include "signaling/protocol/session.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "signaling/protocol/decode_call.h"
#include "signaling/protocol/json_text.h"
#include "signaling/protocol/text.h"

namespace plenary::signaling {
namespace {

using Json = nlohmann::json;

// JSON-RPC 2.0 §5.1
constexpr int kParseError = -32700;
constexpr int kInvalidRequest = -32600;

constexpr std::size_t kMaxCallId = 64;                          // bytes of a string
constexpr std::int64_t kMaxCallNumber = 9'007'199'254'740'991;  // what JavaScript counts exactly

Rejected invalid(std::string sentence) {
  return {"null", true, kInvalidRequest, "invalid_request", std::move(sentence)};
}

std::optional<CallId> call_id_from(const Json& id) {
  if (id.is_null()) return "null";
  if (id.is_number_integer()) {
    const bool fits = id.is_number_unsigned() ? id.get<std::uint64_t>() <= static_cast<std::uint64_t>(kMaxCallNumber)
                                              : id.get<std::int64_t>() >= -kMaxCallNumber;
    if (fits) return id.dump();
  }
  if (id.is_string() && id.get_ref<const std::string&>().size() <= kMaxCallId) return id.dump();
  return std::nullopt;
}

std::optional<Rejected> parse_envelope(std::string_view text, Json& tree) {
  if (text.size() > kMaxMessage) return invalid("A message has at most 64 KiB.");
  switch (parse_json(text, tree)) {
    case JsonFault::none:
      break;
    case JsonFault::malformed:
      return Rejected{"null", true, kParseError, "malformed", "This is not JSON."};
    case JsonFault::too_deep:
      return invalid("JSON nested deeper than 32.");
    case JsonFault::duplicate_key:
      return Rejected{"null", true, static_cast<int>(RefusalCode::bad_parameters), "duplicate_key",
                      "An object names the same member twice."};
  }
  if (!tree.is_object()) return invalid("A message is one JSON object; batches are not taken.");
  return std::nullopt;
}

}  // namespace

Result<Incoming, Rejected> decode_message(std::string_view text) {
  Json tree;
  if (std::optional<Rejected> rejected = parse_envelope(text, tree)) return *std::move(rejected);
  CallId id = "null";
  const auto given_id = tree.find("id");
  const bool wants_answer = given_id != tree.end();
  if (wants_answer) {
    std::optional<CallId> known = call_id_from(*given_id);
    if (!known) return invalid("An id is a whole number or a string of at most 64 bytes.");
    id = *std::move(known);
  }
  const auto reject = [&](int code, std::string word, std::string sentence) {
    return Rejected{id, wants_answer, code, std::move(word), std::move(sentence)};
  };
  const auto version = tree.find("jsonrpc");
  if (version == tree.end() || *version != "2.0") {
    return reject(kInvalidRequest, "invalid_request", "The member jsonrpc must be \"2.0\".");
  }
  const auto name = tree.find("method");
  if (name == tree.end() || !name->is_string()) {
    return reject(kInvalidRequest, "invalid_request", "A message names its method.");
  }
  const std::optional<Method> method = method_from(name->get_ref<const std::string&>());
  if (!method) {
    return reject(static_cast<int>(RefusalCode::unknown_method), "unknown_method", "There is no such method.");
  }
  const auto given = tree.find("params");
  const Json params = given == tree.end() ? Json::object() : *given;
  if (!params.is_object()) {
    return reject(static_cast<int>(RefusalCode::bad_parameters), "bad_params", "Parameters are an object.");
  }
  Result<Call, std::string> call = decode_call(*method, params);
  if (!call) return reject(static_cast<int>(RefusalCode::bad_parameters), "bad_params", call.error());
  return Incoming{std::move(id), wants_answer, *method, std::move(call).value()};
}

std::string encode_error(const CallId& id, int code, std::string_view word, std::string_view sentence) {
  const Json error = {{"code", code}, {"message", sentence}, {"data", {{"code", word}}}};
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"error":)" +
         error.dump(-1, ' ', false, Json::error_handler_t::replace) + "}";
}

std::string encode_result(const CallId& id, const std::string& json) {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":)" + json + "}";
}

std::string encode_notification(std::string_view method, const std::string& json) {
  return R"({"jsonrpc":"2.0","method":")" + std::string(method) + R"(","params":)" + json + "}";
}

std::string encode_answer(const CallId& id, const Answer& answer) {
  Json result = Json::object();
  if (answer.request) result["request"] = to_text(*answer.request);
  if (answer.position) result["position"] = *answer.position;
  if (answer.help) result["help"] = to_text(*answer.help);
  return encode_result(id, result.dump());
}

bool RateLimit::allow(Instant now) {
  if (last_) {
    const double passed = std::chrono::duration<double>(now - *last_).count();
    tokens_ = std::min(kMessageBurst, tokens_ + std::max(0.0, passed) * kMessagesPerSecond);
  }
  last_ = now;
  if (tokens_ < 1) {
    ++excess_;
    return false;
  }
  tokens_ -= 1;
  excess_ = std::max(0, excess_ - 1);
  return true;
}

}  // namespace plenary::signaling
