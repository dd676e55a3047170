#include "media/crypto/ipsec_mb.h"

#include <cstdlib>
#include <cstring>

namespace plenary::crypto {
namespace {

// PLENARY_SRTP=openssl leaves ipsec-mb aside, for comparison and where it is suspected.
bool forced_openssl() {
  static const bool forced = [] {
    const char* wish = std::getenv("PLENARY_SRTP");
    return wish != nullptr && std::strcmp(wish, "openssl") == 0;
  }();
  return forced;
}

}  // namespace

#ifdef PLENARY_IPSEC_MB
IMB_MGR* make_ipsec_mb() {
  IMB_MGR* made = alloc_mb_mgr(0);
  if (made == nullptr) return nullptr;
  IMB_ARCH architecture = IMB_ARCH_NONE;
  init_mb_mgr_auto(made, &architecture);
  const bool fit = architecture >= IMB_ARCH_SSE && (made->features & IMB_FEATURE_AESNI) != 0 &&
                   (made->features & IMB_FEATURE_PCLMULQDQ) != 0;
  if (fit) return made;
  free_mb_mgr(made);
  return nullptr;
}

const IMB_MGR* ipsec_mb() {
  static const IMB_MGR* const manager = make_ipsec_mb();
  return manager;
}

const char* ipsec_mb_name() {
  const IMB_MGR* manager = ipsec_mb();
  if (manager == nullptr) return nullptr;
  const std::uint64_t features = manager->features;
  if ((features & IMB_CPUFLAGS_AVX512) == IMB_CPUFLAGS_AVX512) {
    const bool vaes = (features & IMB_FEATURE_VAES) != 0 && (features & IMB_FEATURE_VPCLMULQDQ) != 0;
    return vaes ? "ipsec-mb avx512-vaes" : "ipsec-mb avx512";
  }
  if ((features & IMB_FEATURE_AVX2) != 0) return "ipsec-mb avx2";
  return (features & IMB_FEATURE_AVX) != 0 ? "ipsec-mb avx" : "ipsec-mb sse";
}
#else
const char* ipsec_mb_name() { return nullptr; }
#endif

SrtpEngine resolve(SrtpEngine wish) {
  if (wish == SrtpEngine::best) wish = forced_openssl() ? SrtpEngine::openssl : SrtpEngine::ipsec_mb;
  return ipsec_mb_name() == nullptr ? SrtpEngine::openssl : wish;
}

}  // namespace plenary::crypto
