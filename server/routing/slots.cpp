#include "server/routing/slots.h"

#include <algorithm>

namespace plenary::server {
namespace {

const OpenSpeaker* speaker_of(const std::vector<OpenSpeaker>& speakers, const ViewerSeat& viewer) {
  if (viewer.participant.empty()) return nullptr;
  const auto own = std::find_if(speakers.begin(), speakers.end(),
                                [&](const OpenSpeaker& s) { return s.participant == viewer.participant; });
  return own == speakers.end() ? nullptr : &*own;
}

// Mix-minus for the one who speaks; in desk mode only the desk can make it.
std::string audio_for_speaker(const RoomPicture& room, const OpenSpeaker& speaker) {
  if (room.mix == Mix::server) return minus_track(speaker.request);
  return room.has_clean_channel ? channel_track("clean") : std::string();
}

void plan_listener_audio(const RoomPicture& room, const ViewerSeat& viewer, SlotPlan& plan) {
  const bool interpreted = room.channels.contains(viewer.language) && !room.silent_channels.contains(viewer.language);
  plan.audio[0] = channel_track(interpreted ? viewer.language : "floor");
  if (interpreted) plan.audio[1] = channel_track("floor");
}

const OpenSpeaker* shown_speaker(const std::vector<OpenSpeaker>& speakers, const std::string& loudest) {
  const OpenSpeaker* shown = nullptr;
  for (const OpenSpeaker& speaker : speakers) {
    if (!speaker.on_air || !speaker.has_video) continue;
    if (shown == nullptr || speaker.request == loudest) shown = &speaker;
  }
  return shown;
}

}  // namespace

bool gets_room(ShownTo shown, const ViewerSeat& viewer) {
  if (shown == ShownTo::everybody || viewer.works_here) return true;
  return shown == ShownTo::called && viewer.called;
}

SlotPlan plan_slots(const RoomPicture& room, const std::vector<OpenSpeaker>& speakers, const std::string& loudest,
                    const ViewerSeat& viewer) {
  SlotPlan plan;
  if (!gets_room(room.shown, viewer)) {
    plan.video[0] = "slate/video";
    for (std::size_t slot = viewer.video_slots; slot < kVideoSlots; ++slot) plan.video[slot].clear();
    return plan;
  }
  const OpenSpeaker* own = speaker_of(speakers, viewer);
  if (own != nullptr) {
    plan.audio[0] = audio_for_speaker(room, *own);
  } else {
    plan_listener_audio(room, viewer, plan);
  }
  plan.video[0] = "video";
  const OpenSpeaker* shown = shown_speaker(speakers, loudest);
  if (shown != nullptr && shown != own) {
    plan.video[1] = speaker_video_track(shown->request);
    if (viewer.video_slots == 1 && room.mix == Mix::server) plan.video[0] = "programme/video";
  }
  for (std::size_t slot = viewer.audio_slots; slot < kAudioSlots; ++slot) plan.audio[slot].clear();
  for (std::size_t slot = viewer.video_slots; slot < kVideoSlots; ++slot) plan.video[slot].clear();
  return plan;
}

std::string channel_track(const std::string& language) { return "audio/" + language; }
std::string minus_track(const std::string& request) { return "minus/" + request; }
std::string speaker_video_track(const std::string& request) { return "speaker/" + request + "/video"; }
std::string speaker_audio_track(const std::string& request) { return "speaker/" + request + "/audio"; }

}  // namespace plenary::server
