#include "media/crypto/dtls_bio.h"

#include <openssl/bio.h>

#include <algorithm>
#include <cstring>

#include "media/base/check.h"
#include "media/crypto/dtls.h"

namespace plenary::crypto {
namespace {

constexpr long kIpAndUdpHeader = 48;  // bytes; IPv6

int write_datagram(BIO* bio, const char* data, int length) {
  auto* pipe = static_cast<DatagramPipe*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (length <= 0) return 0;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(data);
  pipe->outgoing.emplace_back(bytes, bytes + length);
  return length;
}

int read_datagram(BIO* bio, char* data, int capacity) {
  auto* pipe = static_cast<DatagramPipe*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (pipe->incoming.empty() || capacity <= 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  // As with a socket, what does not fit is lost: OpenSSL offers more than any datagram we hand it.
  const std::size_t length = std::min(pipe->incoming.size(), static_cast<std::size_t>(capacity));
  std::memcpy(data, pipe->incoming.data(), length);
  pipe->incoming = {};
  return static_cast<int>(length);
}

long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
      return static_cast<long>(kDtlsMtu);
    case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD:
      return kIpAndUdpHeader;
    default:
      // An answer of 1 to everything would claim kernel TLS, among others, and OpenSSL would crash on it.
      return 0;
  }
}

int create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

BIO_METHOD* make_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagram pipe");
  PLENARY_CHECK(method != nullptr);
  BIO_meth_set_write(method, write_datagram);
  BIO_meth_set_read(method, read_datagram);
  BIO_meth_set_ctrl(method, control);
  BIO_meth_set_create(method, create);
  return method;
}

}  // namespace

bio_st* make_datagram_bio(DatagramPipe* pipe) {
  static BIO_METHOD* const method = make_method();  // as long as the process
  BIO* bio = BIO_new(method);
  PLENARY_CHECK(bio != nullptr);
  BIO_set_data(bio, pipe);
  return bio;
}

}  // namespace plenary::crypto
