// What a packet costs on its way to a viewer without the kernel's part: one room of 2 Mbit/s and sound, everybody
// connected, the shard's output taken and thrown away; the room's picture in one layer, and in three, where each viewer
// has an estimate of their line. fan_out [VIEWERS …]
#include <fmt/format.h>

#include <cstdlib>
#include <vector>

#include "media/base/check.h"
#include "tests/bench/thread_seconds.h"
#include "tests/sim/world.h"

namespace plenary::sim {
namespace {

using namespace std::chrono_literals;

constexpr FeedId kFeed{1};
constexpr TrackId kPicture{11}, kSound{12}, kMiddle{13}, kLowest{14};
constexpr std::uint16_t kPictureNumber = 1, kSoundNumber = 2, kMiddleNumber = 3, kLowestNumber = 4;
constexpr std::size_t kPictureParts = 7, kPictureBytes = 1'180, kSoundBytes = 160;
constexpr Duration kFrame = 33'333us, kSoundFrame = 20ms;
constexpr Duration kMeasured = 4s;
constexpr Duration kJoining = 60s;

class FanOut {
 public:
  FanOut(std::size_t viewers, bool layers) : viewers_(viewers), layers_(layers), world_(1) {
    world_.command(io::AddFeedTrack{kPicture, Codec::h264, "42e01f", kFeed, kPictureNumber, kNoTrack, 0});
    world_.command(io::AddFeedTrack{kSound, Codec::opus, "42e01f", kFeed, kSoundNumber, kNoTrack, 0});
    if (layers) {
      world_.command(io::AddFeedTrack{kMiddle, Codec::h264, "42e01f", kFeed, kMiddleNumber, kPicture, 600'000});
      world_.command(io::AddFeedTrack{kLowest, Codec::h264, "42e01f", kFeed, kLowestNumber, kPicture, 150'000});
    }
    for (std::uint64_t i = 1; i <= viewers; ++i) {
      world_.add_viewer(PeerId{i});
      world_.command(io::SetSlot{.peer = PeerId{i}, .slot = 0, .track = kSound});
      world_.command(io::SetSlot{.peer = PeerId{i}, .slot = 1, .track = kPicture});
    }
  }

  void run() {
    const auto connected = [this] { return world_.told<io::PeerConnected>().size() == viewers_; };
    PLENARY_CHECK(world_.run_until_true(connected, kJoining));
    const Instant start = world_.now;
    Instant picture = start, sound = start;
    for (bool first = true; world_.now < start + kMeasured; first = false) {
      world_.now = std::min(picture, sound);
      if (world_.now == picture) {
        picture += kFrame;
        frame(Codec::h264, kPictureNumber, kPictureParts, kPictureBytes, first);
      } else {
        sound += kSoundFrame;
        frame(Codec::opus, kSoundNumber, 1, kSoundBytes, false);
      }
    }
    fmt::print("{} viewers, {}: {:.0f} ns a packet, {:.1f} packets a message, {} packets\n", viewers_,
               layers_ ? "three layers" : "one layer", 1e9 * took_ / static_cast<double>(packets_),
               static_cast<double>(packets_) / static_cast<double>(messages_), packets_);
  }

 private:
  void frame(Codec codec, std::uint16_t number, std::size_t parts, std::size_t bytes, bool key_frame) {
    const PayloadMark mark{
        .frame = frames_++, .parts = static_cast<std::uint16_t>(parts), .stream = number, .key_frame = key_frame};
    const Duration age = world_.now.time_since_epoch();
    const auto timestamp = static_cast<std::uint32_t>(age / 1us * clock_rate(codec) / 1'000'000);
    rtp::Frame made = make_frame(codec, number, mark, timestamp, world_.now, bytes);
    const double before = thread_seconds();
    world_.board.handle_frame(kFeed, std::move(made), world_.now);
    for (bool more = true; more; batch_.clear()) {
      more = world_.board.poll_output(batch_, world_.now);
      for (const peer::Run& run : batch_.runs()) packets_ += run.datagrams;
      messages_ += batch_.runs().size();
    }
    took_ += thread_seconds() - before;
  }

  std::size_t viewers_;
  bool layers_;
  World world_;
  peer::SendBatch batch_;
  std::uint32_t frames_ = 0;
  std::uint64_t packets_ = 0;
  std::uint64_t messages_ = 0;
  double took_ = 0;
};

}  // namespace
}  // namespace plenary::sim

int main(int argc, char** argv) {
  std::vector<std::size_t> counts;
  for (int i = 1; i < argc; ++i) counts.push_back(std::strtoull(argv[i], nullptr, 10));
  if (counts.empty()) counts = {10, 1'000, 4'000};
  for (const std::size_t viewers : counts) {
    for (const bool layers : {false, true}) plenary::sim::FanOut(viewers, layers).run();
  }
}
