// Our end of OpenSSL's datagram interface: one BIO_write is one datagram, one BIO_read takes one, and nothing is ever
// merged, split or waited for.
#pragma once

#include <vector>

#include "media/base/bytes.h"

struct bio_st;

namespace plenary::crypto {

struct DatagramPipe {
  Bytes incoming;                    // at most one; empty once it was read
  std::vector<ByteVector> outgoing;  // what OpenSSL wrote, in order
};

// The caller keeps `pipe` where it is for as long as the BIO lives, and gives the BIO to SSL_set_bio().
bio_st* make_datagram_bio(DatagramPipe* pipe);

}  // namespace plenary::crypto
