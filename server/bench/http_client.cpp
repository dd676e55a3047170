#include "server/bench/http_client.h"

#include <curl/curl.h>
#include <strings.h>
#include <sys/epoll.h>

#include <deque>
#include <map>
#include <string_view>
#include <utility>

#include "media/base/check.h"
#include "media/io/clock.h"

namespace plenary::bench {
namespace {

constexpr long kRequestSeconds = 15;

struct Transfer {
  HttpRequest request;
  HttpResponse response;
  curl_slist* headers = nullptr;
  std::string location;  // as it came
  ~Transfer() { curl_slist_free_all(headers); }
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  return text;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* user) {
  const std::string_view line(data, size * count);
  static constexpr std::string_view kLocation = "location:";
  if (line.size() > kLocation.size() && strncasecmp(line.data(), kLocation.data(), kLocation.size()) == 0) {
    static_cast<Transfer*>(user)->location = trimmed(line.substr(kLocation.size()));
  }
  return line.size();
}

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* user) {
  std::string& body = static_cast<Transfer*>(user)->response.body;
  const std::size_t length = size * count;
  if (body.size() + length > kMaxHttpBody) return 0;  // ends the transfer
  body.append(data, length);
  return length;
}

// RFC 9110 §10.2.2: relative to the URL that was asked for.
std::string resolve(const std::string& base, const std::string& reference) {
  if (reference.empty()) return {};
  CURLU* url = curl_url();
  char* text = nullptr;
  std::string resolved;
  if (curl_url_set(url, CURLUPART_URL, base.c_str(), 0) == CURLUE_OK &&
      curl_url_set(url, CURLUPART_URL, reference.c_str(), 0) == CURLUE_OK &&
      curl_url_get(url, CURLUPART_URL, &text, 0) == CURLUE_OK) {
    resolved = text;
  }
  curl_free(text);
  curl_url_cleanup(url);
  return resolved;
}

}  // namespace

struct HttpClient::State {
  State(int epoll, std::string authority) : epoll(epoll), authority(std::move(authority)), multi(curl_multi_init()) {
    PLENARY_CHECK(multi != nullptr);
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &State::watch);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &State::set_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  }
  ~State() {
    for (const auto& [easy, transfer] : transfers) {
      curl_multi_remove_handle(multi, easy);
      curl_easy_cleanup(easy);
    }
    curl_multi_cleanup(multi);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  static int watch(CURL* /*easy*/, curl_socket_t socket, int what, void* user, void* known) {
    auto* state = static_cast<State*>(user);
    epoll_event event{};
    if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
    if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
    event.data.u64 = kEventMark | static_cast<std::uint32_t>(socket);
    if (what == CURL_POLL_REMOVE) return epoll_ctl(state->epoll, EPOLL_CTL_DEL, socket, nullptr), 0;
    epoll_ctl(state->epoll, known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event);
    curl_multi_assign(state->multi, socket, state);
    return 0;
  }
  static int set_timer(CURLM* /*multi*/, long milliseconds, void* user) {
    auto* state = static_cast<State*>(user);
    state->due.reset();
    if (milliseconds >= 0) state->due = io::read_monotonic() + std::chrono::milliseconds(milliseconds);
    return 0;
  }
  void act(curl_socket_t socket, int what) {
    int running = 0;
    curl_multi_socket_action(multi, socket, what, &running);
    collect();
  }
  void collect();

  int epoll;
  const std::string authority;
  CURLM* multi;
  std::map<CURL*, std::unique_ptr<Transfer>> transfers;
  std::deque<HttpResponse> responses;
  std::optional<Instant> due;
};

void HttpClient::State::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode result = message->data.result;
    const auto found = transfers.find(easy);
    Transfer& transfer = *found->second;
    HttpResponse response = std::move(transfer.response);
    response.id = transfer.request.id;
    if (result == CURLE_OK) {
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &response.status);
      response.location = resolve(transfer.request.url, transfer.location);
    } else {
      response.error = curl_easy_strerror(result);
    }
    responses.push_back(std::move(response));
    curl_multi_remove_handle(multi, easy);
    curl_easy_cleanup(easy);
    transfers.erase(found);
  }
}

HttpClient::HttpClient(int epoll, std::string authority) {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  PLENARY_CHECK(ready);
  state_ = std::make_unique<State>(epoll, std::move(authority));
}
HttpClient::~HttpClient() = default;

void HttpClient::start(HttpRequest request) {
  auto transfer = std::make_unique<Transfer>();
  transfer->request = std::move(request);
  const HttpRequest& asked = transfer->request;
  CURL* easy = curl_easy_init();
  PLENARY_CHECK(easy != nullptr);
  const auto add_header = [&](const std::string& line) {
    transfer->headers = curl_slist_append(transfer->headers, line.c_str());
  };
  add_header("Expect:");  // no wait for 100 Continue
  if (!asked.token.empty()) add_header("Authorization: Bearer " + asked.token);
  curl_easy_setopt(easy, CURLOPT_URL, asked.url.c_str());
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, asked.method.c_str());
  if (asked.method == "POST") {
    add_header("Content-Type: application/sdp");
    add_header("Accept: application/sdp");
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(asked.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, asked.body.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer.get());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer.get());
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, kRequestSeconds);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // media goes past any proxy; its signalling must reach the same server
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  if (!state_->authority.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, state_->authority.c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);  // one certificate is trusted, and its key says who it is
  }
  state_->transfers.emplace(easy, std::move(transfer));
  curl_multi_add_handle(state_->multi, easy);
}

void HttpClient::handle_event(std::uint64_t data, std::uint32_t events) {
  int what = 0;
  if ((events & EPOLLIN) != 0) what |= CURL_CSELECT_IN;
  if ((events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) what |= CURL_CSELECT_ERR;
  state_->act(static_cast<curl_socket_t>(data & 0xFFFFFFFF), what);
}

void HttpClient::handle_timeout(Instant now) {
  if (!state_->due || now < *state_->due) return;
  state_->due.reset();
  state_->act(CURL_SOCKET_TIMEOUT, 0);
}

std::optional<Instant> HttpClient::next_timeout() const { return state_->due; }

std::optional<HttpResponse> HttpClient::poll_response() {
  if (state_->responses.empty()) return std::nullopt;
  HttpResponse response = std::move(state_->responses.front());
  state_->responses.pop_front();
  return response;
}

}  // namespace plenary::bench
