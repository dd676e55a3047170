// The RTP header of everything that we send: one-byte header extensions (RFC 8285 §4.2) in a layout fixed when the slot
// is negotiated, so that writing one is a copy and a few stores, without allocation. A dependency descriptor follows
// them; one that is too long for it makes this packet's extensions two-byte ones (§4.3).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "media/base/bytes.h"
#include "media/base/time.h"

namespace plenary::rtp {

// As the peer numbered them; 0: not negotiated. The one-byte form knows 1–14; others are left out.
struct ExtensionIds {
  std::uint8_t mid = 0;
  std::uint8_t rid = 0;
  std::uint8_t repaired_rid = 0;
  std::uint8_t audio_level = 0;
  std::uint8_t abs_send_time = 0;
  std::uint8_t transport_cc = 0;
  std::uint8_t dependency_descriptor = 0;
};

// What changes from packet to packet.
struct HeaderFields {
  bool marker = false;
  std::uint8_t payload_type = 0;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t abs_send_time = 0;  // 24 bits, see abs_send_time()
  std::uint16_t transport_sequence = 0;
  std::optional<std::uint8_t> audio_level;  // RFC 6464 −dBov; without it the extension says 127, silence
  bool voice = false;
  Bytes descriptor;  // at most kMaxDescriptor; empty: none
};

// RFC draft of abs-send-time: seconds as 6.18 fixed point.
std::uint32_t abs_send_time(Instant instant);

class HeaderWriter {
 public:
  static constexpr std::size_t kMaxText = 16;  // bytes of mid or rid that the one-byte form can carry
  static constexpr std::size_t kMaxSize = 64;  // 12 + 4 + mid 17 + rid 17 + level 2 + time 4 + sequence 3, to a word

  HeaderWriter() : HeaderWriter(0, {}, {}) {}
  // Empty texts are left out, as are those longer than kMaxText.
  HeaderWriter(std::uint32_t ssrc, const ExtensionIds& ids, std::string_view mid, std::string_view rid = {});

  // Bytes that write() will write: the same for every packet of this writer with a descriptor of this size.
  [[nodiscard]] std::size_t size(std::size_t descriptor = 0) const;
  [[nodiscard]] bool writes_descriptors() const { return descriptor_id_ != 0; }
  [[nodiscard]] std::uint32_t ssrc() const { return load_u32(layout_.data() + 8); }
  // `out` must have as many bytes as size() says. Returns their number.
  std::size_t write(std::uint8_t* out, const HeaderFields& fields) const;

 private:
  void write_known(std::uint8_t* out, const HeaderFields& fields) const;
  void write_two_byte(std::uint8_t* out, const HeaderFields& fields, std::size_t size) const;
  std::uint8_t* begin_element(std::uint8_t id, std::size_t length);
  void add_text(std::uint8_t id, std::string_view text);

  std::array<std::uint8_t, kMaxSize> layout_{};
  std::uint8_t size_ = 0;
  std::uint8_t end_ = 0;       // of the elements, before padding
  std::uint8_t elements_ = 0;  // their number
  std::uint8_t descriptor_id_ = 0;
  std::uint8_t level_at_ = 0;  // offsets; 0: absent
  std::uint8_t time_at_ = 0;
  std::uint8_t transport_at_ = 0;
};

// Reading side: what the sender's extensions say, for the ids it was given.
struct HeaderExtensions {
  std::optional<std::string_view> mid;
  std::optional<std::string_view> rid;
  std::optional<std::string_view> repaired_rid;
  std::optional<std::uint8_t> audio_level;
  bool voice = false;
  std::optional<std::uint32_t> abs_send_time;
  std::optional<std::uint16_t> transport_sequence;
  Bytes descriptor;  // empty: none
};
struct Packet;
HeaderExtensions read_extensions(const Packet& packet, const ExtensionIds& ids);

}  // namespace plenary::rtp
