#include "tests/scenarios/promised_order.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace plenary::signaling {
namespace {

using Rows = std::vector<const Request*>;

std::string told(const char* promise, const Request& one, const Request& other) {
  return std::string(promise) + ": " + std::string(to_text(one.id)) + " stands before " +
         std::string(to_text(other.id));
}

bool is_point(const Request& r) { return r.kind == RequestKind::point_of_order; }
bool is_offered(const Request& r) { return r.offered && !is_point(r); }
bool is_right(const Request& r) { return r.kind == RequestKind::right_of_reply && !is_offered(r); }
bool is_present_reply(const State& state, const Request& r) {
  return r.kind == RequestKind::reply && !is_offered(r) && state.answered.has_value() && r.reply_to == state.answered;
}
bool is_other(const State& state, const Request& r) {
  return !is_point(r) && !is_offered(r) && !is_right(r) && !is_present_reply(state, r);
}

// "points of order, then replies to the present speaker, then the others": who has the floor offered again is first of
// all but points of order. Rights of reply have no number: their place is that of their item.
int class_of(const State& state, const Request& r) {
  if (is_point(r)) return 1;
  if (is_offered(r)) return 2;
  return is_present_reply(state, r) ? 3 : 4;
}

std::string classes_in_turn(const State& state, const Rows& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = i + 1; j < rows.size(); ++j) {
      const Request &a = *rows[i], &b = *rows[j];
      if (class_of(state, a) > class_of(state, b)) return told("points of order, replies, the others", a, b);
      if (class_of(state, a) != class_of(state, b)) continue;
      const bool first_come = class_of(state, a) < 4 || (is_right(a) && is_right(b));
      if (first_come && is_right(a) && a.item != b.item && !state.rights_at_list_end)
        continue;  // each at the end of its own item
      if (first_come && a.id > b.id) return told("first come, first served in a class", a, b);
    }
  }
  return {};
}

// The number of an item in the agenda; none: the request is under no item that is still there, or none counts.
std::optional<long> item_number(const State& state, const Request& r) {
  if (state.rights_at_list_end) return std::nullopt;
  for (std::size_t i = 0; i < state.agenda.size(); ++i) {
    if (state.agenda[i].item == r.item) return static_cast<long>(i);
  }
  return std::nullopt;
}

// "rights of reply come at the end of the item (or the list)": everything that was not asked under a later item is
// before them, and what was is behind.
std::string rights_at_the_end(const State& state, const Rows& rows, bool some_passed) {
  for (auto right = rows.begin(); right != rows.end(); ++right) {
    if (!is_right(**right)) continue;
    const std::optional<long> own = item_number(state, **right);
    const auto is_later = [&](const Request& r) {
      const std::optional<long> item = item_number(state, r);
      return own && item && *item > *own;
    };
    for (auto row = right; row != rows.end(); ++row) {
      if (is_other(state, **row) && !is_later(**row)) return told("rights of reply at the end", **right, **row);
    }
    const Request* before = nullptr;
    for (auto row = rows.begin(); row != right; ++row) {
      if (is_other(state, **row)) before = *row;
    }
    if (before != nullptr && is_later(*before) && !some_passed) {
      return told("rights of reply at the end of their item", *before, **right);
    }
  }
  return {};
}

std::string by_protocol(const Rows& others) {
  const auto key = [](const Request& r) {
    return std::pair(r.person.rank > 0 ? static_cast<long>(r.person.rank) : std::numeric_limits<long>::max(), r.id);
  };
  for (std::size_t i = 1; i < others.size(); ++i) {
    if (key(*others[i - 1]) > key(*others[i])) return told("by rank, then by time asked", *others[i - 1], *others[i]);
  }
  return {};
}

// "the category that has spoken least (time, then count) comes next; inside it, people who have not spoken before those
// who have, then by time asked": at each place, with those before it taken as having spoken for their limits, nobody
// behind has a better claim to it.
std::string by_balance(const State& state, const Rows& others) {
  std::map<Category, std::pair<long, long>> spoken;
  for (const auto& [category, total] : state.spoken_by_category) {
    spoken[category] = {static_cast<long>(total.time.count()), static_cast<long>(total.count)};
  }
  const auto claim = [&](const Request& r) {
    const bool has_spoken = state.spoken_by_person.count(r.person.id) == 1;
    return std::tuple(spoken[r.person.category], has_spoken, r.id);
  };
  for (std::size_t i = 0; i < others.size(); ++i) {
    for (std::size_t j = i + 1; j < others.size(); ++j) {
      if (claim(*others[j]) < claim(*others[i])) return told("who has spoken least is next", *others[i], *others[j]);
    }
    auto& [time, count] = spoken[others[i]->person.category];
    time += static_cast<long>(others[i]->limit.count());
    ++count;
  }
  return {};
}

std::string by_time_asked(const Rows& others) {
  for (std::size_t i = 1; i < others.size(); ++i) {
    if (others[i - 1]->id > others[i]->id) return told("first come, first served", *others[i - 1], *others[i]);
  }
  return {};
}

}  // namespace

std::string broken_promise(const State& state, const std::vector<RequestId>& order) {
  if (state.order == ListOrder::manual) return {};  // the moderator's own; judged act by act
  Rows rows;
  for (const RequestId id : order) {
    const Request& request = state.open.at(id);
    // Who was passed over stands where that put them, which is judged when it happens.
    const bool passed = std::any_of(request.passed.begin(), request.passed.end(), [&](const PassedBehind& behind) {
      return std::find(order.begin(), order.end(), behind.whom) != order.end();
    });
    if (!passed) rows.push_back(&request);
  }
  if (std::string broken = classes_in_turn(state, rows); !broken.empty()) return broken;
  const bool some_passed = rows.size() != order.size();
  if (std::string broken = rights_at_the_end(state, rows, some_passed); !broken.empty()) return broken;
  std::erase_if(rows, [&](const Request* r) { return !is_other(state, *r); });
  if (state.order == ListOrder::asked) return by_time_asked(rows);
  if (state.order == ListOrder::protocol) return by_protocol(rows);
  // A place passed on counts for its category all the same, so there is no judging balance without those rows.
  return some_passed ? "" : by_balance(state, rows);
}

std::vector<RequestId> moved_before(std::vector<RequestId> order, RequestId request, std::optional<RequestId> before) {
  std::erase(order, request);
  order.insert(before ? std::find(order.begin(), order.end(), *before) : order.end(), request);
  return order;
}

bool keeps_order(const std::vector<RequestId>& before, const std::vector<RequestId>& after) {
  const auto both = [](const std::vector<RequestId>& in, const std::vector<RequestId>& other) {
    std::vector<RequestId> found;
    for (const RequestId id : in) {
      if (std::find(other.begin(), other.end(), id) != other.end()) found.push_back(id);
    }
    return found;
  };
  return both(before, after) == both(after, before);
}

std::vector<RequestId> one_place_down(std::vector<RequestId> order, RequestId request) {
  const auto self = std::find(order.begin(), order.end(), request);
  if (self != order.end() && self + 1 != order.end()) std::iter_swap(self, self + 1);
  return order;
}

}  // namespace plenary::signaling
