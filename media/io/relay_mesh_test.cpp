#include "media/io/relay_mesh.h"

#include <gtest/gtest.h>
#include <poll.h>

namespace plenary::io::relay_mesh_test {
namespace {

RelayOutput wish(std::uint64_t track, ShardSet to) { return {.to = to, .what = std::make_shared<const Relayed>(RelayedKeyFrameWish{TrackId{track}})}; }

std::uint64_t track_of(const std::shared_ptr<const Relayed>& relayed) {
  const auto* found = relayed ? std::get_if<RelayedKeyFrameWish>(&*relayed) : nullptr;
  return found == nullptr ? 0 : static_cast<std::uint64_t>(found->track);
}

bool readable(int descriptor) {
  pollfd ready{.fd = descriptor, .events = POLLIN, .revents = 0};
  return ::poll(&ready, 1, 0) == 1;
}

TEST(relay_mesh, each_named_shard_gets_it_once_in_order_and_the_sender_never) {
  const auto mesh = RelayMesh::make(3).value();
  EXPECT_EQ(mesh->push(0, wish(1, 0b111)), 0u);
  EXPECT_EQ(mesh->push(0, wish(2, 0b100)), 0u);
  EXPECT_EQ(mesh->push(1, wish(3, 0b100)), 0u);
  EXPECT_EQ(track_of(mesh->pop(0, 1)), 1u);
  EXPECT_FALSE(mesh->pop(0, 1));
  EXPECT_EQ(track_of(mesh->pop(0, 2)), 1u);
  EXPECT_EQ(track_of(mesh->pop(0, 2)), 2u);
  EXPECT_FALSE(mesh->pop(0, 2));
  EXPECT_EQ(track_of(mesh->pop(1, 2)), 3u);
}

TEST(relay_mesh, only_those_are_woken_for_whom_something_waits) {
  const auto mesh = RelayMesh::make(3).value();
  mesh->push(0, wish(1, 0b010));
  EXPECT_FALSE(readable(mesh->descriptor(1)));
  mesh->wake(0);
  EXPECT_TRUE(readable(mesh->descriptor(1)));
  EXPECT_FALSE(readable(mesh->descriptor(2)));
}

TEST(relay_mesh, a_full_queue_refuses_and_what_comes_after_it_begins_with_a_gap) {
  const auto mesh = RelayMesh::make(2).value();
  for (std::uint64_t n = 1; n <= kMaxRelayed; ++n) ASSERT_EQ(mesh->push(0, wish(n, 0b10)), 0u);
  EXPECT_EQ(mesh->push(0, wish(9'999, 0b10)), 0b10u);
  for (std::uint64_t n = 1; n <= kMaxRelayed; ++n) ASSERT_EQ(track_of(mesh->pop(0, 1)), n);
  EXPECT_EQ(mesh->push(0, wish(10'000, 0b10)), 0u);
  const std::shared_ptr<const Relayed> first = mesh->pop(0, 1);
  ASSERT_TRUE(first);
  EXPECT_TRUE(std::holds_alternative<RelayGap>(*first));
  EXPECT_EQ(track_of(mesh->pop(0, 1)), 10'000u);
  EXPECT_FALSE(mesh->pop(0, 1));
}

TEST(relay_mesh, numbers_carry_their_home) {
  EXPECT_EQ(home_of(id_at_home<TrackId>(63, 5)), 63u);
  EXPECT_EQ(home_of(TrackId{5}), 0u);
  EXPECT_NE(id_at_home<PeerId>(1, 5), id_at_home<PeerId>(2, 5));
}

}  // namespace
}  // namespace plenary::io::relay_mesh_test
