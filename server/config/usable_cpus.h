// Which CPUs this process may run on: those of the machine, less what a service unit, a container or taskset took away.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace plenary::server {

// Ascending; empty when the system does not say.
std::vector<std::uint32_t> usable_cpus();
// {0, 1, 2, 5} is "0-2, 5"; "none" of none.
std::string cpu_list_text(std::span<const std::uint32_t> ascending);

}  // namespace plenary::server
