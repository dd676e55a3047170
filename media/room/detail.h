// Why a source or a return is in its state: a word that pages translate (signaling/README.md "Room status"), and a
// sentence for logs and for those who read English.
#pragma once

#include <string>

namespace plenary::room {

struct Detail {
  std::string code;  // empty: nothing to say
  std::string text;
  bool operator==(const Detail&) const = default;
};

}  // namespace plenary::room
