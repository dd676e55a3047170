#include "media/rtp/transport_feedback.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace plenary::rtp {
namespace {

enum Symbol : std::uint8_t { kLost = 0, kSmallDelta = 1, kLargeDelta = 2, kReserved = 3 };

constexpr std::size_t kOneBitSymbols = 14;
constexpr std::size_t kTwoBitSymbols = 7;
constexpr std::size_t kMaxRun = 0x1fff;

// Appends the symbols of one chunk, never more than `wanted` in all.
void read_chunk(std::uint16_t chunk, std::size_t wanted, std::vector<std::uint8_t>& symbols) {
  if ((chunk & 0x8000) == 0) {
    const std::size_t run = std::min<std::size_t>(chunk & kMaxRun, wanted - symbols.size());
    symbols.insert(symbols.end(), run, static_cast<std::uint8_t>(chunk >> 13 & 3));
  } else if ((chunk & 0x4000) == 0) {
    for (std::size_t i = 0; i < kOneBitSymbols && symbols.size() < wanted; ++i) {
      symbols.push_back(static_cast<std::uint8_t>(chunk >> (kOneBitSymbols - 1 - i) & 1));
    }
  } else {
    for (std::size_t i = 0; i < kTwoBitSymbols && symbols.size() < wanted; ++i) {
      symbols.push_back(static_cast<std::uint8_t>(chunk >> 2 * (kTwoBitSymbols - 1 - i) & 3));
    }
  }
}

std::optional<std::vector<std::uint8_t>> read_symbols(ByteReader& reader, std::size_t count) {
  std::vector<std::uint8_t> symbols;
  symbols.reserve(count);
  while (symbols.size() < count) {
    const std::uint16_t chunk = reader.u16();
    // A run of length zero would never come to an end by itself, but each chunk takes two bytes, so this does.
    if (!reader.ok()) return std::nullopt;
    read_chunk(chunk, count, symbols);
  }
  return symbols;
}

Instant instant_of_ticks(std::int64_t ticks) { return Instant(ticks * kFeedbackTick); }

struct Delta {
  std::uint8_t symbol = kLost;
  std::int16_t ticks = 0;
};

std::vector<Delta> deltas_of(const TransportFeedback& feedback, std::int64_t reference) {
  std::vector<Delta> deltas;
  deltas.reserve(feedback.packets.size());
  std::int64_t before = reference * kTicksPerReference;
  for (const TransportFeedback::Status& status : feedback.packets) {
    Delta delta;
    if (status.received) {
      const std::int64_t step =
          std::clamp<std::int64_t>(feedback_ticks(*status.received) - before, std::numeric_limits<std::int16_t>::min(),
                                   std::numeric_limits<std::int16_t>::max());
      delta.ticks = static_cast<std::int16_t>(step);
      delta.symbol = step >= 0 && step <= 0xff ? kSmallDelta : kLargeDelta;
      before += step;
    }
    deltas.push_back(delta);
  }
  return deltas;
}

std::size_t run_length(std::span<const Delta> deltas) {
  std::size_t run = 1;
  while (run < deltas.size() && run < kMaxRun && deltas[run].symbol == deltas[0].symbol) ++run;
  return run;
}

// Writes one chunk; returns how many statuses it holds.
std::size_t write_chunk(std::span<const Delta> deltas, ByteWriter& writer) {
  const std::span<const Delta> next = deltas.first(std::min(deltas.size(), kOneBitSymbols));
  const bool one_bit = std::none_of(next.begin(), next.end(), [](const Delta& d) { return d.symbol == kLargeDelta; });
  const std::size_t run = run_length(deltas);
  if (run == deltas.size() || run >= (one_bit ? kOneBitSymbols : kTwoBitSymbols)) {
    writer.u16(static_cast<std::uint16_t>(deltas[0].symbol << 13 | run));
    return run;
  }
  const std::size_t capacity = one_bit ? kOneBitSymbols : kTwoBitSymbols;
  const unsigned bits = one_bit ? 1 : 2;
  const std::size_t count = std::min(deltas.size(), capacity);
  unsigned chunk = one_bit ? 0x8000 : 0xc000;
  for (std::size_t i = 0; i < count; ++i) chunk |= unsigned{deltas[i].symbol} << bits * (capacity - 1 - i);
  writer.u16(static_cast<std::uint16_t>(chunk));
  return count;
}

}  // namespace

std::int64_t feedback_ticks(Instant received) { return received.time_since_epoch() / kFeedbackTick; }

std::optional<TransportFeedback> parse_transport_feedback(Bytes body) {
  ByteReader reader(body);
  TransportFeedback feedback;
  std::uint16_t sequence = reader.u16();
  const std::size_t count = reader.u16();
  const std::uint32_t raw_reference = reader.u24();
  feedback.feedback_count = reader.u8();
  if (!reader.ok() || count == 0 || count > kMaxTransportStatuses) return std::nullopt;

  const auto symbols = read_symbols(reader, count);
  if (!symbols) return std::nullopt;
  const std::int64_t reference =
      (raw_reference & 0x800000) != 0 ? std::int64_t{raw_reference} - 0x1000000 : std::int64_t{raw_reference};
  std::int64_t ticks = reference * kTicksPerReference;
  feedback.packets.reserve(count);
  for (const std::uint8_t symbol : *symbols) {
    TransportFeedback::Status status{sequence++, std::nullopt};
    if (symbol == kReserved) return std::nullopt;
    if (symbol != kLost) {
      ticks += symbol == kSmallDelta ? std::int64_t{reader.u8()} : static_cast<std::int16_t>(reader.u16());
      if (!reader.ok()) return std::nullopt;
      status.received = instant_of_ticks(ticks);
    }
    feedback.packets.push_back(status);
  }
  return feedback;
}

void write_transport_feedback(const TransportFeedback& feedback, ByteVector& out) {
  std::int64_t reference = 0;
  for (const TransportFeedback::Status& status : feedback.packets) {
    if (!status.received) continue;
    const std::int64_t ticks = feedback_ticks(*status.received);
    // Downwards also before zero: a reference that wraps round 24 bits then leaves the same deltas.
    reference = ticks / kTicksPerReference - (ticks % kTicksPerReference < 0 ? 1 : 0);
    break;
  }
  const std::vector<Delta> deltas = deltas_of(feedback, reference);

  ByteWriter writer(out);
  writer.u16(feedback.packets.empty() ? std::uint16_t{0} : feedback.packets.front().sequence);
  writer.u16(static_cast<std::uint16_t>(deltas.size()));
  writer.u24(static_cast<std::uint32_t>(reference) & 0xffffff);
  writer.u8(feedback.feedback_count);
  std::span<const Delta> rest = deltas;
  while (!rest.empty()) rest = rest.subspan(write_chunk(rest, writer));
  for (const Delta& delta : deltas) {
    if (delta.symbol == kSmallDelta) writer.u8(static_cast<std::uint8_t>(delta.ticks));
    if (delta.symbol == kLargeDelta) writer.u16(static_cast<std::uint16_t>(delta.ticks));
  }
}

}  // namespace plenary::rtp
