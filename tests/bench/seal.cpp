// What it costs to encrypt and authenticate a packet on its way to a viewer: AES-GCM, AES-CM in batches of several
// sizes, and AES-CM by libsrtp; and a viewer's SRTCP, sealed and opened, by us and by libsrtp. seal [BYTES]
#include <fmt/format.h>

#include <cstdlib>
#include <functional>
#include <vector>

#include "media/base/check.h"
#include "media/crypto/cm_egress.h"
#include "media/crypto/srtcp_session.h"
#include "tests/bench/thread_seconds.h"

namespace plenary::crypto {
namespace {

constexpr std::size_t kHeader = 12;
constexpr double kSeconds = 0.1;       // of each
constexpr std::size_t kFeedback = 60;  // bytes of RTCP: arrivals of some twenty packets

class Bench {
 public:
  explicit Bench(std::size_t payload)
      : payload_(payload, 0x55), packets_(kMaxCmBatch, ByteVector(kHeader + payload + kMaxSrtpTrailer)) {
    for (ByteVector& packet : packets_) packet[0] = 0x80;
  }
  void measure(const std::string& name, std::size_t batch, const std::function<void(std::size_t batch)>& seal) {
    const double start = thread_seconds();
    double took = 0;
    std::size_t count = 0;
    for (; took < kSeconds; took = thread_seconds() - start) {
      for (int i = 0; i < 16; ++i) seal(batch);
      count += 16 * batch;
    }
    fmt::print("{}: {:.0f} ns a packet\n", name, 1e9 * took / static_cast<double>(count));
  }
  void run();
  void run_rtcp();

 private:
  std::uint64_t index_ = 0;
  ByteVector payload_;
  std::vector<ByteVector> packets_;
};

void Bench::run() {
  GcmEgress gcm(ByteVector(16, 1), ByteVector(12, 2));
  CmEgress cm(ByteVector(16, 1), ByteVector(14, 2));
  fmt::print("{} bytes a payload\n", payload_.size());
  measure(fmt::format("AES-GCM, {}", GcmEgress::implementation()), 1,
          [&](std::size_t) { gcm.protect(packets_[0].data(), kHeader, {}, payload_, 1, ++index_); });
  for (const SrtpEngine engine : {SrtpEngine::ipsec_mb, SrtpEngine::openssl}) {
    CmBatch waiting(engine);
    for (const std::size_t size : {1, 4, 8, 16, 64, 128}) {
      measure(fmt::format("AES-CM, {}, {} at once", engine == SrtpEngine::openssl ? "openssl" : "ipsec-mb", size), size,
              [&](std::size_t batch) {
                for (std::size_t i = 0; i < batch; ++i) {
                  cm.protect(waiting, packets_[i].data(), kHeader, {}, payload_, 1, ++index_);
                }
                waiting.seal();
              });
    }
  }
  SrtpSession session(
      {SrtpProfile::aes128_cm_sha1_80, ByteVector(16, 1), ByteVector(14, 2), ByteVector(16, 3), ByteVector(14, 4)});
  std::uint16_t sequence = 0;
  measure("AES-CM, libsrtp", 1, [&](std::size_t) {
    store_u16(packets_[0].data() + 2, ++sequence);
    std::copy(payload_.begin(), payload_.end(), packets_[0].begin() + kHeader);
    session.protect_rtp(packets_[0], kHeader + payload_.size());
  });
}

void Bench::run_rtcp() {
  fmt::print("{} bytes of RTCP, sealed and opened\n", kFeedback);
  ByteVector packet(kFeedback + kMaxSrtpTrailer);
  for (const SrtpProfile profile : {SrtpProfile::aead_aes_128_gcm, SrtpProfile::aes128_cm_sha1_80}) {
    const char* name = profile == SrtpProfile::aead_aes_128_gcm ? "AES-GCM" : "AES-CM";
    const ByteVector key(16, 1);
    const ByteVector salt(profile == SrtpProfile::aead_aes_128_gcm ? 12 : 14, 2);
    const SrtpKeys keys{profile, key, salt, key, salt};  // to itself
    const auto begin = [&packet] {
      packet[0] = 0x81;
      packet[1] = 205;
      store_u32(packet.data() + 4, 7);
    };
    for (const SrtpEngine engine : {SrtpEngine::ipsec_mb, SrtpEngine::openssl}) {
      if (profile == SrtpProfile::aes128_cm_sha1_80 && engine == SrtpEngine::ipsec_mb) continue;  // not used for it
      SrtcpSession session(keys, engine);
      measure(fmt::format("{}, {}", name, engine == SrtpEngine::openssl ? "openssl" : "ipsec-mb"), 1, [&](std::size_t) {
        begin();
        const std::size_t length = session.seal(packet, kFeedback).value_or(0);
        PLENARY_CHECK(session.open(MutableBytes(packet).first(length)) == kFeedback);
      });
    }
    SrtpSession session(keys);
    SrtpSession other(keys);
    measure(fmt::format("{}, libsrtp", name), 1, [&](std::size_t) {
      begin();
      const std::size_t length = session.protect_rtcp(packet, kFeedback).value_or(0);
      PLENARY_CHECK(other.unprotect_rtcp(MutableBytes(packet).first(length)) == kFeedback);
    });
  }
}

}  // namespace
}  // namespace plenary::crypto

int main(int argc, char** argv) {
  plenary::crypto::Bench bench(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'200);
  bench.run();
  bench.run_rtcp();
}
