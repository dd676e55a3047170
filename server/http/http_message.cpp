#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/http/http_server.h"

namespace plenary::server {
namespace {

constexpr const char* kForwardedFor = "x-forwarded-for";
constexpr std::size_t kInterface = 8;  // bytes of an IPv6 address that its owner chooses (RFC 4291 §2.5.1)

}  // namespace

std::string_view HttpRequest::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<std::string_view> HttpRequest::bearer() const {
  constexpr std::string_view kScheme = "bearer ";  // RFC 9110 §11.1: the scheme's case does not matter
  const std::string_view value = header("authorization");
  if (value.size() <= kScheme.size()) return std::nullopt;
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = value[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c) != kScheme[i]) return std::nullopt;
  }
  return value.substr(kScheme.size());
}

bool HttpRequest::is_local() const {
  return remote.is_loopback() && header(kForwardedFor).empty() && header("via").empty();
}

std::string HttpRequest::network() const {
  Address from = remote;
  if (remote.is_loopback()) {
    std::string_view named = header(kForwardedFor);
    named.remove_prefix(named.rfind(',') == std::string_view::npos ? 0 : named.rfind(',') + 1);
    while (named.starts_with(' ')) named.remove_prefix(1);
    from = Address::from_ip(named, 0).value_or(remote);
  }
  if (!from.is_v4()) std::fill_n(from.ip.rbegin(), kInterface, std::uint8_t{0});
  return from.ip_text();
}

HttpResponse HttpResponse::later(AnswerId answer) {
  HttpResponse response;
  response.waits_for = answer;
  return response;
}

HttpResponse HttpResponse::page(std::filesystem::path file) {
  HttpResponse response;
  response.file = std::move(file);
  return response;
}

HttpResponse HttpResponse::json(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

HttpResponse HttpResponse::problem(int status, std::string_view code, std::string_view detail) {
  const nlohmann::json body = {{"type", "about:blank"}, {"status", status}, {"code", code}, {"detail", detail}};
  HttpResponse response;
  response.status = status;
  response.content_type = "application/problem+json";
  // A detail may quote what a client sent, which need not be UTF-8.
  response.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return response;
}

}  // namespace plenary::server
