// One WebRTC speaker without a socket or a clock: the offer for WHIP, ICE, DTLS, and frames that somebody encoded. It
// serves load generators, simulated people and tests.
//
//   Speaker speaker(certificate, random);
//   post(speaker.offer()) → speaker.handle_answer(text, now)
//   then send_frame() once connected, handle_datagram(), handle_timeout() at next_timeout(), and poll_output() until it
//   is empty after each of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/bench/client_transport.h"
#include "server/bench/media_sender.h"

namespace plenary::bench {

class Speaker {
 public:
  // `random` must outlive the speaker.
  Speaker(std::shared_ptr<const crypto::Certificate> certificate, RandomSource& random);

  [[nodiscard]] std::string offer() const;
  // False if it cannot be used; failure() says why.
  bool handle_answer(std::string_view answer, Instant now);
  void handle_datagram(Bytes bytes, const Address& from, Instant now);
  void handle_timeout(Instant now);
  // Frames before the keys are there are not sent.
  void send_frame(const rtp::Frame& frame, Instant now);
  std::optional<Datagram> poll_output() { return transport_.poll_output(); }
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  void close(Instant now) { transport_.close(now); }

  // True once when the picture has to begin anew: the server asked for it, or the connection is new.
  bool take_key_frame_request();
  [[nodiscard]] ClientState state() const { return transport_.state(); }
  [[nodiscard]] const std::string& failure() const { return transport_.failure(); }  // as ClientTransport's
  [[nodiscard]] std::optional<Instant> connected_at() const { return transport_.connected_at(); }
  [[nodiscard]] std::optional<Duration> round_trip() const { return media_ ? media_->round_trip() : std::nullopt; }
  [[nodiscard]] std::vector<SendReport> reports() const;

 private:
  void advance(Instant now);

  RandomSource& random_;
  ClientTransport transport_;
  const SenderSsrcs ssrcs_;
  std::optional<MediaSender> media_;
  bool begins_ = false;
};

}  // namespace plenary::bench
