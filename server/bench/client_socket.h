// A client's UDP socket, both IP versions; datagrams that the kernel took in as one (UDP GRO) come apart here.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "media/base/address.h"
#include "media/base/bytes.h"

namespace plenary::bench {

class ClientSocket {
 public:
  // Nothing if the system has no more descriptors, or no UDP.
  static std::optional<ClientSocket> open();
  ~ClientSocket();
  ClientSocket(ClientSocket&& other) noexcept;
  ClientSocket& operator=(ClientSocket&&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  // What the socket does not take is lost, as on the way.
  void send(const Address& to, Bytes bytes) const;
  // Hands over what has come, without waiting; at most kReadsAtOnce times the kernel's lot.
  void receive(const std::function<void(Bytes bytes, const Address& from)>& take) const;

  static constexpr int kReadsAtOnce = 32;

 private:
  ClientSocket(int descriptor, bool six) : descriptor_(descriptor), six_(six) {}
  int descriptor_;
  bool six_;  // else IPv4 only
};

}  // namespace plenary::bench
