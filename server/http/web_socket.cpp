#include "server/http/web_socket.h"

#include <libwebsockets.h>

#include <algorithm>
#include <cstring>

namespace plenary::server {
namespace {

constexpr int kMessagesATurn = 32;            // one client's backlog does not hold up the others' turn
constexpr std::size_t kMaxCloseReason = 123;  // bytes (RFC 6455 §5.5)

}  // namespace

bool WebSocket::queue(std::shared_ptr<const std::string> text) {
  if (waiting_ + text->size() > kMaxOutQueue) return false;
  waiting_ += text->size();
  out_.push_back(std::move(text));
  lws_callback_on_writable(wsi_);
  return true;
}

void WebSocket::close_after_queue(std::uint16_t code, std::string_view reason) {
  if (closing()) return;
  close_code_ = code;
  close_reason_ = reason.substr(0, kMaxCloseReason);
  lws_callback_on_writable(wsi_);
}

void WebSocket::drop() {
  constexpr std::uint16_t kAbnormal = 1006;  // RFC 6455 §7.4.1: never sent
  close_code_ = kAbnormal;
  out_.clear();
  waiting_ = in_library_;
}

void WebSocket::forget_sent() {
  waiting_ -= in_library_;
  in_library_ = 0;
}

WebSocket::Progress WebSocket::write(std::vector<unsigned char>& scratch) {
  forget_sent();
  for (int i = 0; i < kMessagesATurn && !out_.empty(); ++i) {
    const std::string& text = *out_.front();
    if (scratch.size() < LWS_PRE + text.size()) scratch.resize(LWS_PRE + text.size());
    std::memcpy(scratch.data() + LWS_PRE, text.data(), text.size());
    if (lws_write(wsi_, scratch.data() + LWS_PRE, text.size(), LWS_WRITE_TEXT) < 0) return Progress::close;
    in_library_ += text.size();
    out_.pop_front();
    if (lws_partial_buffered(wsi_) != 0 || lws_send_pipe_choked(wsi_) != 0) break;
  }
  if (lws_partial_buffered(wsi_) == 0) forget_sent();
  if (!out_.empty() || in_library_ > 0) return Progress::more;
  if (!closing()) return Progress::idle;
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
