#include "server/people/person.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <vector>

namespace plenary::people::person_test {
namespace {

using namespace std::chrono_literals;

constexpr Instant at(Duration since) { return Instant(1'000s + since); }

// A meeting of one: does what the person asks for and what the test says, a tenth of a second a step.
struct World {
  explicit World(Place place = Place::remote, std::uint64_t seed = 1) : person(place, seed, at(1s)) {
    sight.may_ask = true;
    sight.joined = place == Place::room;
  }

  void step() {
    if (on_step) on_step();
    person.look(sight, now);
    while (const auto act = person.poll_act()) {
      ++counts[act->index()];
      last[act->index()] = now;
      std::visit([this](const auto& one) { carry_out(one); }, *act);
    }
    now += 100ms;
  }
  void run(Duration duration) {
    for (const Instant end = now + duration; now < end;) step();
  }
  bool run_until(const std::function<bool()>& done, Duration longest = 1h) {
    for (const Instant end = now + longest; now < end;) {
      step();
      if (done()) return true;
    }
    return false;
  }
  template <class Wanted>
  int count() {
    return counts[Act(Wanted{}).index()];
  }

  void carry_out(const act::Join&) { sight.joined = server_is_there; }
  void carry_out(const act::Leave&) { sight.joined = false; }
  void carry_out(const act::Ask& ask) {
    kinds[ask.kind]++;
    if (!refuses) sight.own = OwnRequest{"r-1", "queued"};
  }
  void carry_out(const act::Withdraw&) { sight.own.reset(); }
  void carry_out(const act::OpenCamera&) { sight.media_flows = true; }
  void carry_out(const act::CloseCamera&) { sight.media_flows = false; }
  void carry_out(const act::SayReady&) { sight.own->ready = true; }
  void carry_out(const act::Release&) { sight.own.reset(); }
  void set(const char* state) {
    sight.own->state = state;
    sight.own->ready = false;
  }
  bool queued() const { return sight.own && sight.own->state == "queued"; }

  Instant now = at(0s);
  Sight sight;
  Person person;
  bool server_is_there = true;
  bool refuses = false;
  std::function<void()> on_step;
  std::map<std::size_t, int> counts;
  std::map<std::size_t, Instant> last;
  std::map<std::string, int> kinds;
};

// Somebody whose seed lets them answer their first call and not give up.
bool reaches_the_floor(World& world) {
  if (!world.run_until([&] { return world.queued(); })) return false;
  world.set("standby");
  if (!world.run_until([&] { return world.sight.own && world.sight.own->ready; }, 29s)) return false;
  world.set("granted");
  world.run(1s);
  world.set("on_air");
  return true;
}

TEST(Person, joins_and_asks_within_a_minute) {
  World world;
  EXPECT_TRUE(world.run_until([&] { return world.queued(); }, 60s));
  EXPECT_EQ(world.count<act::Join>(), 1);
  EXPECT_FALSE(world.person.camera_open()) << "nothing is sent by who only waits";
}

TEST(Person, asks_for_nothing_while_the_list_is_long) {
  World world;
  world.sight.may_ask = false;
  world.run(10min);
  EXPECT_EQ(world.count<act::Ask>(), 0);
}

TEST(Person, opens_the_camera_when_called_says_ready_speaks_for_a_while_and_ends) {
  int spoke = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World world(Place::remote, seed);
    if (!reaches_the_floor(world)) continue;
    ++spoke;
    const Instant on_air = world.now;
    ASSERT_TRUE(world.run_until([&] { return world.count<act::Release>() > 0; }, 2min)) << seed;
    EXPECT_GE(world.now - on_air, 19s);
    EXPECT_LE(world.now - on_air, 61s);
    EXPECT_TRUE(world.run_until([&] { return !world.person.camera_open(); }, 1s));
    EXPECT_EQ(world.count<act::OpenCamera>(), world.count<act::CloseCamera>());
  }
  EXPECT_GE(spoke, 15);
}

TEST(Person, says_ready_only_when_camera_and_microphone_arrive) {
  World world(Place::remote, 2);
  ASSERT_TRUE(world.run_until([&] { return world.queued(); }));
  world.set("standby");
  world.on_step = [&] { world.sight.media_flows = false; };
  world.run(25s);
  EXPECT_EQ(world.count<act::SayReady>(), 0);
}

TEST(Person, some_miss_a_call_but_nobody_misses_two) {
  int missed = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    World world(Place::remote, seed);
    ASSERT_TRUE(world.run_until([&] { return world.queued(); }));
    world.set("standby");
    world.run(25s);
    if (!world.sight.own || world.sight.own->ready) continue;
    ++missed;
    world.set("queued");
    world.run(1s);
    if (!world.sight.own) continue;
    world.set("standby");
    EXPECT_TRUE(world.run_until([&] { return world.sight.own->ready; }, 29s)) << seed;
  }
  EXPECT_GE(missed, 1);
  EXPECT_LE(missed, 20);
}

TEST(Person, a_pause_does_not_shorten_the_speech) {
  World world(Place::remote, 3);
  ASSERT_TRUE(reaches_the_floor(world));
  world.run(5s);
  world.set("paused");
  world.run(5min);
  EXPECT_EQ(world.count<act::Release>(), 0);
  world.set("on_air");
  world.run(4s);
  EXPECT_EQ(world.count<act::Release>(), 0);
  EXPECT_TRUE(world.run_until([&] { return world.count<act::Release>() > 0; }, 1min));
}

TEST(Person, in_the_room_has_neither_page_nor_camera) {
  World world(Place::room, 4);
  ASSERT_TRUE(world.run_until([&] { return world.queued(); }));
  world.set("standby");
  ASSERT_TRUE(world.run_until([&] { return world.sight.own && world.sight.own->ready; }, 29s));
  world.set("on_air");
  ASSERT_TRUE(world.run_until([&] { return world.count<act::Release>() > 0; }, 2min));
  world.run(1h);
  EXPECT_EQ(world.count<act::OpenCamera>(), 0);
  EXPECT_EQ(world.count<act::Leave>(), 0);
}

TEST(Person, comes_back_after_a_broken_connection_with_growing_pauses_and_goes_on_where_they_were) {
  World world(Place::remote, 3);
  ASSERT_TRUE(reaches_the_floor(world));
  world.run(3s);
  world.server_is_there = false;
  world.sight.joined = false;
  world.run(30min);
  EXPECT_FALSE(world.person.camera_open());
  EXPECT_GE(world.count<act::Join>(), 20);
  EXPECT_LE(world.count<act::Join>(), 70);
  world.server_is_there = true;
  ASSERT_TRUE(world.run_until([&] { return world.sight.joined; }, 1min));
  EXPECT_TRUE(world.run_until([&] { return world.person.camera_open(); }, 2s)) << "still on air";
  EXPECT_TRUE(world.run_until([&] { return world.count<act::Release>() > 0; }, 2min));
}

TEST(Person, a_refused_wish_is_tried_again_later_and_not_at_once) {
  World world;
  world.refuses = true;
  world.run(20min);
  EXPECT_GE(world.count<act::Ask>(), 5);
  EXPECT_LE(world.count<act::Ask>(), 60);
}

TEST(Person, in_many_hours_there_is_everything_that_people_do) {
  std::map<std::string, int> kinds;
  int withdrawn = 0;
  int left = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    World world(Place::remote, seed);
    int waited = 0;
    world.on_step = [&] {  // a slow moderator
      if (!world.sight.own) waited = 0;
      if (world.sight.own && ++waited == 900) world.set("on_air");
    };
    world.run(2h);
    for (const auto& [kind, count] : world.kinds) kinds[kind] += count;
    withdrawn += world.count<act::Withdraw>();
    left += world.count<act::Leave>();
  }
  EXPECT_GT(kinds["statement"], kinds["point_of_order"]);
  EXPECT_GT(kinds["question"], kinds["point_of_order"]);
  EXPECT_GT(kinds["point_of_order"], 0);
  EXPECT_GT(withdrawn, 0);
  EXPECT_GT(left, 0);
}

TEST(Person, the_same_seed_does_the_same) {
  World first(Place::remote, 7);
  World second(Place::remote, 7);
  first.run(10min);
  second.run(10min);
  EXPECT_EQ(first.counts, second.counts);
  EXPECT_EQ(first.last, second.last);
}

}  // namespace
}  // namespace plenary::people::person_test
