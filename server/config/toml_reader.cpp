#include "server/config/toml_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "server/config/load_config.h"
#include "server/config/words.h"

namespace plenary::server {
namespace {

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "a number";
    case toml::node_type::floating_point:
      return "a number with a point";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date";
  }
}

}  // namespace

std::string in_quotes(std::string_view value) {
  constexpr std::size_t kShown = 60;
  return "\"" + std::string(value.substr(0, kShown)) + (value.size() > kShown ? "…" : "") + "\"";
}

void FaultList::add(ConfigFault::Severity severity, const toml::node* node, const std::string& key, std::string message,
                    std::string hint) {
  ConfigFault fault{
      .file = file_, .key = key, .message = std::move(message), .hint = std::move(hint), .severity = severity};
  if (node != nullptr && node->source().begin) {
    fault.line = node->source().begin.line;
    fault.column = node->source().begin.column;
  }
  // An item of a list has the list's origin.
  if (const auto origin = origins_.find(key.substr(0, key.find('['))); origin != origins_.end()) {
    fault.file = origin->second;
    fault.line = fault.column = 0;
  }
  faults_.push_back(std::move(fault));
}

bool FaultList::has_error() const {
  return std::ranges::any_of(faults_, [](const ConfigFault& f) { return f.severity == ConfigFault::Severity::error; });
}

std::vector<ConfigFault> FaultList::take() {
  std::ranges::stable_sort(faults_, {}, [](const ConfigFault& f) { return std::pair(f.line, f.column); });
  return std::move(faults_);
}

std::string TableReader::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

const toml::node* TableReader::node(std::string_view key) {
  known_.push_back(key);
  return table_.get(key);
}

std::optional<std::string> TableReader::string(std::string_view key) {
  const toml::node* found = node(key);
  if (found == nullptr) return std::nullopt;
  if (const auto* value = found->as_string()) return value->get();
  faults_.error(found, path_of(key), "this is " + std::string(type_name(*found)) + ", a text is needed",
                "write it in quotes");
  return std::nullopt;
}

std::optional<std::string> TableReader::required_string(std::string_view key, std::string hint) {
  if (table_.get(key) == nullptr) {
    known_.push_back(key);
    faults_.error(&table_, path_of(key), "this key is missing", std::move(hint));
    return std::nullopt;
  }
  auto value = string(key);
  if (value && value->empty()) {
    faults_.error(table_.get(key), path_of(key), "it is empty", std::move(hint));
    return std::nullopt;
  }
  return value;
}

std::optional<std::uint32_t> TableReader::number(std::string_view key, std::uint32_t least, std::uint32_t most) {
  const toml::node* found = node(key);
  if (found == nullptr) return std::nullopt;
  const std::string range = std::to_string(least) + " to " + std::to_string(most);
  const auto* value = found->as_integer();
  if (value == nullptr) {
    faults_.error(found, path_of(key), "this is " + std::string(type_name(*found)) + ", a whole number is needed",
                  range);
    return std::nullopt;
  }
  if (value->get() < least || value->get() > most) {
    faults_.error(found, path_of(key), std::to_string(value->get()) + " is out of range", range);
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(value->get());
}

std::optional<bool> TableReader::flag(std::string_view key) {
  const toml::node* found = node(key);
  if (found == nullptr) return std::nullopt;
  if (const auto* value = found->as_boolean()) return value->get();
  faults_.error(found, path_of(key), "this is " + std::string(type_name(*found)) + ", true or false is needed",
                "write it without quotes");
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> TableReader::duration(std::string_view key,
                                                               std::chrono::milliseconds longest) {
  constexpr const char* kHint = "write a number and its unit, such as \"3m\", \"15s\" or \"250ms\"";
  const toml::node* found = node(key);
  if (found == nullptr) return std::nullopt;
  const auto* text = found->as_string();
  if (text == nullptr) {
    faults_.error(found, path_of(key), "this is " + std::string(type_name(*found)) + ", a duration is needed", kHint);
    return std::nullopt;
  }
  const auto value = parse_duration(text->get());
  if (!value) {
    faults_.error(found, path_of(key), in_quotes(text->get()) + " is no duration", kHint);
    return std::nullopt;
  }
  if (*value > longest) {
    faults_.error(found, path_of(key), in_quotes(text->get()) + " is too long",
                  "at most " + std::to_string(longest.count() / 1000) + "s");
    return std::nullopt;
  }
  return value;
}

std::optional<Address> TableReader::address(std::string_view key) {
  const auto text = string(key);
  if (!text) return std::nullopt;
  const auto value = Address::from_text(*text);
  if (value) return value;  // port 0: any free one, which the log names at start
  faults_.error(table_.get(key), path_of(key), in_quotes(*text) + " is no address with a port",
                "write an IP address and a port, such as \"0.0.0.0:8080\" or \"[::]:7000\"");
  return std::nullopt;
}

std::optional<std::size_t> TableReader::word(std::string_view key, std::span<const std::string_view> words) {
  const auto text = string(key);
  if (!text) return std::nullopt;
  const auto found = std::ranges::find(words, *text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  faults_.error(table_.get(key), path_of(key), in_quotes(*text) + " is not known here", word_hint(*text, words));
  return std::nullopt;
}

std::vector<TableReader::Item> TableReader::strings(std::string_view key) {
  std::vector<Item> items;
  const toml::node* found = node(key);
  if (found == nullptr) return items;
  const auto* list = found->as_array();
  if (list == nullptr) {
    faults_.error(found, path_of(key), "this is " + std::string(type_name(*found)) + ", a list of texts is needed",
                  "write [\"a\", \"b\"]");
    return items;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const toml::node& item = *list->get(i);
    const std::string path = path_of(key) + "[" + std::to_string(i) + "]";
    if (const auto* value = item.as_string()) {
      items.push_back({value->get(), &item, path});
    } else {
      faults_.error(&item, path, "this is " + std::string(type_name(item)) + ", a text is needed",
                    "write it in quotes");
    }
  }
  return items;
}

std::vector<TableReader::Number> TableReader::numbers(std::string_view key, std::size_t most) {
  constexpr const char* kHint = "write [0, 1]";
  std::vector<Number> items;
  const toml::node* found = node(key);
  if (found == nullptr) return items;
  const auto* list = found->as_array();
  if (list == nullptr) {
    faults_.error(found, path_of(key),
                  "this is " + std::string(type_name(*found)) + ", a list of whole numbers is needed", kHint);
    return items;
  }
  if (list->size() > most) {
    faults_.error(found, path_of(key), "there are " + std::to_string(list->size()) + " of them",
                  "at most " + std::to_string(most));
    return items;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const toml::node& item = *list->get(i);
    const std::string path = path_of(key) + "[" + std::to_string(i) + "]";
    const auto* value = item.as_integer();
    if (value == nullptr) {
      faults_.error(&item, path, "this is " + std::string(type_name(item)) + ", a whole number is needed", kHint);
    } else if (value->get() < 0 || value->get() > std::numeric_limits<std::uint32_t>::max()) {
      faults_.error(&item, path, std::to_string(value->get()) + " is out of range", kHint);
    } else {
      items.push_back({static_cast<std::uint32_t>(value->get()), &item, path});
    }
  }
  return items;
}

std::optional<TableReader> TableReader::table(std::string_view key) {
  const toml::node* found = node(key);
  if (found == nullptr) return std::nullopt;
  if (const auto* value = found->as_table()) return TableReader(*value, path_of(key), faults_);
  faults_.error(found, path_of(key), "this is " + std::string(type_name(*found)) + ", a section is needed",
                "write [" + path_of(key) + "] on a line of its own");
  return std::nullopt;
}

std::vector<TableReader> TableReader::tables(std::string_view key, std::size_t most) {
  std::vector<TableReader> readers;
  const toml::node* found = node(key);
  if (found == nullptr) return readers;
  const auto* list = found->as_array();
  if (list == nullptr || !std::ranges::all_of(*list, [](const toml::node& item) { return item.is_table(); })) {
    faults_.error(
        found, path_of(key), "this is no list of sections",
        "write [[" + std::string(path_.empty() ? "" : "rooms.") + std::string(key) + "]] on a line of its own");
    return readers;
  }
  if (list->size() > most) {
    faults_.error(list->get(most), path_of(key), "there are " + std::to_string(list->size()) + " of them",
                  "at most " + std::to_string(most));
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    readers.emplace_back(*list->get(i)->as_table(), path_of(key) + "[" + std::to_string(i) + "]", faults_);
  }
  return readers;
}

void TableReader::finish() {
  for (const auto& [key, value] : table_) {
    if (std::ranges::find(known_, key.str()) != known_.end()) continue;
    faults_.error(&value, path_of(key.str()), "there is no such key", word_hint(key.str(), known_));
  }
}

}  // namespace plenary::server
