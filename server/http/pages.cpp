#include "server/http/pages.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <system_error>

namespace plenary::server {
namespace {

namespace fs = std::filesystem;

constexpr auto kContentTypes = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"css", "text/css; charset=utf-8"},
    {"gif", "image/gif"},
    {"html", "text/html; charset=utf-8"},
    {"ico", "image/x-icon"},
    {"ics", "text/calendar; charset=utf-8"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"m3u8", "application/vnd.apple.mpegurl"},
    {"m4s", "video/iso.segment"},
    {"map", "application/json"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"ogg", "audio/ogg"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"svg", "image/svg+xml"},
    {"ts", "video/mp2t"},
    {"txt", "text/plain; charset=utf-8"},
    {"vtt", "text/vtt; charset=utf-8"},
    {"wasm", "application/wasm"},
    {"wav", "audio/wav"},
    {"webm", "video/webm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
});

constexpr std::string_view kForever = "public, max-age=31536000, immutable";
constexpr std::string_view kAskAnew = "no-cache";

// FNV-1a: tells versions of one file apart, nothing more.
std::string etag_of(std::string_view body) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : body) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "\"%016llx\"", static_cast<unsigned long long>(hash));
  return text.data();
}

bool has_hidden_segment(std::string_view path) { return path.find("/.") != std::string_view::npos; }

bool lies_under(const fs::path& file, const fs::path& root) {
  return std::mismatch(root.begin(), root.end(), file.begin(), file.end()).first == root.end();
}

}  // namespace

Pages::Pages(fs::path root) {
  std::error_code failed;
  if (!root.empty()) root_ = fs::canonical(root, failed);
  if (failed) root_.clear();
}

std::shared_ptr<const PageFile> Pages::find(std::string_view path) {
  if (root_.empty() || !path.starts_with('/') || has_hidden_segment(path)) return nullptr;
  const std::string_view name = path == "/" ? "index.html" : path.substr(1);
  std::error_code failed;
  const fs::path file = fs::canonical(root_ / name, failed);
  if (failed || !lies_under(file, root_) || !fs::is_regular_file(file, failed)) return nullptr;
  const auto changed = fs::last_write_time(file, failed);
  if (failed) return nullptr;
  const std::uintmax_t size = fs::file_size(file, failed);
  if (failed || size > kMaxPageFile) return nullptr;

  Kept& kept = kept_[file];
  if (!kept.file || kept.changed != changed || kept.size != size) {
    std::ifstream stream(file, std::ios::binary);
    std::string body((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    if (!stream) {
      kept_.erase(file);
      return nullptr;
    }
    auto page = std::make_shared<PageFile>();
    page->content_type = content_type_of(name);
    page->cache_control = has_hashed_name(name) ? kForever : kAskAnew;
    page->etag = etag_of(body);
    page->body = std::make_shared<const std::string>(std::move(body));
    kept = {.changed = changed, .size = size, .file = std::move(page)};
  }
  return kept.file;
}

std::string_view content_type_of(std::string_view file_name) {
  const std::size_t dot = file_name.rfind('.');
  if (dot == std::string_view::npos) return "application/octet-stream";
  std::string ending(file_name.substr(dot + 1));
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto* found = std::ranges::lower_bound(kContentTypes, std::string_view(ending), {},
                                               &std::pair<std::string_view, std::string_view>::first);
  return found != kContentTypes.end() && found->first == ending ? found->second : "application/octet-stream";
}

// "assets/index-Bx3kP9_a.js": what the bundler writes.
bool has_hashed_name(std::string_view path) {
  constexpr std::size_t kHashLength = 8;
  if (path.starts_with('/')) path.remove_prefix(1);
  if (!path.starts_with("assets/")) return false;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const std::string_view stem = name.substr(0, name.find('.'));
  if (stem.size() <= kHashLength || stem[stem.size() - kHashLength - 1] != '-') return false;
  return std::ranges::all_of(stem.substr(stem.size() - kHashLength), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  });
}

const std::vector<std::pair<std::string_view, std::string_view>>& security_headers() {
  static const std::vector<std::pair<std::string_view, std::string_view>> headers = {
      // blob: and data: are the technician's stills; style attributes are written by the pages' templates.
      {"content-security-policy",
       "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
       "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"},
      {"x-content-type-options", "nosniff"},
      {"referrer-policy", "no-referrer"},  // a token in a fragment is never sent, the room's name is nobody's business
      {"permissions-policy", "camera=(self), microphone=(self), display-capture=(self), geolocation=()"},
  };
  return headers;
}

}  // namespace plenary::server
