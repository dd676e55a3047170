#include <cstdio>
#include <fstream>
#include <iostream>

#include "server/cli/run_command.h"
#include "server/export/list_record.h"
#include "server/journal/journal.h"

namespace plenary::server {
namespace {

int fail(const std::string& sentence) {
  std::fprintf(stderr, "plenary: %s\n", sentence.c_str());
  return kExitFault;
}

int write_out(const std::string& text, const std::filesystem::path& file) {
  if (file.empty()) {
    std::cout << text << std::flush;
    return std::cout ? kExitSuccess : fail("stdout took not all of it");
  }
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << text;
  stream.close();
  return stream ? kExitSuccess : fail("cannot write " + file.string() + "; choose another place with --out");
}

}  // namespace

int run_export(const ExportCommand& command) {
  std::filesystem::path data = command.data;
  bool configured = false;
  if (data.empty()) {
    const std::optional<Config> config = load_config_or_explain(command.config, {});
    if (!config) return kExitFault;
    data = config->server.data;
    configured = config->room(command.meeting) != nullptr;
  }
  // The list's record does not depend on the rules of the floor.
  ListRecord list(signaling::Rules{.meeting = command.meeting});
  std::size_t events = 0;
  const Status read = read_journal(data / "plenary.db", command.meeting, [&](const signaling::StoredEvent& event) {
    ++events;
    return list.take(event);
  });
  if (!read) return fail(read.error().message);
  if (events == 0 && !configured) {
    return fail("nothing is known of a meeting \"" + command.meeting + "\" in " + data.string());
  }
  const auto requests = list.requests();
  return write_out(command.json ? write_json(command.meeting, requests, list.totals()) : write_csv(requests),
                   command.out);
}

}  // namespace plenary::server
