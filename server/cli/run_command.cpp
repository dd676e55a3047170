#include "server/cli/run_command.h"

#include <chrono>
#include <cstdio>

#include "media/crypto/random.h"
#include "server/auth/secret_file.h"
#include "server/auth/token_signer.h"

extern char** environ;

namespace plenary::server {
namespace {

void print_faults(const std::vector<ConfigFault>& faults) {
  for (const ConfigFault& fault : faults) std::fprintf(stderr, "%s\n", fault.text().c_str());
}

}  // namespace

std::optional<Config> load_config_or_explain(const std::filesystem::path& path, const Settings& flags) {
  auto config = load_config(path, plenary_environment(environ), flags);
  if (!config) {
    print_faults(config.error());
    return std::nullopt;
  }
  print_faults(config->warnings);
  return std::move(config).value();
}

int run_check_config(const CheckConfigCommand& command) {
  const std::optional<Config> config = load_config_or_explain(command.config, {});
  if (!config) return kExitFault;
  std::printf("%s: ok, %zu room%s, %zu warning%s\n", command.config.c_str(), config->rooms.size(),
              config->rooms.size() == 1 ? "" : "s", config->warnings.size(), config->warnings.size() == 1 ? "" : "s");
  return kExitSuccess;
}

int run_token(const TokenCommand& command) {
  const std::optional<Config> config = load_config_or_explain(command.config, {});
  if (!config) return kExitFault;
  if (command.claims.room != "*" && config->room(command.claims.room) == nullptr) {
    std::fprintf(stderr, "plenary: there is no room \"%s\" in %s\n", command.claims.room.c_str(), command.config.c_str());
    return kExitFault;
  }
  crypto::SystemRandom random;
  const auto secret = read_or_make_secret_file(config->auth.secret_file, random);
  if (!secret) {
    std::fprintf(stderr, "plenary: %s\n", secret.error().message.c_str());
    return kExitFault;
  }
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  Claims claims = command.claims;
  claims.expires = now + command.expires;
  std::printf("%s\n", TokenSigner(*secret).sign(std::move(claims), now, random).c_str());
  return kExitSuccess;
}

int run_version() {
  std::printf("plenary %s\n", PLENARY_VERSION);
  return kExitSuccess;
}

}  // namespace plenary::server
