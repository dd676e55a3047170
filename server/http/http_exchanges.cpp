#include <libwebsockets.h>

#include <exception>
#include <new>

#include "media/base/log.h"
#include "server/http/http_server_state.h"

namespace plenary::server {
namespace {

// A body that comes too late is told so before the library's own clock ends the connection without a word.
constexpr Duration kLastWord = std::chrono::seconds(2);
// For each part of an answer to be taken: a phone on a bad line frees a third of the kernel's buffer in that time.
constexpr Duration kTakeTimeout = std::chrono::seconds(30);
constexpr int kChunksATurn = 64;  // a megabyte for one client, then the others

// Whether the client sent its next request without waiting for the answer. libwebsockets 4.1.6 hangs for ever in
// lws_http_action() when such a request has a body, so pipelining, which no browser does, ends the connection; a client
// has to send again what was not answered (RFC 9112 §9.3.2). After a transaction the library keeps its header table
// only then, and only with a table this function touches what it is given.
bool has_next_request(lws* wsi) {
  char touched = 'x';
  lws_hdr_custom_copy(wsi, &touched, 1, "", 0);
  return touched != 'x';
}

}  // namespace

int HttpServer::State::begin_exchange(lws* wsi) {
  ++counts.requests;
  Exchange& exchange = exchanges.insert_or_assign(wsi, Exchange(receive_request(wsi))).first->second;
  exchange.set_deadline(read_clock() + config.request_timeout - kLastWord);
  const ReceivedRequest& received = exchange.received();
  if (received.refusal) {
    ++counts.refused;
    exchange.answer(*received.refusal, true);
  } else if (received.content_length > (lws_get_network_wsi(wsi) == wsi ? kMaxSwallowedBody : kMaxRequestBody)) {
    ++counts.body_too_long;
    exchange.answer(HttpResponse::problem(413, "too_long", "The body may have 64 KiB."), true);
  } else if (received.content_length == 0) {
    answer(exchange);
  } else {
    return kGoOn;  // the body comes
  }
  lws_callback_on_writable(wsi);
  return kGoOn;
}

int HttpServer::State::take_body(lws* wsi, std::string_view piece) {
  const auto found = exchanges.find(wsi);
  if (found == exchanges.end() || found->second.answered()) return kGoOn;
  // A body that is too long is read to its end, so that the client is reading when the 413 comes.
  if (found->second.received().content_length <= kMaxRequestBody) found->second.request().body.append(piece);
  return kGoOn;
}

int HttpServer::State::finish_body(lws* wsi) {
  const auto found = exchanges.find(wsi);
  if (found == exchanges.end() || found->second.answered()) return kGoOn;
  Exchange& exchange = found->second;
  if (exchange.received().content_length > kMaxRequestBody) {
    ++counts.body_too_long;
    exchange.answer(HttpResponse::problem(413, "too_long", "The body may have 64 KiB."), false);
  } else {
    answer(exchange);
  }
  exchange.set_deadline(read_clock() + kTakeTimeout);
  lws_callback_on_writable(wsi);
  return kGoOn;
}

void HttpServer::State::answer(Exchange& exchange) {
  const HttpRequest& request = exchange.request();
  if (request.method == "GET") {
    if (auto page = pages.find(request.path)) return exchange.answer(std::move(page), {});
  }
  HttpResponse response;
  try {
    response = handler.handle(request);
  } catch (const std::bad_alloc&) {
    ++counts.without_memory;
    log(LogLevel::error, "http.no_memory", {{"path", request.path}});
    response = HttpResponse::problem(503, "no_memory", "The server has no memory for this now; try again later.");
    response.headers.emplace_back("Retry-After", "30");
  } catch (const std::exception& fault) {
    ++counts.faults;
    log(LogLevel::error, "http.fault", {{"path", request.path}, {"what", fault.what()}});
    response = HttpResponse::problem(500, "fault", "The server made a mistake; its log says which.");
  }
  exchange.set_waits_for(response.waits_for);
  if (exchange.waits_for() != AnswerId{}) return;
  if (response.file.empty()) return exchange.answer(std::move(response), false);
  if (auto page = pages.find("/" + response.file.generic_string())) {
    return exchange.answer(std::move(page), std::move(response));
  }
  exchange.answer(HttpResponse::problem(404, "no_page", "This page is not installed: check server.pages."), false);
}

void HttpServer::answer(AnswerId answer, HttpResponse response) {
  for (auto& [wsi, exchange] : state_->exchanges) {
    if (exchange.waits_for() != answer || exchange.answered()) continue;
    exchange.answer(std::move(response), false);
    exchange.set_deadline(read_clock() + kTakeTimeout);
    lws_callback_on_writable(wsi);
    return;
  }
}

void HttpServer::State::end_answer(const Exchange& exchange) {
  const int status = exchange.status();
  ++(status < 300   ? counts.answers_2xx
     : status < 400 ? counts.answers_3xx
     : status < 500 ? counts.answers_4xx
                    : counts.answers_5xx);
}

int HttpServer::State::write_exchange(lws* wsi) {
  const auto found = exchanges.find(wsi);
  if (found == exchanges.end() || !found->second.answered()) return kGoOn;
  Exchange& exchange = found->second;
  Exchange::Progress progress = exchange.write(wsi, scratch);
  const bool http1 = lws_get_network_wsi(wsi) == wsi;
  if (http1) {
    for (int i = 0; i < kChunksATurn && progress == Exchange::Progress::more && lws_partial_buffered(wsi) == 0; ++i) {
      progress = exchange.write(wsi, scratch);
    }
    // Its end is seen here only when the library has nothing left to send.
    if (progress == Exchange::Progress::done && lws_partial_buffered(wsi) != 0) progress = Exchange::Progress::more;
  }
  switch (progress) {
    case Exchange::Progress::failed:
      exchanges.erase(found);
      return kClose;
    case Exchange::Progress::more:
      exchange.set_deadline(read_clock() + kTakeTimeout);
      lws_callback_on_writable(wsi);
      return kGoOn;
    case Exchange::Progress::done:
      break;
  }
  end_answer(exchange);
  const bool closes = exchange.closes();
  exchanges.erase(found);
  if (closes || lws_http_transaction_completed(wsi) != 0) return kClose;
  if (http1 && has_next_request(wsi)) {
    ++counts.pipelined;
    return kClose;
  }
  return kGoOn;
}

// Where the library gives no turn to write in; it keeps what the socket does not take.
int HttpServer::State::write_at_once(lws* wsi, Exchange exchange) {
  for (;;) {
    const Exchange::Progress progress = exchange.write(wsi, scratch);
    if (progress == Exchange::Progress::failed) return kClose;
    if (progress == Exchange::Progress::done) break;
  }
  end_answer(exchange);
  return kGoOn;
}

// Our own deadlines: the library starts its own clock anew with every byte of a body.
void HttpServer::State::sweep() {
  const Instant now = read_clock();
  for (auto& [wsi, exchange] : exchanges) {
    if (exchange.deadline() > now) continue;
    ++counts.timed_out;
    if (exchange.answered()) {
      kill_soon(wsi);
    } else {
      exchange.answer(HttpResponse::problem(408, "too_slow", "The request took too long; send it again."), true);
      lws_callback_on_writable(wsi);
    }
    exchange.set_deadline(now + kLastWord);
  }
  look_at_web_sockets(now);
  lws_cancel_service(context);  // it looks at its timers when something happens, and at this the latest
  schedule(sweeper, kSweepEvery, [this] { sweep(); });
}

}  // namespace plenary::server
