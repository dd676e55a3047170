// What leaves in one call to the kernel: encrypted datagrams one behind the other, grouped into runs. A run goes to one
// path, all its datagrams are equal in size, only the last may be shorter: one UDP GSO message.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "media/base/bytes.h"
#include "media/base/check.h"
#include "media/crypto/cm_egress.h"
#include "media/ice/ice_lite.h"

namespace plenary::peer {

constexpr std::size_t kMaxDatagram = 1'500;      // bytes that one packet may take while it is written
constexpr std::size_t kMaxRunSegments = 64;      // Linux: UDP_MAX_SEGMENTS
constexpr std::size_t kMaxRunBytes = 65'000;     // below 65,507, what one UDP message can hold
constexpr std::size_t kMaxRuns = 64;             // messages in one sendmmsg; more saves nothing measurable
constexpr std::size_t kBatchBytes = 256 * 1024;  // stays in the second-level cache

struct Run {
  ice::Tuple path;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  std::uint16_t segment = 0;  // size of each datagram but the last
  std::uint16_t datagrams = 0;
};

class SendBatch {
 public:
  SendBatch() : bytes_(std::make_unique_for_overwrite<std::uint8_t[]>(kBatchBytes)) { runs_.reserve(kMaxRuns); }

  // Room for one more datagram to `path`; null when the batch has to leave first.
  std::uint8_t* next(const ice::Tuple& path);
  // The datagram begun by next() is `length` bytes long; 0: it is not sent after all.
  void commit(std::size_t length);
  // Datagrams to one path that come next do not join the run before.
  void end_run() { open_ = false; }
  // Packets that seal() has yet to encrypt. After the last of them, before any bytes are read.
  [[nodiscard]] crypto::CmBatch& unsealed() { return unsealed_; }
  void seal() { unsealed_.seal(); }

  [[nodiscard]] const std::vector<Run>& runs() const { return runs_; }
  [[nodiscard]] Bytes bytes(const Run& run) const { return {data(run), run.length}; }
  [[nodiscard]] std::uint8_t* data(const Run& run) const {
    PLENARY_CHECK(unsealed_.empty());  // nothing leaves in clear
    return bytes_.get() + run.offset;
  }
  [[nodiscard]] bool empty() const { return runs_.empty(); }
  void clear();
  // Runs over TCP: have to be sent apart from the others, and are then taken out.
  [[nodiscard]] bool has_tcp() const { return has_tcp_; }
  void remove_tcp();

 private:
  [[nodiscard]] bool joins(std::size_t length) const;

  std::unique_ptr<std::uint8_t[]> bytes_;
  std::uint32_t size_ = 0;
  std::vector<Run> runs_;
  crypto::CmBatch unsealed_;
  ice::Tuple path_;
  bool open_ = false;  // the last run may grow
  bool has_tcp_ = false;
};

}  // namespace plenary::peer
