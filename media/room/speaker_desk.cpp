#include "media/room/speaker_desk.h"

#include <algorithm>
#include <utility>

#include "media/room/clock.h"
#include "media/room/query.h"
#include "media/room/slate.h"

namespace plenary::room {
namespace {

constexpr VideoFormat kReturnFormat;

}  // namespace

SpeakerDesk::SpeakerDesk(Settings settings, TrackList& tracks, FrameWriter& writer, Reporter& reporter)
    : settings_(std::move(settings)),
      tracks_(tracks),
      writer_(writer),
      reporter_(reporter),
      return_video_(tracks.add_video("return/video", settings_.profile_level_id, kReturnFormat.bitrate()), writer),
      return_sound_(tracks.add_sound("return/audio"), writer),
      return_(kReturnFormat, [this](const AccessUnit& unit) { on_return_unit(unit); }),
      codecs_(settings_.profile_level_id, tracks, writer) {
  programme_.add_all({"programme/video", settings_.layers, settings_.profile_level_id}, tracks, writer);
  Mixer::Outputs outputs;
  outputs.return_sound = [this](const SoundFrame& frame, double db) { on_return_sound(frame, db); };
  outputs.return_picture_wanted = [this] { return return_.wanted(); };
  outputs.return_picture = [this](const Picture& picture) { return_.push(picture); };
  outputs.floor_sound = [this](const SoundFrame& frame, double db) { settings_.floor->push(frame, db); };
  outputs.minus_sound = [this](const std::string& speaker, const SoundFrame& frame, double db) {
    on_minus_sound(speaker, frame, db);
  };
  outputs.speaker_state = [this](const std::string& speaker, std::string_view state) {
    on_speaker_state(speaker, state);
  };
  mixer_ = std::make_unique<Mixer>(settings_.slate, settings_.mix == Mix::server, std::move(outputs));
}

SpeakerDesk::~SpeakerDesk() {
  speakers_.clear();
  mixer_.reset();
  return_.set_wanted(false);
  // Their threads ask `return_` for key frames, so they end before it.
  std::vector<std::unique_ptr<ReturnSink>> ending;
  {
    const std::lock_guard lock(sinks_mutex_);
    ending.swap(sinks_);
  }
}

void SpeakerDesk::start() {
  for (const ReturnConfig& config : settings_.returns) start_return(config);
}

void SpeakerDesk::start_return(const ReturnConfig& config) {
  const std::string shown = url_without_secrets(config.url);
  if (config.url.starts_with("screen:")) return;  // the page is always there, and its tracks are wanted by the server
  if (!is_return_url(config.url)) {
    reporter_.return_state(config.id, shown, "failed", {"address", "a return is srt://, udp:// or screen:"});
    return;
  }
  ReturnSink::Outputs outputs;
  outputs.state = [this, id = config.id, shown](std::string_view state, const Detail& detail) {
    reporter_.return_state(id, shown, state, detail);
  };
  outputs.connected = [this] { return_.request_key_frame(); };
  auto sink = std::make_unique<ReturnSink>(config, std::move(outputs));
  const std::lock_guard lock(sinks_mutex_);
  sinks_.push_back(std::move(sink));
}

bool SpeakerDesk::anybody_connected() const {
  return std::any_of(sinks_.begin(), sinks_.end(), [](const auto& sink) { return sink->connected(); });
}

void SpeakerDesk::update_return() { return_.set_wanted(return_video_wanted_ || anybody_connected()); }

void SpeakerDesk::on_return_sound(const SoundFrame& frame, double db) {
  if (return_sound_wanted_) return_sound_.push(frame, db);
  const std::lock_guard lock(sinks_mutex_);
  for (const auto& sink : sinks_) sink->push_sound(frame);
}

void SpeakerDesk::on_return_unit(const AccessUnit& unit) {
  if (return_video_wanted_ && (unit.key_frame || !return_waits_for_key_frame_)) {
    return_waits_for_key_frame_ = false;
    if (!return_video_.write(unit)) return_.request_key_frame();
  }
  const std::lock_guard lock(sinks_mutex_);
  for (const auto& sink : sinks_) sink->push_access_unit(unit);
}

void SpeakerDesk::on_minus_sound(const std::string& speaker, const SoundFrame& frame, double db) {
  const std::lock_guard lock(minus_mutex_);
  const auto found = minus_.find(speaker);
  if (found != minus_.end()) found->second->push(frame, db);
}

void SpeakerDesk::on_speaker_state(const std::string& speaker, std::string_view state) {
  reporter_.speaker(speaker, state);
}

bool SpeakerDesk::known(const std::string& speaker) {
  if (speakers_.contains(speaker)) return true;
  reporter_.fault("unknown_speaker", "no speaker \"" + speaker + "\" was added");
  return false;
}

void SpeakerDesk::add(const SpeakerAdd& command) {
  if (speakers_.size() >= kMaxSpeakers && !speakers_.contains(command.speaker)) {
    reporter_.fault("too_many_speakers", "the room process takes " + std::to_string(kMaxSpeakers) + " speakers");
    return;
  }
  speakers_.erase(command.speaker);  // added anew: other tracks, the same person
  codecs_.remove(command.speaker);
  mixer_->add_speaker(command.speaker, command.name.empty() ? Mask{} : draw_text(command.name, "Sans 18"));
  if (settings_.mix == Mix::server) {
    const std::lock_guard lock(minus_mutex_);
    std::unique_ptr<SoundTrack>& minus = minus_[command.speaker];
    if (!minus) minus = std::make_unique<SoundTrack>(tracks_.add_sound("minus/" + command.speaker), writer_);
  }
  speakers_[command.speaker] = std::make_unique<Speaker>(command, outputs_of(command));
}

Speaker::Outputs SpeakerDesk::outputs_of(const SpeakerAdd& command) {
  const std::string id = command.speaker;
  const SpeakerCodecs::Encodings* encodings = nullptr;
  if (command.video_track && command.video_codec_known) {
    encodings = &codecs_.add(id, *command.video_track, command.video_codec);
  }
  Speaker::Outputs outputs;
  outputs.sound = [this, id](Instant captured, SoundValues values) { mixer_->push_sound(id, captured, values); };
  outputs.picture = [this, id, encodings](const Picture& picture) {
    mixer_->push_picture(id, picture);
    if (encodings == nullptr) return;
    for (const std::unique_ptr<VideoLayer>& encoding : *encodings) encoding->push(picture);
  };
  outputs.decoding = [this, id] { reporter_.speaker(id, "decoding"); };
  outputs.key_frame = [this, id] { reporter_.speaker_key_frame(id); };
  return outputs;
}

void SpeakerDesk::remove(const std::string& speaker) {
  if (!known(speaker)) return;
  speakers_.erase(speaker);
  codecs_.remove(speaker);
  mixer_->remove_speaker(speaker);
  std::unique_ptr<SoundTrack> minus;
  {
    const std::lock_guard lock(minus_mutex_);
    if (const auto found = minus_.find(speaker); found != minus_.end()) {
      minus = std::move(found->second);
      minus_.erase(found);
    }
  }
  if (minus) tracks_.remove(minus->track());
}

void SpeakerDesk::set_air(const std::string& speaker, bool on) {
  if (known(speaker)) mixer_->set_air(speaker, on);
}

void SpeakerDesk::set_muted(const std::string& speaker, bool muted) {
  if (known(speaker)) mixer_->set_muted(speaker, muted);
}

void SpeakerDesk::want(std::uint16_t track, bool wanted) {
  if (track == return_video_.track() && wanted != return_video_wanted_) {
    return_waits_for_key_frame_ = true;
    return_video_wanted_ = wanted;
    return_.request_key_frame();  // it may be running for another way out
  }
  if (track == return_sound_.track()) return_sound_wanted_ = wanted;
  programme_.want(track, wanted);
  codecs_.want(track, wanted);
  update_return();
}

void SpeakerDesk::request_key_frame(std::uint16_t track) {
  if (track == return_video_.track()) return_.request_key_frame();
  programme_.request_key_frame(track);
  codecs_.request_key_frame(track);
}

void SpeakerDesk::on_frame(const rtp::Frame& frame) {
  for (const auto& [id, speaker] : speakers_) {
    if (!speaker->owns(frame.track)) continue;
    speaker->push(frame);
    return;
  }
}

void SpeakerDesk::push_room_picture(const Picture& picture) {
  if (!programme_wanted()) return;
  programme_.push(mixer_->lay_in(picture));
}

void SpeakerDesk::handle_timeout(Instant now) {
  update_return();
  for (const auto& [id, speaker] : speakers_) speaker->handle_timeout(now);
  if (now < next_readiness_) return;
  next_readiness_ = now + kReadinessInterval;
  report_readiness();
}

void SpeakerDesk::report_readiness() {
  for (const auto& [id, speaker] : speakers_) {
    if (const std::optional<SpeechQuality> quality = speaker->measure_speech())
      reporter_.speaker_readiness(id, *quality);
  }
}

void SpeakerDesk::add_levels(Levels& levels) {
  const double level = mixer_->take_return_level();
  levels.returns["screen"] = level;
  for (const ReturnConfig& config : settings_.returns) levels.returns[config.id] = level;
  levels.speakers = mixer_->take_speaker_levels();
  levels.dropped["mixer_ticks"] = mixer_->ticks_left_out();
  levels.dropped["speaker_encoders"] = codecs_.delayed();
  levels.speaker_encoders = codecs_.running();
}

}  // namespace plenary::room
