// Tests that run with OpenSSL and with each kernel of ipsec-mb; those that this machine cannot run are skipped.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "media/crypto/srtp.h"

namespace plenary::crypto {

class EachEngine : public testing::TestWithParam<SrtpEngine> {
 protected:
  void SetUp() override {
    if (!srtp_engine_is_here(GetParam())) GTEST_SKIP() << "not on this machine";
  }
};

inline const auto kEngines =
    testing::Values(SrtpEngine::openssl, SrtpEngine::sse, SrtpEngine::avx, SrtpEngine::avx2, SrtpEngine::avx512);

inline std::string engine_label(const testing::TestParamInfo<SrtpEngine>& engine) {
  switch (engine.param) {
    case SrtpEngine::sse:
      return "sse";
    case SrtpEngine::avx:
      return "avx";
    case SrtpEngine::avx2:
      return "avx2";
    case SrtpEngine::avx512:
      return "avx512";
    default:
      return "openssl";
  }
}

}  // namespace plenary::crypto
