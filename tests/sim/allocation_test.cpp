// Neither a frame that comes nor a packet that a viewer gets costs an allocation, once all have begun. A program of its
// own: it counts every operator new.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "media/forward/track.h"
#include "tests/sim/world.h"

namespace {

bool counting = false;
std::size_t allocations = 0;

void* counted(void* memory) {
  allocations += counting ? 1 : 0;
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// The other forms call these.
void* operator new(std::size_t size) { return counted(std::malloc(size == 0 ? 1 : size)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto to = static_cast<std::size_t>(alignment);
  return counted(std::aligned_alloc(to, (size + to - 1) / to * to));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace plenary::sim::allocation_test {
namespace {

using namespace std::chrono_literals;

constexpr FeedId kFeed{1};
constexpr TrackId kPicture{11}, kSound{12}, kMiddle{13}, kLowest{14};
constexpr std::uint16_t kPictureNumber = 1, kSoundNumber = 2, kMiddleNumber = 3, kLowestNumber = 4;
constexpr std::size_t kViewers = 200;
constexpr std::size_t kPictureParts = 7, kPictureBytes = 1'180, kSoundBytes = 160;
constexpr Duration kPictureEvery = 40ms, kSoundEvery = 20ms;
// Until rings, queues and histories have the size that they keep; the rings of tracks take longest.
constexpr Duration kWarmUp = forward::kRingTime + 1s;
constexpr Duration kMeasured = 2s;

struct Room {
  crypto::SrtpOffer srtp;
  bool layers;
  const char* name;
};

class Allocations : public testing::TestWithParam<Room> {
 protected:
  Allocations() {
    world.command(io::AddFeedTrack{kPicture, Codec::h264, "42e01f", kFeed, kPictureNumber, kNoTrack, 0});
    world.command(io::AddFeedTrack{kSound, Codec::opus, "42e01f", kFeed, kSoundNumber, kNoTrack, 0});
    if (GetParam().layers) {
      world.command(io::AddFeedTrack{kMiddle, Codec::h264, "42e01f", kFeed, kMiddleNumber, kPicture, 600'000});
      world.command(io::AddFeedTrack{kLowest, Codec::h264, "42e01f", kFeed, kLowestNumber, kPicture, 150'000});
    }
    for (std::uint64_t i = 1; i <= kViewers; ++i) {
      world.add_viewer(PeerId{i}, 1, 1, false, GetParam().srtp);
      world.command(io::SetSlot{.peer = PeerId{i}, .slot = 0, .track = kSound});
      world.command(io::SetSlot{.peer = PeerId{i}, .slot = 1, .track = kPicture});
    }
  }

  void SetUp() override {
    ASSERT_TRUE(world.run_until_true([this] { return world.told<io::PeerConnected>().size() == kViewers; }, 60s));
  }

  // Frames until then, each handed over and all of its packets and reports taken; what that allocates is counted.
  void run(Duration duration) {
    for (const Instant end = world.now + duration; world.now < end; world.now += kSoundEvery) {
      give(Codec::opus, kSoundNumber, 1, kSoundBytes);
      if (++turn % (kPictureEvery / kSoundEvery) != 0) continue;
      give(Codec::h264, kPictureNumber, kPictureParts, kPictureBytes);
      if (GetParam().layers) {
        give(Codec::h264, kMiddleNumber, 3, kPictureBytes);
        give(Codec::h264, kLowestNumber, 1, kPictureBytes);
      }
    }
  }

  void give(Codec codec, std::uint16_t number, std::uint16_t parts, std::size_t bytes) {
    const PayloadMark mark{
        .frame = frames, .parts = parts, .stream = number, .key_frame = codec == Codec::h264 && frames < 8};
    ++frames;
    const auto timestamp =
        static_cast<std::uint32_t>(world.now.time_since_epoch() / 1us * clock_rate(codec) / 1'000'000);
    rtp::Frame frame = make_frame(codec, number, mark, timestamp, world.now, bytes);
    counting = true;
    world.board.handle_frame(kFeed, std::move(frame), world.now);
    for (bool more = true; more; batch.clear()) {
      more = world.board.poll_output(batch, world.now);
      for (const peer::Run& one : batch.runs()) packets += one.datagrams;
    }
    counting = false;
  }

  World world{1};
  peer::SendBatch batch;
  std::uint32_t frames = 0;
  std::int64_t turn = 0;
  std::size_t packets = 0;
};

INSTANTIATE_TEST_SUITE_P(rooms, Allocations,
                         testing::Values(Room{crypto::SrtpOffer::both, false, "gcm"},
                                         Room{crypto::SrtpOffer::aes_cm, false, "cm"},
                                         Room{crypto::SrtpOffer::both, true, "gcm_in_layers"}),
                         [](const auto& room) { return room.param.name; });

TEST_P(Allocations, packets_of_a_steady_state_make_none) {
  run(kWarmUp);
  allocations = packets = 0;
  run(kMeasured);
  EXPECT_GE(packets, kViewers * (kMeasured / kSoundEvery + kMeasured / kPictureEvery));
  EXPECT_EQ(allocations, 0U) << "for " << packets << " packets";
}

}  // namespace
}  // namespace plenary::sim::allocation_test
