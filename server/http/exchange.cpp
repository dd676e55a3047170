#include "server/http/exchange.h"

#include <libwebsockets.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>

#include "server/http/request_check.h"

namespace plenary::server {
namespace {

struct NamedToken {
  lws_token_indexes token;
  const char* name;
};

// lws_hdr_custom_copy() knows no other names on HTTP/2, so these are all that a handler gets on either version.
constexpr NamedToken kHeaders[] = {
    {WSI_TOKEN_HOST, "host"},
    {WSI_TOKEN_HTTP_COLON_AUTHORITY, "host"},
    {WSI_TOKEN_ORIGIN, "origin"},
    {WSI_TOKEN_HTTP_AUTHORIZATION, "authorization"},
    {WSI_TOKEN_HTTP_CONTENT_TYPE, "content-type"},
    {WSI_TOKEN_HTTP_CONTENT_LENGTH, "content-length"},
    {WSI_TOKEN_HTTP_IF_MATCH, "if-match"},
    {WSI_TOKEN_HTTP_IF_NONE_MATCH, "if-none-match"},
    {WSI_TOKEN_HTTP_ACCEPT, "accept"},
    {WSI_TOKEN_HTTP_ACCEPT_LANGUAGE, "accept-language"},
    {WSI_TOKEN_HTTP_AC_REQUEST_HEADERS, "access-control-request-headers"},
    {WSI_TOKEN_HTTP_USER_AGENT, "user-agent"},
    {WSI_TOKEN_X_FORWARDED_FOR, "x-forwarded-for"},
    {WSI_TOKEN_HTTP_VIA, "via"},
    {WSI_TOKEN_PROTOCOL, "sec-websocket-protocol"},
    {WSI_TOKEN_VERSION, "sec-websocket-version"},
};

constexpr std::array<const char*, 9> kMethods = {"GET",    "POST",    "OPTIONS", "PUT", "PATCH",
                                                 "DELETE", "CONNECT", "HEAD",    "GET"};

std::string header_of(lws* wsi, lws_token_indexes token) {
  const int length = lws_hdr_total_length(wsi, token);
  if (length <= 0) return {};
  std::string value(static_cast<std::size_t>(length) + 1, '\0');
  const int copied = lws_hdr_copy(wsi, value.data(), length + 1, token);
  value.resize(copied > 0 ? static_cast<std::size_t>(copied) : 0);
  return value;
}

// One fragment each, already decoded.
std::map<std::string, std::string> query_of(lws* wsi) {
  std::map<std::string, std::string> query;
  for (int i = 0;; ++i) {
    const int length = lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS, i);
    if (length <= 0) return query;
    std::string pair(static_cast<std::size_t>(length) + 1, '\0');
    const int copied = lws_hdr_copy_fragment(wsi, pair.data(), length + 1, WSI_TOKEN_HTTP_URI_ARGS, i);
    if (copied < 0) return query;
    pair.resize(static_cast<std::size_t>(copied));
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos) {
      query.try_emplace(std::move(pair));
    } else {
      query.try_emplace(pair.substr(0, equals), pair.substr(equals + 1));
    }
  }
}

Address remote_of(lws* wsi) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  Address address;
  if (getpeername(lws_get_socket_fd(lws_get_network_wsi(wsi)), reinterpret_cast<sockaddr*>(&storage), &length) != 0) {
    return address;
  }
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof v4);
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
    return Address::v4(bytes[0], bytes[1], bytes[2], bytes[3], ntohs(v4.sin_port));
  }
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &storage, sizeof v6);
    std::memcpy(address.ip.data(), &v6.sin6_addr, address.ip.size());
    address.port = ntohs(v6.sin6_port);
  }
  return address;
}

// Framing that two parsers could read differently is refused, and the connection with it (RFC 9112 §6.1, §11.2).
void check_framing(ReceivedRequest& received, lws* wsi, bool http2) {
  const HttpRequest& request = received.request;
  const std::string encoding = header_of(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING);
  if (!encoding.empty()) {
    received.refusal = HttpResponse::problem(400, "bad_framing", "Send the body with a Content-Length.");
    return;
  }
  const std::string_view length = request.header("content-length");
  if (!length.empty()) {
    const auto value = parse_content_length(length);
    if (!value) {
      received.refusal = HttpResponse::problem(400, "bad_framing", "Content-Length is not one number.");
    } else {
      received.content_length = *value;
    }
    return;
  }
  const bool may_have_body = request.method == "POST" || request.method == "PATCH" || request.method == "PUT";
  if (!may_have_body) return;
  // HTTP/1.1 without a length means no body, but libwebsockets waits for one; the connection cannot be used again.
  received.closes = true;
  if (http2) received.refusal = HttpResponse::problem(411, "length_required", "Send the body with a Content-Length.");
}

void put_date(std::array<char, 40>& out) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::strftime(out.data(), out.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
}

}  // namespace

const std::size_t Exchange::kScratchBytes = LWS_PRE + kHeaderBytes + kChunkBytes;

ReceivedRequest receive_request(lws* wsi) {
  ReceivedRequest received;
  HttpRequest& request = received.request;
  char* uri = nullptr;
  int uri_length = 0;
  const int method = lws_http_get_uri_and_method(wsi, &uri, &uri_length);
  if (method < 0 || method >= static_cast<int>(kMethods.size()) || uri == nullptr) {
    received.refusal = HttpResponse::problem(400, "bad_request", "The request line cannot be read.");
    return received;
  }
  request.method = kMethods[static_cast<std::size_t>(method)];
  request.path.assign(uri, static_cast<std::size_t>(uri_length));
  received.head_only = request.method == "HEAD";
  if (received.head_only) request.method = "GET";
  for (const NamedToken& header : kHeaders) {
    std::string value = header_of(wsi, header.token);
    if (!value.empty()) request.headers.try_emplace(header.name, std::move(value));
  }
  request.query = query_of(wsi);
  request.remote = remote_of(wsi);
  request.secure = lws_is_ssl(lws_get_network_wsi(wsi)) != 0;
  const bool http2 = lws_get_network_wsi(wsi) != wsi;
  const std::string version = header_of(wsi, WSI_TOKEN_HTTP);
  received.closes = !http2 && (lists_word(header_of(wsi, WSI_TOKEN_CONNECTION), "close") || version != "HTTP/1.1");
  // The library decodes %0D in a path and then takes it for the end of the line; what follows it is no header of ours.
  if (!http2 && version != "HTTP/1.1" && version != "HTTP/1.0") {
    received.refusal = HttpResponse::problem(400, "bad_request", "The request line cannot be read.");
    return received;
  }
  if (!is_clean_path(request.path)) {
    received.refusal = HttpResponse::problem(400, "bad_path", "The path has characters that no page here has.");
    return received;
  }
  if (request.header("host").empty()) {  // RFC 9112 §3.2
    received.refusal = HttpResponse::problem(400, "no_host", "Send a Host header.");
    return received;
  }
  check_framing(received, wsi, http2);
  return received;
}

void Exchange::answer(HttpResponse response, bool closes) {
  response_ = std::move(response);
  closes_ = closes || received_.closes;
  answered_ = true;
}

void Exchange::answer(std::shared_ptr<const PageFile> page, HttpResponse response) {
  response_ = std::move(response);
  response_.status = 200;
  response_.content_type = page->content_type;
  response_.body.clear();
  response_.headers.emplace_back("cache-control", page->cache_control);
  response_.headers.emplace_back("etag", page->etag);
  if (lists_word(received_.request.header("if-none-match"), page->etag)) {
    response_.status = 304;
  } else {
    page_ = std::move(page);
  }
  closes_ = received_.closes;
  answered_ = true;
}

std::string_view Exchange::body() const { return page_ ? std::string_view(*page_->body) : response_.body; }

bool Exchange::sends_body() const {
  return !received_.head_only && response_.status != 204 && response_.status != 304 && !body().empty();
}

unsigned char* Exchange::write_headers(lws* wsi, std::vector<unsigned char>& scratch) const {
  unsigned char* at = scratch.data() + LWS_PRE;
  unsigned char* const end = at + kHeaderBytes;
  const auto add = [&](std::string name, std::string_view value) {
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;  // HTTP/2 has no capitals
    });
    name += ':';
    return lws_add_http_header_by_name(wsi, reinterpret_cast<const unsigned char*>(name.c_str()),
                                       reinterpret_cast<const unsigned char*>(value.data()),
                                       static_cast<int>(value.size()), &at, end) == 0;
  };
  const auto is_set = [&](std::string_view name) {
    return std::ranges::any_of(response_.headers, [&](const auto& header) { return lists_word(header.first, name); });
  };

  bool fits = lws_add_http_header_status(wsi, static_cast<unsigned>(response_.status), &at, end) == 0;
  if (response_.status != 204 && response_.status != 304) {
    if (!response_.content_type.empty() && !is_set("content-type")) {
      fits = fits && add("content-type", response_.content_type);
    }
    // Not by lws_add_http_header_content_length(), which would wait for a HEAD's body.
    fits = fits && add("content-length", std::to_string(body().size()));
  }
  std::array<char, 40> date{};
  put_date(date);
  fits = fits && add("date", date.data());
  for (const auto& [name, value] : response_.headers) {
    if (is_header_value(name) && is_header_value(value)) fits = fits && add(name, value);
  }
  for (const auto& [name, value] : security_headers()) {
    if (!is_set(name)) fits = fits && add(std::string(name), value);
  }
  if (closes_ && lws_get_network_wsi(wsi) == wsi) fits = fits && add("connection", "close");
  fits = fits && lws_finalize_http_header(wsi, &at, end) == 0;
  return fits ? at : nullptr;
}

Exchange::Progress Exchange::write(lws* wsi, std::vector<unsigned char>& scratch) {
  unsigned char* const start = scratch.data() + LWS_PRE;
  const bool http2 = lws_get_network_wsi(wsi) != wsi;
  if (!headers_sent_) {
    unsigned char* end = write_headers(wsi, scratch);
    if (end == nullptr) return Progress::failed;
    headers_sent_ = true;
    int how = LWS_WRITE_HTTP_HEADERS;
    if (!sends_body()) {
      if (http2) how |= LWS_WRITE_H2_STREAM_END;
    } else if (!http2) {  // a small answer is one packet
      sent_ = std::min(body().size(), kChunkBytes);
      std::memcpy(end, body().data(), sent_);
      end += sent_;
    }
    if (lws_write(wsi, start, static_cast<std::size_t>(end - start), static_cast<lws_write_protocol>(how)) < 0) {
      return Progress::failed;
    }
    if (!sends_body() || sent_ == body().size()) return Progress::done;
    return Progress::more;  // HTTP/2 asks for one frame a turn
  }
  if (sent_ == body().size() || !sends_body()) return Progress::done;
  std::size_t allowed = kChunkBytes;
  const auto credit = lws_get_peer_write_allowance(wsi);  // negative: no such limit on HTTP/1
  if (credit == 0) return Progress::more;
  if (credit > 0) allowed = std::min(allowed, static_cast<std::size_t>(credit));
  const std::size_t count = std::min(body().size() - sent_, allowed);
  std::memcpy(start, body().data() + sent_, count);
  sent_ += count;
  const bool last = sent_ == body().size();
  if (lws_write(wsi, start, count, last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0) return Progress::failed;
  return last ? Progress::done : Progress::more;
}

}  // namespace plenary::server
