// One WebRTC viewer without a socket or a clock: the offer, ICE, DTLS, media. It serves load generators and tests; it
// is the other side of media/peer and shares with it only the wire formats.
//
//   Viewer viewer(settings, certificate, random, now);
//   post(viewer.offer()) → viewer.handle_answer(text, now)
//   then handle_datagram(), handle_timeout() at next_timeout(), and poll_output() until it is empty after each of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/base/address.h"
#include "media/base/bytes.h"
#include "media/base/random.h"
#include "media/base/time.h"
#include "media/crypto/certificate.h"
#include "media/sdp/negotiate.h"
#include "server/bench/client_transport.h"
#include "server/bench/media_receiver.h"

namespace plenary::bench {

struct ViewerSettings {
  unsigned audio = 1;  // m-lines offered
  unsigned video = 1;
  crypto::SrtpOffer srtp = crypto::SrtpOffer::both;
  ReceiveSettings receive;
};

class Viewer {
 public:
  // `random` must outlive the viewer.
  Viewer(ViewerSettings settings, std::shared_ptr<const crypto::Certificate> certificate, RandomSource& random);

  [[nodiscard]] std::string offer() const;
  // False if it cannot be used; failure() says why.
  bool handle_answer(std::string_view answer, Instant now);
  void handle_datagram(Bytes bytes, const Address& from, Instant now);
  void handle_timeout(Instant now);
  std::optional<Datagram> poll_output() { return transport_.poll_output(); }
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  // Says goodbye by close_notify.
  void close(Instant now) { transport_.close(now); }

  [[nodiscard]] ClientState state() const { return transport_.state(); }
  [[nodiscard]] const std::string& failure() const { return transport_.failure(); }  // as ClientTransport's
  [[nodiscard]] std::optional<crypto::SrtpProfile> profile() const { return transport_.profile(); }
  [[nodiscard]] std::optional<Instant> connected_at() const { return transport_.connected_at(); }
  // In m-line order; empty before the keys are there.
  [[nodiscard]] std::vector<SlotReport> slots() const;
  [[nodiscard]] ReceiveTotals totals() const;
  // The next complete frame of an m-line; with settings.receive.keep_frames.
  std::optional<ReceivedFrame> poll_frame(std::size_t slot);
  [[nodiscard]] const std::optional<sdp::Answer>& answer() const { return transport_.answer(); }

 private:
  void advance(Instant now);

  const ViewerSettings settings_;
  ClientTransport transport_;
  const std::uint32_t ssrc_;
  std::optional<MediaReceiver> media_;
};

}  // namespace plenary::bench
