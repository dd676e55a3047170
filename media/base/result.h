// A value or the reason why there is none, for callers who can act on the reason.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "media/base/check.h"

namespace plenary {

// `code` is a stable word for programs, `message` one sentence for people that says what to do.
struct Error {
  std::string code;
  std::string message;
};

template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::in_place_index<0>, std::move(value)) {}
  Result(E error) : value_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const { return value_.index() == 0; }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] T& value() & {
    PLENARY_CHECK(ok());
    return std::get<0>(value_);
  }
  [[nodiscard]] const T& value() const& {
    PLENARY_CHECK(ok());
    return std::get<0>(value_);
  }
  [[nodiscard]] T&& value() && {
    PLENARY_CHECK(ok());
    return std::get<0>(std::move(value_));
  }
  [[nodiscard]] const E& error() const {
    PLENARY_CHECK(!ok());
    return std::get<1>(value_);
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, E> value_;
};

struct Done {};
using Status = Result<Done>;

}  // namespace plenary
