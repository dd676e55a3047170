#include "server/people/page.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace plenary::people {

using nlohmann::json;

void Page::call(std::string_view method, const json& params) {
  const json message = {{"jsonrpc", "2.0"}, {"id", next_id_++}, {"method", method}, {"params", params}};
  out_.push_back(message.dump(-1, ' ', false, json::error_handler_t::replace));
}

std::optional<std::string> Page::poll_message() {
  if (out_.empty()) return std::nullopt;
  std::string text = std::move(out_.front());
  out_.pop_front();
  return text;
}

void Page::handle_open() {
  join_id_ = next_id_;
  call("meeting.join", {{"token", token_}});
}

void Page::handle_closed() {
  joined_ = false;
  media_token_.clear();
  view_ = {};
  out_.clear();
}

void Page::handle_message(std::string_view text, Instant now) {
  const json message = json::parse(text, nullptr, false);
  if (!message.is_object()) return;
  if (!message.contains("method")) return take_result(message, now);
  if (!joined_ || !message["method"].is_string()) return;
  const auto params = message.find("params");
  if (params == message.end() || !params->is_object()) return;
  const std::string method = message["method"];
  if (method == "meeting.state") view_.take(*params);
  if (method != "meeting.state" && method != "meeting.changed") return;
  if (const auto set = params->find("set"); set != params->end()) view_.take(*set);
  if (const auto time = params->find("server_time"); time != params->end() && time->is_number_integer()) {
    view_.server_time = *time;
  }
  view_at_ = now;
}

void Page::take_result(const json& message, Instant now) {
  if (const auto error = message.find("error"); error != message.end()) {
    ++refused_;
    last_refusal_ = error->is_object() ? error->value(json::json_pointer("/data/code"), std::string()) : "";
    return;
  }
  const auto result = message.find("result");
  const auto id = message.find("id");
  if (result == message.end() || !result->is_object() || id == message.end() || *id != join_id_) return;
  participant_ = result->value("participant", std::string());
  media_token_ = result->value("media_token", std::string());
  if (const auto state = result->find("state"); state != result->end()) view_.take(*state);
  view_at_ = now;
  joined_ = !participant_.empty();
}

std::int64_t Page::meeting_time(Instant now) const { return view_.server_time + to_milliseconds(now - view_at_); }

}  // namespace plenary::people
