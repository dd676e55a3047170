#include "media/room/slate.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "media/room/gst_handle.h"

namespace plenary::room {
namespace {

constexpr Duration kDrawingTime = std::chrono::seconds(5);  // a font cache may be built on a machine's first start
constexpr std::size_t kGlyphGap = 12;                       // pixels
constexpr std::size_t kMaxTitle = 120;                      // characters that are drawn

std::optional<Picture> pull_one(Pipeline& pipeline) {
  const ElementHandle sink = pipeline.element("out");
  if (!sink || !pipeline.play()) return std::nullopt;
  SampleHandle sample(
      gst_app_sink_try_pull_sample(GST_APP_SINK(sink.get()), static_cast<GstClockTime>(kDrawingTime.count())));
  if (!sample) return std::nullopt;
  return take_picture(std::move(sample), Instant{});
}

std::optional<Picture> read_picture(const std::string& path) {
  const bool jpeg = path.ends_with(".jpg") || path.ends_with(".jpeg");
  Pipeline pipeline(jpeg ? "filesrc name=file ! jpegdec ! videoconvert ! videoscale add-borders=true ! "
                           "video/x-raw,format=I420,width=1280,height=720,pixel-aspect-ratio=1/1,colorimetry=bt709 ! "
                           "appsink name=out sync=false"
                         : "filesrc name=file ! pngdec ! videoconvert ! videoscale add-borders=true ! "
                           "video/x-raw,format=I420,width=1280,height=720,pixel-aspect-ratio=1/1,colorimetry=bt709 ! "
                           "appsink name=out sync=false");
  if (!pipeline) return std::nullopt;
  g_object_set(pipeline.element("file").get(), "location", path.c_str(), nullptr);
  return pull_one(pipeline);
}

// Characters stand apart from each other: an empty column ends one.
std::vector<Mask> cut_glyphs(const Mask& text) {
  std::vector<Mask> glyphs;
  std::size_t begin = 0;
  for (std::size_t x = 0; x <= text.width; ++x) {
    bool empty = true;
    for (std::size_t y = 0; y < text.height && x < text.width; ++y) empty &= text.coverage[y * text.width + x] == 0;
    if (!empty) continue;
    if (x > begin) {
      Mask glyph{x - begin, text.height, {}};
      for (std::size_t y = 0; y < text.height; ++y) {
        const auto row = text.coverage.begin() + static_cast<std::ptrdiff_t>(y * text.width);
        glyph.coverage.insert(glyph.coverage.end(), row + static_cast<std::ptrdiff_t>(begin),
                              row + static_cast<std::ptrdiff_t>(x));
      }
      glyphs.push_back(std::move(glyph));
    }
    begin = x + 1;
  }
  return glyphs;
}

// In the middle of `width` pixels.
Mask widened(const Mask& mask, std::size_t width) {
  Mask wide{width, mask.height, ByteVector(width * mask.height)};
  const std::size_t left = (width - std::min(mask.width, width)) / 2;
  for (std::size_t y = 0; y < mask.height; ++y) {
    std::copy_n(mask.coverage.begin() + static_cast<std::ptrdiff_t>(y * mask.width), std::min(mask.width, width),
                wide.coverage.begin() + static_cast<std::ptrdiff_t>(y * width + left));
  }
  return wide;
}

}  // namespace

Mask draw_text(const std::string& text, const std::string& font) {
  Pipeline pipeline(
      "videotestsrc num-buffers=1 pattern=black ! video/x-raw,format=I420,width=1280,height=720,framerate=30/1 ! "
      "textoverlay name=text halignment=left valignment=top xpad=0 ypad=0 draw-shadow=false draw-outline=false ! "
      "appsink name=out sync=false");
  if (!pipeline) return {};
  gchar* valid =
      g_utf8_make_valid(text.c_str(), static_cast<gssize>(text.size()));  // a cut title may end in half a letter
  gchar* escaped = g_markup_escape_text(valid, -1);
  g_object_set(pipeline.element("text").get(), "text", escaped, "font-desc", font.c_str(), nullptr);
  g_free(escaped);
  g_free(valid);
  const std::optional<Picture> picture = pull_one(pipeline);
  if (!picture) return {};
  std::size_t width = 0;
  std::size_t height = 0;
  for (std::size_t i = 0; i < kLumaSize; ++i) {
    if (picture->data.get()[i] <= kBlack.y) continue;
    width = std::max(width, i % kPictureWidth + 1);
    height = std::max(height, i / kPictureWidth + 1);
  }
  Mask mask{width, height, ByteVector(width * height)};
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      const int luma = picture->data.get()[y * kPictureWidth + x];
      mask.coverage[y * width + x] = static_cast<std::uint8_t>(std::clamp((luma - 16) * 255 / (235 - 16), 0, 255));
    }
  }
  return mask;
}

TestTexts draw_test_texts(const std::string& title) {
  TestTexts texts;
  texts.title = draw_text(title.substr(0, kMaxTitle), "Sans Bold 44");
  const std::vector<Mask> glyphs = cut_glyphs(draw_text("0123456789:", "Sans Bold 72"));
  if (glyphs.size() != std::size(texts.digits)) return texts;
  std::size_t widest = 0;
  for (int digit = 0; digit < 10; ++digit) widest = std::max(widest, glyphs[digit].width);
  // All digits as wide as the widest and a gap, so that the clock does not dance.
  for (std::size_t i = 0; i < glyphs.size(); ++i) {
    texts.digits[i] = widened(glyphs[i], (i == 10 ? glyphs[i].width : widest) + kGlyphGap);
  }
  return texts;
}

Picture make_slate(const std::optional<std::string>& path, const std::string& title, std::string* fault) {
  if (path) {
    if (const std::optional<Picture> picture = read_picture(*path)) return *picture;
    *fault = "the slate " + *path + " is not a PNG or JPEG picture that can be read";
  }
  std::shared_ptr<std::uint8_t> data = allocate_picture();
  fill_picture(data.get(), kBackground);
  const Mask text = draw_text(title.substr(0, kMaxTitle), "Sans Bold 56");
  const std::size_t x = (kPictureWidth - std::min(text.width, kPictureWidth)) / 2;
  const std::size_t y = (kPictureHeight - std::min(text.height, kPictureHeight)) / 4 * 2;
  draw_mask(data.get(), text, x, y, kWhite);
  const std::size_t line = std::clamp<std::size_t>(text.width / 2 * 2, 120, kPictureWidth - 160);
  fill_box(data.get(), {(kPictureWidth - line) / 4 * 2, (y + text.height) / 2 * 2 + 24, line, 4}, {110, 168, 90});
  return {Instant{}, std::move(data)};
}

}  // namespace plenary::room
