// Looks through a large journal while the server runs already. Reads only, on a thread and a connection of its own.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <thread>

namespace SQLite {
class Database;
}

namespace plenary::server {

class FileCheck {
 public:
  explicit FileCheck(const std::filesystem::path& file);
  ~FileCheck();  // does not wait for its end

  // Any thread. What was found is in the log.
  [[nodiscard]] bool damaged() const { return damaged_; }

 private:
  void run(const std::filesystem::path& file);

  std::unique_ptr<SQLite::Database> database_;  // null: could not even be opened
  std::atomic<bool> damaged_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace plenary::server
