#include "media/io/load_shedding.h"

#include <algorithm>
#include <array>
#include <utility>

namespace plenary::io {

std::string_view shed_name(Shed shed) {
  static constexpr std::array<std::string_view, 4> kNames = {"nothing", "highest_layer", "higher_layers", "pictures"};
  return kNames[static_cast<std::size_t>(shed)];
}

void LoadShedding::measure(const Turn& turn) {
  busy_ += turn.ended - turn.woke;
  const Duration passed = turn.ended - window_;
  if (passed < kBusyWindow) return;
  busy_percent_ = static_cast<int>(std::min<std::int64_t>(100, busy_ * 100 / passed));
  window_ = turn.ended;
  busy_ = {};
}

std::optional<Shed> LoadShedding::handle_turn(const Turn& turn) {
  measure(turn);
  const Duration lag = std::max(turn.ended - turn.woke, turn.waited);
  const bool shrinks = lag * 100 < std::exchange(last_lag_, lag) * kShrinksPercent;
  if (lag >= kLagLate) return handle_late(lag, shrinks, turn);
  late_since_.reset();
  late_turns_ = 0;
  gave_up_ = false;
  if (shed_ == Shed::nothing || turn.ended - calm_since_ < return_after_ || busy_percent_ > kReturnBusyPercent) {
    return std::nullopt;
  }
  calm_since_ = turn.ended;
  returned_at_ = turn.ended;
  busy_percent_ = 100;  // what that costs is not known yet
  shed_ = static_cast<Shed>(static_cast<int>(shed_) - 1);
  return shed_;
}

std::optional<Shed> LoadShedding::handle_late(Duration lag, bool shrinks, const Turn& turn) {
  calm_since_ = turn.ended;
  if (!late_since_) late_since_ = turn.woke;
  const bool stands = ++late_turns_ >= kLateTurns && turn.ended - *late_since_ >= kLateFor;
  const bool did_not_help = gave_up_ && lag >= kLagSevere && late_turns_ >= kSevereTurns;
  if (shrinks || shed_ == Shed::pictures || !(stands || did_not_help)) return std::nullopt;
  return give_up(turn.ended);
}

Shed LoadShedding::give_up(Instant now) {
  late_since_ = now;
  late_turns_ = 0;
  gave_up_ = true;
  const bool lasted = !returned_at_ || now - *returned_at_ >= kReturnLasted;
  if (lasted) {
    return_after_ = kReturnAfter;
  } else {
    return_after_ = std::min(return_after_ * 2, kReturnAfterLongest);
  }
  returned_at_.reset();
  return go_further();
}

Shed LoadShedding::go_further() {
  if (shed_ != Shed::pictures) shed_ = static_cast<Shed>(static_cast<int>(shed_) + 1);
  return shed_;
}

}  // namespace plenary::io
