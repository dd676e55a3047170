#include "server/auth/claims.h"

#include <algorithm>
#include <array>

namespace plenary::server {
namespace {

constexpr std::array<std::string_view, 9> kRoles = {"participant", "chair",    "moderator", "technician", "interpreter",
                                                    "captioner",   "observer", "organiser", "admin"};
constexpr std::array<std::string_view, 5> kCategories = {"government", "private_sector", "civil_society", "academia",
                                                         "international_organization"};

constexpr std::array<std::string_view, 3> kWheres = {"remote", "room", "phone"};

template <std::size_t kCount>
std::string joined(const std::array<std::string_view, kCount>& words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

}  // namespace

bool Claims::admits_to_room(std::string_view room_id) const {
  const std::string& named = room.empty() ? meeting : room;
  return named == "*" || (!named.empty() && named == room_id);
}

bool is_role(std::string_view role) { return std::find(kRoles.begin(), kRoles.end(), role) != kRoles.end(); }
bool is_category(std::string_view category) {
  return std::find(kCategories.begin(), kCategories.end(), category) != kCategories.end();
}
bool is_where(std::string_view where) { return std::find(kWheres.begin(), kWheres.end(), where) != kWheres.end(); }
std::string role_names() { return joined(kRoles); }
std::string category_names() { return joined(kCategories); }
std::string where_names() { return joined(kWheres); }

}  // namespace plenary::server
