#include "server/config/source_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plenary::server::source_url_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(SourceUrl, takes_srt_apart) {
  const auto url =
      parse_source_url("srt://198.51.100.7:9001?mode=caller&latency=80&passphrase=0123456789", UrlUse::source);
  ASSERT_TRUE(url.ok()) << url.error().message;
  EXPECT_EQ(url->scheme, UrlScheme::srt);
  EXPECT_EQ(url->host, "198.51.100.7");
  EXPECT_EQ(url->port, 9001);
  EXPECT_EQ(url->srt_mode, SrtMode::caller);
  EXPECT_EQ(url->srt_latency, std::chrono::milliseconds(80));
  EXPECT_EQ(url->options.at("passphrase"), "0123456789");
}

TEST(SourceUrl, srt_without_a_host_listens_and_with_one_calls) {
  EXPECT_EQ(parse_source_url("srt://:9001", UrlUse::source)->srt_mode, SrtMode::listener);
  EXPECT_EQ(parse_source_url("srt://encoder:9001", UrlUse::source)->srt_mode, SrtMode::caller);
  EXPECT_EQ(parse_source_url("srt://[2001:db8::1]:9001", UrlUse::source)->host, "2001:db8::1");
}

TEST(SourceUrl, takes_the_others_apart) {
  const auto rtsp = parse_source_url("rtsp://user:p%40ss@camera-7.local/stream?channel=1", UrlUse::source);
  ASSERT_TRUE(rtsp.ok());
  EXPECT_EQ(rtsp->user, "user");
  EXPECT_EQ(rtsp->password, "p@ss");
  EXPECT_EQ(rtsp->host, "camera-7.local");
  EXPECT_EQ(rtsp->port, 554);
  EXPECT_EQ(rtsp->path, "/stream");
  EXPECT_EQ(parse_source_url("udp://239.1.1.1:5000", UrlUse::source)->port, 5000);
  EXPECT_EQ(parse_source_url("file:///srv/a%20b.mp4", UrlUse::source)->path, "/srv/a b.mp4");
  EXPECT_EQ(parse_source_url("test:?tone=440&picture=smpte", UrlUse::source)->options.at("tone"), "440");
  EXPECT_EQ(parse_source_url("screen:", UrlUse::return_path)->scheme, UrlScheme::screen);
}

class Refused : public ::testing::TestWithParam<std::tuple<const char*, UrlUse, const char*>> {};

TEST_P(Refused, url_names_its_reason) {
  const auto& [text, use, code] = GetParam();
  const auto url = parse_source_url(text, use);
  ASSERT_FALSE(url.ok()) << text;
  EXPECT_EQ(url.error().code, code) << url.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    SourceUrl, Refused,
    ::testing::Values(
        std::tuple("", UrlUse::source, "empty"), std::tuple("camera", UrlUse::source, "bad_scheme"),
        std::tuple("http://camera/", UrlUse::source, "bad_scheme"), std::tuple("screen:", UrlUse::source, "bad_scheme"),
        std::tuple("rtsp://camera/", UrlUse::return_path, "bad_scheme"),
        std::tuple("test:", UrlUse::return_path, "bad_scheme"),
        std::tuple("rtmp://0.0.0.0:1935/live", UrlUse::source, "not_supported"),
        std::tuple("whip:", UrlUse::source, "not_supported"),
        std::tuple("srt:0.0.0.0:9001", UrlUse::source, "bad_host"),
        std::tuple("srt://0.0.0.0:9001?mode=caller", UrlUse::source, "bad_host"),
        std::tuple("srt://0.0.0.0:9001", UrlUse::source, "bad_host"),
        std::tuple("srt://encoder:9001?mode=listener", UrlUse::source, "bad_host"),
        std::tuple("srt://[::1:9001", UrlUse::source, "bad_host"),
        std::tuple("srt://2001:db8::1:9001", UrlUse::source, "bad_host"),
        std::tuple("srt://a$b:9001", UrlUse::source, "bad_host"),
        std::tuple("srt://encoder", UrlUse::source, "bad_port"),
        std::tuple("srt://encoder:0", UrlUse::source, "bad_port"),
        std::tuple("srt://encoder:65536", UrlUse::source, "bad_port"),
        std::tuple("srt://encoder:9001?mode=rendezvous", UrlUse::source, "bad_option"),
        std::tuple("srt://encoder:9001?latency=-1", UrlUse::source, "bad_option"),
        std::tuple("srt://encoder:9001?latency=9000", UrlUse::source, "bad_option"),
        std::tuple("srt://encoder:9001?passphrase=short", UrlUse::source, "bad_option"),
        std::tuple("srt://encoder:9001?pbkeylen=16", UrlUse::source, "bad_option"),
        std::tuple("srt://encoder:9001?latancy=9", UrlUse::source, "bad_option"),
        std::tuple("udp://239.1.1.1", UrlUse::source, "bad_port"),
        std::tuple("udp://:5000", UrlUse::return_path, "bad_host"),
        std::tuple("file://srv/a.mp4", UrlUse::source, "bad_path"), std::tuple("file://", UrlUse::source, "bad_path"),
        std::tuple("test:tone", UrlUse::source, "bad_path"), std::tuple("test:?tune=1", UrlUse::source, "bad_option"),
        std::tuple("udp://a b:5000", UrlUse::source, "bad_character")));

TEST(SourceUrl, shows_no_secret) {
  EXPECT_EQ(redact_url("srt://a:9001?mode=caller&passphrase=hunter2hunter2&streamid=x"),
            "srt://a:9001?mode=caller&passphrase=***&streamid=***");
  EXPECT_EQ(redact_url("rtsp://user:hunter2@camera:554/stream?channel=1&pwd=hunter2"),
            "rtsp://***@camera:554/stream?channel=1&pwd=***");
  EXPECT_EQ(redact_url("rtsp://us@er:hunter2@camera/x@y"), "rtsp://***@camera/x@y");
  EXPECT_EQ(redact_url("test:?tone=440"), "test:?tone=440");
  EXPECT_EQ(redact_url(""), "");
  const auto url = parse_source_url("srt://e:1?passphrase=hunter2hunter2", UrlUse::source);
  ASSERT_TRUE(url.ok());
  EXPECT_THAT(url->redacted(), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace plenary::server::source_url_test
