// What all simulated people of a process share: the connections, the clock's epoll, chance.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "media/base/random.h"
#include "media/crypto/certificate.h"
#include "server/bench/http_client.h"
#include "server/http/web_socket_client.h"
#include "server/people/job.h"

namespace plenary::people {

struct Network {
  const Job& job;
  int epoll;
  server::WebSocketClient& sockets;
  bench::HttpClient& http;
  std::shared_ptr<const crypto::Certificate> certificate;
  RandomSource& random;
};

}  // namespace plenary::people
