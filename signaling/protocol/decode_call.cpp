#include "signaling/protocol/decode_call.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "signaling/protocol/text.h"

namespace plenary::signaling {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxLanguage = 12;  // "zh-Hant-HK" has ten

// Reads members; remembers the first fault and gives empty values after it.
class Params {
 public:
  explicit Params(const Json& object) : object_(object) {}

  [[nodiscard]] const std::string& fault() const { return fault_; }

  std::string text(const char* member, bool required, std::size_t characters) {
    const std::string* raw = string(member, required);
    if (raw == nullptr) return {};
    std::string clean = cleaned(*raw, characters);
    if (required && clean.empty()) return fail(member, "must not be empty"), std::string{};
    return clean;
  }

  // Whole, however long: who decides may refuse it.
  std::string paragraphs(const char* member) {
    const std::string* raw = string(member, false);
    return raw == nullptr ? std::string{} : cleaned_paragraphs(*raw);
  }

  // Kept as it came, for what is compared and not shown.
  std::string opaque(const char* member, bool required, std::size_t bytes) {
    const std::string* raw = string(member, required);
    if (raw == nullptr) return {};
    const bool visible = std::all_of(raw->begin(), raw->end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (raw->size() > bytes || !visible || (required && raw->empty())) {
      return fail(member, "must be visible ASCII and not that long"), std::string{};
    }
    return *raw;
  }

  std::string language(const char* member) {
    const std::string* raw = string(member, true);
    if (raw == nullptr) return {};
    const bool fits = std::all_of(raw->begin(), raw->end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (raw->empty() || raw->size() > kMaxLanguage || !fits) {
      return fail(member, "must be \"floor\" or a language code"), std::string{};
    }
    return *raw;
  }

  template <class T>
  T word(const char* member, std::optional<T> (*from)(std::string_view), const char* words) {
    const std::string* raw = string(member, true);
    if (raw == nullptr) return T{};
    const std::optional<T> value = from(*raw);
    if (!value) fail(member, words);
    return value.value_or(T{});
  }

  template <class T>
  std::optional<T> optional_word(const char* member, std::optional<T> (*from)(std::string_view), const char* words) {
    const std::string* raw = string(member, false);
    if (raw == nullptr) return std::nullopt;
    const std::optional<T> value = from(*raw);
    if (!value) fail(member, words);
    return value;
  }

  HelpId help() {
    const std::string* raw = string("help", true);
    const std::optional<HelpId> id = raw == nullptr ? std::nullopt : help_from(*raw);
    if (!id) fail("help", "must be a call for help such as \"h-3\"");
    return id.value_or(HelpId{});
  }

  // Of agenda.select: null is no item.
  std::string item_or_none(const char* member) {
    const Json* found = find(member);
    if (found != nullptr && found->is_null()) return {};
    return opaque(member, true, kMaxItem);
  }

  std::optional<std::string> optional_item_or_none(const char* member) {
    if (find(member) == nullptr) return std::nullopt;
    return item_or_none(member);
  }

  std::vector<AgendaItem> items() {
    const Json* found = find("items");
    if (found == nullptr || !found->is_array() || found->size() > kMaxAgenda) {
      return fail("items", "must be a list of at most 50 items"), std::vector<AgendaItem>{};
    }
    std::vector<AgendaItem> items;
    for (const Json& entry : *found) {
      if (!entry.is_object()) return fail("items", "must have an item and a title each"), items;
      Params inner(entry);
      AgendaItem item;
      item.item = inner.opaque("item", true, kMaxItem);
      item.title = inner.text("title", true, kMaxTopic);
      item.minutes = inner.minutes("minutes");
      if (!inner.fault().empty()) return fail("items", "must have an item, a title and maybe minutes each"), items;
      items.push_back(std::move(item));
    }
    return items;
  }

  RequestId request() {
    const std::string* raw = string("request", true);
    return raw == nullptr ? RequestId{} : request_of("request", *raw);
  }

  ParticipantId participant() {
    const std::string* raw = string("participant", true);
    if (raw == nullptr) return {};
    const std::optional<ParticipantId> id = participant_from(*raw);
    if (!id) fail("participant", "must be a participant such as \"p-7\"");
    return id.value_or(ParticipantId{});
  }

  std::optional<RequestId> optional_request(const char* member, bool required = false) {
    const Json* found = find(member);
    if (found == nullptr) {
      if (required) fail(member, "is missing");
      return std::nullopt;
    }
    if (found->is_null()) return std::nullopt;
    if (!found->is_string()) return fail(member, "must be a request such as \"r-12\""), std::nullopt;
    return request_of(member, found->get_ref<const std::string&>());
  }

  bool flag(const char* member, bool required = false) {
    const Json* found = find(member);
    if (found == nullptr && !required) return false;
    if (found == nullptr || !found->is_boolean()) return fail(member, "must be true or false"), false;
    return found->get<bool>();
  }

  // Planned for an agenda item; none: nobody said.
  std::uint32_t minutes(const char* member) {
    const Json* found = find(member);
    if (found == nullptr || found->is_null()) return 0;
    const bool fits = found->is_number_unsigned() && found->get<std::uint64_t>() <= kMaxItemMinutes;
    if (!fits) return fail(member, "must be a whole number of minutes"), 0;
    return found->get<std::uint32_t>();
  }

  // In protocol; none: zero.
  std::int32_t rank(const char* member) {
    const Json* found = find(member);
    if (found == nullptr || found->is_null()) return 0;
    const bool fits = found->is_number_unsigned() && found->get<std::uint64_t>() <= INT32_MAX;
    if (!fits) return fail(member, "must be a whole number from 1, the highest, to 2147483647"), 0;
    return found->get<std::int32_t>();
  }

  Milliseconds seconds(const char* member) {
    const Json* found = find(member);
    constexpr std::int64_t kDay = 86'400;
    const bool fits = found != nullptr && found->is_number_integer() &&
                      (!found->is_number_unsigned() || found->get<std::uint64_t>() <= kDay) &&
                      found->get<std::int64_t>() >= -kDay;
    if (!fits) return fail(member, "must be a whole number of seconds"), Milliseconds{0};
    return std::chrono::seconds(found->get<std::int64_t>());
  }

 private:
  const Json* find(const char* member) const {
    const auto found = object_.find(member);
    return found == object_.end() ? nullptr : &*found;
  }

  const std::string* string(const char* member, bool required) {
    const Json* found = find(member);
    if (found == nullptr || (!required && found->is_null())) {
      if (required) fail(member, "is missing");
      return nullptr;
    }
    if (found->is_string()) return &found->get_ref<const std::string&>();
    fail(member, "must be a text");
    return nullptr;
  }

  RequestId request_of(const char* member, const std::string& raw) {
    const std::optional<RequestId> id = request_from(raw);
    if (!id) fail(member, "must be a request such as \"r-12\"");
    return id.value_or(RequestId{});
  }

  void fail(const char* member, const char* what) {
    if (fault_.empty()) fault_ = std::string("The parameter ") + member + " " + what + ".";
  }

  const Json& object_;
  std::string fault_;
};

constexpr const char* kWhereWords = "must be remote, room or phone";
constexpr const char* kKindWords = "must be statement, question, reply, right_of_reply, point_of_order or written";

Call request_floor(Params& p) {
  act::RequestFloor act;
  act.key = p.opaque("key", true, kMaxKey);
  act.kind = p.word("kind", kind_from, kKindWords);
  act.topic = p.text("topic", false, kMaxTopic);
  act.language = p.language("language");
  act.beneficiary = p.text("beneficiary", false, kMaxName);
  act.beneficiary_title = p.text("beneficiary_title", false, kMaxName);
  act.text = p.paragraphs("text");
  return act;
}

Call add_person(Params& p) {
  act::Add act;
  act.name = p.text("name", true, kMaxName);
  act.organisation = p.text("organisation", false, kMaxOrganisation);
  act.category = p.word("category", category_from, "must be a stakeholder category or empty");
  act.where = p.word("where", where_from, kWhereWords);
  act.kind = p.word("kind", kind_from, kKindWords);
  act.text = p.paragraphs("text");
  act.title = p.text("title", false, kMaxName);
  act.country = p.text("country", false, kMaxCountry);
  act.rank = p.rank("rank");
  return act;
}

Call remove_person(Params& p) {
  const ParticipantId participant = p.participant();
  return Act{act::Remove{participant, p.text("reason", false, kMaxReason)}};
}

template <class T>
Call with_reason(Params& p) {
  const RequestId request = p.request();
  return Act{T{request, p.text("reason", false, kMaxReason)}};
}

// Neither the floor nor its list.
Call meeting_call(Method method, Params& p) {
  switch (method) {
    case Method::meeting_join: {
      std::string token = p.opaque("token", false, kMaxToken);
      std::string resume = p.opaque("resume", false, kMaxToken);
      return JoinCall{std::move(token), std::move(resume), p.optional_word("where", where_from, kWhereWords)};
    }
    case Method::meeting_state:
      return StateCall{};
    case Method::meeting_open:
      return Act{act::OpenMeeting{p.flag("rehearsal")}};
    case Method::meeting_suspend:
      return Act{act::SuspendMeeting{}};
    case Method::meeting_resume:
      return Act{act::ResumeMeeting{}};
    case Method::meeting_close:
      return Act{act::CloseMeeting{}};
    case Method::meeting_audience:
      return Act{act::ChooseAudience{p.word("audience", audience_from, "must be public, registered or closed")}};
    case Method::meeting_take_over:
      return Act{act::TakeOver{}};
    case Method::person_where:
      return Act{act::Place{p.word("where", where_from, kWhereWords)}};
    case Method::channel_select:
      return ChannelCall{p.language("language")};
    case Method::return_sound:
      return ReturnSoundCall{p.flag("started", true)};
    case Method::agenda_set:
      return Act{act::SetAgenda{p.items()}};
    case Method::agenda_select:
      return Act{act::SelectItem{p.item_or_none("item"), p.optional_item_or_none("from")}};
    case Method::help_ask:
      return Act{act::AskHelp{p.text("text", true, kMaxHelp)}};
    case Method::help_answer: {
      const HelpId help = p.help();
      return Act{act::AnswerHelp{help, p.text("text", true, kMaxHelp)}};
    }
    case Method::help_close:
      return Act{act::CloseHelp{p.help()}};
    default:
      return StateCall{};
  }
}

Call call_of(Method method, Params& p) {
  switch (method) {
    case Method::floor_request:
      return request_floor(p);
    case Method::floor_withdraw:
      return Act{act::Withdraw{p.request()}};
    case Method::floor_ready:
      return Act{act::Ready{p.request()}};
    case Method::floor_release:
      return Act{act::Release{p.optional_request("request")}};
    case Method::floor_speak: {
      std::string key = p.opaque("key", true, kMaxKey);
      return Act{act::Speak{std::move(key), p.flag("override")}};
    }
    case Method::floor_approve:
      return with_reason<act::Approve>(p);
    case Method::floor_deny:
      return with_reason<act::Deny>(p);
    case Method::floor_pass:
      return with_reason<act::Pass>(p);
    case Method::floor_prepare:
      return with_reason<act::Prepare>(p);
    case Method::floor_grant: {
      const std::optional<RequestId> request = p.optional_request("request");
      return Act{act::Grant{request, p.flag("override")}};
    }
    case Method::floor_move: {
      const RequestId request = p.request();
      return Act{act::Move{request, p.optional_request("before", true)}};
    }
    case Method::floor_pause:
      return Act{act::Pause{p.optional_request("request")}};
    case Method::floor_resume:
      return Act{act::Resume{p.optional_request("request")}};
    case Method::floor_mute:
      return Act{act::Mute{p.optional_request("request"), true}};
    case Method::floor_unmute:
      return Act{act::Mute{p.optional_request("request"), false}};
    case Method::floor_extend: {
      const std::optional<RequestId> request = p.optional_request("request");
      return Act{act::Extend{request, p.seconds("seconds")}};
    }
    case Method::floor_revoke: {
      const RequestId request = p.request();
      return Act{act::Revoke{request, p.text("reason", false, kMaxReason)}};
    }
    case Method::floor_add:
      return add_person(p);
    case Method::floor_note: {
      const RequestId request = p.request();
      return Act{act::Note{request, p.text("text", false, kMaxNote)}};
    }
    case Method::floor_reader: {
      const RequestId request = p.request();
      return Act{act::NameReader{request, p.text("reader", false, kMaxName)}};
    }
    case Method::floor_text:
      return TextCall{p.request()};
    case Method::floor_undo:
      return Act{act::Undo{}};
    case Method::list_open:
      return Act{act::OpenList{true}};
    case Method::list_close:
      return Act{act::OpenList{false}};
    case Method::list_order:
      return Act{act::ChooseOrder{p.word("order", order_from, "must be asked, balance, protocol or manual")}};
    case Method::people_remove:
      return remove_person(p);
    default:
      return meeting_call(method, p);
  }
}

}  // namespace

Result<Call, std::string> decode_call(Method method, const Json& params) {
  Params reader(params);
  Call call = call_of(method, reader);
  if (!reader.fault().empty()) return reader.fault();
  return call;
}

}  // namespace plenary::signaling
