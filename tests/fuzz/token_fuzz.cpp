// A join token, as anybody can send one. The first byte says what the rest is: a token as it stands; changes to one of
// ours; or header, line end and claims, signed with our key, so that what stands behind the signature is tried as well.
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "media/base/bytes.h"
#include "media/base/check.h"
#include "server/auth/token_signer.h"

using namespace plenary;

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr WallTime kNow{std::chrono::milliseconds(1'800'000'000'000)};
const std::string kSecret(server::kMinSecret, 's');

std::string to_base64url(Bytes bytes) {
  std::string text;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const std::uint8_t byte : bytes) {
    bits = bits << 8 | byte;
    for (held += 8; held >= 6; held -= 6) text += kAlphabet[bits >> (held - 6) & 63];
  }
  if (held > 0) text += kAlphabet[bits << (6 - held) & 63];
  return text;
}

// Strict where it matters here: nothing, when a character is none of the alphabet.
std::string from_base64url(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return {};
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held & 255);
  }
  return bytes;
}

std::string signature_of(std::string_view signed_part) {
  std::array<std::uint8_t, 32> digest{};
  unsigned length = 0;
  const Bytes bytes = as_bytes(signed_part);
  HMAC(EVP_sha256(), kSecret.data(), static_cast<int>(kSecret.size()), bytes.data(), bytes.size(), digest.data(),
       &length);
  return to_base64url(digest);
}

// What is accepted is signed by HS256 under our key, by a second implementation of both, with a header that names no
// other key.
void check_verdict(const server::TokenSigner& signer, const std::string& token) {
  const Result<server::Claims> claims = signer.verify(token, kNow);
  if (!claims) {
    PLENARY_CHECK(!claims.error().code.empty() && !claims.error().message.empty());
    return;
  }
  const std::size_t dot = token.find('.');
  const std::size_t last = token.rfind('.');
  PLENARY_CHECK(dot != last && token.find('.', dot + 1) == last);
  const std::string expected = signature_of(std::string_view(token).substr(0, last));
  // The last character has two bits that nobody reads.
  PLENARY_CHECK(token.size() - last - 1 == expected.size());
  PLENARY_CHECK(from_base64url(token.substr(last + 1)) == from_base64url(expected));
  const auto header = nlohmann::json::parse(from_base64url(token.substr(0, dot)), nullptr, false);
  PLENARY_CHECK(header.is_object() && header.value("alg", "") == "HS256");
  for (const auto& [name, value] : header.items()) PLENARY_CHECK(name == "alg" || name == "typ");
  PLENARY_CHECK(server::is_role(claims->role) && !claims->token_id.empty());
  PLENARY_CHECK(claims->room.empty() != claims->meeting.empty());
}

// Two bytes a change: where, and to what.
std::string changed(std::string token, Bytes changes) {
  for (std::size_t i = 0; i + 1 < changes.size(); i += 2) {
    token[(changes[i] * token.size()) >> 8] = static_cast<char>(changes[i + 1]);
  }
  return token;
}

std::string signed_token(std::string_view text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view claims = end == text.size() ? std::string_view{} : text.substr(end + 1);
  const std::string part = to_base64url(as_bytes(text.substr(0, end))) + "." + to_base64url(as_bytes(claims));
  return part + "." + signature_of(part);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const server::TokenSigner signer(kSecret);
  static const std::string ours = [] {
    SeededRandom random(1);
    return signer.sign({.subject = "amina", .name = "Amina", .role = "participant", .room = "room-a"}, kNow, random);
  }();
  static const bool is_known = signer.verify(ours, kNow).ok();
  PLENARY_CHECK(is_known);  // or nothing that is changed would say anything
  const Bytes rest(data + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      check_verdict(signer, std::string(as_text(rest)));
      break;
    case 1:
      check_verdict(signer, changed(ours, rest));
      break;
    default:
      check_verdict(signer, signed_token(as_text(rest)));
  }
  return 0;
}
