// The built web client as files under one folder, kept in memory while they do not change. Control thread only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plenary::server {

struct PageFile {
  std::shared_ptr<const std::string> body;
  std::string content_type;
  std::string cache_control;  // names with a hash in them never change, all others are asked for anew
  std::string etag;           // strong
};

constexpr std::uintmax_t kMaxPageFile = 16 * 1024 * 1024;  // bytes; nothing that is built comes near

class Pages {
 public:
  // Empty: there are none.
  explicit Pages(std::filesystem::path root);

  // `path` is decoded and clean (request_check.h). "/" is index.html. Nothing for folders, hidden files, links that
  // lead out of the folder, and what is not there.
  std::shared_ptr<const PageFile> find(std::string_view path);

 private:
  struct Kept {
    std::filesystem::file_time_type changed;
    std::uintmax_t size = 0;
    std::shared_ptr<const PageFile> file;
  };

  std::filesystem::path root_;
  std::map<std::filesystem::path, Kept> kept_;  // as many as there are files
};

std::string_view content_type_of(std::string_view file_name);
bool has_hashed_name(std::string_view path);

// Sent with every answer unless the handler set the header itself.
const std::vector<std::pair<std::string_view, std::string_view>>& security_headers();

}  // namespace plenary::server
