// A meeting's counter: texts of WebSocket connections in, texts out. It holds the sessions, answers when the journal
// has what it acknowledges, and encodes every change of state once for all. Sans-IO: the shell moves texts and batches.
//
//   shell: handle_x(…, now) → then poll_output() until empty → arm a timer for next_timeout().
//
// A change that was polled is not taken back: while the shell leaves a crowd's with the desk, because it has not sent
// the last one yet, what happens meanwhile joins one next change.
//
// Thread: any one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "media/base/random.h"
#include "media/base/result.h"
#include "signaling/meeting/meeting.h"
#include "signaling/protocol/claims.h"
#include "signaling/protocol/device_check.h"
#include "signaling/protocol/readiness.h"
#include "signaling/protocol/session.h"
#include "signaling/protocol/view.h"

namespace plenary::signaling {

using SharedText = std::shared_ptr<const std::string>;
enum class PageId : std::uint64_t {};  // one WebSocket connection; the shell's numbers

namespace out {
struct Send {
  std::vector<PageId> pages;
  SharedText text;
  bool change = false;  // meeting.changed: where much is unsent already it may be left out, with handle_behind()
};
struct Close {  // after what was sent before
  PageId page{};
  std::uint16_t code = 1008;
  std::string reason;
};
struct Append {  // to the journal; answer with handle_saved or handle_not_saved
  Batch batch;
};
struct SelectChannel {  // `channel.select`: acknowledged already
  PageId page{};
  std::string media_token;
  std::string language;
};
struct ReturnSound {  // `return.sound`: the screen page's sound was started or stopped; a page that goes says nothing
  PageId page{};
  bool started = false;
};
struct Removed {  // `people.remove`: their media ends; what they joined with is in State::removed
  ParticipantId participant{};
};
}  // namespace out
using Output = std::variant<out::Send, out::Close, out::Append, out::SelectChannel, out::ReturnSound, out::Removed>;

// Whose media token it is.
struct MediaIdentity {
  PageId page{};
  ParticipantId participant{};
  Role role = Role::observer;
  std::string language;  // last selected, "floor" at first
  bool connected = false;
  bool registered = false;  // by a token
  std::string token_id;     // of the join token, as in Claims
};

struct DeskConfig {
  Rules rules;
  bool anonymous_may_watch = true;
  // JSON array of RTCIceServer for who joins; none: the server's own candidates are enough.
  std::function<std::string(ParticipantId, WallTime)> ice_servers;
};

// Refuses with a stable word (`bad_token`, `expired`, `wrong_room`).
using TokenCheck = std::function<Result<Claims>(std::string_view token)>;

constexpr Duration kJoinWithin = std::chrono::seconds(5);      // else closed: strangers keep no sockets
constexpr Duration kMediaTokenKept = std::chrono::minutes(2);  // after its page has gone: media outlives a reconnect

class Desk {
 public:
  static Result<std::unique_ptr<Desk>> open(DeskConfig config, const History& history, TokenCheck check,
                                            RandomSource& random, Now now);
  ~Desk();

  // `network`: where it comes from, as the shell tells strangers apart; empty: not known.
  void handle_open(PageId page, Now now, std::string network = {});
  void handle_message(PageId page, std::string_view text, Now now);
  void handle_close(PageId page, Now now);

  // It reads too slowly for every change and was not sent the last one: it is told of none until everything it was sent
  // has gone out, then of the whole state.
  void handle_behind(PageId page);
  void handle_caught_up(PageId page, Now now);

  // Facts, as Meeting's; changes reach the pages.
  void handle_uplink_back(ParticipantId participant, Now now);
  void handle_uplink_silent(ParticipantId participant, Instant last_packet, Now now);
  void handle_speaker_decoding(RequestId request, bool decoding, Now now);
  void handle_speaker_on_air(RequestId request, bool on_air, Now now);
  void handle_return(bool connected, Now now);
  void handle_room(RoomFacts facts, Now now);
  // To the person, moderators and technicians, at most once in kReadinessInterval; nothing: not measured any more.
  void handle_readiness(RequestId request, std::optional<Readiness> readiness, Now now);

  // A join token that no longer works: its pages are told and closed, what they were given leads back no more, and what
  // its person asked for or says ends.
  void handle_revoked(std::string_view token_id, Now now);

  void handle_saved(Ticket ticket, Now now);
  void handle_not_saved(Ticket ticket, Now now);

  void handle_timeout(Now now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  enum class Ready { all, no_change };  // what the shell can send: `no_change` leaves those of the meeting's state
  std::optional<Output> poll_output(Ready ready = Ready::all);

  // `params` is a JSON object; to technicians and moderators.
  void notify_room_status(const std::string& params);
  // `meeting.replaced {}` to one page: another one took over the media.
  void notify_replaced(PageId page);
  // `check.result` and `check.ended` to the page that checks its devices; `check.known` to those who see readiness,
  // once a verdict.
  void notify_check(PageId page, const CheckResult& result, Now now);
  void notify_check_ended(PageId page, std::string_view code);
  // `media.pictures` to pages of people who get no pictures because the server is busy, and when they get them again.
  // `without` is all of them, each time: pages that have joined since are told too.
  void notify_pictures(const std::set<ParticipantId>& without);

  [[nodiscard]] std::optional<MediaIdentity> find_media(std::string_view media_token) const;
  [[nodiscard]] const Meeting& meeting() const;
  [[nodiscard]] std::vector<Speaker> speakers() const;
  // The open request that may publish now (see publishing_request).
  [[nodiscard]] const Request* publishing_request(ParticipantId participant) const;
  // Pages that have not joined so far; each does within kJoinWithin, or is closed.
  [[nodiscard]] std::size_t unjoined() const;
  [[nodiscard]] std::size_t pages() const;
  [[nodiscard]] std::size_t participants() const;  // who are here, or were here a moment ago
  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> counters() const;

 private:
  struct State;
  explicit Desk(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace plenary::signaling
