// The process of the simulated people: `plenary people`, which `plenary demo` starts. Reads one Job line on standard
// input and lets its people live until that is closed or SIGTERM comes. Everything runs on one thread.
#pragma once

namespace plenary::people {

// Blocks. The exit status: 0, or 1 with a line on stderr.
int run_people();

}  // namespace plenary::people
