// What a shard counts, one number an event, for /metrics. Plain integers: one thread writes them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace plenary {

enum class Count : std::uint8_t {
  // socket
  datagrams_in,
  receive_messages,
  datagrams_out,
  bytes_in,
  bytes_out,
  send_calls,
  send_messages,
  send_would_block,
  send_failed,
  gso_refused,
  datagrams_truncated,
  receive_overruns,
  // media over TCP
  tcp_accepted,
  tcp_refused,
  tcp_closed,
  tcp_strangers_closed,
  tcp_not_framed,
  tcp_datagrams_out,
  tcp_dropped,
  tcp_no_connection,
  // demultiplexing
  unknown_source,
  not_media,
  stun_malformed,
  stun_unknown_user,
  stun_refused,
  stun_replayed,
  path_moves_unproven,
  stun_answered,
  dtls_unvalidated,
  dtls_early_kept,
  dtls_plaintext_ignored,
  dtls_handshakes,
  dtls_failed,
  control_dropped,
  too_many_peers,
  // received media
  rtp_in,
  srtp_refused,
  srtcp_refused,
  rtp_malformed,
  rtp_unknown_stream,
  rtp_unknown_layer,
  rtp_duplicate,
  rtp_payload_malformed,
  rtp_padding_only,
  rtx_in,
  rtx_malformed,
  rtcp_in,
  rtcp_malformed,
  uplink_dropped_no_floor,
  uplink_policed,
  nacks_sent,
  key_frame_requests_sent,
  // tracks
  frames_in,
  frames_without_key_frame,
  frames_unknown_track,
  feed_messages_bad,
  slate_frames,
  source_switches,
  packets_late,
  packets_too_late,
  // sent media
  rtp_out,
  rtp_bytes_out,
  rtp_sound_out,
  rtx_out,
  red_out,
  probes_out,
  layer_switches,
  nacks_received,
  nack_unknown,
  nack_too_old,
  nack_too_soon,
  nack_over_budget,
  nack_without_rtx,
  packets_too_old,
  codec_not_negotiated,
  key_frame_requests_received,
  replays,
  reports_sent,
  seal_failed,
  sealed_gcm,
  sealed_cm,
  cm_bursts,
  sealed_cm_in_bursts,
  // to and from other shards
  relayed_out,
  relayed_in,
  relay_refused,
  relay_gaps,
  relayed_unknown_track,
  // to the room process
  room_frames_out,
  room_frames_dropped,
  room_frames_without_room,
  // control
  pauses,
  late_turns,
  sound_hurried,
  load_shed,
  load_returned,
  commands,
  commands_unknown_target,
  events_delayed,
  last_
};

// "plenary_rtp_packets_sent_total"
std::string_view count_name(Count count);

class Counters {
 public:
  void add(Count count, std::uint64_t n = 1) { values_[static_cast<std::size_t>(count)] += n; }
  [[nodiscard]] std::uint64_t get(Count count) const { return values_[static_cast<std::size_t>(count)]; }

 private:
  std::array<std::uint64_t, static_cast<std::size_t>(Count::last_)> values_{};
};

}  // namespace plenary
