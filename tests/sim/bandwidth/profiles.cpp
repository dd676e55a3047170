#include "tests/sim/bandwidth/profiles.h"

namespace plenary::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kStart = seconds(15);  // from nothing to a wide line, as after a step up
constexpr Duration kAfterUp = seconds(15);
constexpr Duration kAfterDown = seconds(5);

Profile step_down() {
  return {.name = "step_down",
          .title = "3 to 0.8 Mbit/s, 50 ms round trip",
          .path = {.rate = {{{}, 3e6}, {seconds(30), 0.8e6}}},
          .length = seconds(60),
          .goals = {{{}, seconds(30), 3e6, kStart}, {seconds(30), seconds(60), 0.8e6, kAfterDown}}};
}

Profile step_up() {
  return {.name = "step_up",
          .title = "0.8 to 3 Mbit/s, 50 ms round trip",
          .path = {.rate = {{{}, 0.8e6}, {seconds(30), 3e6}}},
          .length = seconds(60),
          .goals = {{{}, seconds(30), 0.8e6, kStart}, {seconds(30), seconds(60), 3e6, kAfterUp}}};
}

Profile stairs() {
  return {
      .name = "stairs",
      .title = "stairs of 0.4, 1, 2.5, 1 and 0.4 Mbit/s, 100 ms round trip",
      .path =
          {.rate = {{{}, 0.4e6}, {seconds(30), 1e6}, {seconds(60), 2.5e6}, {seconds(90), 1e6}, {seconds(120), 0.4e6}},
           .delay = milliseconds(50)},
      .length = seconds(150),
      .goals = {{{}, seconds(30), 0.4e6, kStart},
                {seconds(30), seconds(60), 1e6, kAfterUp},
                {seconds(60), seconds(90), 2.5e6, kAfterUp},
                {seconds(90), seconds(120), 1e6, kAfterDown},
                {seconds(120), seconds(150), 0.4e6, kAfterDown}}};
}

Profile thin() {
  return {.name = "thin",
          .title = "90 kbit/s for a minute in the middle of 0.4 Mbit/s, 100 ms round trip",
          .path = {.rate = {{{}, 0.4e6}, {seconds(30), 90e3}, {seconds(90), 0.4e6}}, .delay = milliseconds(50)},
          .length = seconds(120),
          .goals = {{{}, seconds(30), 0.4e6, kStart},
                    {seconds(30), seconds(90), 90e3, kAfterDown},
                    {seconds(90), seconds(120), 0.4e6, kAfterUp}}};
}

Profile random_loss(const char* name, const char* title, double loss, Duration delay) {
  return {.name = name,
          .title = title,
          .path = {.rate = {{{}, 2e6}, {seconds(40), 0.8e6}, {seconds(80), 2e6}}, .delay = delay, .loss = loss},
          .length = seconds(120),
          .goals = {{{}, seconds(40), 2e6, kStart},
                    {seconds(40), seconds(80), 0.8e6, kAfterDown},
                    {seconds(80), seconds(120), 2e6, kAfterUp}},
          .inherent_loss = loss};
}

Profile loss_30(const char* title) {
  Profile profile = random_loss("loss_30", title, 0.3, milliseconds(100));
  profile.goals[1].within = seconds(10);
  profile.fair = "10 s after a step down: three of ten feedback messages are lost as well.";
  return profile;
}

Profile burst_loss() {
  Profile profile = random_loss("burst_loss", "2, 0.8 and 2 Mbit/s, 10 % loss in bursts of 8, 100 ms round trip", 0,
                                milliseconds(50));
  profile.path.burst = {.enter = 0.0139, .leave = 0.125, .loss = 1};
  profile.inherent_loss = 0.1;
  profile.goals[1].within = seconds(10);
  for (Goal& goal : profile.goals) goal.share = 0.65;
  profile.received = 0.6;
  profile.fair =
      "65 % of the line on average, 10 s after a step down: bursts make the loss of a quarter second anything between "
      "0 "
      "and 40 %, so that now and then chance looks like a limit; the cut is undone when loss goes on at the lower "
      "rate.";
  return profile;
}

Profile long_round_trip() {
  return {.name = "long_round_trip",
          .title = "2, 0.7 and 2 Mbit/s, 400 ms round trip",
          .path = {.rate = {{{}, 2e6}, {seconds(40), 0.7e6}, {seconds(80), 2e6}}, .delay = milliseconds(200)},
          .length = seconds(120),
          .goals = {{{}, seconds(40), 2e6, kStart},
                    {seconds(40), seconds(80), 0.7e6, kAfterDown},
                    {seconds(80), seconds(120), 2e6, kAfterUp}}};
}

Profile jitter() {
  return {.name = "jitter",
          .title = "2, 0.8 and 2 Mbit/s, up to 40 ms of jitter, 100 ms round trip",
          .path = {.rate = {{{}, 2e6}, {seconds(40), 0.8e6}, {seconds(80), 2e6}},
                   .delay = milliseconds(50),
                   .jitter = milliseconds(40)},
          .length = seconds(120),
          .goals = {{{}, seconds(40), 2e6, kStart},
                    {seconds(40), seconds(80), 0.8e6, kAfterDown},
                    {seconds(80), seconds(120), 2e6, kAfterUp}}};
}

Profile competing_flow() {
  return {.name = "competing_flow",
          .title = "3 Mbit/s with somebody's download from 30 to 90 s, 50 ms round trip",
          .path = {.rate = {{{}, 3e6}}, .queue = milliseconds(150)},
          .length = seconds(120),
          .goals = {{{}, seconds(30), 3e6, kStart}, {seconds(90), seconds(120), 3e6, kAfterUp}},
          .queue_p95 = {},
          .competing = Profile::Competing{seconds(30), seconds(90)},
          .fair =
              "While the download lasts, at least 20 % of the line (an even share is 50 %) and no goal for the queue: "
              "it is "
              "the download that fills it, up to the 150 ms that the line holds."};
}

Profile policer() {
  return {
      .name = "policer",
      .title = "10 Mbit/s policed to 1 Mbit/s with 40 kB of credit, 50 ms round trip",
      .path = {.rate = {{{}, 10e6}}, .policer = Policer{.rate = 1e6, .bucket = 40'000}},
      .length = seconds(120),
      .goals = {{{}, seconds(120), 1e6, seconds(20), 0.85, 1.2}},
      .fair =
          "20 s, and up to 1.2 of the rate on average: a policer has no queue that could warn, its credit lets every "
          "probe pass, and only loss tells, which must not be mistaken for the path's own. Loss stays below 8 %."};
}

}  // namespace

std::vector<Profile> profiles() {
  return {step_down(),
          step_up(),
          stairs(),
          thin(),
          random_loss("loss_3", "2, 0.8 and 2 Mbit/s, 3 % random loss, 50 ms round trip", 0.03, milliseconds(25)),
          random_loss("loss_10", "2, 0.8 and 2 Mbit/s, 10 % random loss, 100 ms round trip", 0.1, milliseconds(50)),
          loss_30("2, 0.8 and 2 Mbit/s, 30 % random loss, 200 ms round trip"),
          burst_loss(),
          long_round_trip(),
          jitter(),
          competing_flow(),
          policer()};
}

}  // namespace plenary::sim
