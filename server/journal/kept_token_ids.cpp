#include "server/journal/kept_token_ids.h"

#include <nlohmann/json.hpp>
#include <string_view>

#include "server/auth/token_signer.h"

namespace plenary::server {
namespace {

using nlohmann::json;

void renew(json& value, std::string_view before = {}) {
  if (!value.is_string()) return;
  const std::string& kept = value.get_ref<const std::string&>();
  if (!kept.starts_with(before)) return;
  value = std::string(before) + current_token_id(std::string_view(kept).substr(before.size()));
}

}  // namespace

void renew_token_ids(std::string& payload) {
  if (payload.find("sig:") == std::string::npos) return;  // nearly all of them
  json event = json::parse(payload, nullptr, false);
  if (!event.is_object()) return;
  if (const auto tokens = event.find("tokens"); tokens != event.end() && tokens->is_array()) {
    for (json& token : *tokens) renew(token);
  }
  if (const auto person = event.find("person"); person != event.end() && person->is_object()) {
    if (person->contains("token")) renew((*person)["token"]);
    if (person->contains("identity")) renew((*person)["identity"], "token:");
  }
  payload = event.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace plenary::server
