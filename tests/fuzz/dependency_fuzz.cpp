// The dependency descriptors of one stream (AV1), each behind a byte with its length, as a speaker could send them.
// Whatever they claim, each that is read speaks of decode targets and chains of its structure only; with layers cut or
// another frame number it says all else as before, and a header carries it as it is.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "media/base/check.h"
#include "media/forward/spatial_layers.h"
#include "media/rtp/dependency_descriptor.h"
#include "media/rtp/header_writer.h"
#include "media/rtp/packet.h"

namespace {

using namespace plenary;

constexpr std::uint8_t kId = 12;

void check_frame(const rtp::FrameDependencies& frame, const rtp::DependencyStructure& structure) {
  PLENARY_CHECK(frame.spatial_id <= rtp::kMaxSpatialId && frame.temporal_id <= rtp::kMaxTemporalId);
  PLENARY_CHECK(frame.targets.size() == structure.targets.size() && frame.chains.size() == structure.chains);
  PLENARY_CHECK(frame.differences.size() <= rtp::kMaxFrameDifferences);
  PLENARY_CHECK(std::ranges::find(frame.differences, 0) == frame.differences.end());
}

void check_structure(const rtp::DependencyStructure& structure) {
  PLENARY_CHECK(!structure.targets.empty() && structure.targets.size() <= rtp::kMaxDecodeTargets);
  PLENARY_CHECK(!structure.templates.empty() && structure.templates.size() <= rtp::kMaxTemplates);
  PLENARY_CHECK(structure.sizes.empty() || structure.sizes.size() == structure.spatial_layers());
  for (const rtp::FrameDependencies& one : structure.templates) check_frame(one, structure);
  for (const rtp::DecodeTarget& target : structure.targets) {
    PLENARY_CHECK(target.protected_by.has_value() == (structure.chains > 0));
    PLENARY_CHECK(!target.protected_by || *target.protected_by < structure.chains);
  }
}

void check_cut(Bytes bytes, const rtp::DependencyDescriptor& read, const rtp::DependencyStructure& known) {
  constexpr std::uint32_t kKept = 0b101;
  const ByteVector cut = rtp::with_active_targets(bytes, read.parts, kKept);
  const auto again = rtp::parse_dependency_descriptor(cut, &known);
  PLENARY_CHECK(again && again->frame == read.frame && again->structure == read.structure);
  PLENARY_CHECK(again->frame_number == read.frame_number && again->ends_frame == read.ends_frame);
  const bool told = read.structure || read.parts.active_targets;
  PLENARY_CHECK(told || std::ranges::equal(cut, bytes));
  const std::uint32_t all = rtp::all_targets(read.parts.target_count);
  const std::uint32_t active = again->parts.active_targets.value_or(told ? all : 0);
  PLENARY_CHECK((active & ~kKept) == 0 || cut.size() == bytes.size());
}

void check_layers(const rtp::DependencyDescriptor& read, const rtp::DependencyStructure& structure) {
  const auto targets = forward::layer_targets(structure, read.frame);
  if (!targets) return;
  PLENARY_CHECK(targets->layers >= 1 && targets->layers <= forward::kMaxSpatialLayers);
  const forward::SpatialPlace place = forward::spatial_place(read, *targets);
  PLENARY_CHECK(place.layer <= targets->layers && place.streams >> targets->layers == 0);
}

void check_header(Bytes bytes) {
  const rtp::ExtensionIds ids{.mid = 4, .dependency_descriptor = kId};
  const rtp::HeaderWriter writer(1, ids, "1");
  ByteVector packet(writer.size(bytes.size()));
  PLENARY_CHECK(writer.write(packet.data(), {.descriptor = bytes}) == packet.size());
  packet.push_back(0);
  const auto parsed = rtp::parse_packet(packet);
  PLENARY_CHECK(parsed && parsed->payload.size() == 1);
  const rtp::HeaderExtensions read = rtp::read_extensions(*parsed, ids);
  PLENARY_CHECK(std::ranges::equal(read.descriptor, bytes) && read.mid == "1");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rtp::DependencyReader reader;
  ByteReader input(Bytes(data, size));
  while (input.remaining() > 0) {
    const std::size_t length = input.u8();
    const Bytes bytes = input.take(std::min(length, input.remaining()));
    const auto read = reader.read(bytes);
    if (!read) continue;
    // Read with what came before, or with its own.
    const rtp::DependencyStructure& structure = read->structure ? *read->structure : *reader.structure();
    check_structure(structure);
    check_frame(read->frame, structure);
    PLENARY_CHECK(read->parts.definition_end <= bytes.size() * 8);
    check_cut(bytes, *read, structure);
    check_layers(*read, structure);
    check_header(bytes);
    ByteVector renumbered(bytes.begin(), bytes.end());
    rtp::set_frame_number(renumbered, 0x1234);
    const auto again = rtp::parse_dependency_descriptor(renumbered, &structure);
    PLENARY_CHECK(again && again->frame_number == 0x1234 && again->frame == read->frame);
  }
  return 0;
}
