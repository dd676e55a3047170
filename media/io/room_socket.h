// The pair of SOCK_SEQPACKET sockets between a shard and a room process, for frames (media/rtp/feed_wire.h).
#pragma once

#include <array>
#include <cstddef>

#include "media/base/result.h"

namespace plenary::io {

// A 720p key frame is about 100 KB; this holds a dozen of them and a second of everything else. What does not fit is
// dropped by the writer, frame by frame. The kernel caps it at net.core.wmem_max (208 KiB by default, doubled for its
// own bookkeeping), which still takes the largest message.
constexpr int kRoomSocketBuffer = 2 * 1024 * 1024;  // bytes, each direction

// Close-on-exec and non-blocking, both ends; [0] for the shard, [1] for the room process.
Result<std::array<int, 2>> make_room_socket_pair();

}  // namespace plenary::io
