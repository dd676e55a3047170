// Helping somebody who mistyped. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace plenary::server {

// The known word that differs from `word` by the fewest letters, if that is few enough to be meant.
std::optional<std::string_view> nearest_word(std::string_view word, std::span<const std::string_view> known);

// "did you mean \"x\"?", else "one of a, b, c".
std::string word_hint(std::string_view word, std::span<const std::string_view> known);

std::string join_words(std::span<const std::string_view> words);

}  // namespace plenary::server
