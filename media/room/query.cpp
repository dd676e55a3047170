#include "media/room/query.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace plenary::room {
namespace {

constexpr std::array<std::string_view, 4> kSecretKeys{"passphrase", "streamid", "password", "token"};

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

std::string percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      decoded += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> parse_query(const std::string& url) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const std::size_t mark = url.find('?');
  if (mark == std::string::npos) return pairs;
  std::string_view rest = std::string_view(url).substr(mark + 1);
  while (!rest.empty() && pairs.size() < kMaxQueryPairs) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = equals < pair.size() ? pair.substr(equals + 1) : std::string_view{};
    if (!pair.empty()) pairs.emplace_back(percent_decode(pair.substr(0, equals)), percent_decode(value));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return pairs;
}

std::string url_without_secrets(const std::string& url) {
  std::string shown = url.substr(0, url.find('?'));
  const std::size_t authority = shown.find("://");
  if (authority != std::string::npos) {
    const std::size_t path = std::min(shown.find('/', authority + 3), shown.size());
    const std::size_t at = shown.rfind('@', path);
    if (at != std::string::npos && at > authority) shown.erase(authority + 3, at + 1 - authority - 3);
  }
  char separator = '?';
  for (const auto& [key, value] : parse_query(url)) {
    const bool secret = std::find(kSecretKeys.begin(), kSecretKeys.end(), key) != kSecretKeys.end();
    shown += separator + key;
    if (secret) shown += "=…";
    if (!secret && !value.empty()) shown += "=" + value;
    separator = '&';
  }
  return shown;
}

}  // namespace plenary::room
