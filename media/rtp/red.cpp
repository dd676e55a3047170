#include "media/rtp/red.h"

#include <cstring>

namespace plenary::rtp {
namespace {

constexpr std::size_t kOlderHeader = 4;  // F = 1, type, 14 bits of offset, 10 of length
constexpr std::size_t kNewestHeader = 1;
constexpr std::uint8_t kFollowed = 0x80;

}  // namespace

std::size_t write_red_prefix(std::uint8_t payload_type, std::uint32_t timestamp, std::span<const RedBlock> older,
                             std::size_t most, std::uint8_t* out) {
  // From the newest back, so that what has no room is the oldest.
  std::size_t first = older.size();
  std::size_t total = kNewestHeader;
  while (first > 0) {
    const RedBlock& block = older[first - 1];
    const std::size_t more = kOlderHeader + block.payload.size();
    if (block.payload.size() > kMaxRedBlock || timestamp - block.timestamp > kMaxRedOffset || total + more > most) break;
    total += more;
    --first;
  }
  std::uint8_t* header = out;
  for (const RedBlock& block : older.subspan(first)) {
    const std::uint32_t fields = (timestamp - block.timestamp) << 10 | static_cast<std::uint32_t>(block.payload.size());
    header[0] = kFollowed | payload_type;
    header[1] = static_cast<std::uint8_t>(fields >> 16);
    store_u16(header + 2, static_cast<std::uint16_t>(fields));
    header += kOlderHeader;
  }
  *header++ = payload_type;
  for (const RedBlock& block : older.subspan(first)) {
    std::memcpy(header, block.payload.data(), block.payload.size());
    header += block.payload.size();
  }
  return total;
}

std::optional<std::vector<RedBlock>> parse_red(std::uint32_t timestamp, Bytes payload) {
  std::vector<RedBlock> blocks;
  std::vector<std::size_t> sizes;
  while (true) {
    if (payload.empty()) return std::nullopt;
    if ((payload[0] & kFollowed) == 0) break;
    if (payload.size() < kOlderHeader || blocks.size() == kMaxRedGenerations) return std::nullopt;
    const std::uint32_t fields = static_cast<std::uint32_t>(payload[1]) << 16 | load_u16(payload.data() + 2);
    blocks.push_back({.timestamp = timestamp - (fields >> 10), .payload = {}});
    sizes.push_back(fields & kMaxRedBlock);
    payload = payload.subspan(kOlderHeader);
  }
  payload = payload.subspan(kNewestHeader);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (payload.size() < sizes[i]) return std::nullopt;
    blocks[i].payload = payload.first(sizes[i]);
    payload = payload.subspan(sizes[i]);
  }
  blocks.push_back({.timestamp = timestamp, .payload = payload});
  return blocks;
}

void RedControl::handle_loss(std::uint8_t fraction_lost, Instant now) {
  const std::size_t wanted = fraction_lost >= kRedTwoAt ? 2 : fraction_lost >= kRedOneAt ? 1 : 0;
  if (wanted >= generations_) {
    generations_ = wanted;
    needed_at_ = now;
  } else if (now - needed_at_ >= kRedKept) {
    --generations_;
    needed_at_ = now;
  }
}

}  // namespace plenary::rtp
