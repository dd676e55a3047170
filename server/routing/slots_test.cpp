#include "server/routing/slots.h"

#include <gtest/gtest.h>

namespace plenary::server::slots_test {
namespace {

RoomPicture room(Mix mix) {
  return {.mix = mix, .channels = {"en", "fr"}, .silent_channels = {}};
}
const OpenSpeaker kAmina{.request = "r-1", .participant = "p-1", .on_air = true, .has_video = true};
ViewerSeat listener(std::string language) {
  return {.participant = "p-9", .language = std::move(language), .audio_slots = 2, .video_slots = 2};
}
ViewerSeat amina(std::string language) {
  return {.participant = "p-1", .language = std::move(language), .audio_slots = 2, .video_slots = 2};
}

class BothMixes : public testing::TestWithParam<Mix> {};
INSTANTIATE_TEST_SUITE_P(Slots, BothMixes, testing::Values(Mix::desk, Mix::server));

TEST_P(BothMixes, a_listener_of_the_floor_hears_the_floor_once) {
  for (const std::vector<OpenSpeaker>& speakers : {std::vector<OpenSpeaker>{}, std::vector{kAmina}}) {
    const SlotPlan plan = plan_slots(room(GetParam()), speakers, "", listener("floor"));
    EXPECT_EQ(plan.audio[0], "audio/floor");
    EXPECT_EQ(plan.audio[1], "");
  }
}

TEST_P(BothMixes, a_listener_of_a_language_hears_it_with_the_floor_beneath) {
  const SlotPlan plan = plan_slots(room(GetParam()), {kAmina}, "", listener("fr"));
  EXPECT_EQ(plan.audio[0], "audio/fr");
  EXPECT_EQ(plan.audio[1], "audio/floor");
}

TEST_P(BothMixes, a_silent_booth_gives_the_floor_and_nothing_beneath) {
  RoomPicture silent = room(GetParam());
  silent.silent_channels = {"fr"};
  const SlotPlan plan = plan_slots(silent, {kAmina}, "", listener("fr"));
  EXPECT_EQ(plan.audio[0], "audio/floor");
  EXPECT_EQ(plan.audio[1], "");
}

TEST_P(BothMixes, a_language_that_the_room_does_not_have_gives_the_floor) {
  const SlotPlan plan = plan_slots(room(GetParam()), {}, "", listener("zh"));
  EXPECT_EQ(plan.audio[0], "audio/floor");
  EXPECT_EQ(plan.audio[1], "");
}

TEST_P(BothMixes, the_room_is_always_in_slot_one_and_the_speaker_beside_it) {
  EXPECT_EQ(plan_slots(room(GetParam()), {}, "", listener("floor")).video[1], "");
  const SlotPlan plan = plan_slots(room(GetParam()), {kAmina}, "", listener("floor"));
  EXPECT_EQ(plan.video[0], "video");
  EXPECT_EQ(plan.video[1], "speaker/r-1/video");
}

TEST_P(BothMixes, a_speaker_is_not_shown_before_being_on_air) {
  OpenSpeaker granted = kAmina;
  granted.on_air = false;
  EXPECT_EQ(plan_slots(room(GetParam()), {granted}, "", listener("floor")).video[1], "");
}

TEST_P(BothMixes, a_speaker_never_sees_or_hears_themselves_in_any_language) {
  for (const char* language : {"floor", "en", "fr", "zh"}) {
    for (const bool on_air : {false, true}) {
      OpenSpeaker speaker = kAmina;
      speaker.on_air = on_air;
      const SlotPlan plan = plan_slots(room(GetParam()), {speaker}, "", amina(language));
      const std::string expected = GetParam() == Mix::server ? "minus/r-1" : "";
      EXPECT_EQ(plan.audio[0], expected) << language;
      EXPECT_EQ(plan.audio[1], "") << language;
      EXPECT_EQ(plan.video[0], "video");
      EXPECT_EQ(plan.video[1], "");
    }
  }
}

TEST_P(BothMixes, a_suspended_meeting_gives_slate_and_silence_except_to_those_who_work_here) {
  RoomPicture hidden = room(GetParam());
  hidden.shown = ShownTo::staff;
  const SlotPlan plan = plan_slots(hidden, {kAmina}, "", listener("fr"));
  EXPECT_EQ(plan, (SlotPlan{.video = {"slate/video"}}));
  ViewerSeat called = listener("fr");
  called.called = true;
  EXPECT_EQ(plan_slots(hidden, {}, "", called), plan) << "what is said in a break is not for them";
  ViewerSeat technician = listener("fr");
  technician.works_here = true;
  EXPECT_EQ(plan_slots(hidden, {}, "", technician).audio[0], "audio/fr");
}

TEST_P(BothMixes, a_rehearsal_is_for_those_who_work_here_and_those_who_are_called) {
  RoomPicture rehearsal = room(GetParam());
  rehearsal.shown = ShownTo::called;
  EXPECT_EQ(plan_slots(rehearsal, {kAmina}, "", listener("fr")), (SlotPlan{.video = {"slate/video"}}));
  ViewerSeat called = listener("fr");
  called.called = true;
  EXPECT_EQ(plan_slots(rehearsal, {kAmina}, "", called).audio[0], "audio/fr");
  ViewerSeat technician = listener("fr");
  technician.works_here = true;
  EXPECT_EQ(plan_slots(rehearsal, {kAmina}, "", technician).video[1], "speaker/r-1/video");
}

TEST_P(BothMixes, slots_that_a_player_does_not_have_stay_empty) {
  ViewerSeat small = listener("fr");
  small.audio_slots = 1;
  small.video_slots = 0;
  const SlotPlan plan = plan_slots(room(GetParam()), {kAmina}, "", small);
  EXPECT_EQ(plan, (SlotPlan{.audio = {"audio/fr"}}));
}

TEST_P(BothMixes, of_several_speakers_the_loudest_is_shown) {
  OpenSpeaker second = kAmina;
  second.request = "r-2";
  second.participant = "p-2";
  EXPECT_EQ(plan_slots(room(GetParam()), {kAmina, second}, "r-2", listener("floor")).video[1], "speaker/r-2/video");
  EXPECT_EQ(plan_slots(room(GetParam()), {kAmina, second}, "", listener("floor")).video[1], "speaker/r-1/video");
}

TEST(Slots, with_the_desks_mix_minus_the_speaker_hears_it) {
  RoomPicture clean = room(Mix::desk);
  clean.has_clean_channel = true;
  const SlotPlan plan = plan_slots(clean, {kAmina}, "", amina("fr"));
  EXPECT_EQ(plan.audio[0], "audio/clean");
  EXPECT_EQ(plan.audio[1], "");
}

TEST(Slots, a_player_with_one_picture_gets_the_programme_while_somebody_remote_is_on_air_and_we_mix) {
  ViewerSeat plain = listener("floor");
  plain.audio_slots = 1;
  plain.video_slots = 1;
  EXPECT_EQ(plan_slots(room(Mix::server), {kAmina}, "", plain).video[0], "programme/video");
  EXPECT_EQ(plan_slots(room(Mix::server), {}, "", plain).video[0], "video");
  EXPECT_EQ(plan_slots(room(Mix::desk), {kAmina}, "", plain).video[0], "video");
}

}  // namespace
}  // namespace plenary::server::slots_test
