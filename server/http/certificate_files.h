// The PEM files that HTTPS shows, and when they were replaced. Control thread only.
#pragma once

#include <array>
#include <string>

#include "media/base/result.h"

struct ssl_ctx_st;

namespace plenary::server {

class CertificateFiles {
 public:
  CertificateFiles(std::string certificate, std::string key);

  // Whether both can be read and belong together. Error.code: bad_certificate, bad_key, other_key.
  [[nodiscard]] Status check() const;
  // Whether a file was written or replaced since the last install().
  [[nodiscard]] bool changed() const;
  // New connections of `context` show them from now on. A pair that check() refuses changes nothing.
  Status install(ssl_ctx_st* context);

 private:
  struct Mark {  // of a file as it was last seen
    long long changed_ns = 0, size = -1;
    unsigned long long inode = 0;
    bool operator==(const Mark&) const = default;
  };
  static Mark mark_of(const std::string& path);

  std::string certificate_, key_;
  std::array<Mark, 2> seen_;
};

}  // namespace plenary::server
