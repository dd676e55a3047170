#!/usr/bin/env python3
"""The room process against senders and receivers that were not written here: room_test.py PLENARY_ROOM [TESTS …]"""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from room_driver import Room, annex_b, decode_video, read_strip, run_ffmpeg, tone_share

PROGRAM = None
FOLDER = None
START = 40  # seconds: a loaded machine is slow to start, and a test that passes does not wait


def free_port(kind=socket.SOCK_DGRAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Processes:
    """Ends what a test started, also when it fails."""

    def __init__(self):
        self.running = []

    def ffmpeg(self, *arguments):
        process = subprocess.Popen(["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y", *arguments],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.running.append(process)
        return process

    def python(self, *arguments):
        process = subprocess.Popen(["/usr/bin/python3", *arguments], stdin=subprocess.DEVNULL)
        self.running.append(process)
        return process

    def end(self, process, hard=False):
        if process.poll() is None:
            process.send_signal(signal.SIGKILL if hard else signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.remove(process)

    def end_all(self):
        for process in list(self.running):
            self.end(process, hard=True)


def picture(profile="baseline", bframes=0, size="640x360"):
    return ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", profile, "-bf", str(bframes),
            "-g", "25", "-keyint_min", "25", "-threads", "1", "-pix_fmt", "yuv420p", "-b:v", "800k"]


def tones(*frequencies):
    inputs = []
    for frequency in frequencies:
        inputs += ["-f", "lavfi", "-i", f"sine=frequency={frequency}:sample_rate=48000"]
    return inputs


class RoomTest(unittest.TestCase):
    def setUp(self):
        self.processes = Processes()
        self.room = None

    def tearDown(self):
        if self.room:
            self.room.close()
        self.processes.end_all()

    def file(self, *video, name="in.mp4", seconds=4):
        path = os.path.join(FOLDER, name)
        run_ffmpeg(["-y", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25", *tones(440), *video, "-c:a", "aac", "-t",
                    str(seconds), path])
        return path

    def nals(self, data):
        return [nal.rstrip(b"\0") for nal in data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if nal]

    def start(self, sources, returns=(), mix="desk", languages=("en", "fr"), **more):
        self.room = Room(PROGRAM, room="room-a", title="Room A", languages=list(languages), mix=mix, slate=None,
                         sources=sources, returns=list(returns), **more)
        self.assertTrue(self.room.wait_report(START, "ready"), "the room process says nothing")
        return self.room

    def wait(self, report, **fields):
        found = self.room.wait_report(START, report, **fields)
        self.assertTrue(found, f"no report {report} {fields} came; sources: {self.room.find('source')[-3:]}")
        return found

    def wait_frames(self, track, count, since=0):
        self.assertTrue(self.room.pump(START, lambda: len(self.room.track_frames(track, since)) >= count),
                        f"{track}: {len(self.room.track_frames(track, since))} of {count} frames")

    def assert_tone(self, track, frequency, others=(), since=0, least=0.5):
        samples = self.room.sound(track, since)
        share = tone_share(samples, frequency)
        self.assertGreater(share, least, f"{track}: {frequency} Hz has {share:.2f} of {len(samples)} samples' energy")
        for other in others:
            self.assertLess(tone_share(samples, other), 0.05, f"{track} carries {other} Hz too")


class TestSource(RoomTest):
    def test_each_channel_carries_its_own_tone(self):
        room = self.start([{"id": "main", "url": "test:?tone=440,880,1320&picture=counter", "kind": "room",
                            "audio": {"floor": 0, "en": 1, "fr": 2}}])
        self.wait("source", state="live")
        self.wait_frames("audio/fr", 150)
        self.assert_tone("audio/floor", 440, (880, 1320))
        self.assert_tone("audio/en", 880, (440, 1320))
        self.assert_tone("audio/fr", 1320, (440, 880))
        stamps = [f.timestamp for f in room.track_frames("audio/en")]
        self.assertEqual({(b - a) % 2**32 for a, b in zip(stamps, stamps[1:])}, {960})
        self.assertTrue(all(18 <= f.level <= 22 for f in room.track_frames("audio/en")[5:]))

    def test_the_picture_counts_and_moves(self):
        room = self.start([{"id": "main", "url": "test:?picture=counter", "kind": "room", "audio": {"floor": 0}}])
        self.wait_frames("video", 60)
        frames = room.track_frames("video")
        self.assertTrue(frames[0].key)
        numbers = [read_strip(luma) for luma in decode_video(b"".join(annex_b(f) for f in frames))]
        self.assertNotIn(None, numbers)
        self.assertEqual(numbers, sorted(set(numbers)))
        self.assertGreaterEqual(len(numbers), 59)

    def test_payloads_of_a_frame_are_equal_and_the_last_is_shorter(self):
        room = self.start([{"id": "main", "url": "test:?picture=smpte", "kind": "room", "audio": {"floor": 0}}])
        self.wait_frames("video", 30)
        for frame in room.track_frames("video"):
            # Parameter sets may stand in a payload of their own before the slice.
            sizes = [len(p) for p in frame.payloads if p[0] & 0x1F == 28]
            self.assertLessEqual(len(set(sizes[:-1])), 1)
            self.assertTrue(all(len(p) <= 1150 for p in frame.payloads))

    def test_a_key_frame_comes_when_it_is_asked_for(self):
        room = self.start([{"id": "main", "url": "test:?picture=counter", "kind": "room", "audio": {"floor": 0}}])
        self.wait_frames("video", 10)
        for _ in range(3):
            room.pump(0.3)
            before = len(room.track_frames("video"))
            asked = time.monotonic_ns()
            room.send(command="key_frame", track=room.tracks["video"])
            self.wait_frames("video", before + 4)
            # Frames captured before the command reached the process may still be under way.
            later = [f for f in room.track_frames("video") if f.captured > asked - 40_000_000][:4]
            self.assertTrue(any(f.key for f in later), "no key frame among the next four")

    def test_key_frames_are_at_most_two_seconds_apart_and_carry_parameter_sets(self):
        room = self.start([{"id": "main", "url": "test:", "kind": "room", "audio": {"floor": 0}}])
        self.wait_frames("video", 150)
        keys = [f for f in room.track_frames("video") if f.key]
        for a, b in zip(keys, keys[1:]):
            self.assertLessEqual((b.captured - a.captured) / 1e9, 2.0)
        for key in keys:
            kinds = [nal[0] & 0x1F for nal in annex_b(key).split(b"\0\0\0\1")[1:]]
            self.assertLess(kinds.index(7), kinds.index(5))
            self.assertLess(kinds.index(8), kinds.index(5))
            self.assertEqual(kinds.count(5), 1)

    def test_the_slate_is_handed_over_before_anything_else(self):
        room = self.start([])
        self.wait_frames("slate/video", 1)
        self.wait_frames("slate/audio", 1)
        slate = room.track_frames("slate/video")[0]
        self.assertTrue(slate.slate and slate.key)
        picture = decode_video(annex_b(slate))
        self.assertEqual(len(picture), 1)
        self.assertGreater(max(picture[0]), 200)  # the title
        self.assertLess(sorted(picture[0])[len(picture[0]) // 2], 60)  # on a dark ground
        entry = next(t for t in room.find("ready")[0]["tracks"] if t["name"] == "video")
        sps = annex_b(slate).split(b"\0\0\0\1")[1:]
        sps = next(nal for nal in sps if nal[0] & 0x1F == 7)
        self.assertEqual(entry["profile_level_id"], sps[1:4].hex())

    def test_levels_and_pictures_are_reported(self):
        room = self.start([{"id": "main", "url": "test:?tone=440", "kind": "room", "audio": {"floor": 0}}])
        self.wait("channel", channel="floor", silent=False)
        self.wait("channel", channel="en", silent=True)
        self.wait("picture", kind="source", id="main")
        self.wait("picture", kind="return")
        room.pump(1.2)
        level = room.find("levels")[-1]
        self.assertAlmostEqual(level["channels"]["floor"], -20, delta=1)
        self.assertEqual(level["channels"]["en"], -127)

    def test_unknown_commands_are_faults_and_the_end_is_clean(self):
        room = self.start([{"id": "main", "url": "test:", "kind": "room", "audio": {"floor": 0}},
                           {"id": "odd", "url": "gopher://x", "kind": "room"}])
        self.wait("source", id="odd", state="failed")
        room.send(command="dance")
        self.wait("fault", code="unknown_command")
        room.control.send(b"\xff\x00 not json")
        self.wait("fault", code="json")
        room.send(command="speaker.air", speaker="nobody", on=True)
        self.wait("fault", code="unknown_speaker")
        room.frames_socket.send(b"\x01\x02garbage")
        self.wait_frames("video", 5, time.monotonic_ns())
        room.process.send_signal(signal.SIGTERM)
        self.assertEqual(room.process.wait(START), 0)

    def test_end_of_file_ends_the_process(self):
        room = self.start([{"id": "main", "url": "test:", "kind": "room", "audio": {"floor": 0}}])
        self.assertEqual(room.close(), 0)


class TestStreams(RoomTest):
    def srt_sender(self, port, *video, seconds=60):
        return self.processes.ffmpeg(
            "-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25", *tones(440, 880, 1320), "-map", "0:v",
            "-map", "1:a", "-map", "2:a", "-map", "3:a", *video, "-c:a", "aac", "-ac", "2", "-t", str(seconds),
            "-f", "mpegts", f"srt://127.0.0.1:{port}?mode=caller&latency=50000")

    def test_three_tracks_over_srt_with_a_sender_that_dies_and_comes_back(self):
        port = free_port()
        room = self.start([{"id": "main", "url": f"srt://127.0.0.1:{port}?mode=listener&latency=50", "kind": "room",
                            "audio": {"floor": 0, "en": 1, "fr": "2.L"}}])
        self.wait("source", state="connecting")
        sender = self.srt_sender(port, *picture())
        self.wait("source", state="live")
        self.wait_frames("audio/fr", 150)
        self.wait_frames("video", 50)
        self.assert_tone("audio/floor", 440, (880, 1320))
        self.assert_tone("audio/en", 880, (440, 1320))
        self.assert_tone("audio/fr", 1320, (440, 880))
        self.assertEqual([a["track"] for a in room.find("source", state="live")[-1]["audio"]], [0, 1, 2])
        room.reports.clear()
        self.processes.end(sender, hard=True)
        self.wait("source", state="stopped")
        self.wait("source", state="connecting")  # a caller that is too early has to call again, and ffmpeg does not
        sender = self.srt_sender(port, *picture())
        self.wait("source", state="live")
        self.wait_frames("video", 20, time.monotonic_ns())
        stamps = [f.timestamp for f in room.track_frames("video")]
        self.assertTrue(all(0 < (b - a) % 2**32 < 2**31 for a, b in zip(stamps, stamps[1:])))

    def test_srt_is_called_where_the_sender_listens_and_opus_stands_beside_aac(self):
        port = free_port()
        room = self.start([{"id": "main", "url": f"srt://127.0.0.1:{port}?mode=caller&latency=50", "kind": "room",
                            "audio": {"floor": 0, "en": 1}}])
        self.processes.ffmpeg(
            "-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25", *tones(440, 880), "-map", "0:v", "-map", "1:a",
            "-map", "2:a", *picture(), "-c:a:0", "libopus", "-c:a:1", "aac", "-ac", "2", "-t", "60", "-f", "mpegts",
            f"srt://127.0.0.1:{port}?mode=listener&latency=50000")
        self.wait("source", state="live")
        self.wait_frames("audio/floor", 150)
        self.wait_frames("audio/en", 150)
        self.assert_tone("audio/floor", 440, (880,))
        self.assert_tone("audio/en", 880, (440,))
        self.assertEqual([a["codec"] for a in room.find("source", state="live")[-1]["audio"]], ["opus", "aac"])

    def test_suitable_h264_passes_through_untouched_and_a_file_keeps_its_pace(self):
        path = self.file(*picture())
        room = self.start([{"id": "main", "url": "file://" + path, "kind": "room", "audio": {"floor": 0}}])
        self.assertTrue(room.pump(START, lambda: any((r.get("picture") or {}).get("passthrough")
                                                     for r in room.find("source"))), "never passed through")
        since = time.monotonic_ns()
        self.wait_frames("video", 60, since)
        early = [f.captured - f.arrived for f in room.track_frames("video", since) if f.captured > f.arrived]
        self.assertEqual(early, [], "pictures that came before their time, in nanoseconds")
        original = {nal for nal in self.nals(run_ffmpeg(["-i", path, "-c", "copy", "-an", "-f", "h264", "-"]))
                    if nal[0] & 0x1F in (1, 5)}
        passed = [nal for f in room.track_frames("video", since)[:30] for nal in self.nals(annex_b(f))
                  if nal[0] & 0x1F in (1, 5)]
        self.assertGreater(sum(nal in original for nal in passed), 25)

    def test_b_frames_are_encoded_anew(self):
        path = self.file("-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-bf", "2", "-g", "25",
                         "-pix_fmt", "yuv420p")
        room = self.start([{"id": "main", "url": "file://" + path, "kind": "room", "audio": {"floor": 0}}])
        self.wait_frames("video", 100)
        self.assertFalse(any((r.get("picture") or {}).get("passthrough") for r in room.find("source")))
        self.assertIn(b"\x67\x42\xc0\x1f", annex_b(room.track_frames("video")[0]))

    def test_a_file_is_looped_without_a_gap_in_its_timestamps(self):
        path = self.file("-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-pix_fmt", "yuv420p", name="in.ts",
                         seconds=2)
        room = self.start([{"id": "main", "url": "file://" + path, "kind": "room", "audio": {"floor": 0}}])
        self.wait_frames("audio/floor", 250)
        stamps = [f.timestamp for f in room.track_frames("audio/floor")]
        self.assertEqual({(b - a) % 2**32 for a, b in zip(stamps, stamps[1:])}, {960})
        self.assert_tone("audio/floor", 440)

    def test_garbage_on_the_network_harms_nobody_else(self):
        port = free_port()
        room = self.start([{"id": "main", "url": "test:?tone=440", "kind": "room", "audio": {"floor": 0}},
                           {"id": "udp", "url": f"udp://127.0.0.1:{port}", "kind": "booth", "audio": {"en": 0}}])
        self.wait("source", id="main", state="live")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for i in range(2000):
                body = os.urandom(1316) if i % 2 else b"".join(b"\x47" + os.urandom(187) for _ in range(7))
                sender.sendto(body, ("127.0.0.1", port))
        self.wait_frames("video", 60, time.monotonic_ns())
        self.assertIsNone(room.process.poll())

    def test_rtsp_tracks_come_in_their_order(self):
        port = free_port(socket.SOCK_STREAM)
        here = os.path.dirname(os.path.abspath(__file__))
        if subprocess.run(["/usr/bin/python3", os.path.join(here, "rtsp_server.py"), "--check"]).returncode != 0:
            self.skipTest("gir1.2-gst-rtsp-server-1.0 is not installed")
        self.processes.python(os.path.join(here, "rtsp_server.py"), str(port))
        self.start([{"id": "main", "url": f"rtsp://127.0.0.1:{port}/room", "kind": "room",
                     "audio": {"floor": 0, "en": 1}}])
        self.wait("source", state="live")
        self.wait_frames("audio/en", 120)
        self.assert_tone("audio/floor", 700, (1100,))
        self.assert_tone("audio/en", 1100, (700,))
        self.wait_frames("video", 30)


class Uplink:
    """A speaker's RTP, made by ffmpeg and handed to the room process packet by packet."""

    def __init__(self, test, sound, audio_track, video_track, codec="h264"):
        self.test = test
        self.tracks = []
        self.forged = False
        self.add(audio_track, "opus", [*sound, "-ac", "2", "-c:a", "libopus", "-frame_duration", "20",
                                       "-application", "lowdelay"])
        video = picture() if codec == "h264" else ["-c:v", "libvpx", "-deadline", "realtime", "-b:v", "500k", "-g", "50"]
        if video_track:
            self.add(video_track, codec, ["-f", "lavfi", "-i", "color=white:size=320x180:rate=15", *video])

    def add(self, track, codec, arguments):
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.bind(("127.0.0.1", 0))
        receiver.setblocking(False)
        self.test.processes.ffmpeg("-re", *arguments, "-f", "rtp",
                                   f"rtp://127.0.0.1:{receiver.getsockname()[1]}?pkt_size=1200")
        self.tracks.append((receiver, track, codec))

    def forward(self):
        for receiver, track, codec in self.tracks:
            for _ in range(200):
                try:
                    packet = receiver.recv(2048)
                except BlockingIOError:
                    break
                if self.forged:
                    packet = re.sub(rb"(?s)\x9d\x01\x2a....", b"\x9d\x01\x2a\xff\x3f\xff\x3f", packet)
                if not 192 <= packet[1] <= 223:
                    self.test.room.send_frame(track, codec, [packet])

    def close(self):
        for receiver, _, _ in self.tracks:
            receiver.close()


class SpeakersTest(RoomTest):
    def setUp(self):
        super().setUp()
        self.uplinks = []

    def tearDown(self):
        for uplink in self.uplinks:
            uplink.close()
        super().tearDown()

    def talk(self, seconds, until=None):
        def step():
            for uplink in self.uplinks:
                uplink.forward()
            return until() if until else False
        return self.room.pump(seconds, step)

    def talk_until(self, report, **fields):
        self.assertTrue(self.talk(START, lambda: self.room.find(report, **fields)), f"no {report} {fields}")

    def add_speaker(self, name, frequency, number, codec="h264"):
        self.room.send(command="speaker.add", speaker=name, audio_track=number, video_track=number + 1,
                       video_codec=codec)
        self.uplinks.append(Uplink(self, tones(frequency), number, number + 1, codec))


class TestSpeakers(SpeakersTest):
    def test_the_return_carries_who_is_on_air_and_nobody_else(self):
        port = free_port()
        recording = os.path.join(FOLDER, "return.ts")
        room = self.start([{"id": "main", "url": "test:?tone=440", "kind": "room", "audio": {"floor": 0}}],
                          [{"id": "wall", "url": f"srt://127.0.0.1:{port}?mode=listener&latency=50"}])
        recorder = self.processes.ffmpeg("-i", f"srt://127.0.0.1:{port}?mode=caller&latency=50000", "-c", "copy",
                                         recording)
        self.wait("return", id="wall", state="connected")
        for name in ("return/video", "return/audio"):
            room.send(command="want", track=room.tracks[name], wanted=True)
        self.add_speaker("s1", 1000, 101)
        self.talk_until("speaker", speaker="s1", state="decoding")
        self.talk(1.5)
        self.assertEqual(room.find("speaker", state="on_air"), [])
        standby = time.monotonic_ns()
        room.send(command="speaker.air", speaker="s1", on=True)
        self.talk_until("speaker", speaker="s1", state="on_air")
        on_air = room.find("speaker", state="on_air")[0]["arrived"]
        self.talk(3)
        room.send(command="speaker.air", speaker="s1", on=False)
        self.talk_until("speaker", speaker="s1", state="off_air")
        off_air = time.monotonic_ns()
        self.talk(2)
        before = [f for f in room.track_frames("return/audio") if f.captured < standby - 3e8]  # ticks may be late
        during = [f for f in room.track_frames("return/audio") if on_air + 3e8 < f.captured < off_air - 3e8]
        after = [f for f in room.track_frames("return/audio") if f.captured > off_air + 3e8]
        self.assertTrue(before and during and after)
        self.assertEqual({f.level for f in before}, {127})
        self.assertEqual({f.level for f in after}, {127})
        # A tick is silent where the machine was too busy for us to speak in time.
        heard = [f for f in during if f.level < 60]
        self.assertGreater(len(heard), 0.8 * len(during))
        # Each such gap spreads the tone.
        self.assert_tone("return/audio", 1000, (440,), on_air, least=0.3)
        self.processes.end(recorder)
        raw = run_ffmpeg(["-i", recording, "-vn", "-ac", "1", "-ar", "48000", "-f", "s16le", "-"])
        samples = memoryview(raw[:len(raw) // 2 * 2]).cast("h").tolist()
        loud = [v for v in range(0, len(samples) - 4800, 4800) if max(samples[v:v + 4800]) > 1000]
        self.assertGreater(len(loud), 15)
        part = samples[loud[3]:loud[-3]]
        self.assertGreater(tone_share(part, 1000), 0.5)
        self.assertLess(tone_share(part, 440), 0.05)
        with open(recording, "rb") as file:
            pictures = decode_video(file.read(), "mpegts")
        bright = [p[360 * 1280 + 640] > 180 for p in pictures]
        self.assertIn(True, bright)  # the speaker's white picture
        self.assertFalse(bright[-1])  # the slate again

    def test_with_server_mix_nobody_hears_themselves(self):
        room = self.start([{"id": "main", "url": "test:?tone=440,660", "kind": "room", "audio": {"floor": 0, "en": 1}}],
                          mix="server")
        self.add_speaker("s1", 1000, 101)
        self.add_speaker("s2", 1500, 103, "vp8")
        self.talk_until("speaker", speaker="s1", state="decoding")
        self.talk_until("speaker", speaker="s2", state="decoding")
        room.send(command="want", track=room.tracks["programme/video"], wanted=True)
        room.send(command="speaker.air", speaker="s1", on=True)
        room.send(command="speaker.air", speaker="s2", on=True)
        self.talk_until("speaker", speaker="s1", state="on_air")
        self.talk_until("speaker", speaker="s2", state="on_air")
        since = time.monotonic_ns()
        self.talk(4)

        def share(track, frequency):
            return tone_share(room.sound(track, since), frequency)

        for track, present, absent in (("audio/floor", (440, 1000, 1500), ()), ("minus/s1", (440, 1500), (1000,)),
                                       ("minus/s2", (440, 1000), (1500,)), ("audio/en", (660,), (440, 1000, 1500))):
            for frequency in present:
                self.assertGreater(share(track, frequency), 0.08, f"{track} lacks {frequency} Hz")
            for frequency in absent:
                self.assertLess(share(track, frequency), 0.02, f"{track} carries {frequency} Hz")
        pictures = decode_video(b"".join(annex_b(f) for f in room.track_frames("programme/video", since)))
        self.assertTrue(any(p[600 * 1280 + 1100] > 180 for p in pictures), "no speaker is laid into the programme")
        room.send(command="speaker.remove", speaker="s1")
        self.talk_until("speaker", speaker="s1", state="off_air")
        self.assertTrue(self.talk(START, lambda: "minus/s1" not in room.tracks))

    def test_a_muted_speaker_on_air_is_not_heard(self):
        room = self.start([])
        room.send(command="want", track=room.tracks["return/audio"], wanted=True)
        self.add_speaker("s1", 1000, 101)
        self.talk_until("speaker", speaker="s1", state="decoding")
        room.send(command="speaker.mute", speaker="s1", muted=True)
        room.send(command="speaker.air", speaker="s1", on=True)
        since = time.monotonic_ns() + 200_000_000
        self.talk(2)
        self.assertEqual({f.level for f in room.track_frames("return/audio") if f.captured > since}, {127})
        room.send(command="speaker.mute", speaker="s1", muted=False)
        self.assertTrue(self.talk(START, lambda: room.track_frames("return/audio")[-1].level < 60))

    def test_a_speakers_garbage_ends_nothing(self):
        room = self.start([{"id": "main", "url": "test:", "kind": "room", "audio": {"floor": 0}}])
        self.add_speaker("s1", 1000, 101)
        self.talk_until("speaker", speaker="s1", state="decoding")
        for i in range(500):
            packet = bytes([0x80, 111]) + i.to_bytes(2, "big") + os.urandom(8 + i % 600)
            room.send_frame(101 + i % 2, "opus" if i % 2 == 0 else "h264", [packet])
        self.talk(1)
        self.wait_frames("video", 30, time.monotonic_ns())
        self.assertIsNone(room.process.poll())


def main(module):
    global PROGRAM, FOLDER
    PROGRAM = sys.argv[1]
    FOLDER = tempfile.mkdtemp(prefix="plenary-room-")
    try:
        finished = unittest.main(module, argv=[sys.argv[0], *sys.argv[2:]], verbosity=2, exit=False)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    return not finished.result.wasSuccessful()


if __name__ == "__main__":
    sys.exit(main("__main__"))
