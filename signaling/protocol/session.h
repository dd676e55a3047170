// One connection's side of the protocol: bounded decoding of what it says, and what it may say. Values come out; raw
// text never goes further than this.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "media/base/result.h"
#include "media/base/time.h"
#include "signaling/meeting/act.h"
#include "signaling/protocol/access.h"

namespace plenary::signaling {

constexpr std::size_t kMaxMessage = 64 * 1024;  // bytes (interface); the longest honest message has 1 KiB
constexpr int kMaxDepth = 32;                   // JSON nesting; honest messages need 2
constexpr std::size_t kMaxName = 100;           // characters, also title
constexpr std::size_t kMaxOrganisation = 140;
constexpr std::size_t kMaxCountry = 60;
constexpr std::size_t kMaxTopic = 140;
constexpr std::size_t kMaxReason = 280;  // a moderator's sentence
constexpr std::size_t kMaxHelp = 280;    // one message; more is a conversation, and that goes by voice
constexpr std::size_t kMaxNote = 280;    // a moderator's, beside a row: read at a glance while people speak
constexpr std::size_t kMaxItem = 16;     // bytes of an agenda item's number
constexpr std::size_t kMaxKey = 64;
constexpr std::size_t kMaxToken = 4'096;   // bytes of a join or resume token
constexpr double kMessagesPerSecond = 20;  // nobody clicks faster; a page's start sends three
constexpr double kMessageBurst = 40;
constexpr int kExcessBeforeClose = 200;  // messages refused as too many, without a good one between them

// The id to answer with, as JSON text: a number, a string of at most 64 characters, or "null".
using CallId = std::string;

struct JoinCall {
  std::string token;
  std::string resume;
  std::optional<Where> where;
};
struct StateCall {};
struct ChannelCall {
  std::string language;
};
struct ReturnSoundCall {
  bool started = false;
};
struct TextCall {  // of a written request
  RequestId request{};
};
using Call = std::variant<JoinCall, StateCall, ChannelCall, ReturnSoundCall, TextCall, Act>;

struct Incoming {
  CallId id;
  bool wants_answer = true;  // false: a notification, answered by nothing
  Method method{};
  Call call;
};
struct Rejected {
  CallId id;
  bool wants_answer = true;
  int code = -32600;  // JSON-RPC's, or RefusalCode's
  std::string word;
  std::string sentence;
};

// Pure: depth, size, UTF-8, duplicate keys, types, caps.
[[nodiscard]] Result<Incoming, Rejected> decode_message(std::string_view text);

std::string encode_error(const CallId& id, int code, std::string_view word, std::string_view sentence);
std::string encode_result(const CallId& id, const std::string& json);
std::string encode_notification(std::string_view method, const std::string& json);
std::string encode_answer(const CallId& id, const Answer& answer);

// Counts messages; refuses what comes too fast.
class RateLimit {
 public:
  [[nodiscard]] bool allow(Instant now);
  [[nodiscard]] bool should_close() const { return excess_ >= kExcessBeforeClose; }

 private:
  double tokens_ = kMessageBurst;
  std::optional<Instant> last_;
  int excess_ = 0;
};

}  // namespace plenary::signaling
