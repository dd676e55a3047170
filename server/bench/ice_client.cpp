#include "server/bench/ice_client.h"

#include <algorithm>
#include <utility>

namespace plenary::bench {
namespace {

constexpr Duration kLongestCheckRetry = std::chrono::milliseconds(1'600);
// RFC 8445 §5.1.2.1: peer-reflexive, one local address, component 1.
constexpr std::uint32_t kPriority = (110U << 24) | (65'535U << 8) | 255U;

}  // namespace

IceClient::IceClient(ice::Credentials local, ice::Credentials remote, const std::vector<Address>& candidates,
                     RandomSource& random, Instant now)
    : local_(std::move(local)),
      remote_(std::move(remote)),
      random_(random),
      tie_breaker_(random.u64()),
      deadline_(now + kCheckDeadline) {
  for (const Address& candidate : candidates) {
    if (checks_.size() >= kMaxCandidates) break;
    const auto position = static_cast<std::int64_t>(checks_.size());
    checks_.push_back({.to = candidate});
    begin_transaction(checks_.back(), now + position * kCheckPacing);
  }
  handle_timeout(now);
}

void IceClient::begin_transaction(Check& check, Instant at) {
  random_.fill(check.transaction);
  check.retry = kFirstCheckRetry;
  check.next = at;
}

void IceClient::send_check(Check& check, Instant now) {
  ice::StunRequest request;
  request.transaction = check.transaction;
  request.username = remote_.ufrag + ":" + local_.ufrag;
  request.priority = kPriority;
  request.tie_breaker = tie_breaker_;
  request.use_candidate = selected_.has_value();
  outputs_.push_back({check.to, ice::write_binding_request(request, remote_.password)});
  check.sent = now;
  check.next = now + check.retry;
  check.retry = std::min(check.retry * 2, kLongestCheckRetry);
}

void IceClient::handle_timeout(Instant now) {
  if (failed_) return;
  if (now >= deadline_) {
    failed_ = true;
    return;
  }
  for (Check& check : checks_) {
    if (now >= check.next) send_check(check, now);
  }
}

void IceClient::handle_message(const ice::StunMessage& message, const Address& from, Instant now) {
  if (failed_ || message.method != 1) return;
  if (message.message_class == ice::StunClass::success) handle_success(message, from, now);
  if (message.message_class == ice::StunClass::request) handle_request(message, from, now);
}

void IceClient::handle_success(const ice::StunMessage& message, const Address& from, Instant now) {
  const auto check = std::ranges::find_if(
      checks_, [&](const Check& one) { return one.transaction == message.transaction && one.to == from; });
  if (check == checks_.end() || !ice::check_integrity(message, remote_.password)) return;
  round_trip_ = now - check->sent;
  deadline_ = now + ice::kConsentTimeout;
  if (!selected_) {
    selected_ = check->to;
    checks_ = {*check};
    begin_transaction(checks_.front(), now);  // the nomination
    return handle_timeout(now);
  }
  nominated_ = true;
  const std::int64_t percent = 80 + static_cast<std::int64_t>(random_.u32() % 41);
  begin_transaction(*check, now + kConsentInterval * percent / 100);
}

void IceClient::handle_request(const ice::StunMessage& message, const Address& from, Instant now) {
  if (!message.username.starts_with(local_.ufrag + ":") || !ice::check_integrity(message, local_.password)) return;
  outputs_.push_back({from, ice::write_binding_success(message.transaction, from, local_.password)});
  const bool known = std::ranges::find(checks_, from, &Check::to) != checks_.end();
  if (selected_ || known || checks_.size() >= kMaxCandidates) return;
  checks_.push_back({.to = from});  // RFC 8445 §7.3.1.3: a peer-reflexive candidate
  begin_transaction(checks_.back(), now);
  send_check(checks_.back(), now);
}

std::optional<Datagram> IceClient::poll_output() {
  if (outputs_.empty()) return std::nullopt;
  Datagram datagram = std::move(outputs_.front());
  outputs_.erase(outputs_.begin());
  return datagram;
}

std::optional<Instant> IceClient::next_timeout() const {
  if (failed_) return std::nullopt;
  Instant next = deadline_;
  for (const Check& check : checks_) next = std::min(next, check.next);
  return next;
}

}  // namespace plenary::bench
