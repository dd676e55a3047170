#include "media/bandwidth/layer_choice.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace plenary::bandwidth::layer_choice_test {
namespace {

using std::chrono::milliseconds;

Instant at(std::int64_t ms) { return Instant(milliseconds(ms)); }

Programme room() {
  Programme programme{.sound = 60'000, .floor = 40'000, .captions = 5'000};
  programme.pictures[0] = {.shown = true, .layers = kMaxLayers, .bitrate = kRoomLayers};
  return programme;
}

// Steps of 100 ms with the same target; the forwarder follows at once.
std::int64_t hold(LayerChoice& choice, std::uint64_t target, std::int64_t from, std::int64_t until,
                  const Programme& programme = room()) {
  for (; from < until; from += 100) {
    choice.update(target, programme, at(from));
    for (std::size_t slot = 0; slot < kMaxPictures; ++slot) choice.handle_switched(slot, choice.choice().layers[slot]);
  }
  return from;
}

TEST(LayerChoiceTest, a_thin_line_is_shared_sound_floor_captions_pictures) {
  struct Case {
    std::uint64_t target;
    bool floor;
    bool captions;
    int layer;
  };
  for (const Case& expected :
       {Case{50'000, false, false, kStill}, Case{99'000, false, false, kStill}, Case{102'000, true, false, kStill},
        Case{200'000, true, true, kStill}, Case{300'000, true, true, 0}, Case{1'000'000, true, true, 1},
        Case{3'000'000, true, true, 2}}) {
    LayerChoice choice;
    hold(choice, expected.target, 0, 3'000);
    EXPECT_EQ(choice.choice().floor, expected.floor) << expected.target;
    EXPECT_EQ(choice.choice().captions, expected.captions) << expected.target;
    EXPECT_EQ(choice.choice().layers[0], expected.layer) << expected.target;
  }
}

TEST(LayerChoiceTest, below_a_hundred_kilobits_there_are_stills_even_if_a_tiny_layer_would_fit) {
  Programme programme = room();
  programme.floor = 0;
  programme.captions = 0;
  programme.sound = 20'000;
  programme.pictures[0].bitrate[0] = 30'000;
  LayerChoice choice;
  std::int64_t ms = hold(choice, 99'000, 0, 3'000, programme);
  EXPECT_EQ(choice.choice().layers[0], kStill);
  hold(choice, 120'000, ms, 6'000, programme);
  EXPECT_EQ(choice.choice().layers[0], 0);
}

TEST(LayerChoiceTest, a_still_comes_every_five_seconds_and_more_rarely_where_sound_leaves_little) {
  const auto stills = [](std::uint64_t target) {
    LayerChoice choice;
    Programme programme = room();
    programme.floor = 0;
    programme.captions = 0;
    int count = 0;
    for (std::int64_t ms = 0; ms < 60'000; ms += 100) {
      choice.update(target, programme, at(ms));
      count += choice.take_still(0, at(ms));
    }
    return count;
  };
  EXPECT_EQ(stills(90'000), 12);
  EXPECT_EQ(stills(64'000), 5);
  EXPECT_EQ(stills(60'500), 0);
}

TEST(LayerChoiceTest, a_sudden_shortage_lowers_at_once_a_small_one_after_a_moment) {
  LayerChoice choice;
  std::int64_t ms = hold(choice, 3'000'000, 0, 5'000);
  ASSERT_EQ(choice.choice().layers[0], 2);
  ms = hold(choice, 1'600'000, ms, ms + 600);
  EXPECT_EQ(choice.choice().layers[0], 2);
  ms = hold(choice, 1'600'000, ms, ms + 300);
  EXPECT_EQ(choice.choice().layers[0], 1);
  hold(choice, 300'000, ms, ms + 100);
  EXPECT_EQ(choice.choice().layers[0], 0);
}

TEST(LayerChoiceTest, a_short_dip_changes_nothing) {
  LayerChoice choice;
  std::int64_t ms = hold(choice, 3'000'000, 0, 5'000);
  for (int i = 0; i < 20; ++i) {
    ms = hold(choice, 1'600'000, ms, ms + 500);
    ms = hold(choice, 3'000'000, ms, ms + 500);
  }
  EXPECT_EQ(choice.choice().layers[0], 2);
  EXPECT_EQ(choice.lowered(), 0u);
}

TEST(LayerChoiceTest, after_a_fall_it_waits_and_ever_longer_when_a_raise_does_not_last) {
  LayerChoice choice;
  std::int64_t ms = hold(choice, 3'000'000, 0, 5'000);
  std::vector<std::int64_t> raises;
  for (; ms < 200'000; ms += 100) {
    // A policer: lets the burst of a probe pass, and the layer not.
    const std::uint64_t raised = choice.raised();
    choice.update(choice.choice().layers[0] == 2 ? 900'000 : 3'000'000, room(), at(ms));
    if (choice.raised() > raised) raises.push_back(ms);
  }
  ASSERT_GE(raises.size(), 4u);
  EXPECT_GE(raises[0] - 5'000, 11'000);
  EXPECT_GE(raises[1] - raises[0], 22'000);
  EXPECT_GE(raises[2] - raises[1], 44'000);
  EXPECT_GE(raises[3] - raises[2], 60'000);
}

TEST(LayerChoiceTest, a_fall_in_several_steps_is_one_failure) {
  LayerChoice choice;
  std::int64_t ms = hold(choice, 3'000'000, 0, 5'000);
  ms = hold(choice, 900'000, ms, ms + 200);
  ms = hold(choice, 300'000, ms, ms + 200);
  ms = hold(choice, 60'000, ms, ms + 200);
  ASSERT_EQ(choice.choice().layers[0], kStill);
  ms = hold(choice, 3'000'000, ms, ms + 13'000);
  EXPECT_EQ(choice.choice().layers[0], 1);  // only the highest did not last
  hold(choice, 3'000'000, ms, ms + 11'000);
  EXPECT_EQ(choice.choice().layers[0], 2);
}

TEST(LayerChoiceTest, never_oscillates_more_than_once_in_ten_seconds_whatever_the_target_does) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    std::mt19937_64 random(seed);
    LayerChoice choice;
    std::vector<std::int64_t> falls_after_raise;
    bool rose = false;
    std::uint64_t target = 500'000;
    int before = kStill;
    for (std::int64_t ms = 0; ms < 120'000; ms += 100) {
      if (random() % (1 + seed % 20) == 0) target = 60'000 + random() % 3'000'000;
      const int layer = choice.update(target, room(), at(ms)).layers[0];
      if (layer > before) rose = true;
      if (layer < before && rose) {
        falls_after_raise.push_back(ms);
        rose = false;
      }
      before = layer;
    }
    for (std::size_t i = 1; i < falls_after_raise.size(); ++i) {
      ASSERT_GT(falls_after_raise[i] - falls_after_raise[i - 1], 10'000) << "seed " << seed;
    }
  }
}

TEST(LayerChoiceTest, each_picture_gets_its_lowest_layer_before_any_gets_a_higher_one) {
  Programme programme = room();
  programme.pictures[1] = programme.pictures[0];
  LayerChoice choice;
  std::int64_t ms = hold(choice, 470'000, 0, 3'000, programme);
  EXPECT_EQ(choice.choice().layers[0], 0);
  EXPECT_EQ(choice.choice().layers[1], 0);
  hold(choice, 1'100'000, ms, 6'000, programme);
  EXPECT_EQ(choice.choice().layers[0], 1);
  EXPECT_EQ(choice.choice().layers[1], 0);
}

TEST(LayerChoiceTest, a_change_waits_for_the_forwarders_key_frame) {
  LayerChoice choice;
  for (std::int64_t ms = 0; ms < 2'000; ms += 100) choice.update(3'000'000, room(), at(ms));
  EXPECT_TRUE(choice.waits_for_key_frame(0));
  choice.handle_switched(0, 2);
  EXPECT_FALSE(choice.waits_for_key_frame(0));
}

TEST(LayerChoiceTest, a_programme_with_fewer_layers_or_no_picture_is_followed) {
  LayerChoice choice;
  std::int64_t ms = hold(choice, 3'000'000, 0, 3'000);
  Programme programme = room();
  programme.pictures[0].layers = 1;
  ms = hold(choice, 3'000'000, ms, ms + 200, programme);
  EXPECT_EQ(choice.choice().layers[0], 0);
  programme.pictures[0].shown = false;
  hold(choice, 3'000'000, ms, ms + 200, programme);
  EXPECT_FALSE(choice.waits_for_key_frame(0));
  EXPECT_LT(LayerChoice::need(programme), 200'000u);
}

}  // namespace
}  // namespace plenary::bandwidth::layer_choice_test
