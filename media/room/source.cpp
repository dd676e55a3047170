#include "media/room/source.h"

#include <array>
#include <string_view>

#include "media/room/stream_source.h"
#include "media/room/test_source.h"

namespace plenary::room {
namespace {

constexpr std::array<std::string_view, 5> kStreamSchemes{"srt://", "udp://", "rtsp://", "rtsps://", "file://"};

}  // namespace

Result<std::unique_ptr<Source>> make_source(SourceSettings settings, SourceSink& sink) {
  const std::string& url = settings.config.url;
  if (url == "test:" || url.starts_with("test:?")) {
    const std::optional<TestSettings> test = parse_test_url(url);
    if (!test) return Error{"url", "a test source takes picture=demo, smpte, counter or black, and tone=HERTZ"};
    return std::unique_ptr<Source>(std::make_unique<TestSource>(std::move(settings), *test, sink));
  }
  for (const std::string_view scheme : kStreamSchemes) {
    if (url.starts_with(scheme)) {
      return std::unique_ptr<Source>(std::make_unique<StreamSource>(std::move(settings), sink));
    }
  }
  return Error{"url", "this kind of source is not known"};
}

}  // namespace plenary::room
