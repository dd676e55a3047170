// Ids of tokens as the journal keeps them, and as they are now. Pure.
#pragma once

#include <string>

namespace plenary::server {

// In an event's payload: tokens without `jti` were once known by their signature (current_token_id in server/auth), as
// the identity of who came with one, too. What cannot be read is left to who reads events.
void renew_token_ids(std::string& payload);

}  // namespace plenary::server
