#include "server/app/device_checks.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace plenary::server {

std::optional<std::string_view> DeviceChecks::refuses(const std::string& participant, bool process_runs) {
  if (!process_runs) {
    ++refused_restarting_;
    return "room_restarting";
  }
  const bool has_one = std::any_of(checks_.begin(), checks_.end(),
                                   [&](const auto& entry) { return entry.second.participant == participant; });
  if (checks_.size() < kMaxChecks || has_one) return std::nullopt;
  ++refused_busy_;
  return "checks_busy";
}

const DeviceChecks::Check& DeviceChecks::add(PeerId peer, const std::string& participant, signaling::PageId page,
                                             Instant now) {
  ++opened_;
  const std::uint16_t track = next_track_;
  next_track_ = track >= kLastCheckTrack ? kFirstCheckTrack : static_cast<std::uint16_t>(track + 1);
  Check check{.id = "check-" + std::to_string(track),
              .track = track,
              .participant = participant,
              .page = page,
              .ends_at = now + kCheckDuration};
  return checks_.insert_or_assign(peer, std::move(check)).first->second;
}

DeviceChecks::Ended DeviceChecks::take(std::map<PeerId, Check>::iterator at, std::string_view code) {
  Ended ended{.peer = at->first, .check = std::move(at->second), .code = code};
  checks_.erase(at);
  return ended;
}

std::optional<DeviceChecks::Ended> DeviceChecks::end_of(const std::string& participant, std::string_view code) {
  const auto found = std::find_if(checks_.begin(), checks_.end(),
                                  [&](const auto& entry) { return entry.second.participant == participant; });
  if (found == checks_.end()) return std::nullopt;
  return take(found, code);
}

std::optional<DeviceChecks::Ended> DeviceChecks::end(PeerId peer, std::string_view code) {
  const auto found = checks_.find(peer);
  if (found == checks_.end()) return std::nullopt;
  return take(found, code);
}

std::vector<DeviceChecks::Ended> DeviceChecks::end_all(std::string_view code) {
  std::vector<Ended> ended;
  while (!checks_.empty()) ended.push_back(take(checks_.begin(), code));
  ended_by_restart_ += ended.size();
  return ended;
}

std::vector<DeviceChecks::Ended> DeviceChecks::handle_timeout(Instant now) {
  std::vector<Ended> ended;
  for (auto at = checks_.begin(); at != checks_.end();) {
    const auto next = std::next(at);
    if (now >= at->second.ends_at) ended.push_back(take(at, "time_over"));
    at = next;
  }
  ended_by_time_ += ended.size();
  return ended;
}

std::optional<Instant> DeviceChecks::next_timeout() const {
  std::optional<Instant> next;
  for (const auto& [peer, check] : checks_) next = next ? std::min(*next, check.ends_at) : check.ends_at;
  return next;
}

std::optional<DeviceChecks::Told> DeviceChecks::handle_report(const nlohmann::json& report, Instant now) {
  const auto id = report.find("check");
  const auto found = std::find_if(checks_.begin(), checks_.end(), [&](const auto& entry) {
    return id != report.end() && id->is_string() && entry.second.id == id->get_ref<const std::string&>();
  });
  if (found == checks_.end()) return std::nullopt;
  Check& check = found->second;
  const auto speech = report.find("speech");
  if (speech != report.end() && speech->is_object()) check.readiness.handle_sound(*speech);
  const auto level = report.find("now_db");
  const double now_db =
      level != report.end() && level->is_number() ? std::clamp(level->get<double>(), -127.0, 0.0) : -127;
  check.heard = check.heard || now_db >= kHeardAboveDb;
  const Duration left = std::max(check.ends_at - now, Duration{});
  return Told{check.page,
              {.seconds_left = std::chrono::ceil<std::chrono::seconds>(left).count(),
               .now_db = static_cast<int>(std::lround(now_db)),
               .heard = check.heard,
               .readiness = check.readiness.verdict().value_or(signaling::Readiness{})}};
}

bool DeviceChecks::handle_uplink_quality(const io::UplinkQuality& quality) {
  const auto found = checks_.find(quality.peer);
  if (found == checks_.end()) return false;
  found->second.readiness.handle_uplink(quality);
  return true;
}

void DeviceChecks::handle_media(PeerId peer, MediaKind kind) {
  const auto found = checks_.find(peer);
  if (found != checks_.end()) found->second.readiness.handle_media(kind);
}

std::vector<std::pair<std::string, std::uint64_t>> DeviceChecks::counters() const {
  return {{"opened", opened_},
          {"refused_busy", refused_busy_},
          {"refused_restarting", refused_restarting_},
          {"ended_by_time", ended_by_time_},
          {"ended_by_restart", ended_by_restart_}};
}

}  // namespace plenary::server
