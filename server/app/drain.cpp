// The way out: what was accepted is saved and answered, then pages are told to come back later, then the loop ends.
#include <algorithm>

#include "media/base/log.h"
#include "media/io/clock.h"
#include "server/app/app.h"

namespace plenary::server {
namespace {

// A disk writes within milliseconds. One that hangs is not waited for: what it then still saves was never acknowledged,
// and comes back under the same key.
constexpr Duration kSaveWithin = std::chrono::seconds(3);
// Browsers answer a close at once; who does not is cut.
constexpr Duration kCloseWithin = std::chrono::seconds(2);
constexpr Duration kLinger = std::chrono::milliseconds(100);  // for answers that are on their way out
constexpr std::uint16_t kGoingAway = 1001;                    // RFC 6455 §7.4.1

}  // namespace

HttpResponse App::restarting() {
  HttpResponse response = HttpResponse::problem(503, "restarting", "The server restarts; try again in a moment.");
  response.headers.emplace_back("Retry-After", "2");
  return response;
}

void App::begin_drain() {
  if (drain_ != Drain::none) return http_->stop();  // asked twice: at once
  drain_ = Drain::saving;
  drain_until_ = io::read_monotonic() + kSaveWithin;
  log(LogLevel::info, "server.draining",
      {{"pages", std::to_string(pages_.size())}, {"unsaved", std::to_string(unsaved_)}});
  settle();
}

void App::go_on_draining(Now now) {
  if (drain_ == Drain::saving && (unsaved_ == 0 || now.monotonic >= drain_until_)) {
    drain_ = Drain::closing;
    drain_until_ = now.monotonic + kCloseWithin;
    for (const auto& [page, room] : pages_) http_->close(page, kGoingAway, "restarting");
  }
  if (drain_ != Drain::closing) return;
  if (pages_.empty()) drain_until_ = std::min(drain_until_, now.monotonic + kLinger);
  if (now.monotonic >= drain_until_) http_->stop();
}

}  // namespace plenary::server
