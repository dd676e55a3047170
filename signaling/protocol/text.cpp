#include "signaling/protocol/text.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace plenary::signaling {
namespace {

constexpr std::size_t kMaxStackedMarks = 4;  // Vietnamese needs two, Hebrew with cantillation three

struct Decoded {
  char32_t code = 0;
  std::size_t length = 0;  // bytes; zero: not UTF-8 here
};

// RFC 3629 §3: shortest form only, no surrogates, at most U+10FFFF.
Decoded decode_one(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  char32_t code = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kSmallest[length] || code > 0x10FFFF || surrogate) return {};
  return {code, length};
}

struct Range {
  char32_t first, last;
};

template <std::size_t N>
bool in(const std::array<Range, N>& ranges, char32_t code) {
  for (const Range& range : ranges) {
    if (code >= range.first && code <= range.last) return true;
  }
  return false;
}

bool is_blank(char32_t code) {
  constexpr std::array<Range, 9> kBlanks = {{{0x09, 0x0D},
                                             {0x20, 0x20},
                                             {0x85, 0x85},
                                             {0xA0, 0xA0},
                                             {0x1680, 0x1680},
                                             {0x2000, 0x200A},
                                             {0x2028, 0x2029},
                                             {0x202F, 0x205F},
                                             {0x3000, 0x3000}}};
  // U+2030–205E are punctuation inside the last-but-one range
  if (code >= 0x2030 && code <= 0x205E) return false;
  return in(kBlanks, code);
}

bool is_unwanted(char32_t code) {
  constexpr std::array<Range, 15> kUnwanted = {{{0x00, 0x1F},
                                                {0x7F, 0x9F},
                                                {0xAD, 0xAD},      // soft hyphen
                                                {0x61C, 0x61C},    // Arabic letter mark
                                                {0x115F, 0x1160},  // Hangul fillers, invisible
                                                {0x180E, 0x180E},
                                                {0x200B, 0x200B},  // zero-width space; U+200C and U+200D stay
                                                {0x200E, 0x200F},  // direction marks
                                                {0x202A, 0x202E},  // direction embeddings and overrides
                                                {0x2060, 0x206F},  // invisible operators, direction isolates
                                                {0x3164, 0x3164},
                                                {0xFDD0, 0xFDEF},  // not characters
                                                {0xFEFF, 0xFEFF},
                                                {0xFFF0, 0xFFFB},
                                                {0xE0000, 0xE0FFF}}};  // tags
  return in(kUnwanted, code) || (code & 0xFFFE) == 0xFFFE;
}

bool is_mark(char32_t code) {
  constexpr std::array<Range, 6> kMarks = {
      {{0x300, 0x36F}, {0x483, 0x489}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE20, 0xFE2F}}};
  return in(kMarks, code);
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Decoded one = decode_one(text);
    if (one.length == 0) return false;
    text.remove_prefix(one.length);
  }
  return true;
}

std::string cleaned(std::string_view text, std::size_t characters) {
  std::string out;
  std::size_t count = 0;
  std::size_t marks = 0;
  bool blank = false;
  while (!text.empty() && count < characters) {
    const Decoded one = decode_one(text);
    if (one.length == 0) {
      text.remove_prefix(1);
      continue;
    }
    const std::string_view bytes = text.substr(0, one.length);
    text.remove_prefix(one.length);
    if (is_blank(one.code)) {
      blank = true;
      continue;
    }
    if (is_unwanted(one.code)) continue;
    marks = is_mark(one.code) ? marks + 1 : 0;
    if (marks > kMaxStackedMarks) continue;
    if (blank && !out.empty()) {
      if (++count == characters) break;  // no room for what follows the blank
      out.push_back(' ');
    }
    blank = false;
    out.append(bytes);
    ++count;
  }
  return out;
}

std::string cleaned_paragraphs(std::string_view text) {
  std::string out;
  std::size_t breaks = 0;
  while (!text.empty()) {
    const std::string_view raw = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), raw.size() + 1));
    const std::string line = cleaned(raw, raw.size());
    if (!line.empty()) {
      if (!out.empty()) out.append(std::min<std::size_t>(breaks, 2), '\n');
      out += line;
      breaks = 0;
    }
    ++breaks;
  }
  return out;
}

}  // namespace plenary::signaling
