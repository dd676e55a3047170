// Who sees and hears what: the table of the design as one pure function. A viewer's slots are filled by track names of
// its room; nothing is ever renegotiated. Invariants, tested cell by cell: nobody hears a speaker twice, no speaker
// hears themselves, and without a floor nobody is heard.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/config/config.h"

namespace plenary::server {

// Who gets the room; the others get slate and silence.
enum class ShownTo : std::uint8_t {
  everybody,  // live
  called,     // rehearsal: who works here, and participants who are called to the green room or have the floor
  staff,      // scheduled, suspended, closed: who works here
};

struct RoomPicture {
  Mix mix = Mix::desk;
  ShownTo shown = ShownTo::everybody;
  bool has_clean_channel = false;
  std::set<std::string> channels;         // languages that exist, without "floor"
  std::set<std::string> silent_channels;  // their booth is silent at present
};

// Somebody remote who is in the return now, or is just being put into it.
struct OpenSpeaker {
  std::string request;
  std::string participant;
  bool on_air = false;  // false: granted, first mixed output still to come
  bool has_video = false;
};

struct ViewerSeat {
  std::string participant;
  std::string language = "floor";
  std::size_t audio_slots = 1;  // 0–2
  std::size_t video_slots = 1;  // 0–4
  bool works_here = false;      // technician, booth, moderator
  bool called = false;          // in standby or on the floor
};

inline constexpr std::size_t kAudioSlots = 2;
inline constexpr std::size_t kVideoSlots = 4;

// Empty: the slot carries nothing.
struct SlotPlan {
  std::array<std::string, kAudioSlots> audio;
  std::array<std::string, kVideoSlots> video;
  bool operator==(const SlotPlan&) const = default;
};

// Sees and hears the room; others get slate and silence.
bool gets_room(ShownTo shown, const ViewerSeat& viewer);

// `loudest` names the request whose picture is shown when several are on air; empty: the first.
SlotPlan plan_slots(const RoomPicture& room, const std::vector<OpenSpeaker>& speakers, const std::string& loudest,
                    const ViewerSeat& viewer);

std::string channel_track(const std::string& language);       // "audio/fr"
std::string minus_track(const std::string& request);          // "minus/r-12"
std::string speaker_video_track(const std::string& request);  // "speaker/r-12/video"
std::string speaker_audio_track(const std::string& request);  // "speaker/r-12/audio"

}  // namespace plenary::server
