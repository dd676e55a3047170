// HTTP and HTTPS requests, many at once, on an epoll of the caller's (libcurl inside). Single-threaded.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "media/base/time.h"

namespace plenary::bench {

constexpr std::size_t kMaxHttpBody = 256 * 1024;  // bytes of an answer; SDP is a few thousand

struct HttpRequest {
  std::uint64_t id = 0;  // comes back with the answer
  std::string method;    // POST, DELETE
  std::string url;
  std::string body;   // SDP
  std::string token;  // Bearer, when not empty
};
struct HttpResponse {
  std::uint64_t id = 0;
  long status = 0;       // 0: none came, see `error`
  std::string location;  // made absolute
  std::string body;
  std::string error;
};

class HttpClient {
 public:
  // Its sockets are in `epoll` with kEventMark in the upper bits of data.u64. `authority`: a PEM file; servers must
  // show just this certificate, under whatever name. Empty: the system's authorities and the URL's name.
  explicit HttpClient(int epoll, std::string authority = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  static constexpr std::uint64_t kEventMark = std::uint64_t{1} << 63;

  void start(HttpRequest request);
  void handle_event(std::uint64_t data, std::uint32_t events);
  void handle_timeout(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  std::optional<HttpResponse> poll_response();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace plenary::bench
