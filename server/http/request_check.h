// What a request must keep to before a handler sees it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace plenary::server {

// Digits only: "5, 6", "+5" and "0x5" are how requests are smuggled (RFC 9112 §6.3).
std::optional<std::uint64_t> parse_content_length(std::string_view value);

// A decoded path: begins with a slash, has no control character, backslash or ".." segment.
bool is_clean_path(std::string_view path);

// RFC 6455 §10.2: a page of another site may not open a socket here. No Origin: not a browser, the token decides.
bool is_same_origin(std::string_view origin, std::string_view host);

// Whether a comma-separated header value names `word`, ignoring case.
bool lists_word(std::string_view header_value, std::string_view word);

// What may stand in a header that we send: no line ends, no NUL.
bool is_header_value(std::string_view value);

}  // namespace plenary::server
