#include "server/http/certificate_files.h"

#include <libwebsockets.h>  // brings OpenSSL's own headers in the version it was built with
#include <sys/stat.h>

#include <memory>

namespace plenary::server {
namespace {

Status load(ssl_ctx_st* context, const std::string& certificate, const std::string& key) {
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return Error{"bad_certificate", "server.tls_certificate: " + certificate + " holds no readable PEM certificate."};
  }
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    const bool mismatch = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
    ERR_clear_error();
    if (mismatch) return Error{"other_key", "server.tls_key: " + key + " belongs to another certificate."};
    return Error{"bad_key", "server.tls_key: " + key + " holds no readable PEM key without a passphrase."};
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return Error{"other_key", "server.tls_key: " + key + " belongs to another certificate."};
  }
  return Done{};
}

}  // namespace

CertificateFiles::CertificateFiles(std::string certificate, std::string key)
    : certificate_(std::move(certificate)), key_(std::move(key)), seen_{mark_of(certificate_), mark_of(key_)} {}

CertificateFiles::Mark CertificateFiles::mark_of(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return {};
  return {.changed_ns = static_cast<long long>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec,
          .size = status.st_size,
          .inode = status.st_ino};
}

Status CertificateFiles::check() const {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> trial(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  if (!trial) return Error{"bad_certificate", "OpenSSL cannot be started."};
  return load(trial.get(), certificate_, key_);
}

bool CertificateFiles::changed() const { return seen_ != std::array{mark_of(certificate_), mark_of(key_)}; }

Status CertificateFiles::install(ssl_ctx_st* context) {
  // A renewal writes two files; between them they do not match, and the next look finds them changed again.
  const std::array marks{mark_of(certificate_), mark_of(key_)};
  Status fits = check();
  if (!fits) return fits;
  seen_ = marks;
  return load(context, certificate_, key_);
}

}  // namespace plenary::server
