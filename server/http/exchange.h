// One HTTP request and its answer on a libwebsockets connection. Control thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/base/time.h"
#include "server/http/http_server.h"
#include "server/http/pages.h"

struct lws;

namespace plenary::server {

// What the parser of libwebsockets found, and what is wrong with it.
struct ReceivedRequest {
  HttpRequest request;
  bool head_only = false;
  bool closes = false;                  // the client asked for it, or its framing leaves no other way
  std::uint64_t content_length = 0;     // 0: no body follows
  std::optional<HttpResponse> refusal;  // the request breaks a rule: answer this, then close
};
ReceivedRequest receive_request(lws* wsi);

class Exchange {
 public:
  enum class Progress { more, done, failed };

  explicit Exchange(ReceivedRequest received) : received_(std::move(received)) {}

  [[nodiscard]] const ReceivedRequest& received() const { return received_; }
  [[nodiscard]] HttpRequest& request() { return received_.request; }
  [[nodiscard]] bool answered() const { return answered_; }
  [[nodiscard]] int status() const { return response_.status; }
  [[nodiscard]] bool closes() const { return closes_; }
  [[nodiscard]] Instant deadline() const { return deadline_; }
  [[nodiscard]] AnswerId waits_for() const { return waits_for_; }
  void set_waits_for(AnswerId answer) { waits_for_ = answer; }
  void set_deadline(Instant deadline) { deadline_ = deadline; }

  // `closes`: the connection ends after the answer.
  void answer(HttpResponse response, bool closes);
  void answer(std::shared_ptr<const PageFile> page, HttpResponse response);
  // As much as the connection takes now; call again when it is writable. `scratch` has kScratchBytes.
  Progress write(lws* wsi, std::vector<unsigned char>& scratch);

  static constexpr std::size_t kHeaderBytes = 16 * 1024;
  static constexpr std::size_t kChunkBytes = 16 * 1024;  // one HTTP/2 frame, one TLS record
  static const std::size_t kScratchBytes;

 private:
  [[nodiscard]] std::string_view body() const;
  [[nodiscard]] bool sends_body() const;
  // The end of the headers in `scratch`, or nullptr when they do not fit.
  unsigned char* write_headers(lws* wsi, std::vector<unsigned char>& scratch) const;

  ReceivedRequest received_;
  HttpResponse response_;
  std::shared_ptr<const PageFile> page_;
  Instant deadline_{};
  AnswerId waits_for_{};
  std::size_t sent_ = 0;
  bool answered_ = false;
  bool closes_ = false;
  bool headers_sent_ = false;
};

}  // namespace plenary::server
