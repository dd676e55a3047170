#include "signaling/protocol/json_text.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "signaling/protocol/session.h"

namespace plenary::signaling {
namespace {

using Json = nlohmann::json;

// Walks the text without building anything; false stops the parser, so depth costs nothing.
class Check : public nlohmann::json_sax<Json> {
 public:
  JsonFault fault = JsonFault::none;

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    keys_.emplace_back();
    return deeper();
  }
  bool end_object() override {
    keys_.pop_back();
    --depth_;
    return true;
  }
  bool start_array(std::size_t) override { return deeper(); }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool key(string_t& name) override {
    if (keys_.back().insert(name).second) return true;
    return stop(JsonFault::duplicate_key);
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return stop(JsonFault::malformed);
  }

 private:
  bool stop(JsonFault found) {
    fault = found;
    return false;
  }
  bool deeper() { return ++depth_ <= kMaxDepth || stop(JsonFault::too_deep); }

  int depth_ = 0;
  std::vector<std::set<std::string>> keys_;
};

}  // namespace

JsonFault parse_json(std::string_view text, Json& tree) {
  // The parser takes a NUL byte for the end of the text; it is never part of JSON.
  if (text.find('\0') != std::string_view::npos) return JsonFault::malformed;
  Check check;
  if (!Json::sax_parse(text, &check)) return check.fault == JsonFault::none ? JsonFault::malformed : check.fault;
  Json parsed = Json::parse(text, nullptr, false);
  if (parsed.is_discarded()) return JsonFault::malformed;
  tree = std::move(parsed);
  return JsonFault::none;
}

}  // namespace plenary::signaling
