#include "media/room/reporter.h"

#include <glib.h>
#include <sys/socket.h>

#include <cerrno>
#include <cmath>
#include <nlohmann/json.hpp>

namespace plenary::room {
namespace {

using Json = nlohmann::json;

// Details may hold bytes of a hostile stream; a report is always valid UTF-8.
std::string text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json track_list(const std::vector<TrackEntry>& tracks) {
  Json list = Json::array();
  for (const TrackEntry& entry : tracks) {
    Json item{{"track", entry.track}, {"name", entry.name}, {"codec", entry.codec}};
    if (entry.profile_level_id) item["profile_level_id"] = *entry.profile_level_id;
    if (entry.bitrate != 0) item["bitrate"] = entry.bitrate;
    if (entry.layer_of) item["layer_of"] = *entry.layer_of;
    list.push_back(std::move(item));
  }
  return list;
}

double to_tenths(double value) { return std::round(value * 10) / 10; }

Json rounded(const std::map<std::string, double>& levels) {
  Json object = Json::object();
  for (const auto& [name, level] : levels) object[name] = to_tenths(level);
  return object;
}

Json speech(const SpeechQuality& quality) {
  Json problems = Json::array();
  for (const SoundProblem problem : quality.problems) problems.push_back(to_text(problem));
  return {{"level_db", to_tenths(quality.level_db)},
          {"noise_db", to_tenths(quality.noise_db)},
          {"clipped_percent", quality.clipped * 100},
          {"band_hz", {std::lround(quality.low_hz), std::lround(quality.high_hz)}},
          {"problems", std::move(problems)}};
}

}  // namespace

void Reporter::ready(const std::vector<TrackEntry>& tracks) {
  send(text({{"report", "ready"}, {"tracks", track_list(tracks)}}), false);
}

void Reporter::tracks(const std::vector<TrackEntry>& tracks) {
  send(text({{"report", "tracks"}, {"tracks", track_list(tracks)}}), false);
}

void Reporter::source(const std::string& id, const std::string& url, const SourceStatus& status) {
  Json report{{"report", "source"},
              {"id", id},
              {"url", url},
              {"state", status.state},
              {"detail", status.detail.text},
              {"detail_code", status.detail.code}};
  if (status.picture) {
    report["picture"] = {{"codec", status.picture->codec},
                         {"width", status.picture->width},
                         {"height", status.picture->height},
                         {"frame_rate", status.picture->frame_rate},
                         {"passthrough", status.picture->passthrough}};
  }
  report["audio"] = Json::array();
  for (const SourceSound& sound : status.audio) {
    report["audio"].push_back({{"track", sound.track}, {"codec", sound.codec}, {"channels", sound.channels}});
  }
  send(text(report), false);
}

void Reporter::return_state(const std::string& id, const std::string& url, std::string_view state,
                            const Detail& detail) {
  send(text({{"report", "return"},
             {"id", id},
             {"url", url},
             {"state", state},
             {"detail", detail.text},
             {"detail_code", detail.code}}),
       false);
}

void Reporter::levels(const Levels& levels) {
  Json dropped(levels.dropped);
  dropped["reports"] = this->dropped();
  send(text({{"report", "levels"},
             {"channels", rounded(levels.channels)},
             {"returns", rounded(levels.returns)},
             {"speakers", rounded(levels.speakers)},
             {"sources", rounded(levels.sources)},
             {"speaker_encoders", levels.speaker_encoders},
             {"dropped", std::move(dropped)}}),
       true);
}

void Reporter::channel(const std::string& channel, bool silent) {
  send(text({{"report", "channel"}, {"channel", channel}, {"silent", silent}}), false);
}

void Reporter::speaker(const std::string& speaker, std::string_view state) {
  send(text({{"report", "speaker"}, {"speaker", speaker}, {"state", state}}), false);
}

void Reporter::speaker_key_frame(const std::string& speaker) {
  send(text({{"report", "speaker_key_frame"}, {"speaker", speaker}}), false);
}

void Reporter::speaker_readiness(const std::string& speaker, const SpeechQuality& quality) {
  Json report = speech(quality);
  report["report"] = "speaker_readiness";
  report["speaker"] = speaker;
  send(text(report), true);
}

void Reporter::check(const std::string& check, double level_db, const std::optional<SpeechQuality>& quality) {
  Json report{{"report", "check"}, {"check", check}, {"now_db", to_tenths(level_db)}};
  report["speech"] = quality ? speech(*quality) : Json();
  send(text(report), true);
}

void Reporter::picture(std::string_view kind, const std::string& id, Bytes jpeg) {
  gchar* encoded = g_base64_encode(jpeg.data(), jpeg.size());
  send(text({{"report", "picture"}, {"kind", kind}, {"id", id}, {"jpeg", encoded}}), true);
  g_free(encoded);
}

void Reporter::fault(std::string_view code, const std::string& message) {
  send(text({{"report", "fault"}, {"code", code}, {"message", message}}), false);
}

void Reporter::send(std::string message, bool snapshot) {
  const std::lock_guard lock(mutex_);
  const bool blocked = flush_locked();
  if ((blocked && snapshot) || waiting_.size() >= kMaxWaiting) {
    ++dropped_;
    return;
  }
  waiting_.push_back(std::move(message));
  flush_locked();
}

bool Reporter::flush_locked() {
  while (!waiting_.empty()) {
    const std::string& message = waiting_.front();
    const ssize_t sent = ::send(fd_, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)) return true;
    waiting_.pop_front();  // sent, or the pair refuses it for good (too long, closed)
  }
  return false;
}

bool Reporter::flush() {
  const std::lock_guard lock(mutex_);
  return flush_locked();
}

std::uint64_t Reporter::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

}  // namespace plenary::room
