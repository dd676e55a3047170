// The controlling side of ICE (RFC 8445), as much of it as a viewer needs whose server is reachable: checks to every
// candidate of the answer, nomination of the first that works, consent checks (RFC 7675), answers to the checks of a
// full agent. One component, one local socket.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "media/base/address.h"
#include "media/base/bytes.h"
#include "media/base/random.h"
#include "media/base/time.h"
#include "media/ice/ice_lite.h"
#include "media/ice/stun.h"

namespace plenary::bench {

constexpr std::size_t kMaxCandidates = 16;                             // of an answer, and those that check us first
constexpr Duration kCheckPacing = std::chrono::milliseconds(50);       // RFC 8445 §14.2: Ta
constexpr Duration kFirstCheckRetry = std::chrono::milliseconds(200);  // doubles up to 1.6 s
constexpr Duration kCheckDeadline = std::chrono::seconds(10);
constexpr Duration kConsentInterval = std::chrono::seconds(5);  // RFC 7675 §5.1: times 0.8 to 1.2

struct Datagram {
  Address to;
  ByteVector bytes;
};

class IceClient {
 public:
  IceClient(ice::Credentials local, ice::Credentials remote, const std::vector<Address>& candidates,
            RandomSource& random, Instant now);

  void handle_message(const ice::StunMessage& message, const Address& from, Instant now);
  void handle_timeout(Instant now);
  std::optional<Datagram> poll_output();
  [[nodiscard]] std::optional<Instant> next_timeout() const;

  // The first candidate that answered; media and DTLS go there.
  [[nodiscard]] const std::optional<Address>& selected() const { return selected_; }
  [[nodiscard]] bool nominated() const { return nominated_; }
  // No candidate answered within kCheckDeadline, or consent is gone for 30 s.
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::optional<Duration> round_trip() const { return round_trip_; }

 private:
  struct Check {
    Address to;
    ice::TransactionId transaction{};
    Instant sent{};
    Instant next{};
    Duration retry = kFirstCheckRetry;
  };
  void send_check(Check& check, Instant now);
  void handle_success(const ice::StunMessage& message, const Address& from, Instant now);
  void handle_request(const ice::StunMessage& message, const Address& from, Instant now);
  void begin_transaction(Check& check, Instant at);

  const ice::Credentials local_;
  const ice::Credentials remote_;
  RandomSource& random_;
  const std::uint64_t tie_breaker_;
  std::vector<Check> checks_;  // only the selected one is left once there is one
  std::vector<Datagram> outputs_;
  std::optional<Address> selected_;
  bool nominated_ = false;
  bool failed_ = false;
  Instant deadline_;  // of the first answer, then of consent
  std::optional<Duration> round_trip_;
};

}  // namespace plenary::bench
