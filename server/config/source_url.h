// The URL of a source or a return: what a room process opens. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/base/result.h"

namespace plenary::server {

enum class UrlScheme : std::uint8_t { srt, rtsp, rtmp, udp, rtp, file, whip, v4l2, alsa, test, screen };
enum class UrlUse : std::uint8_t { source, return_path };
enum class SrtMode : std::uint8_t { listener, caller };

struct SourceUrl {
  UrlScheme scheme = UrlScheme::test;
  std::string text;  // as written, with its secrets; for the room process only
  std::string user, password;
  std::string host;  // without brackets; empty where the scheme has none
  std::uint16_t port = 0;
  std::string path;  // file: the file; rtsp, rtmp: from the first slash; v4l2, alsa: the device
  std::map<std::string, std::string> options;  // the query, decoded

  SrtMode srt_mode = SrtMode::listener;
  std::chrono::milliseconds srt_latency{120};

  // The URL with every secret (user info, passphrase, stream id, unknown options) replaced by "***": fit for logs and
  // pages.
  [[nodiscard]] std::string redacted() const;
};

// Error.code is a stable word (bad_scheme, bad_host, bad_port, bad_option, not_supported, …); Error.message says what
// to write instead and never repeats a secret.
Result<SourceUrl> parse_source_url(std::string_view text, UrlUse use);

// Any text that may hold a URL with secrets, as in a parser's message: for logs.
std::string redact_url(std::string_view text);

std::string_view name_of(UrlScheme scheme);
std::optional<UrlScheme> scheme_from_name(std::string_view name);  // "srt"

}  // namespace plenary::server
