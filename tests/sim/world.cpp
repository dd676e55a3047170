#include "tests/sim/world.h"

#include <algorithm>
#include <cstdlib>

#include "media/base/check.h"
#include "tests/sim/offers.h"

namespace plenary::sim {
namespace {

constexpr Duration kVideoInterval = std::chrono::milliseconds(40);
constexpr Duration kAudioInterval = std::chrono::milliseconds(20);
// What a picture needs from the camera to the shard: encoding and a hop.
constexpr Duration kRoomDelay = std::chrono::milliseconds(30);

}  // namespace

std::uint64_t scenario_seed(std::uint64_t fallback) {
  const char* text = std::getenv("PLENARY_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : fallback;
}

World::World(std::uint64_t the_seed, std::size_t shards)
    : seed(the_seed),
      random(the_seed),
      certificate(crypto::Certificate::generate()),
      boards([&] {
        std::vector<std::unique_ptr<io::Switchboard>> made;
        for (std::size_t i = 0; i < shards; ++i) {
          made.push_back(std::make_unique<io::Switchboard>(certificate, random, i, shards));
        }
        return made;
      }()),
      board(*boards[0]),
      network(the_seed + 1) {}

Address World::server_of(std::size_t shard) const {
  Address address = server;
  address.port = static_cast<std::uint16_t>(server.port + shard);
  return address;
}

void World::command(const io::ShardCommand& command) {
  const io::ShardSet to = io::addressees(command, (io::ShardSet{1} << boards.size()) - 1);
  for (std::size_t i = 0; i < boards.size(); ++i) {
    if ((to >> i & 1) != 0) boards[i]->handle_command(command, now);
  }
}

Address World::new_address() {
  const std::uint16_t host = next_host_++;
  return Address::v4(198, 18, static_cast<std::uint8_t>(host >> 8), static_cast<std::uint8_t>(host),
                     static_cast<std::uint16_t>(40'000 + host));
}

ViewerClient& World::add_viewer(PeerId id, unsigned audio, unsigned video, bool redundant_audio, crypto::SrtpOffer srtp,
                                std::optional<Codec> only, bool vp9_and_av1) {
  const auto client_certificate = crypto::Certificate::generate();
  const sdp::ViewerOffer offer{.ice = ice::make_credentials(random),
                               .fingerprint = client_certificate->fingerprint(),
                               .audio = audio,
                               .video = video,
                               .redundant_audio = redundant_audio,
                               .h264 = only != Codec::vp8,
                               .vp9 = vp9_and_av1,
                               .av1 = vp9_and_av1};
  sdp::LocalParameters local{.ice = ice::make_credentials(random),
                             .fingerprint = certificate->fingerprint(),
                             .candidates = {server_of(io::home_of(id))},
                             .cname = "room"};
  std::string text = sdp::write_viewer_offer(offer);
  if (only == Codec::h264) remove_vp8(text);
  if (!viewers_read_dependencies) remove_descriptor(text);
  auto negotiated = sdp::answer_viewer(text, local, random);
  PLENARY_CHECK(negotiated.ok());
  const auto answer = sdp::parse_answer(negotiated->answer);
  PLENARY_CHECK(answer.ok());
  addresses_[id] = new_address();
  at_address_[addresses_[id]] = id;
  both_ways(id, Link{});
  viewers_[id] =
      std::make_unique<ViewerClient>(ClientTransport::Config{.local = offer.ice,
                                                             .remote = answer.value().ice,
                                                             .server_fingerprint = answer.value().fingerprint,
                                                             .certificate = client_certificate,
                                                             .srtp = srtp},
                                     answer.value().media, random, now);
  command(io::AddPeer{.peer = id,
                      .use = io::PeerUse::viewer,
                      .local_ice = local.ice,
                      .negotiated = *negotiated,
                      .cname = local.cname,
                      .keeps_pictures = keeps_pictures});
  return *viewers_[id];
}

SpeakerClient& World::add_speaker(PeerId id, Codec video, std::uint16_t stream, Duration clock_ahead, bool reduced_size,
                                  std::size_t layers) {
  const auto client_certificate = crypto::Certificate::generate();
  const ice::Credentials credentials = ice::make_credentials(random);
  sdp::LocalParameters local{.ice = ice::make_credentials(random),
                             .fingerprint = certificate->fingerprint(),
                             .candidates = {server_of(io::home_of(id))},
                             .cname = "room"};
  auto negotiated = sdp::answer_speaker(
      speaker_offer(credentials, client_certificate->fingerprint(), reduced_size, layers, video), local, random);
  PLENARY_CHECK(negotiated.ok());
  addresses_[id] = new_address();
  at_address_[addresses_[id]] = id;
  both_ways(id, Link{});
  speakers_[id] = std::make_unique<SpeakerClient>(
      SpeakerClient::Config{.transport = {.local = credentials,
                                          .remote = local.ice,
                                          .server_fingerprint = certificate->fingerprint(),
                                          .certificate = client_certificate},
                            .media = negotiated->media,
                            .stream = stream,
                            .video = video,
                            .clock_ahead = clock_ahead},
      random, now);
  command(io::AddPeer{.peer = id,
                      .use = io::PeerUse::speaker,
                      .local_ice = local.ice,
                      .negotiated = *negotiated,
                      .cname = local.cname});
  return *speakers_[id];
}

Address World::move(PeerId id) {
  const Address old = addresses_[id];
  const Address fresh = new_address();
  network.up(fresh) = network.up(old);
  network.down(fresh) = network.down(old);
  at_address_.erase(old);
  at_address_[fresh] = id;
  addresses_[id] = fresh;
  return old;
}

void World::vanish(PeerId id) {
  at_address_.erase(addresses_[id]);
  viewers_.erase(id);
  speakers_.erase(id);
}

void World::inject(const Address& from, ByteVector bytes) {
  to_board(0, {.from = from, .to = server, .bytes = std::move(bytes)});
  run_boards();
}

void World::talk_to(ClientTransport& client, const Address& from, Duration duration) {
  const Instant end = now + duration;
  to_stranger_[from];
  while (now < end) {
    client.handle_timeout(now);
    while (std::optional<ByteVector> datagram = client.poll_output()) inject(from, std::move(*datagram));
    run_for(std::chrono::milliseconds(5));
    for (const ByteVector& datagram : std::exchange(to_stranger_[from], {})) client.handle_datagram(datagram, now);
  }
  to_stranger_.erase(from);
}

RoomTrack& World::add_room_track(FeedId feed, RoomTrack track) {
  command(io::AddFeedTrack{track.track, track.codec, "42e01f", feed, track.number, track.layer_of, track.bitrate});
  track.due = now;
  track.timestamp = random.u32();
  if (track.key_frame_every) track.key_frame_due = now;
  return *room_tracks_.emplace_back(feed, std::make_unique<RoomTrack>(track)).second;
}

RoomTrack& World::add_picture(FeedId feed, TrackId id, std::uint16_t number) {
  RoomTrack track;
  track.track = id;
  track.number = number;
  track.stream = number;
  track.interval = kVideoInterval;
  track.parts = 8;
  track.key_frame_every = std::chrono::seconds(2);
  return add_room_track(feed, track);
}

RoomTrack& World::add_sound(FeedId feed, TrackId id, std::uint16_t number) {
  RoomTrack track;
  track.track = id;
  track.number = number;
  track.stream = number;
  track.codec = Codec::opus;
  track.interval = kAudioInterval;
  track.size = 120;
  return add_room_track(feed, track);
}

void World::add_slate(FeedId feed, TrackId id, std::uint16_t number, Codec codec, std::uint16_t stream) {
  command(io::AddFeedTrack{id, codec, "42e01f", feed, number});
  const PayloadMark mark{.parts = 1, .stream = stream, .key_frame = true};
  rtp::Frame frame = make_frame(codec, number, mark, 0, now, codec == Codec::opus ? 20 : 1'100);
  frame.slate = true;
  board.handle_frame(feed, std::move(frame), now);
}

void World::close_feed(FeedId feed) {
  std::erase_if(room_tracks_, [feed](const auto& entry) { return entry.first == feed; });
  board.handle_feed_closed(feed, now);
  run_boards();
}

std::optional<Instant> World::next_event() const {
  std::optional<Instant> next = network.next_timeout();
  const auto sooner = [&next](const std::optional<Instant>& at) {
    if (at && (!next || *at < *next)) next = at;
  };
  if (turn_began_) sooner(busy_until_);
  for (const auto& one : boards) {
    if (one != boards.front() || !turn_began_) sooner(one->next_timeout());
  }
  for (const auto& [id, viewer] : viewers_) sooner(viewer->next_timeout());
  for (const auto& [id, speaker] : speakers_) sooner(speaker->next_timeout());
  for (const auto& [feed, track] : room_tracks_) {
    if (track->running) sooner(track->due);
  }
  return next;
}

void World::run_until(Instant end) {
  while (true) {
    step();
    const std::optional<Instant> next = next_event();
    if (!next || *next >= end) break;
    // What is overdue is asked again a little later, as a real loop does: time must go on.
    now = std::max(*next, now + std::chrono::microseconds(100));
  }
  now = std::max(now, end);
  step();
}

bool World::run_until_true(const std::function<bool()>& holds, Duration patience) {
  const Instant end = now + patience;
  while (!holds()) {
    if (now >= end) return false;
    run_for(std::chrono::milliseconds(5));
  }
  return true;
}

void World::step() {
  run_room();
  while (std::optional<Network::Datagram> datagram = network.poll(now)) {
    if (datagram->to.ip == server.ip) {
      to_board(static_cast<std::size_t>(datagram->to.port - server.port), std::move(*datagram));
      continue;
    }
    const auto owner = at_address_.find(datagram->to);
    if (owner == at_address_.end()) {
      ++to_nobody[datagram->to];
      const auto stranger = to_stranger_.find(datagram->to);
      if (stranger != to_stranger_.end()) stranger->second.push_back(std::move(datagram->bytes));
      continue;
    }
    if (const auto viewer = viewers_.find(owner->second); viewer != viewers_.end()) {
      viewer->second->handle_datagram(datagram->bytes, now);
    } else if (const auto speaker = speakers_.find(owner->second); speaker != speakers_.end()) {
      speaker->second->handle_datagram(datagram->bytes, now);
    }
  }
  run_people();
  run_boards();
}

void World::run_room() {
  for (auto& [feed, track] : room_tracks_) {
    if (!track->running || now < track->due) continue;
    track->due = std::max(track->due + track->interval, now);
    track->timestamp += static_cast<std::uint32_t>(track->interval / std::chrono::microseconds(1) *
                                                   clock_rate(track->codec) / 1'000'000);
    if (track->key_frame_every && now >= track->key_frame_due) track->key_frame = true;
    const PayloadMark mark{
        .frame = track->frames++,
        .parts = track->parts,
        .stream = track->stream,
        .key_frame = kind_of(track->codec) == MediaKind::video && std::exchange(track->key_frame, false)};
    if (mark.key_frame && track->key_frame_every) track->key_frame_due = now + *track->key_frame_every;
    to_board(feed, make_frame(track->codec, track->number, mark, track->timestamp, now - kRoomDelay, track->size));
  }
}

void World::to_board(FeedId feed, rtp::Frame frame) {
  if (!processor) return board.handle_frame(feed, std::move(frame), now);
  if (waiting_frames_.size() == processor->most_frames) {
    ++processor->frames_lost;
  } else {
    waiting_frames_.emplace_back(feed, std::move(frame));
  }
}

void World::to_board(std::size_t shard, Network::Datagram datagram) {
  if (shard != 0 || !processor) {
    boards.at(shard)->handle_datagram(datagram.bytes, {.local = datagram.to, .remote = datagram.from}, now);
  } else if (waiting_datagrams_.size() == processor->most_datagrams) {
    ++processor->datagrams_lost;
  } else {
    waiting_datagrams_.emplace_back(now, std::move(datagram));
  }
}

void World::run_people() {
  const auto run = [this](PeerId id, auto& client) {
    client.handle_timeout(now);
    while (std::optional<ByteVector> datagram = client.poll_output()) {
      network.send(addresses_[id], server_of(io::home_of(id)), *datagram, now);
    }
  };
  for (auto& [id, viewer] : viewers_) run(id, *viewer);
  for (auto& [id, speaker] : speakers_) run(id, *speaker);
}

void World::run_boards() {
  if (processor) run_turn();
  for (std::size_t i = processor ? 1 : 0; i < boards.size(); ++i) boards[i]->handle_timeout(now);
  run_relays();
  for (std::size_t i = processor ? 1 : 0; i < boards.size(); ++i) run_board(i);
  while (std::optional<io::Switchboard::FeedOutput> output = board.poll_feed_output()) {
    to_room.emplace_back(now, std::move(*output));
  }
  while (std::optional<io::ShardEvent> event = board.poll_event()) take_event(std::move(*event));
}

void World::run_relays() {
  for (std::size_t from = 0; from < boards.size(); ++from) {
    while (std::optional<io::RelayOutput> output = boards[from]->poll_relay()) {
      if (loses_relayed && loses_relayed(*output)) output->what = std::make_shared<const io::Relayed>(io::RelayGap{});
      for (std::size_t to = 0; to < boards.size(); ++to) {
        if ((output->to >> to & 1) == 0) continue;
        relayed.push_back(output->what);
        boards[to]->handle_relayed(from, *output->what, now);
      }
    }
  }
}

// As the loop of a real shard.
void World::run_turn() {
  if (now < busy_until_) return;
  if (const std::optional<Instant> began = std::exchange(turn_began_, std::nullopt)) {
    board.handle_turn({.woke = *began, .ended = busy_until_, .waited = waited_});
    processor->longest_turn = std::max(processor->longest_turn, busy_until_ - *began);
  }
  const std::optional<Instant> due = board.next_timeout();
  if (waiting_datagrams_.empty() && waiting_frames_.empty() && (!due || *due > now)) return;
  turn_began_ = now;
  waited_ = waiting_datagrams_.empty() ? Duration::zero() : now - waiting_datagrams_.front().first;
  const std::size_t most = board.datagrams_at_once();
  for (std::size_t i = 0; i < most && !waiting_datagrams_.empty(); ++i, waiting_datagrams_.pop_front()) {
    auto& [at, datagram] = waiting_datagrams_.front();
    board.handle_datagram(datagram.bytes, {.local = datagram.to, .remote = datagram.from}, at);
  }
  for (auto& [feed, frame] : std::exchange(waiting_frames_, {})) board.handle_frame(feed, std::move(frame), now);
  board.handle_timeout(now);
  run_relays();
  busy_until_ = now + processor->per_turn + processor->per_packet * run_board(0);
}

// Returns how many datagrams it sent.
std::size_t World::run_board(std::size_t shard) {
  const Duration each = shard == 0 && processor ? processor->per_packet : Duration::zero();
  std::size_t sent = 0;
  bool more = true;
  while (more) {
    more = boards[shard]->poll_output(batch_, now);
    for (const peer::Run& run : batch_.runs()) {
      PLENARY_CHECK(run.path.local == server_of(shard));
      Bytes rest = batch_.bytes(run);
      std::uint16_t datagrams = 0;
      while (!rest.empty()) {
        const std::size_t size = std::min<std::size_t>(run.segment, rest.size());
        network.send(run.path.local, run.path.remote, rest.first(size), now + each * ++sent);
        rest = rest.subspan(size);
        ++datagrams;
      }
      PLENARY_CHECK(datagrams == run.datagrams);
    }
    batch_.clear();
  }
  return sent;
}

void World::take_event(io::ShardEvent event) {
  if (const auto* wanted = std::get_if<io::KeyFrameWanted>(&event)) {
    for (auto& [feed, track] : room_tracks_) {
      if (feed != wanted->feed || track->number != wanted->feed_track) continue;
      ++track->key_frames_asked;
      if (track->answers_key_frames) track->key_frame = true;
    }
  }
  if (const auto* watched = std::get_if<io::TrackWatched>(&event)) {
    for (auto& [feed, track] : room_tracks_) {
      if (track->track != watched->track || !track->while_watched) continue;
      track->running = watched->watched;
      track->key_frame = true;
      track->due = now;
    }
  }
  events.emplace_back(now, std::move(event));
}

}  // namespace plenary::sim
