// Reports to the server, one JSON object a message, from any thread. A full pair makes them wait in a bounded queue;
// what is only a snapshot (levels, readiness, pictures) is dropped instead, because a newer one follows.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/base/bytes.h"
#include "media/room/detail.h"
#include "media/room/speech_meter.h"

namespace plenary::room {

struct TrackEntry {
  std::uint16_t track = 0;
  std::string name;
  std::string codec;  // "h264" or "opus"
  std::optional<std::string> profile_level_id;
  std::uint64_t bitrate = 0;              // bit/s that it is encoded with; 0: unknown
  std::optional<std::uint16_t> layer_of;  // the picture of which this is a lower layer
};

struct SourcePicture {
  std::string codec;
  int width = 0;
  int height = 0;
  double frame_rate = 0;
  bool passthrough = false;
};

struct SourceSound {
  int track = 0;
  std::string codec;
  int channels = 0;
};

struct SourceStatus {
  std::string state = "connecting";  // connecting, live, stopped, failed
  Detail detail;
  std::optional<SourcePicture> picture;
  std::vector<SourceSound> audio;
};

struct Levels {  // dBFS by name
  std::map<std::string, double> channels;
  std::map<std::string, double> returns;
  std::map<std::string, double> speakers;
  std::map<std::string, double> sources;
  // Since the start: frames, mixer_ticks, speaker_encoders; the reporter adds reports.
  std::map<std::string, std::uint64_t> dropped;
  std::size_t speaker_encoders = 0;  // that run
};

class Reporter {
 public:
  static constexpr std::size_t kMaxWaiting = 1'024;  // reports; the server reads them within milliseconds

  explicit Reporter(int control_fd) : fd_(control_fd) {}

  void ready(const std::vector<TrackEntry>& tracks);
  void tracks(const std::vector<TrackEntry>& tracks);
  void source(const std::string& id, const std::string& url, const SourceStatus& status);
  void return_state(const std::string& id, const std::string& url, std::string_view state, const Detail& detail);
  void levels(const Levels& levels);
  void channel(const std::string& channel, bool silent);
  void speaker(const std::string& speaker, std::string_view state);
  void speaker_key_frame(const std::string& speaker);
  void speaker_readiness(const std::string& speaker, const SpeechQuality& quality);
  // `level_db`: the loudest 20 ms since the last report.
  void check(const std::string& check, double level_db, const std::optional<SpeechQuality>& quality);
  void picture(std::string_view kind, const std::string& id, Bytes jpeg);
  void fault(std::string_view code, const std::string& message);

  // Sends what waits; true when something still does. The main loop calls it when the pair can be written again.
  bool flush();
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  void send(std::string message, bool snapshot);
  bool flush_locked();

  int fd_;
  mutable std::mutex mutex_;
  std::deque<std::string> waiting_;
  std::uint64_t dropped_ = 0;
};

}  // namespace plenary::room
