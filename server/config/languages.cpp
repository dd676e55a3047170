#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "server/config/load_config.h"

namespace plenary::server {
namespace {

// ISO 639-1, and the three-letter codes of languages that are spoken or signed at conferences and have no shorter one.
constexpr auto kLanguages = std::to_array<std::string_view>({
    "aa",  "ab",  "ae", "af", "ak",  "am", "an",  "ar",  "as",  "ase", "av", "ay",  "az", "ba",  "be", "bfi", "bg",
    "bi",  "bm",  "bn", "bo", "br",  "bs", "ca",  "ce",  "ch",  "ckb", "co", "cr",  "cs", "cu",  "cv", "cy",  "da",
    "de",  "dv",  "dz", "ee", "el",  "en", "eo",  "es",  "et",  "eu",  "fa", "ff",  "fi", "fil", "fj", "fo",  "fr",
    "fsl", "fy",  "ga", "gd", "gl",  "gn", "gsg", "gsw", "gu",  "gv",  "ha", "haw", "he", "hi",  "ho", "hr",  "ht",
    "hu",  "hy",  "hz", "ia", "id",  "ie", "ig",  "ii",  "ik",  "ils", "io", "is",  "it", "iu",  "ja", "jv",  "ka",
    "kab", "kg",  "ki", "kj", "kk",  "kl", "km",  "kmr", "kn",  "ko",  "kr", "ks",  "ku", "kv",  "kw", "ky",  "la",
    "lb",  "lg",  "li", "ln", "lo",  "lt", "lu",  "lv",  "mg",  "mh",  "mi", "mk",  "ml", "mn",  "mr", "ms",  "mt",
    "my",  "na",  "nb", "nd", "ne",  "ng", "nl",  "nn",  "no",  "nr",  "nv", "ny",  "oc", "oj",  "om", "or",  "os",
    "pa",  "pap", "pi", "pl", "prs", "ps", "pt",  "qu",  "rm",  "rn",  "ro", "ru",  "rw", "sa",  "sc", "sd",  "se",
    "sg",  "si",  "sk", "sl", "sm",  "sn", "so",  "sq",  "sr",  "ss",  "st", "su",  "sv", "sw",  "ta", "te",  "tet",
    "tg",  "th",  "ti", "tk", "tl",  "tn", "to",  "tpi", "tr",  "ts",  "tt", "tw",  "ty", "ug",  "uk", "ur",  "uz",
    "ve",  "vi",  "vo", "wa", "wo",  "xh", "yi",  "yo",  "yue", "za",  "zh", "zu",
});
static_assert(std::ranges::is_sorted(kLanguages));

bool all(std::string_view text, int (*kind)(int)) {
  return std::ranges::all_of(text, [&](unsigned char c) { return c < 0x80 && kind(c) != 0; });
}

}  // namespace

// RFC 5646 §2.1: language, then script (4 letters), region (2 letters or 3 digits), variants (5 to 8, or a digit and
// 3).
bool is_language(std::string_view text) {
  constexpr std::size_t kLongest = 35;  // RFC 5646 §4.4.1
  if (text.empty() || text.size() > kLongest) return false;
  const std::string_view language = text.substr(0, text.find('-'));
  if (!std::ranges::binary_search(kLanguages, language)) return false;
  for (std::size_t at = language.size(); at < text.size();) {
    const std::size_t next = std::min(text.find('-', at + 1), text.size());
    const std::string_view part = text.substr(at + 1, next - at - 1);
    const bool script_or_region = (part.size() == 4 || part.size() == 2) && all(part, std::isalpha);
    const bool number = part.size() == 3 && all(part, std::isdigit);
    const bool variant =
        all(part, std::isalnum) && ((part.size() >= 5 && part.size() <= 8) ||
                                    (part.size() == 4 && std::isdigit(static_cast<unsigned char>(part[0])) != 0));
    if (!script_or_region && !number && !variant) return false;
    at = next;
  }
  return true;
}

}  // namespace plenary::server
