#include "server/journal/wal_check.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace plenary::server {
namespace {

// https://sqlite.org/walformat.html: the index is in the machine's byte order, the log in big-endian, but for the words
// that are summed up.
constexpr std::size_t kLogHeader = 32;
constexpr std::size_t kLogHeaderSummed = 24;
constexpr std::size_t kFrameHeader = 24;
constexpr std::size_t kFrameHeaderSummed = 8;
constexpr std::size_t kSalts = 8;
constexpr std::size_t kIndexHeader = 48;  // twice, so that one that is being written is seen
constexpr std::size_t kIndexHeaderSummed = 40;
constexpr std::uint32_t kLogMagic = 0x377f'0682;  // and one more where the words summed up are big-endian
constexpr std::uint32_t kVersion = 3'007'000;

using Bytes = std::span<const char>;
using Sum = std::array<std::uint32_t, 2>;

std::uint32_t native(Bytes bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.subspan(at, sizeof value).data(), sizeof value);
  return value;
}

std::uint32_t word(Bytes bytes, std::size_t at, bool big_endian) {
  const std::uint32_t value = native(bytes, at);
  return big_endian == (std::endian::native == std::endian::big) ? value : __builtin_bswap32(value);
}

Sum add(Sum sum, Bytes bytes, bool big_endian) {
  for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
    sum[0] += word(bytes, at, big_endian) + sum[1];
    sum[1] += word(bytes, at + 4, big_endian) + sum[0];
  }
  return sum;
}

Sum sum_at(Bytes bytes, std::size_t at, bool big_endian) {
  return {word(bytes, at, big_endian), word(bytes, at + 4, big_endian)};
}

bool same(Bytes left, Bytes right) { return std::memcmp(left.data(), right.data(), left.size()) == 0; }

struct Index {
  std::uint32_t frames = 0;      // committed
  std::uint32_t backfilled = 0;  // of them in the database itself, flushed there
  std::array<char, kSalts> salts{};
};

std::optional<Index> index_from(const std::filesystem::path& file) {
  std::array<char, 2 * kIndexHeader + 4> bytes{};
  if (!std::ifstream(file, std::ios::binary).read(bytes.data(), bytes.size())) return std::nullopt;
  const Bytes all(bytes);
  const bool big_endian = std::endian::native == std::endian::big;
  const bool whole =
      same(all.subspan(0, kIndexHeader), all.subspan(kIndexHeader, kIndexHeader)) && native(all, 0) == kVersion &&
      add({}, all.subspan(0, kIndexHeaderSummed), big_endian) == sum_at(all, kIndexHeaderSummed, big_endian);
  if (!whole) return std::nullopt;
  Index index{native(all, 16), native(all, 2 * kIndexHeader), {}};
  std::memcpy(index.salts.data(), all.subspan(32, kSalts).data(), kSalts);
  return index;
}

// Frames that SQLite would read, at most as many as asked for; nothing: the log is of another index.
std::optional<std::uint32_t> frames_in(const std::filesystem::path& file, const Index& index) {
  std::ifstream log(file, std::ios::binary);
  std::array<char, kLogHeader> header{};
  if (!log.read(header.data(), header.size())) return 0;
  const Bytes head(header);
  const std::uint32_t magic = word(head, 0, true);
  const bool big_endian = magic == kLogMagic + 1;
  Sum sum = add({}, head.subspan(0, kLogHeaderSummed), big_endian);
  if ((magic != kLogMagic && !big_endian) || sum != sum_at(head, kLogHeaderSummed, true)) return 0;
  if (!same(head.subspan(16, kSalts), index.salts)) return std::nullopt;
  std::vector<char> frame(kFrameHeader + word(head, 8, true));
  const Bytes one(frame);
  for (std::uint32_t count = 0; count < index.frames; ++count) {
    if (!log.read(frame.data(), static_cast<std::streamsize>(frame.size()))) return count;
    sum = add(add(sum, one.subspan(0, kFrameHeaderSummed), big_endian), one.subspan(kFrameHeader), big_endian);
    if (!same(one.subspan(8, kSalts), index.salts) || sum != sum_at(one, 16, true)) return count;
  }
  return index.frames;
}

}  // namespace

Status check_log(const std::filesystem::path& file) {
  const std::string log = file.string() + "-wal";
  const std::string shared = file.string() + "-shm";
  const std::optional<Index> index = index_from(shared);
  if (!index) return Done{};
  const std::optional<std::uint32_t> frames = frames_in(log, *index);
  if (!frames || *frames >= index->frames) return Done{};
  // A log of which nothing is left hides nothing that the database has; what is left of one would hide what came after.
  if (*frames == 0 && index->backfilled >= index->frames) return Done{};
  return Error{"journal_cut", "The log " + log + " of the journal was cut short or damaged (" +
                                  std::to_string(*frames) + " of " + std::to_string(index->frames) +
                                  " pages are left), so that saved events are missing; all was left as it is. Restore "
                                  "the journal with its log from a copy, or remove " +
                                  shared + " to start with what is left."};
}

}  // namespace plenary::server
