#include "media/rtp/dependency_descriptor.h"

#include <algorithm>
#include <utility>

#include "media/rtp/bit_reader.h"

namespace plenary::rtp {
namespace {

constexpr std::size_t kMandatoryBits = kMinDescriptor * 8;
constexpr std::size_t kActiveTargetsFlag = kMandatoryBits + 1;

// A.8.2: what the two bits behind each template say of the next one.
enum class NextLayer : std::uint8_t { same, next_temporal, next_spatial, none };

bool read_template_layers(BitReader& reader, std::vector<FrameDependencies>& templates) {
  FrameDependencies next;
  while (reader.ok() && templates.size() < kMaxTemplates) {
    templates.push_back(next);
    switch (static_cast<NextLayer>(reader.bits(2))) {
      case NextLayer::same:
        break;
      case NextLayer::next_temporal:
        if (++next.temporal_id > kMaxTemporalId) return false;
        break;
      case NextLayer::next_spatial:
        next.temporal_id = 0;
        if (++next.spatial_id > kMaxSpatialId) return false;
        break;
      case NextLayer::none:
        return reader.ok();
    }
  }
  return false;
}

void read_indications(BitReader& reader, std::vector<Indication>& targets) {
  for (Indication& indication : targets) indication = static_cast<Indication>(reader.bits(2));
}

bool read_template_differences(BitReader& reader, std::vector<std::uint16_t>& differences) {
  while (reader.flag()) {
    if (differences.size() == kMaxFrameDifferences) return false;
    differences.push_back(static_cast<std::uint16_t>(reader.bits(4) + 1));
  }
  return true;
}

// frame_fdiffs: each with its length, in units of four bits.
bool read_frame_differences(BitReader& reader, std::vector<std::uint16_t>& differences) {
  differences.clear();
  while (const std::uint32_t size = reader.bits(2)) {
    if (differences.size() == kMaxFrameDifferences) return false;
    differences.push_back(static_cast<std::uint16_t>(reader.bits(4 * size) + 1));
  }
  return true;
}

void read_chains(BitReader& reader, DependencyStructure& structure) {
  structure.chains = reader.non_symmetric(static_cast<std::uint32_t>(structure.targets.size()) + 1);
  if (structure.chains == 0) return;
  for (DecodeTarget& target : structure.targets) {
    target.protected_by = static_cast<std::uint8_t>(reader.non_symmetric(static_cast<std::uint32_t>(structure.chains)));
  }
  for (FrameDependencies& one : structure.templates) {
    for (std::size_t i = 0; i < structure.chains; ++i) one.chains.push_back(static_cast<std::uint8_t>(reader.bits(4)));
  }
}

// A.8.2, decode_target_layers: not written, it follows from the templates.
void find_target_layers(DependencyStructure& structure) {
  for (const FrameDependencies& one : structure.templates) {
    for (std::size_t i = 0; i < structure.targets.size(); ++i) {
      if (one.targets[i] == Indication::not_present) continue;
      DecodeTarget& target = structure.targets[i];
      target.spatial_id = std::max(target.spatial_id, one.spatial_id);
      target.temporal_id = std::max(target.temporal_id, one.temporal_id);
    }
  }
}

std::optional<DependencyStructure> read_structure(BitReader& reader) {
  DependencyStructure structure;
  structure.first_template = static_cast<std::uint8_t>(reader.bits(6));
  structure.targets.resize(reader.bits(5) + 1);
  if (!read_template_layers(reader, structure.templates)) return std::nullopt;
  for (FrameDependencies& one : structure.templates) {
    one.targets.resize(structure.targets.size());
    read_indications(reader, one.targets);
  }
  for (FrameDependencies& one : structure.templates) {
    if (!read_template_differences(reader, one.differences)) return std::nullopt;
  }
  read_chains(reader, structure);
  find_target_layers(structure);
  if (reader.flag()) {
    for (std::size_t i = 0; i < structure.spatial_layers(); ++i) {
      const std::uint32_t width = reader.bits(16) + 1;
      structure.sizes.push_back({.width = width, .height = reader.bits(16) + 1});
    }
  }
  if (!reader.ok()) return std::nullopt;
  return structure;
}

class BitWriter {
 public:
  void bit(bool value) {
    if (used_ % 8 == 0) bytes_.push_back(0);
    if (value) bytes_.back() |= static_cast<std::uint8_t>(0x80U >> used_ % 8);
    ++used_;
  }
  void bits(std::uint32_t value, std::size_t count) {
    while (count-- > 0) bit((value >> count & 1) != 0);
  }
  // Up to the bit `end`.
  void copy(BitReader& from, std::size_t end) {
    while (from.position() < end) bit(from.flag());
  }
  ByteVector take() { return std::move(bytes_); }

 private:
  ByteVector bytes_;
  std::size_t used_ = 0;
};

}  // namespace

std::optional<DependencyDescriptor> parse_dependency_descriptor(Bytes bytes, const DependencyStructure* known) {
  if (bytes.size() < kMinDescriptor || bytes.size() > kMaxDescriptor) return std::nullopt;
  BitReader reader(bytes);
  DependencyDescriptor descriptor;
  DescriptorParts& parts = descriptor.parts;
  descriptor.starts_frame = reader.flag();
  descriptor.ends_frame = reader.flag();
  descriptor.template_id = static_cast<std::uint8_t>(reader.bits(6));
  descriptor.frame_number = static_cast<std::uint16_t>(reader.bits(16));
  const bool extended = bytes.size() > kMinDescriptor;
  const bool has_structure = extended && reader.flag();
  const bool has_active_targets = extended && reader.flag();
  const bool own_targets = extended && reader.flag();
  const bool own_differences = extended && reader.flag();
  const bool own_chains = extended && reader.flag();
  if (has_structure) {
    descriptor.structure = read_structure(reader);
    if (!descriptor.structure) return std::nullopt;
  }
  parts.structure_end = reader.position();
  parts.has_structure = has_structure;
  const DependencyStructure* structure = has_structure ? &*descriptor.structure : known;
  if (structure == nullptr) return std::nullopt;
  parts.target_count = structure->targets.size();
  if (has_active_targets) parts.active_targets = reader.bits(static_cast<unsigned>(parts.target_count));

  const std::size_t index = (descriptor.template_id + kMaxTemplates - structure->first_template) % kMaxTemplates;
  if (index >= structure->templates.size()) return std::nullopt;
  descriptor.frame = structure->templates[index];
  if (own_targets) read_indications(reader, descriptor.frame.targets);
  if (own_differences && !read_frame_differences(reader, descriptor.frame.differences)) return std::nullopt;
  if (own_chains) {
    for (std::uint8_t& difference : descriptor.frame.chains) difference = static_cast<std::uint8_t>(reader.bits(8));
  }
  if (!reader.ok()) return std::nullopt;
  parts.definition_end = reader.position();
  return descriptor;
}

ByteVector with_active_targets(Bytes bytes, const DescriptorParts& parts, std::uint32_t targets) {
  const ByteVector unchanged(bytes.begin(), bytes.end());
  if (!parts.has_structure && !parts.active_targets) return unchanged;
  const std::uint32_t active = parts.active_targets.value_or(all_targets(parts.target_count));
  if ((active & targets) == active) return unchanged;
  BitReader reader(bytes);
  BitWriter writer;
  writer.copy(reader, kActiveTargetsFlag);
  reader.bit();
  writer.bit(true);
  writer.copy(reader, parts.structure_end);
  if (parts.active_targets) reader.bits(static_cast<unsigned>(parts.target_count));
  writer.bits(active & targets, parts.target_count);
  writer.copy(reader, parts.definition_end);
  ByteVector written = writer.take();
  return written.size() > kMaxDescriptor ? unchanged : written;
}

std::optional<DependencyDescriptor> DependencyReader::read(Bytes bytes) {
  std::optional<DependencyDescriptor> descriptor = parse_dependency_descriptor(bytes, structure());
  if (!descriptor) return std::nullopt;
  const std::uint64_t number = numbers_.unwrap(descriptor->frame_number);
  // One that comes late must not take the place of what follows it.
  if (!descriptor->structure || (structure_ && number < since_)) return descriptor;
  structure_ = descriptor->structure;
  since_ = number;
  return descriptor;
}

}  // namespace plenary::rtp
