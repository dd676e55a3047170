#include "media/crypto/ipsec_mb.h"

#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace plenary::crypto {
namespace {

// The widest first.
constexpr std::array<std::pair<SrtpEngine, std::string_view>, 4> kKernels = {
    {{SrtpEngine::avx512, "avx512"}, {SrtpEngine::avx2, "avx2"}, {SrtpEngine::avx, "avx"}, {SrtpEngine::sse, "sse"}}};

#ifdef PLENARY_IPSEC_MB
struct Kernel {
  std::uint64_t features = 0;
  void (*init)(IMB_MGR*) = nullptr;
};

Kernel kernel_of(SrtpEngine engine) {
  if (engine == SrtpEngine::avx512) return {IMB_CPUFLAGS_AVX512, init_mb_mgr_avx512};
  if (engine == SrtpEngine::avx2) return {IMB_CPUFLAGS_AVX2, init_mb_mgr_avx2};
  if (engine == SrtpEngine::avx) return {IMB_CPUFLAGS_AVX, init_mb_mgr_avx};
  if (engine == SrtpEngine::sse) return {IMB_CPUFLAGS_SSE, init_mb_mgr_sse};
  return {};
}

template <SrtpEngine kernel>
const IMB_MGR* shared_manager() {
  static const IMB_MGR* const manager = make_ipsec_mb(kernel);
  return manager;
}

bool is_here(SrtpEngine kernel) { return ipsec_mb(kernel) != nullptr; }
#else
bool is_here(SrtpEngine) { return false; }
#endif

SrtpEngine widest() {
  static const SrtpEngine found = [] {
    for (const auto& [kernel, name] : kKernels) {
      if (is_here(kernel)) return kernel;
    }
    return SrtpEngine::openssl;
  }();
  return found;
}

}  // namespace

#ifdef PLENARY_IPSEC_MB
IMB_MGR* make_ipsec_mb(SrtpEngine engine) {
  const Kernel kernel = kernel_of(engine);
  if (kernel.init == nullptr) return nullptr;
  IMB_MGR* made = alloc_mb_mgr(0);
  if (made == nullptr) return nullptr;
  if ((made->features & kernel.features) == kernel.features) {
    kernel.init(made);
    if (imb_get_errno(made) == 0) return made;
  }
  free_mb_mgr(made);
  return nullptr;
}

const IMB_MGR* ipsec_mb(SrtpEngine kernel) {
  if (kernel == SrtpEngine::avx512) return shared_manager<SrtpEngine::avx512>();
  if (kernel == SrtpEngine::avx2) return shared_manager<SrtpEngine::avx2>();
  if (kernel == SrtpEngine::avx) return shared_manager<SrtpEngine::avx>();
  if (kernel == SrtpEngine::sse) return shared_manager<SrtpEngine::sse>();
  return nullptr;
}
#endif

SrtpEngine engine_named(const char* wish) {
  const std::string_view name = wish == nullptr ? "" : wish;
  if (name == "openssl") return SrtpEngine::openssl;
  for (const auto& [kernel, known] : kKernels) {
    if (name == known) return kernel;
  }
  return SrtpEngine::best;
}

SrtpEngine resolve(SrtpEngine wish) {
  if (wish == SrtpEngine::best) {
    static const SrtpEngine wished = engine_named(std::getenv("PLENARY_SRTP"));
    wish = wished;
  }
  if (wish == SrtpEngine::best || wish == SrtpEngine::ipsec_mb) return widest();
  return is_here(wish) ? wish : SrtpEngine::openssl;
}

bool srtp_engine_is_here(SrtpEngine engine) {
  return engine == SrtpEngine::best || engine == SrtpEngine::openssl || resolve(engine) != SrtpEngine::openssl;
}

const char* engine_name(SrtpEngine engine) {
#ifdef PLENARY_IPSEC_MB
  if (engine == SrtpEngine::avx512) {
    constexpr std::uint64_t kVaes = IMB_FEATURE_VAES | IMB_FEATURE_VPCLMULQDQ;
    return (ipsec_mb(engine)->features & kVaes) == kVaes ? "ipsec-mb avx512-vaes" : "ipsec-mb avx512";
  }
#endif
  if (engine == SrtpEngine::avx2) return "ipsec-mb avx2";
  if (engine == SrtpEngine::avx) return "ipsec-mb avx";
  return engine == SrtpEngine::sse ? "ipsec-mb sse" : "openssl evp";
}

}  // namespace plenary::crypto
