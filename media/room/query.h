// The part of a URL behind the question mark. Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace plenary::room {

constexpr std::size_t kMaxQueryPairs = 32;

// In order, percent-decoded; a key without "=" has an empty value.
std::vector<std::pair<std::string, std::string>> parse_query(const std::string& url);
// Without user and password, and with the values of `passphrase`, `streamid`, `password` and `token` as "…".
std::string url_without_secrets(const std::string& url);

}  // namespace plenary::room
