#include "server/http/web_socket.h"

#include <libwebsockets.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace plenary::server {
namespace {

constexpr int kPiecesATurn = 32;  // one client's backlog does not hold up the others' turn
// The library puts what it is given into one HTTP/2 frame, and a browser ends the connection at one over 16,384 bytes
// (RFC 9113 §4.2); the WebSocket frame's head is in it.
constexpr std::size_t kHttp2Piece = 16'000;
constexpr std::uint16_t kAbnormal = 1006;     // RFC 6455 §7.4.1: never sent
constexpr std::size_t kMaxCloseReason = 123;  // bytes (RFC 6455 §5.5)

}  // namespace

bool WebSocket::queue(std::shared_ptr<const std::string> text) {
  if (waiting_ + text->size() > kMaxOutQueue) return false;
  waiting_ += text->size();
  out_.push_back(std::move(text));
  return true;
}

bool WebSocket::keeps_up(std::size_t bytes) {
  if (waiting_ == 0 || waiting_ + bytes <= kMaxBehind) return true;
  behind_ = true;
  return false;
}

bool WebSocket::caught_up() { return waiting_ == 0 && std::exchange(behind_, false); }

void WebSocket::close_after_queue(std::uint16_t code, std::string_view reason) {
  if (closing()) return;
  close_code_ = code;
  close_reason_ = reason.substr(0, kMaxCloseReason);
  lws_callback_on_writable(wsi_);
}

void WebSocket::drop() {
  close_code_ = kAbnormal;
  out_.clear();
  waiting_ = in_library_;
}

void WebSocket::forget_sent() {
  waiting_ -= in_library_;
  in_library_ = 0;
}

void WebSocket::heard(Instant now) {
  heard_at_ = now;
  ping_ = Ping::none;
}

void WebSocket::handle_pause(Duration paused, Instant now) { heard_at_ = std::min(heard_at_ + paused, now); }

WebSocket::Life WebSocket::look(Instant now, Duration ping_after, Duration drop_after) {
  if (now - heard_at_ >= drop_after) return Life::dead;
  if (now - heard_at_ < ping_after || ping_ != Ping::none) return Life::well;
  ping_ = Ping::due;
  return Life::ping;
}

// False: the connection is lost.
bool WebSocket::write_piece(std::vector<unsigned char>& scratch) {
  const std::string& text = *out_.front();
  const bool http2 = lws_get_network_wsi(wsi_) != wsi_;
  const std::size_t count = std::min(text.size() - sent_of_first_, http2 ? kHttp2Piece : text.size());
  if (scratch.size() < LWS_PRE + count) scratch.resize(LWS_PRE + count);
  std::memcpy(scratch.data() + LWS_PRE, text.data() + sent_of_first_, count);
  int how = sent_of_first_ == 0 ? LWS_WRITE_TEXT : LWS_WRITE_CONTINUATION;
  if (sent_of_first_ + count < text.size()) how |= LWS_WRITE_NO_FIN;
  if (lws_write(wsi_, scratch.data() + LWS_PRE, count, static_cast<lws_write_protocol>(how)) < 0) return false;
  in_library_ += count;
  sent_of_first_ += count;
  if (sent_of_first_ == text.size()) {
    out_.pop_front();
    sent_of_first_ = 0;
  }
  return true;
}

// On HTTP/2 several streams share a connection and its flow control: the library says when.
bool WebSocket::may_write_now() const {
  return !blocked_ && !closing() && !behind_ && lws_get_network_wsi(wsi_) == wsi_ && lws_partial_buffered(wsi_) == 0;
}

WebSocket::Progress WebSocket::write(std::vector<unsigned char>& scratch) {
  const Progress progress = write_queue(scratch);
  blocked_ = progress == Progress::more;
  return progress;
}

WebSocket::Progress WebSocket::write_queue(std::vector<unsigned char>& scratch) {
  forget_sent();
  if (ping_ == Ping::due && sent_of_first_ == 0) {
    ping_ = Ping::sent;
    if (scratch.size() < LWS_PRE + 1) scratch.resize(LWS_PRE + 1);
    scratch[LWS_PRE] = 'p';  // the library does not tell of a pong without payload
    if (lws_write(wsi_, scratch.data() + LWS_PRE, 1, LWS_WRITE_PING) < 0) return Progress::close;
  }
  for (int i = 0; i < kPiecesATurn && !out_.empty(); ++i) {
    if (i > 0 && lws_send_pipe_choked(wsi_) != 0) break;  // a call into the kernel: not where there is nothing more
    if (!write_piece(scratch)) return Progress::close;
    if (lws_partial_buffered(wsi_) != 0) break;
  }
  if (lws_partial_buffered(wsi_) == 0) forget_sent();
  if (!out_.empty() || in_library_ > 0) return Progress::more;
  if (!closing()) return Progress::idle;
  if (close_code_ == kAbnormal) return Progress::close;
  lws_close_reason(wsi_, static_cast<lws_close_status>(close_code_),
                   reinterpret_cast<unsigned char*>(close_reason_.data()), close_reason_.size());
  return Progress::close;
}

WebSocket::Arrival WebSocket::receive(std::string_view piece, bool binary, bool last, std::string_view& message) {
  if (binary) return Arrival::binary;
  if (in_done_) {
    in_ = std::string();  // a long message is rare; its memory does not stay
    in_done_ = false;
  }
  if (in_.size() + piece.size() > kMaxWebSocketMessage) return Arrival::too_long;
  in_.append(piece);
  if (!last) return Arrival::partial;
  message = in_;
  in_done_ = true;
  return Arrival::whole;
}

}  // namespace plenary::server
