// Redundant audio (RFC 2198): five bytes choose the timestamp and how much room there is, then a payload as it came.
// Whatever it claims, its blocks are views of it, in order and with nothing between, and packed again they are the same
// bytes; with less room the newest ones remain, and not a byte more is written.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "media/base/check.h"
#include "media/rtp/red.h"

namespace {

using namespace plenary;

constexpr std::size_t kOlderHeader = 4;  // RFC 2198 §3
constexpr std::uint8_t kPayloadType = 111;

// What is left of the older blocks in `most` bytes, in memory of exactly that size.
ByteVector pack(std::uint32_t timestamp, std::span<const rtp::RedBlock> older, std::size_t most) {
  const auto out = std::make_unique<std::uint8_t[]>(most);
  const std::size_t size = rtp::write_red_prefix(kPayloadType, timestamp, older, most, out.get());
  PLENARY_CHECK(size >= 1 && size <= most);
  return {out.get(), out.get() + size};
}

bool is_same(const rtp::RedBlock& one, const rtp::RedBlock& other) {
  return one.timestamp == other.timestamp &&
         std::equal(one.payload.begin(), one.payload.end(), other.payload.begin(), other.payload.end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader(Bytes(data, size));
  const std::uint32_t timestamp = reader.u32();
  const std::size_t room = 1 + 16 * std::size_t{reader.u8()};
  const Bytes payload = reader.take(reader.remaining());
  const auto blocks = rtp::parse_red(timestamp, payload);
  if (!blocks) return 0;
  PLENARY_CHECK(!blocks->empty() && blocks->size() <= rtp::kMaxRedGenerations + 1);
  const std::span<const rtp::RedBlock> older(blocks->data(), blocks->size() - 1);
  const std::uint8_t* next = payload.data() + kOlderHeader * older.size() + 1;
  for (const rtp::RedBlock& block : *blocks) {
    PLENARY_CHECK(block.payload.data() == next && timestamp - block.timestamp <= rtp::kMaxRedOffset);
    next += block.payload.size();
  }
  PLENARY_CHECK(next == payload.data() + payload.size());

  const Bytes newest = blocks->back().payload;
  ByteVector whole = pack(timestamp, older, rtp::kMaxRedPrefix);
  whole.insert(whole.end(), newest.begin(), newest.end());
  // The type of each block is ours now; all else is as it came.
  PLENARY_CHECK(whole.size() == payload.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const bool is_type = i <= kOlderHeader * older.size() && i % kOlderHeader == 0;
    PLENARY_CHECK(is_type ? (whole[i] & 0x80) == (payload[i] & 0x80) : whole[i] == payload[i]);
  }

  ByteVector less = pack(timestamp, older, room);
  less.insert(less.end(), newest.begin(), newest.end());
  const auto again = rtp::parse_red(timestamp, less);
  PLENARY_CHECK(again && again->size() <= blocks->size());
  PLENARY_CHECK(std::equal(again->rbegin(), again->rend(), blocks->rbegin(), is_same));
  return 0;
}
