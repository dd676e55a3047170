// Bounded reading and writing of network byte order (big endian). A reader past its end turns bad and stays bad;
// it never reads outside its span.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace plenary {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;
using ByteVector = std::vector<std::uint8_t>;

inline std::uint16_t load_u16(const std::uint8_t* p) { return static_cast<std::uint16_t>(p[0] << 8 | p[1]); }
inline std::uint32_t load_u24(const std::uint8_t* p) {
  return std::uint32_t{p[0]} << 16 | std::uint32_t{p[1]} << 8 | p[2];
}
inline std::uint32_t load_u32(const std::uint8_t* p) { return std::uint32_t{p[0]} << 24 | load_u24(p + 1); }
inline std::uint64_t load_u64(const std::uint8_t* p) { return std::uint64_t{load_u32(p)} << 32 | load_u32(p + 4); }
inline void store_u16(std::uint8_t* p, std::uint16_t v) {
  p[0] = static_cast<std::uint8_t>(v >> 8);
  p[1] = static_cast<std::uint8_t>(v);
}
inline void store_u24(std::uint8_t* p, std::uint32_t v) {
  p[0] = static_cast<std::uint8_t>(v >> 16);
  store_u16(p + 1, static_cast<std::uint16_t>(v));
}
inline void store_u32(std::uint8_t* p, std::uint32_t v) {
  p[0] = static_cast<std::uint8_t>(v >> 24);
  store_u24(p + 1, v);
}
inline void store_u64(std::uint8_t* p, std::uint64_t v) {
  store_u32(p, static_cast<std::uint32_t>(v >> 32));
  store_u32(p + 4, static_cast<std::uint32_t>(v));
}

class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : rest_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }
  [[nodiscard]] Bytes rest() const { return rest_; }

  Bytes take(std::size_t count) {
    if (count > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    Bytes taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  std::uint8_t u8() {
    Bytes b = take(1);
    return b.empty() ? std::uint8_t{0} : b[0];
  }
  std::uint16_t u16() {
    Bytes b = take(2);
    return b.empty() ? std::uint16_t{0} : load_u16(b.data());
  }
  std::uint32_t u24() {
    Bytes b = take(3);
    return b.empty() ? 0 : load_u24(b.data());
  }
  std::uint32_t u32() {
    Bytes b = take(4);
    return b.empty() ? 0 : load_u32(b.data());
  }
  std::uint64_t u64() {
    Bytes b = take(8);
    return b.empty() ? 0 : load_u64(b.data());
  }

 private:
  Bytes rest_;
  bool ok_ = true;
};

// Appends to a vector that the caller owns.
class ByteWriter {
 public:
  explicit ByteWriter(ByteVector& out) : out_(out) {}

  void u8(std::uint8_t v) { out_.push_back(v); }
  void u16(std::uint16_t v) { store_u16(grow(2), v); }
  void u24(std::uint32_t v) { store_u24(grow(3), v); }
  void u32(std::uint32_t v) { store_u32(grow(4), v); }
  void u64(std::uint64_t v) { store_u64(grow(8), v); }
  void bytes(Bytes b) { out_.insert(out_.end(), b.begin(), b.end()); }
  void zeros(std::size_t count) { out_.insert(out_.end(), count, 0); }
  [[nodiscard]] std::size_t size() const { return out_.size(); }

 private:
  std::uint8_t* grow(std::size_t count) {
    out_.resize(out_.size() + count);
    return out_.data() + out_.size() - count;
  }
  ByteVector& out_;
};

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace plenary
