#include "media/room/room.h"

#include <algorithm>

#include "media/base/log.h"
#include "media/room/clock.h"
#include "media/room/query.h"
#include "media/room/slate.h"

namespace plenary::room {
namespace {

constexpr Duration kLevelInterval = std::chrono::milliseconds(500);
constexpr Duration kPictureInterval = std::chrono::seconds(2);
// Who saves data gets one each time: of some 10 KB that is 16 kbit/s beside the sound, and shows who sits where.
constexpr Duration kStillInterval = std::chrono::seconds(5);
const std::string kVideo = "video";  // the picture's name, of which those of its layers are made

}  // namespace

Room::~Room() {
  for (auto& [id, input] : inputs_) input->source.reset();
}

void Room::handle(const Command& command) {
  if (!configured_ && !std::holds_alternative<Configure>(command) && !std::holds_alternative<Stop>(command)) {
    reporter_.fault("not_configured", "the first command must be configure");
    return;
  }
  std::visit([this](const auto& known) { handle_command(known); }, command);
}

void Room::handle_command(const Configure& command) {
  if (configured_) {
    reporter_.fault("configured", "the room is configured already; start a new process for another configuration");
    return;
  }
  configured_ = true;
  config_ = command;
  make_tracks();
  tracks_.ready();
  write_slate();
  desk_->start();
  make_inputs();
  start_inputs();
}

void Room::make_tracks() {
  std::string fault;
  slate_ = make_slate(config_.slate, config_.title, &fault);
  if (!fault.empty()) reporter_.fault("slate", fault);
  slate_.captured = monotonic_now();
  for (const VideoFormat& layer : config_.layers) slate_key_frames_.push_back(encode_key_frame(slate_, layer));
  const std::optional<std::string> profile = profile_level_id(slate_key_frames_.front());
  if (!profile) {
    reporter_.fault("encoder", "x264enc does not work here; is gstreamer1.0-plugins-ugly installed?");
    log(LogLevel::error, "room.encoder_missing");
  }
  encoded_profile_ = profile.value_or("42c01f");
  make_video();
  make_channels();
  make_desk();
  for (std::size_t i = 0; i < config_.layers.size(); ++i) {
    slate_video_tracks_.push_back(tracks_.add_video(layer_name("slate/" + kVideo, i), encoded_profile_, 0));
  }
  slate_vp8_track_ = tracks_.add_vp8("slate/video/vp8", 0, slate_video_tracks_.front());
  slate_audio_track_ = tracks_.add_sound("slate/audio");
}

void Room::make_video() {
  const VideoFormat best = config_.layers.front();
  const std::uint16_t video = tracks_.add_video(kVideo, encoded_profile_, best.bitrate());
  RoomVideo::Outputs outputs;
  outputs.profile = [this, video](const std::string& profile) { tracks_.set_profile(video, profile); };
  outputs.passing = [this, video, best](bool passing) { tracks_.set_bitrate(video, passing ? 0 : best.bitrate()); };
  video_ = std::make_unique<RoomVideo>(video, best, writer_, encoded_profile_, std::move(outputs));
  video_->lower().add_beneath(video, {kVideo, config_.layers, encoded_profile_}, tracks_, writer_);
}

void Room::make_desk() {
  SpeakerDesk::Settings settings;
  settings.mix = config_.mix;
  settings.returns = config_.returns;
  settings.slate = slate_;
  settings.layers = config_.layers;
  settings.profile_level_id = encoded_profile_;
  settings.floor = sound_tracks_["floor"].get();
  desk_ = std::make_unique<SpeakerDesk>(std::move(settings), tracks_, writer_, reporter_);
}

void Room::write_slate() {
  for (std::size_t i = 0; i < slate_video_tracks_.size(); ++i) {
    VideoTrack(slate_video_tracks_[i], writer_).write({slate_key_frames_[i], true, slate_.captured}, true);
  }
  const ByteVector vp8 = encode_key_frame(slate_, kVp8Layer);
  if (vp8.empty()) {
    reporter_.fault("encoder", "vp8enc does not work here; is gstreamer1.0-plugins-good installed?");
  } else {
    VideoTrack(slate_vp8_track_, writer_, Codec::vp8).write({vp8, true, slate_.captured}, true);
  }
  rtp::Frame silence;
  silence.track = slate_audio_track_;
  silence.codec = Codec::opus;
  silence.slate = true;
  silence.captured = slate_.captured;
  silence.audio_level = rfc6464_level(kSilenceDb);
  silence.payloads.emplace_back(std::begin(kOpusSilence), std::end(kOpusSilence));
  writer_.write(silence);
}

void Room::make_channels() {
  make_channel("floor");
  for (const std::string& language : config_.languages) make_channel(language);
  for (const SourceConfig& source : config_.sources) {
    for (const auto& [channel, pick] : source.audio) make_channel(channel);
  }
}

void Room::make_channel(const std::string& name) {
  if (channels_.contains(name)) return;
  auto track = std::make_unique<SoundTrack>(tracks_.add_sound("audio/" + name), writer_);
  SoundTrack* output = track.get();
  sound_tracks_[name] = std::move(track);
  Channel::Output forward = [output](const SoundFrame& frame, double db) { output->push(frame, db); };
  if (name == "floor" && config_.mix == Mix::server) {
    forward = [this](const SoundFrame& frame, double) { desk_->push_room_sound(frame); };
  }
  channels_[name] = std::make_unique<Channel>(
      name, std::move(forward),
      [this](const std::string& channel, bool silent) { reporter_.channel(channel, silent); });
}

void Room::make_inputs() {
  const auto shows = [](const SourceConfig& source) { return source.kind == SourceKind::room && !source.backup_of; };
  const auto main = std::find_if(config_.sources.begin(), config_.sources.end(), shows);
  std::map<std::string, int> backups;
  for (const SourceConfig& source : config_.sources) {
    auto input = std::make_unique<Input>();
    input->config = source;
    if (source.backup_of) input->rank = ++backups[*source.backup_of];
    const std::string& first = source.backup_of ? *source.backup_of : source.id;
    input->shows = main != config_.sources.end() && first == main->id;
    for (const auto& [channel, pick] : source.audio) input->routes.push_back({channels_[channel].get(), pick});
    if (source.audio.empty() && source.backup_of) {  // a backup carries what it stands in for, unless told otherwise
      for (const SourceConfig& other : config_.sources) {
        if (other.id != *source.backup_of) continue;
        for (const auto& [channel, pick] : other.audio) input->routes.push_back({channels_[channel].get(), pick});
      }
    }
    if (source.audio.empty() && !source.backup_of && input->shows) {
      input->routes.push_back({channels_["floor"].get(), SoundPick{}});
    }
    inputs_[source.id] = std::move(input);
  }
}

void Room::start_inputs() {
  for (auto& [id, input] : inputs_) {
    SourceSettings settings;
    settings.config = input->config;
    settings.title = config_.title;
    for (const Route& route : input->routes) settings.tracks = std::max(settings.tracks, route.pick.track + 1);
    settings.shows = input->shows;
    settings.may_pass_through = input->shows && config_.mix == Mix::desk;
    Result<std::unique_ptr<Source>> source = make_source(settings, *this);
    if (source.ok()) {
      input->source = std::move(source.value());
      continue;
    }
    SourceStatus status;
    status.state = "failed";
    status.detail = {"address", source.error().message};
    reporter_.source(id, url_without_secrets(input->config.url), status);
  }
}

Room::Input* Room::find_input(const std::string& id) {
  const auto found = inputs_.find(id);
  return found == inputs_.end() ? nullptr : found->second.get();
}

void Room::on_picture(const std::string& source, const Picture& picture, bool passing) {
  Input* input = find_input(source);
  if (input == nullptr) return;
  {
    const std::lock_guard lock(input->mutex);
    input->latest = picture;
  }
  if (input->shows) video_->push_picture(input->rank, picture, passing, monotonic_now());
  if (input->shows && input->rank == 0) desk_->push_room_picture(picture);
}

void Room::on_access_unit(const std::string& source, const AccessUnit& unit) {
  Input* input = find_input(source);
  if (input != nullptr && input->shows) video_->push_access_unit(input->rank, unit, monotonic_now());
}

void Room::on_sound(const std::string& source, int track, Instant captured, SoundValues values) {
  Input* input = find_input(source);
  if (input == nullptr) return;
  {
    const double db = level_db(values);
    const std::lock_guard lock(input->mutex);
    input->meter.add(db);
  }
  const Instant now = monotonic_now();
  std::vector<std::int16_t> side;
  for (const Route& route : input->routes) {
    if (route.pick.track != track) continue;
    if (route.pick.side == Side::both) {
      route.channel->push(input->rank, captured, values, now);
      continue;
    }
    side.assign(values.begin(), values.end());
    const std::size_t from = route.pick.side == Side::right ? 1 : 0;
    for (std::size_t i = 0; i + 1 < side.size(); i += 2) side[i] = side[i + 1] = values[i + from];
    route.channel->push(input->rank, captured, side, now);
  }
}

void Room::on_status(const std::string& source, const SourceStatus& status) {
  Input* input = find_input(source);
  if (input == nullptr) return;
  if (status.state != "live") {
    const std::lock_guard lock(input->mutex);
    input->latest.reset();
  }
  reporter_.source(source, url_without_secrets(input->config.url), status);
}

bool Room::wants_pictures(const std::string& source) {
  const Input* input = find_input(source);
  return desk_->programme_wanted() || (input != nullptr && input->shows && video_->wants_pictures(input->rank));
}

void Room::handle_command(const KeyFrame& command) {
  video_->request_key_frame(command.track);
  desk_->request_key_frame(command.track);
}

void Room::handle_command(const Want& command) {
  video_->want(command.track, command.wanted);
  desk_->want(command.track, command.wanted);
}

void Room::handle_command(const SpeakerAdd& command) { desk_->add(command); }
void Room::handle_command(const SpeakerAir& command) { desk_->set_air(command.speaker, command.on); }
void Room::handle_command(const SpeakerMute& command) { desk_->set_muted(command.speaker, command.muted); }
void Room::handle_command(const SpeakerRemove& command) { desk_->remove(command.speaker); }
void Room::handle_command(const CheckAdd& command) { checks_.add(command); }
void Room::handle_command(const CheckRemove& command) { checks_.remove(command.check); }
void Room::handle_command(const Stop&) { ended_ = true; }

void Room::on_speaker_frame(const rtp::Frame& frame) {
  if (desk_ && !checks_.on_frame(frame)) desk_->on_frame(frame);
}

void Room::report_levels(Instant now) {
  Levels levels;
  for (auto& [name, channel] : channels_) levels.channels[name] = channel->take_level(now);
  for (auto& [id, input] : inputs_) {
    const std::lock_guard lock(input->mutex);
    levels.sources[id] = input->meter.take();
  }
  desk_->add_levels(levels);
  levels.dropped["frames"] = writer_.dropped_frames();
  reporter_.levels(levels);
}

// One at a time, spread over the interval: the sources in turn, then the return.
void Room::report_next_picture(Instant now) {
  const std::size_t turn = picture_turn_++ % (inputs_.size() + 1);
  if (turn == inputs_.size()) {
    reporter_.picture("return", "screen", preview_->encode(desk_->return_picture(now)));
    return;
  }
  const auto input = std::next(inputs_.begin(), static_cast<std::ptrdiff_t>(turn));
  std::optional<Picture> latest;
  {
    const std::lock_guard lock(input->second->mutex);
    latest = input->second->latest;
  }
  if (latest) reporter_.picture("source", input->first, preview_->encode(*latest));
}

Picture Room::still() {
  const std::optional<int> rank = video_->rank_in_use();
  for (auto& [id, input] : inputs_) {
    if (!input->shows || input->rank != rank) continue;
    const std::lock_guard lock(input->mutex);
    if (input->latest) return *input->latest;
  }
  return slate_;
}

void Room::tick(Instant now) {
  if (!configured_) return;
  if (!preview_) preview_ = std::make_unique<Preview>();
  if (now >= next_levels_) {
    next_levels_ = std::max(next_levels_ + kLevelInterval, now);
    report_levels(now);
  }
  if (now >= next_picture_) {
    next_picture_ = now + kPictureInterval / static_cast<std::int64_t>(inputs_.size() + 1);
    report_next_picture(now);
  }
  if (now >= next_still_) {
    next_still_ = now + kStillInterval;
    reporter_.picture("room", "still", preview_->encode(still()));
  }
  desk_->handle_timeout(now);
  checks_.handle_timeout(now);
}

}  // namespace plenary::room
