// The program `plenary`: the command line decides what runs.
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <type_traits>

#include "server/app/app.h"
#include "server/app/demo.h"
#include "server/bench/speakers.h"
#include "server/bench/viewers.h"
#include "server/cli/command.h"
#include "server/cli/run_command.h"
#include "server/log/log_setup.h"
#include "server/people/crowd.h"
#include "server/people/people_process.h"

namespace plenary::server {
namespace {

// Blocked before any thread starts, so that every thread leaves them to this descriptor.
int block_stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

// Most systems start a program with 1,024, which a meeting's pages use up; those that may have more.
void raise_descriptor_limit() {
  constexpr rlim_t kDescriptors = 65'536;  // 30,000 pages and the rest, as in config/plenary.service
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kDescriptors) return;
  limit.rlim_cur = std::min(kDescriptors, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

int run_app(const Config& config, const DemoCommand* demo) {
  const int stop = block_stop_signals();
  raise_descriptor_limit();
  start_logging(config.log);
  auto app = App::open(config);
  if (!app) {
    stop_logging();
    std::fprintf(stderr, "plenary: %s\n", app.error().message.c_str());
    return kExitFault;
  }
  std::unique_ptr<people::PeopleProcess> crowd;
  if (demo != nullptr) {
    std::fputs(demo_links(config, *demo, **app).c_str(), stdout);
    std::fflush(stdout);
    if (demo->people > 0) crowd = std::make_unique<people::PeopleProcess>(demo_people(config, *demo, **app));
  }
  const int status = (*app)->run(stop);
  crowd.reset();
  app->reset();
  stop_logging();
  close(stop);
  return status;
}

int run(const ServeCommand& command) {
  const std::optional<Config> config = load_config_or_explain(command.config, command.flags);
  return config ? run_app(*config, nullptr) : kExitFault;
}

int run(const DemoCommand& command) {
  const auto config = make_demo_config(command);
  if (config) return run_app(*config, &command);
  for (const ConfigFault& fault : config.error()) std::fprintf(stderr, "plenary: %s\n", fault.text().c_str());
  return kExitFault;
}

int run(const CheckConfigCommand& command) { return run_check_config(command); }
int run(const TokenCommand& command) { return run_token(command); }
int run(const ExportCommand& command) { return run_export(command); }
int run(const VersionCommand&) { return run_version(); }
int run(const BenchViewersCommand& command) {
  return bench::bench_viewers({.url = command.url,
                               .viewers = command.viewers,
                               .seconds = command.seconds,
                               .joins = command.joins,
                               .token = command.token,
                               .aes_cm = command.aes_cm});
}
int run(const BenchSpeakersCommand& command) {
  return bench::bench_speakers(
      {.url = command.url, .speakers = command.speakers, .seconds = command.seconds, .token = command.token});
}
int run(const PeopleCommand&) { return people::run_people(); }
int run(const UsageAnswer& answer) {
  std::fputs(answer.text.c_str(), answer.status == kExitSuccess ? stdout : stderr);
  return answer.status;
}

}  // namespace
}  // namespace plenary::server

int main(int argc, char** argv) {
  return std::visit([](const auto& command) { return plenary::server::run(command); },
                    plenary::server::parse_command_line(argc, argv));
}
