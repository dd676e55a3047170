// A lite agent (RFC 8445 §2.5): it answers checks and never sends any. The pair it sends on is the one that the
// controlling side nominated last; consent (RFC 7675) is every fresh authenticated check that comes in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/base/address.h"
#include "media/base/bytes.h"
#include "media/base/random.h"
#include "media/base/time.h"
#include "media/ice/stun.h"

namespace plenary::ice {

struct Credentials {
  std::string ufrag;     // ice-char only (RFC 8839 §5.4), 4–256
  std::string password;  // 22–256
  bool operator==(const Credentials&) const = default;
};
Credentials make_credentials(RandomSource& random);  // 8 and 24 characters

enum class Protocol : std::uint8_t { udp, tcp };

// Our own address as the datagram was sent to, and theirs. Over TCP (RFC 6544) it names the connection.
struct Tuple {
  Address local;
  Address remote;
  Protocol protocol = Protocol::udp;
  bool operator==(const Tuple&) const = default;
};

constexpr std::size_t kMaxTuples = 8;  // a browser with three interfaces in both IP versions makes six
constexpr Duration kConsentTimeout = std::chrono::seconds(30);  // RFC 7675 §5.1

// Checks whose transaction is remembered, so that a recorded one moves nothing when it comes again. A browser checks
// its pair every 2.5 s: this is nearly three hours of it, for 16 KiB a peer by then. Once one was forgotten, a check
// alone no longer shows that it is fresh: see IceLite::prove(). A restart makes older ones worthless and begins anew.
constexpr std::size_t kRememberedChecks = 4'096;

enum class IceDrop : std::uint8_t {
  none,
  malformed,
  no_fingerprint,
  no_priority,
  wrong_user,
  wrong_integrity,
  not_a_request,
  replayed
};

struct IceResult {
  std::optional<ByteVector> reply;  // to be sent from tuple.local to tuple.remote
  IceDrop drop = IceDrop::none;
  bool authenticated = false;  // of the peer; with an error reply nothing else changed
  bool selected_changed = false;
  bool new_tuple = false;
  bool awaits_proof = false;  // nominated, and not selected before prove()
};

class IceLite {
 public:
  IceLite(Credentials local, Credentials remote, Instant now);

  // Nothing changes unless the message is a binding request that is whole, authentic and fresh. A lawful request that
  // cannot be followed is answered by an error: 420 (attribute unknown), 487 (we are always the controlled side).
  IceResult handle_request(const StunMessage& message, const Tuple& tuple, Instant now);
  // New credentials; the old ones stay valid until a check uses the new ones (RFC 8445 §9): some are under way.
  void restart(Credentials local, Credentials remote);
  // A fresh packet under the session's media keys came over `tuple`: who sent it is there now. Gives the consent that
  // waited for that, and selects the tuple if its nomination did; true when it was selected.
  bool prove(const Tuple& tuple);
  // This process stood still for so long: it heard no check, so that is not held against the peer.
  void handle_pause(Duration paused, Instant now);
  // A DTLS or SRTP packet may be taken from this tuple: some authenticated check came over it.
  [[nodiscard]] bool validated(const Tuple& tuple) const;
  [[nodiscard]] const std::optional<Tuple>& selected() const { return selected_; }
  [[nodiscard]] Instant consent_until() const { return consent_until_; }
  [[nodiscard]] bool consent_lost(Instant now) const { return now >= consent_until_; }
  // Local ufrags that may name this agent at present (one, or two during a restart).
  [[nodiscard]] std::vector<std::string> local_ufrags() const;
  [[nodiscard]] const std::vector<Tuple>& tuples() const { return tuples_; }

 private:
  struct Generation {
    Credentials local;
    Credentials remote;
  };
  // The generation whose "ours:theirs" is this user name; generations_.size() when there is none.
  [[nodiscard]] std::size_t generation_of(std::string_view username) const;
  [[nodiscard]] bool seen_before(const TransactionId& transaction) const;
  void remember(const TransactionId& transaction);
  void nominate(const Tuple& tuple, IceResult& result);
  // To the front; true when it is new. The selected tuple is never the one that makes room.
  bool touch(const Tuple& tuple);

  std::vector<Generation> generations_;  // newest first, at most two
  std::vector<Tuple> tuples_;            // most recently checked first
  std::optional<Tuple> selected_;
  std::optional<Tuple> unproven_;  // nominated last, by a check that may be an old one
  Instant consent_until_;
  std::optional<Instant> unproven_consent_;  // until when, by a check that may be an old one
  std::vector<std::uint32_t> remembered_;    // a ring once it is full
  std::size_t remembered_next_ = 0;
  bool has_forgotten_ = false;  // of the credentials in use
};

}  // namespace plenary::ice
