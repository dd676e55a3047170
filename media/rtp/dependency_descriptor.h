// The dependency descriptor (AOM "RTP Payload Format For AV1" v1.0.0, appendix A): a header extension that says of each
// packet to which layers its frame belongs and what it refers to. Most packets name one of the templates that came with
// a key frame, so whoever reads the descriptors of a stream keeps those.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "media/base/bytes.h"
#include "media/rtp/key_frame.h"
#include "media/rtp/packet.h"

namespace plenary::rtp {

constexpr std::size_t kMinDescriptor = 3;         // bytes
constexpr std::size_t kMaxDescriptor = 255;       // bytes; a two-byte extension has no more (RFC 8285 §4.3)
constexpr std::size_t kMaxTemplates = 64;         // six bits
constexpr std::size_t kMaxDecodeTargets = 32;     // five bits
constexpr std::size_t kMaxSpatialId = 3;          // AV1 bitstream §5.3.3: two bits
constexpr std::size_t kMaxTemporalId = 7;         // three bits
constexpr std::size_t kMaxFrameDifferences = 16;  // of a frame; AV1 refers to seven others at most

// What a frame is to a decode target (A.8.3, DTI).
enum class Indication : std::uint8_t { not_present, discardable, switching, required };

// A template, or a frame with its own values where they differ from its template's.
struct FrameDependencies {
  std::uint8_t spatial_id = 0;
  std::uint8_t temporal_id = 0;
  std::vector<Indication> targets;         // one for each decode target
  std::vector<std::uint16_t> differences;  // in frame numbers, back to those it refers to
  std::vector<std::uint8_t> chains;        // back to the last frame of each chain; 0: it begins there
  friend bool operator==(const FrameDependencies&, const FrameDependencies&) = default;
};

struct DecodeTarget {
  std::uint8_t spatial_id = 0;  // the highest of what belongs to it
  std::uint8_t temporal_id = 0;
  std::optional<std::uint8_t> protected_by;  // the chain that tells whether anything is missing; nothing: no chains
  friend bool operator==(const DecodeTarget&, const DecodeTarget&) = default;
};

struct DependencyStructure {
  std::uint8_t first_template = 0;  // id of the first one; the others follow in the circle of 64
  std::vector<FrameDependencies> templates;
  std::vector<DecodeTarget> targets;
  std::size_t chains = 0;
  std::vector<PictureSize> sizes;  // of each spatial layer; empty: not told
  friend bool operator==(const DependencyStructure&, const DependencyStructure&) = default;

  [[nodiscard]] std::size_t spatial_layers() const { return templates.back().spatial_id + std::size_t{1}; }
};
// As bits.
constexpr std::uint32_t all_targets(std::size_t count) {
  return static_cast<std::uint32_t>((std::uint64_t{1} << count) - 1);
}

// Where things stand in a descriptor, in bits.
struct DescriptorParts {
  bool has_structure = false;
  std::size_t structure_end = 0;
  std::size_t target_count = 0;
  // Bit n: somebody gets decode target n from here on. Nothing: as before, or all of an attached structure.
  std::optional<std::uint32_t> active_targets;
  std::size_t definition_end = 0;  // padding follows
};

struct DependencyDescriptor {
  bool starts_frame = false;
  bool ends_frame = false;
  std::uint8_t template_id = 0;
  std::uint16_t frame_number = 0;
  FrameDependencies frame;
  std::optional<DependencyStructure> structure;  // attached to this packet; it holds for this one too
  DescriptorParts parts;
};

// `known`: the structure that holds where none is attached; may be null. Nothing when it is cut, breaks a rule of the
// specification, or belongs to another structure.
std::optional<DependencyDescriptor> parse_dependency_descriptor(Bytes bytes, const DependencyStructure* known);

// The descriptor of a stream from which some layers were cut: where `bytes` says which decode targets are active, or
// begins a structure (which makes all of them active), it says that none but these are. What says neither is as it was,
// and so is what would become longer than kMaxDescriptor.
ByteVector with_active_targets(Bytes bytes, const DescriptorParts& parts, std::uint32_t targets);

// The frame number stands in the same two bytes of each.
inline std::uint16_t frame_number(Bytes descriptor) { return load_u16(descriptor.data() + 1); }
inline void set_frame_number(MutableBytes descriptor, std::uint16_t number) {
  store_u16(descriptor.data() + 1, number);
}

// The descriptors of one stream, in any order of arrival.
class DependencyReader {
 public:
  std::optional<DependencyDescriptor> read(Bytes bytes);
  // The newest; null before the first one.
  [[nodiscard]] const DependencyStructure* structure() const { return structure_ ? &*structure_ : nullptr; }

 private:
  std::optional<DependencyStructure> structure_;
  SequenceUnwrapper numbers_;
  std::uint64_t since_ = 0;  // number of the frame that it came with
};

}  // namespace plenary::rtp
