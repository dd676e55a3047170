// Who comes in while memory is short.
#include "media/base/log.h"
#include "server/app/app.h"

namespace plenary::server {

void App::look_at_memory(Now now) {
  memory_due_ = now.monotonic + kMemoryLook;
  const bool changed = memory_.update(read_memory_use("/", address_space_limit()));
  const Memory state = memory_.state();
  sessions_->set_memory(state);
  if (!changed) return;
  const bool ample = state == Memory::ample;
  log(ample ? LogLevel::info : LogLevel::warning, ample ? "memory.ample" : "memory.short",
      {{"percent", std::to_string(memory_.use().percent)},
       {"limit", std::string(memory_.use().limit)},
       {"refuses", ample                    ? "nobody"
                   : state == Memory::tight ? "viewers"
                                            : "everybody new"}});
}

HttpResponse App::no_memory() {
  HttpResponse response = HttpResponse::problem(503, "no_memory", "The server has no memory for more people now.");
  response.headers.emplace_back("Retry-After", kWantRetryAfter);
  return response;
}

}  // namespace plenary::server
