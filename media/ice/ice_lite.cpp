#include "media/ice/ice_lite.h"

#include <algorithm>
#include <utility>

namespace plenary::ice {
namespace {

constexpr std::size_t kUfragCharacters = 8;      // 47 bits, RFC 8445 §5.3 asks for 24
constexpr std::size_t kPasswordCharacters = 24;  // 142 bits, it asks for 128
constexpr std::uint16_t kBindingMethod = 1;

IceResult dropped(IceDrop reason) { return {.drop = reason}; }

// Transaction ids are random: four of their twelve bytes tell them apart. Two alike in four thousand, once in a million
// checks, cost one check, and a browser repeats it.
std::uint32_t short_id(const TransactionId& transaction) { return load_u32(transaction.data()); }

// What must hold before any credential is looked at; costs nothing.
IceDrop check_form(const StunMessage& message) {
  if (message.message_class != StunClass::request || message.method != kBindingMethod) return IceDrop::not_a_request;
  if (!message.has_fingerprint) return IceDrop::no_fingerprint;
  if (message.username.empty()) return IceDrop::wrong_user;
  if (!message.has_integrity) return IceDrop::wrong_integrity;
  return IceDrop::none;
}

}  // namespace

Credentials make_credentials(RandomSource& random) {
  return {.ufrag = random.token(kUfragCharacters), .password = random.token(kPasswordCharacters)};
}

IceLite::IceLite(Credentials local, Credentials remote, Instant now) : consent_until_(now + kConsentTimeout) {
  generations_.push_back({std::move(local), std::move(remote)});
}

IceResult IceLite::handle_request(const StunMessage& message, const Tuple& tuple, Instant now) {
  if (const IceDrop drop = check_form(message); drop != IceDrop::none) return dropped(drop);
  const std::size_t index = generation_of(message.username);
  if (index == generations_.size()) return dropped(IceDrop::wrong_user);
  const std::string& password = generations_[index].local.password;
  if (!check_integrity(message, password)) return dropped(IceDrop::wrong_integrity);

  if (message.unknown_required) {
    return {
        .reply = write_binding_error(message.transaction, 420, "Unknown Attribute", password, message.unknown_required),
        .authenticated = true};
  }
  if (!message.priority) return dropped(IceDrop::no_priority);
  // RFC 8445 §7.3.1.1; a lite agent facing a full one is always controlled (§6.1.1).
  if (message.controlled) {
    return {.reply = write_binding_error(message.transaction, 487, "Role Conflict", password), .authenticated = true};
  }
  if (seen_before(message.transaction)) {
    if (!validated(tuple)) return dropped(IceDrop::replayed);
    // The answer was lost and the request came again: the same answer, and nothing else.
    return {.reply = write_binding_success(message.transaction, tuple.remote, password), .authenticated = true};
  }

  if (index == 0 && generations_.size() > 1) {
    generations_.pop_back();
    remembered_.clear();  // their password is worth nothing any more
    remembered_next_ = 0;
    has_forgotten_ = false;
    unproven_consent_.reset();
  }
  remember(message.transaction);
  // What was recorded long ago gives no consent for who has gone: with fresh media it is the peer's own.
  if (has_forgotten_) {
    unproven_consent_ = now + kConsentTimeout;
  } else {
    consent_until_ = now + kConsentTimeout;
  }
  IceResult result{.reply = write_binding_success(message.transaction, tuple.remote, password), .authenticated = true};
  result.new_tuple = touch(tuple);
  if (message.use_candidate) nominate(tuple, result);
  return result;
}

void IceLite::nominate(const Tuple& tuple, IceResult& result) {
  unproven_.reset();
  if (selected_ == tuple) return;
  if (selected_ && has_forgotten_) {
    unproven_ = tuple;
    result.awaits_proof = true;
    return;
  }
  selected_ = tuple;
  result.selected_changed = true;
}

bool IceLite::prove(const Tuple& tuple) {
  if (unproven_consent_) consent_until_ = *std::exchange(unproven_consent_, std::nullopt);
  if (unproven_ != tuple) return false;
  selected_ = std::exchange(unproven_, std::nullopt);
  return true;
}

void IceLite::handle_pause(Duration paused, Instant now) {
  const auto later = [&](Instant until) { return std::min(until + paused, now + kConsentTimeout); };
  consent_until_ = later(consent_until_);
  if (unproven_consent_) unproven_consent_ = later(*unproven_consent_);
}

void IceLite::restart(Credentials local, Credentials remote) {
  // A restart before the last one was used replaces it: what the peer still uses is always the oldest.
  if (generations_.size() > 1) generations_.erase(generations_.begin());
  generations_.insert(generations_.begin(), {std::move(local), std::move(remote)});
}

bool IceLite::validated(const Tuple& tuple) const { return std::ranges::find(tuples_, tuple) != tuples_.end(); }

std::vector<std::string> IceLite::local_ufrags() const {
  std::vector<std::string> ufrags;
  for (const Generation& generation : generations_) ufrags.push_back(generation.local.ufrag);
  return ufrags;
}

std::size_t IceLite::generation_of(std::string_view username) const {
  const auto names = [username](const Generation& generation) {
    const std::string& ours = generation.local.ufrag;
    const std::string& theirs = generation.remote.ufrag;
    return username.size() == ours.size() + 1 + theirs.size() && username.starts_with(ours) &&
           username[ours.size()] == ':' && username.ends_with(theirs);
  };
  return static_cast<std::size_t>(std::ranges::find_if(generations_, names) - generations_.begin());
}

bool IceLite::seen_before(const TransactionId& transaction) const {
  return std::ranges::find(remembered_, short_id(transaction)) != remembered_.end();
}

void IceLite::remember(const TransactionId& transaction) {
  if (remembered_.size() < kRememberedChecks) {
    remembered_.push_back(short_id(transaction));
    return;
  }
  has_forgotten_ = true;
  remembered_[remembered_next_] = short_id(transaction);
  remembered_next_ = (remembered_next_ + 1) % kRememberedChecks;
}

bool IceLite::touch(const Tuple& tuple) {
  const auto known = std::ranges::find(tuples_, tuple);
  if (known != tuples_.end()) {
    std::rotate(tuples_.begin(), known, known + 1);
    return false;
  }
  if (tuples_.size() == kMaxTuples) {
    const bool oldest_is_selected = selected_ == tuples_.back();
    tuples_.erase(tuples_.end() - (oldest_is_selected ? 2 : 1));
  }
  tuples_.insert(tuples_.begin(), tuple);
  return true;
}

}  // namespace plenary::ice
