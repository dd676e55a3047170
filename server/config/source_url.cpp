#include "server/config/source_url.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <span>

#include "media/base/address.h"
#include "server/config/words.h"

namespace plenary::server {
namespace {

using namespace std::string_view_literals;

struct Scheme {
  UrlScheme scheme;
  std::string_view name;
  bool authority;  // "//host:port" follows
  bool source, return_path;
  bool works;  // the room process opens it
};
constexpr std::array kSchemes = {
    Scheme{UrlScheme::srt, "srt", true, true, true, true},
    Scheme{UrlScheme::rtsp, "rtsp", true, true, false, true},
    Scheme{UrlScheme::rtmp, "rtmp", true, true, true, false},
    Scheme{UrlScheme::udp, "udp", true, true, true, true},
    Scheme{UrlScheme::rtp, "rtp", true, true, false, false},
    Scheme{UrlScheme::file, "file", true, true, false, true},
    Scheme{UrlScheme::whip, "whip", false, true, false, false},
    Scheme{UrlScheme::v4l2, "v4l2", false, true, false, false},
    Scheme{UrlScheme::alsa, "alsa", false, true, false, false},
    Scheme{UrlScheme::test, "test", false, true, false, true},
    Scheme{UrlScheme::screen, "screen", false, false, true, true},
};

// What may be shown; everything else in a query is taken for a secret. On srt and test nothing else is accepted.
constexpr auto kSrtOptions = std::to_array({"mode"sv, "latency"sv, "passphrase"sv, "pbkeylen"sv, "streamid"sv});
constexpr auto kTestOptions = std::to_array({"picture"sv, "tone"sv, "voice"sv, "level"sv});
constexpr auto kShownOptions = std::to_array({"mode"sv, "latency"sv, "pbkeylen"sv, "picture"sv, "tone"sv, "voice"sv,
                                              "level"sv, "ttl"sv, "channel"sv, "stream"sv});

constexpr std::size_t kMaxUrl = 2048;
constexpr std::uint16_t kRtspPort = 554;

Error fault(std::string code, std::string message) { return Error{std::move(code), std::move(message)}; }

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const auto high = hex_digit(text[i + 1]);
      const auto low = hex_digit(text[i + 2]);
      if (high && low) {
        out += static_cast<char>(*high * 16 + *low);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string scheme_list(UrlUse use) {
  std::string text;
  for (const Scheme& scheme : kSchemes) {
    if (!scheme.works || !(use == UrlUse::source ? scheme.source : scheme.return_path)) continue;
    if (!text.empty()) text += ", ";
    text += std::string(scheme.name) + (scheme.authority ? "://" : ":");
  }
  return text;
}

void split_query(std::string_view query, std::map<std::string, std::string>& options) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (!pair.empty()) {
      options.insert_or_assign(percent_decoded(pair.substr(0, equals)),
                               equals < pair.size() ? percent_decoded(pair.substr(equals + 1)) : "");
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
}

Status split_authority(std::string_view authority, SourceUrl& url) {
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view user = authority.substr(0, at);
    const std::size_t colon = std::min(user.find(':'), user.size());
    url.user = percent_decoded(user.substr(0, colon));
    if (colon < user.size()) url.password = percent_decoded(user.substr(colon + 1));
    authority.remove_prefix(at + 1);
  }
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return fault("bad_host", "the IPv6 address has no closing bracket");
    url.host = authority.substr(1, end - 1);
    if (!Address::from_ip(url.host, 0)) return fault("bad_host", "what is in brackets is no IPv6 address");
    authority.remove_prefix(end + 1);
    if (!authority.empty() && authority[0] != ':') return fault("bad_host", "after the bracket comes :PORT");
    port = authority.empty() ? authority : authority.substr(1);
  } else {
    const std::size_t colon = authority.find(':');
    if (colon != std::string_view::npos && authority.find(':', colon + 1) != std::string_view::npos) {
      return fault("bad_host", "an IPv6 address stands in brackets, as in [2001:db8::1]:9001");
    }
    url.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) port = authority.substr(colon + 1);
  }
  const bool host_fits = std::ranges::all_of(url.host, [](unsigned char c) {
    return c >= 0x80 || std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == ':';
  });
  if (!host_fits) return fault("bad_host", "the host has characters that no host name has");
  if (port.empty()) return Done{};
  const auto value = number<std::uint16_t>(port);
  if (!value || *value == 0) return fault("bad_port", "the port is a number from 1 to 65535");
  url.port = *value;
  return Done{};
}

Status only_known(const SourceUrl& url, std::span<const std::string_view> known) {
  for (const auto& [name, value] : url.options) {
    if (std::ranges::find(known, name) == known.end()) {
      return fault("bad_option", "it has no option \"" + name + "\"; " + word_hint(name, known));
    }
  }
  return Done{};
}

std::string_view option(const SourceUrl& url, const std::string& name) {
  const auto found = url.options.find(name);
  return found == url.options.end() ? std::string_view() : std::string_view(found->second);
}

Status check_srt(SourceUrl& url) {
  constexpr std::uint32_t kLongestLatencyMs = 8000;
  if (Status known = only_known(url, kSrtOptions); !known) return known;
  if (url.port == 0) return fault("bad_port", "it needs a port, as in srt://0.0.0.0:9001?mode=listener");
  const std::string_view mode = option(url, "mode");
  const auto address = Address::from_ip(url.host, 0);
  const bool everywhere = url.host.empty() || (address && address->is_unspecified());
  if (mode.empty()) {
    url.srt_mode = url.host.empty() ? SrtMode::listener : SrtMode::caller;  // GStreamer's rule
  } else if (mode == "listener" || mode == "caller") {
    url.srt_mode = mode == "listener" ? SrtMode::listener : SrtMode::caller;
  } else {
    return fault("bad_option", "mode is listener or caller");
  }
  if (url.srt_mode == SrtMode::caller && everywhere) {
    return fault("bad_host", "a caller needs the address it calls; to be called, add mode=listener");
  }
  if (url.srt_mode == SrtMode::listener && !url.host.empty() && !address) {
    return fault("bad_host", "a listener needs one of this machine's addresses, or 0.0.0.0 for all");
  }
  if (const std::string_view latency = option(url, "latency"); !latency.empty()) {
    const auto value = number<std::uint32_t>(latency);
    if (!value || *value > kLongestLatencyMs) return fault("bad_option", "latency is milliseconds, 0 to 8000");
    url.srt_latency = std::chrono::milliseconds(*value);
  }
  if (url.options.contains("passphrase")) {
    const std::size_t length = option(url, "passphrase").size();
    if (length < 10 || length > 79) return fault("bad_option", "passphrase has 10 to 79 characters");
  }
  if (const std::string_view bytes = option(url, "pbkeylen"); !bytes.empty()) {
    if (bytes != "16" && bytes != "24" && bytes != "32") return fault("bad_option", "pbkeylen is 16, 24 or 32");
    if (!url.options.contains("passphrase")) return fault("bad_option", "pbkeylen needs a passphrase");
  }
  return Done{};
}

Status check_parts(SourceUrl& url, UrlUse use) {
  switch (url.scheme) {
    case UrlScheme::srt:
      return check_srt(url);
    case UrlScheme::rtsp:
      if (url.host.empty())
        return fault("bad_host", "it needs the camera's address, as in rtsp://camera-7.local/stream");
      if (url.port == 0) url.port = kRtspPort;
      return Done{};
    case UrlScheme::udp:
      if (url.port == 0) return fault("bad_port", "it needs a port, as in udp://239.1.1.1:5000");
      if (use == UrlUse::return_path && url.host.empty())
        return fault("bad_host", "a return needs the address to send to");
      return Done{};
    case UrlScheme::file:
      if (!url.host.empty() && url.host != "localhost") {
        return fault("bad_path", "a file has three slashes, as in file:///srv/loop.mp4");
      }
      if (url.path.size() < 2) return fault("bad_path", "it needs a path, as in file:///srv/loop.mp4");
      return Done{};
    case UrlScheme::test:
      if (!url.path.empty()) return fault("bad_path", "write test: or test:?tone=440&picture=smpte");
      return only_known(url, kTestOptions);
    case UrlScheme::screen:
      if (!url.path.empty() || !url.options.empty()) return fault("bad_path", "write screen: and nothing behind it");
      return Done{};
    default:
      return Done{};
  }
}

}  // namespace

std::string_view name_of(UrlScheme scheme) { return std::ranges::find(kSchemes, scheme, &Scheme::scheme)->name; }

std::optional<UrlScheme> scheme_from_name(std::string_view name) {
  const auto* found = std::ranges::find(kSchemes, name, &Scheme::name);
  if (found == kSchemes.end()) return std::nullopt;
  return found->scheme;
}

Result<SourceUrl> parse_source_url(std::string_view text, UrlUse use) {
  if (text.empty()) return fault("empty", "it is empty; write one of " + scheme_list(use));
  if (text.size() > kMaxUrl) return fault("too_long", "it is longer than 2048 bytes");
  if (std::ranges::any_of(text, [](unsigned char c) { return c <= 0x20 || c == 0x7f; })) {
    return fault("bad_character", "it has a space or control character; write %20 for a space");
  }
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const auto* scheme = std::ranges::find(kSchemes, name, &Scheme::name);
  if (colon == std::string_view::npos || scheme == kSchemes.end()) {
    return fault("bad_scheme", "it begins with no scheme that is known; write one of " + scheme_list(use));
  }
  const std::string written = std::string(name) + (scheme->authority ? "://" : ":");
  if (!(use == UrlUse::source ? scheme->source : scheme->return_path)) {
    return fault("bad_scheme", written + (use == UrlUse::source ? " is no source" : " is no return") +
                                   "; write one of " + scheme_list(use));
  }
  if (!scheme->works) {
    return fault("not_supported", written + " is not supported by this version; write one of " + scheme_list(use));
  }
  SourceUrl url;
  url.scheme = scheme->scheme;
  url.text = text;
  std::string_view rest = text.substr(colon + 1);
  const std::size_t mark = std::min(rest.find('?'), rest.size());
  if (mark < rest.size()) split_query(rest.substr(mark + 1), url.options);
  rest = rest.substr(0, mark);
  if (scheme->authority) {
    if (!rest.starts_with("//")) return fault("bad_host", "two slashes come after " + std::string(name) + ":");
    rest.remove_prefix(2);
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    if (Status split = split_authority(rest.substr(0, slash), url); !split) return split.error();
    url.path = percent_decoded(rest.substr(slash));
  } else {
    url.path = percent_decoded(rest);
  }
  if (Status fits = check_parts(url, use); !fits) return fits.error();
  return url;
}

std::string SourceUrl::redacted() const { return redact_url(text); }

std::string redact_url(std::string_view text) {
  const std::size_t mark = std::min(text.find('?'), text.size());
  std::string out(text.substr(0, mark));
  const std::size_t slashes = out.find("://");
  const std::size_t at = slashes == std::string::npos ? slashes : out.substr(0, out.find('/', slashes + 3)).rfind('@');
  if (at != std::string::npos && at > slashes) out.replace(slashes + 3, at - slashes - 3, "***");
  char separator = '?';
  for (std::string_view query = mark < text.size() ? text.substr(mark + 1) : ""; !query.empty(); separator = '&') {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const std::string_view name = pair.substr(0, pair.find('='));
    out += separator;
    if (std::ranges::find(kShownOptions, name) != kShownOptions.end()) {
      out += pair;
    } else {
      out += std::string(name) + "=***";
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return out;
}

}  // namespace plenary::server
