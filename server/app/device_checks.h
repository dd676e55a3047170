// The device checks of one room: who is being measured on the real path before asking for the floor, for how long, and
// what the room process and the shard say of each. Pure; control thread. The room carries out what is decided here.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "media/base/media_types.h"
#include "media/base/time.h"
#include "media/io/shard.h"
#include "server/app/speaker_readiness.h"
#include "signaling/protocol/desk.h"
#include "signaling/protocol/device_check.h"

namespace plenary::server {

// At once in a room: each costs the room process a decoder (about a hundredth of a core), and people check in the
// minutes before a meeting, one after the other.
constexpr std::size_t kMaxChecks = 20;
// Enough to speak, change the microphone and speak again; a page that was left open does not keep somebody else out.
constexpr Duration kCheckDuration = std::chrono::seconds(60);
// dBFS of the loudest 20 ms in a second: a quiet room lies below, a spoken word above.
constexpr double kHeardAboveDb = -50;
// Numbers of checks' tracks in a feed, above those of speakers (room_media.cpp). Not used again soon, so that a late
// packet of one person is not measured as another's.
constexpr std::uint16_t kFirstCheckTrack = 60'100;
constexpr std::uint16_t kLastCheckTrack = 65'000;

class DeviceChecks {
 public:
  struct Check {
    std::string id;  // to the room process
    std::uint16_t track = 0;
    std::string participant;
    signaling::PageId page{};
    Instant ends_at{};
    bool heard = false;
    SpeakerReadiness readiness;
  };
  struct Ended {
    PeerId peer{};
    Check check;
    std::string_view code;  // of `check.ended`; empty: the page is not told
  };
  struct Told {
    signaling::PageId page{};
    signaling::CheckResult result;
  };

  // The word of a refusal, counted; nothing: there is room. One's own check before makes room for the next.
  std::optional<std::string_view> refuses(const std::string& participant, bool process_runs);
  const Check& add(PeerId peer, const std::string& participant, signaling::PageId page, Instant now);

  // Somebody's check, where they have one: `replaced` by a new one, `called` when they publish for real.
  std::optional<Ended> end_of(const std::string& participant, std::string_view code);
  std::optional<Ended> end(PeerId peer, std::string_view code);
  std::vector<Ended> end_all(std::string_view code);
  std::vector<Ended> handle_timeout(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;

  // A report `check` of the room process, once a second for each.
  std::optional<Told> handle_report(const nlohmann::json& report, Instant now);
  bool handle_uplink_quality(const io::UplinkQuality& quality);  // false: of no check
  void handle_media(PeerId peer, MediaKind kind);                // it arrives

  [[nodiscard]] std::size_t size() const { return checks_.size(); }
  // plenary_checks_…
  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> counters() const;

 private:
  Ended take(std::map<PeerId, Check>::iterator at, std::string_view code);

  std::map<PeerId, Check> checks_;
  std::uint16_t next_track_ = kFirstCheckTrack;
  std::uint64_t opened_ = 0;
  std::uint64_t refused_busy_ = 0;
  std::uint64_t refused_restarting_ = 0;
  std::uint64_t ended_by_time_ = 0;
  std::uint64_t ended_by_restart_ = 0;
};

}  // namespace plenary::server
