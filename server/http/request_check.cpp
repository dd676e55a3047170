#include "server/http/request_check.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace plenary::server {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view without_port(std::string_view authority, std::string_view port) {
  if (authority.ends_with(port)) authority.remove_suffix(port.size());
  return authority;
}

}  // namespace

std::optional<std::uint64_t> parse_content_length(std::string_view value) {
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (error != std::errc() || end != value.data() + value.size()) return std::nullopt;
  return length;
}

bool is_clean_path(std::string_view path) {
  if (!path.starts_with('/')) return false;
  if (std::ranges::any_of(path, [](char c) { return is_control(c) || c == '\\'; })) return false;
  for (std::size_t at = 0; at != std::string_view::npos;) {
    const std::size_t next = path.find('/', at + 1);
    const std::string_view segment = path.substr(at + 1, next == std::string_view::npos ? next : next - at - 1);
    if (segment == ".." || segment == ".") return false;
    at = next;
  }
  return true;
}

bool is_same_origin(std::string_view origin, std::string_view host) {
  if (origin.empty()) return true;
  const bool secure = origin.starts_with("https://");
  if (!secure && !origin.starts_with("http://")) return false;
  const std::string_view port = secure ? ":443" : ":80";
  origin.remove_prefix(secure ? 8 : 7);
  return !host.empty() && equal_ignoring_case(without_port(origin, port), without_port(host, port));
}

bool lists_word(std::string_view header_value, std::string_view word) {
  while (!header_value.empty()) {
    const std::size_t comma = header_value.find(',');
    if (equal_ignoring_case(trim(header_value.substr(0, comma)), word)) return true;
    if (comma == std::string_view::npos) return false;
    header_value.remove_prefix(comma + 1);
  }
  return false;
}

bool is_header_value(std::string_view value) {
  return std::ranges::none_of(value, [](char c) { return c != '\t' && is_control(c); });
}

}  // namespace plenary::server
