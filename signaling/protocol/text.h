// Text that people typed, made safe to show: for names, topics and reasons before they go anywhere.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace plenary::signaling {

// Valid UTF-8 in Unicode's range, without surrogates and overlong forms.
bool is_utf8(std::string_view text);

// At most `characters` code points. Control characters, bidirectional overrides and invisible characters go (those that
// Persian, Indic scripts and emoji need stay), runs of blanks become one, marks stacked more than four high are
// dropped; what is not UTF-8 is left out.
std::string cleaned(std::string_view text, std::size_t characters);

// As cleaned(), line by line: lines stay, and at most one empty one between two others. Not cut.
std::string cleaned_paragraphs(std::string_view text);

}  // namespace plenary::signaling
