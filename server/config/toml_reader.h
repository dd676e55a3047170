// Takes values out of a parsed TOML table, writes down every fault with its place, and remembers which keys were read.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "server/config/config.h"

namespace plenary::server {

// All faults of one configuration.
class FaultList {
 public:
  explicit FaultList(std::string file) : file_(std::move(file)) {}

  // A value that came from the environment or a flag is named by that, not by a line.
  void set_origin(const std::string& key, std::string origin) { origins_[key] = std::move(origin); }

  void add(ConfigFault::Severity severity, const toml::node* node, const std::string& key, std::string message,
           std::string hint = "");
  void error(const toml::node* node, const std::string& key, std::string message, std::string hint = "") {
    add(ConfigFault::Severity::error, node, key, std::move(message), std::move(hint));
  }
  void warning(const toml::node* node, const std::string& key, std::string message, std::string hint = "") {
    add(ConfigFault::Severity::warning, node, key, std::move(message), std::move(hint));
  }
  [[nodiscard]] bool has_error() const;
  [[nodiscard]] std::vector<ConfigFault> take();  // in the order of the file

 private:
  std::string file_;
  std::map<std::string, std::string> origins_;
  std::vector<ConfigFault> faults_;
};

// One table. Each getter gives nothing when the key is absent or wrong; wrong was written down.
class TableReader {
 public:
  // `path` is "" at the top, "rooms[0]" below.
  TableReader(const toml::table& table, std::string path, FaultList& faults)
      : table_(table), path_(std::move(path)), faults_(faults) {}

  [[nodiscard]] const toml::table& table() const { return table_; }
  [[nodiscard]] FaultList& faults() { return faults_; }
  [[nodiscard]] std::string path_of(std::string_view key) const;
  const toml::node* node(std::string_view key);  // marks it as known

  std::optional<std::string> string(std::string_view key);
  std::optional<std::string> required_string(std::string_view key, std::string hint);
  std::optional<std::uint32_t> number(std::string_view key, std::uint32_t least, std::uint32_t most);
  std::optional<bool> flag(std::string_view key);
  std::optional<std::chrono::milliseconds> duration(std::string_view key, std::chrono::milliseconds longest);
  std::optional<Address> address(std::string_view key);
  // The index in `words`.
  std::optional<std::size_t> word(std::string_view key, std::span<const std::string_view> words);
  struct Item {
    std::string value;
    const toml::node* node;
    std::string path;
  };
  std::vector<Item> strings(std::string_view key);  // a list of strings
  struct Number {
    std::uint32_t value;
    const toml::node* node;
    std::string path;
  };
  std::vector<Number> numbers(std::string_view key, std::size_t most);  // a list of whole numbers, none below zero
  std::optional<TableReader> table(std::string_view key);
  std::vector<TableReader> tables(std::string_view key, std::size_t most);

  // Writes down the keys that nobody asked for.
  void finish();

 private:
  const toml::table& table_;
  std::string path_;
  FaultList& faults_;
  std::vector<std::string_view> known_;
};

// "a value in quotes", for messages.
std::string in_quotes(std::string_view value);

}  // namespace plenary::server
