#include "media/room/stream_chain.h"

#include <array>
#include <string_view>

namespace plenary::room {
namespace {

// Decoders with one thread: more threads would add a frame of delay each.
struct Entry {
  const char* caps;  // media type, or encoding-name of RTP
  MediaKind kind;
  const char* codec;
  const char* parser;
  const char* decoder;
};

constexpr const char* kH264Parser =
    "h264parse config-interval=-1 ! video/x-h264,stream-format=byte-stream,alignment=au";
constexpr const char* kH264Decoder = "avdec_h264 max-threads=1";
constexpr const char* kH265Decoder = "avdec_h265 max-threads=1";

constexpr std::array<Entry, 10> kStreams{{
    {"video/x-h264", MediaKind::video, "h264", kH264Parser, kH264Decoder},
    {"video/x-h265", MediaKind::video, "h265", "h265parse", kH265Decoder},
    {"video/mpeg", MediaKind::video, "mpeg2", "mpegvideoparse", "avdec_mpeg2video max-threads=1"},
    {"video/x-vp8", MediaKind::video, "vp8", "identity", "vp8dec"},
    {"audio/mpeg", MediaKind::audio, "aac", "aacparse", "avdec_aac"},
    {"audio/mpeg1", MediaKind::audio, "mp2", "mpegaudioparse", "avdec_mp2float"},
    {"audio/x-ac3", MediaKind::audio, "ac3", "ac3parse", "avdec_ac3"},
    {"audio/x-opus", MediaKind::audio, "opus", "opusparse", "opusdec"},
    {"audio/x-raw", MediaKind::audio, "pcm", "identity", "identity"},
    {"video/x-raw", MediaKind::video, "raw", "identity", "identity"},
}};

constexpr std::array<Entry, 9> kRtp{{
    {"H264", MediaKind::video, "h264",
     "rtph264depay ! h264parse config-interval=-1 ! "
     "video/x-h264,stream-format=byte-stream,alignment=au",
     kH264Decoder},
    {"H265", MediaKind::video, "h265", "rtph265depay ! h265parse", kH265Decoder},
    {"VP8", MediaKind::video, "vp8", "rtpvp8depay", "vp8dec"},
    {"MPEG4-GENERIC", MediaKind::audio, "aac", "rtpmp4gdepay ! aacparse", "avdec_aac"},
    {"MP4A-LATM", MediaKind::audio, "aac", "rtpmp4adepay ! aacparse", "avdec_aac"},
    {"OPUS", MediaKind::audio, "opus", "rtpopusdepay", "opusdec"},
    {"PCMU", MediaKind::audio, "pcmu", "rtppcmudepay", "mulawdec"},
    {"PCMA", MediaKind::audio, "pcma", "rtppcmadepay", "alawdec"},
    {"L16", MediaKind::audio, "pcm", "rtpL16depay", "identity"},
}};

// Three seconds hold any interleaving seen; bytes are bounded by the second limit.
constexpr std::int64_t kQueueNs = 3'000'000'000;

std::string queue(int delay_ms) {
  const std::int64_t delay = delay_ms * 1'000'000LL;
  return "queue max-size-buffers=0 max-size-bytes=40000000 max-size-time=" + std::to_string(kQueueNs + delay) +
         " min-threshold-time=" + std::to_string(delay) + " ! ";
}

constexpr const char* kPicture =
    "deinterlace fields=top method=linear ! videoconvert n-threads=1 ! "
    "videoscale n-threads=1 add-borders=true ! "
    "video/x-raw,format=I420,width=1280,height=720,pixel-aspect-ratio=1/1";
constexpr const char* kSound =
    "audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved";

std::string describe(const Entry& entry, bool paced, int delay_ms) {
  std::string text = queue(delay_ms) + entry.parser + " ! identity name=parsed silent=true ! " + entry.decoder +
                     " ! identity name=decoded silent=true ! " + (entry.kind == MediaKind::video ? kPicture : kSound) +
                     " ! appsink name=out max-buffers=8 async=false sync=";
  return text + (paced ? "true" : "false");
}

const Entry* find_rtp(const GstStructure* structure) {
  const gchar* name = gst_structure_get_string(structure, "encoding-name");
  if (name == nullptr) return nullptr;
  for (const Entry& entry : kRtp) {
    if (g_ascii_strcasecmp(entry.caps, name) == 0) return &entry;
  }
  return nullptr;
}

const Entry* find_stream(const GstStructure* structure) {
  std::string name = gst_structure_get_name(structure);
  gint version = 0;
  gst_structure_get_int(structure, "mpegversion", &version);
  if (name == "audio/mpeg" && version == 1) name = "audio/mpeg1";
  for (const Entry& entry : kStreams) {
    if (name == entry.caps) return &entry;
  }
  return nullptr;
}

}  // namespace

std::optional<ChainKind> choose_chain(GstCaps* caps, bool paced, int delay_ms) {
  if (caps == nullptr || gst_caps_get_size(caps) == 0) return std::nullopt;
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  const bool rtp = gst_structure_has_name(structure, "application/x-rtp");
  const Entry* entry = rtp ? find_rtp(structure) : find_stream(structure);
  if (entry == nullptr) return std::nullopt;
  return ChainKind{entry->kind, entry->codec, describe(*entry, paced, delay_ms)};
}

}  // namespace plenary::room
