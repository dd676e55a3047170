// What the rooms have to say, given to the connections; and when there will be more.
#include <algorithm>

#include "media/base/overloaded.h"
#include "media/io/clock.h"
#include "server/app/app.h"

namespace plenary::server {
namespace {

constexpr Duration kPostAgain = std::chrono::milliseconds(2);  // to a shard whose queue was full
// For so long one turn of the loop hands out what the desks say: a change to ten thousand pages, of whom two hundred
// get one of their own, takes several turns, and who asks for something meanwhile is heard in between.
constexpr Duration kHandOutTime = std::chrono::milliseconds(4);
// Of a change to thousands, no more is taken from a desk than connections write in a few turns: where that takes the
// machine longer than changes come, each page is told of several at once, and not of each a second later.
constexpr std::size_t kTextsAhead = 1'000;
constexpr Duration kHandOutAgain = std::chrono::milliseconds(4);

}  // namespace

void App::settle() {
  const Now now = io::read_clocks();
  std::optional<Instant> next = sessions_->next_timeout();
  plane_->post_waiting();
  bool is_over = false;
  bool is_held = false;
  for (auto& room : rooms_) {
    room->settle(now);
    room->publish_status(now);
    while (!is_over) {
      is_held = drain_ == Drain::none && http_->waiting_for_turn() >= kTextsAhead;
      const auto output =
          room->desk().poll_output(is_held ? signaling::Desk::Ready::no_change : signaling::Desk::Ready::all);
      if (!output) break;
      deliver(*room, *output);
      is_over = drain_ == Drain::none && io::read_monotonic() - now.monotonic >= kHandOutTime;
    }
    const std::optional<Instant> due = room->next_timeout();
    if (due && (!next || *due < *next)) next = due;
  }
  if (is_over) {
    next = now.monotonic;
    ++hand_outs_cut_;
  } else if (is_held) {
    next = std::min(next.value_or(now.monotonic + kHandOutAgain), now.monotonic + kHandOutAgain);
    ++hand_outs_held_;
  }
  watch_processes();
  if (drain_ != Drain::none) {
    go_on_draining(now);
    next = std::min(next.value_or(drain_until_), drain_until_);
  }
  next = std::min(next.value_or(memory_due_), memory_due_);
  if (plane_->has_waiting()) next = now.monotonic + kPostAgain;
  http_->set_timer(next, [this] { take_timeouts(); });
}

void App::deliver(Room& room, const signaling::Output& output) {
  std::visit(
      Overloaded{
          [&](const signaling::out::Send& send) {
            const bool waits = send.change || send.pages.size() > 1;
            const auto when = waits ? HttpServer::When::in_turn : HttpServer::When::at_once;
            for (const signaling::PageId page : send.pages) {
              const ConnectionId connection{static_cast<std::uint64_t>(page)};
              if (send.change && !http_->keeps_up(connection, send.text->size())) {
                room.desk().handle_behind(page);
              } else {
                http_->send(connection, send.text, when);
              }
            }
          },
          [&](const signaling::out::Close& close) {
            http_->close(ConnectionId{static_cast<std::uint64_t>(close.page)}, close.code, close.reason);
          },
          [&](const signaling::out::Append& append) {
            ++unsaved_;
            journal_->append(room.config().id, append.batch);
          },
          [&](const signaling::out::SelectChannel& select) {
            room.select_channel(select.media_token, select.language);
          },
          [&](const signaling::out::Removed& removed) { room.handle_removed(removed.participant, io::read_clocks()); },
          [&](const signaling::out::ReturnSound& sound) {
            room.handle_return_sound(sound.page, sound.started, io::read_clocks());
          },
      },
      output);
}

}  // namespace plenary::server
