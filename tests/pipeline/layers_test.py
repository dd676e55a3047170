#!/usr/bin/env python3
"""The room's picture in layers, each encoded only while it is wanted: layers_test.py PLENARY_ROOM [TESTS …]"""
import sys
import time

import room_test
from room_driver import annex_b, assert_laid_in, decode_video, picture_formats, read_strip, vp8_ivf
from room_test import START, RoomTest, SpeakersTest, picture


def stream(frames):
    return b"".join(annex_b(f) for f in frames)


class TestLayers(RoomTest):
    def room_with_layers(self, url="test:?picture=counter", **more):
        return self.start([{"id": "main", "url": url, "kind": "room", "audio": {"floor": 0}}], **more)

    def test_the_layers_are_listed_with_their_picture_and_bitrate(self):
        self.room_with_layers()
        entries = self.room.entries()
        best = entries["video"]
        self.assertEqual(best["bitrate"], 1_800_000)
        self.assertNotIn("layer_of", best)
        for name, bitrate in (("video/middle", 600_000), ("video/low", 150_000)):
            self.assertEqual(entries[name]["layer_of"], best["track"])
            self.assertEqual(entries[name]["bitrate"], bitrate)
            self.assertEqual(entries[name]["profile_level_id"], best["profile_level_id"])

    def test_a_layer_is_encoded_while_it_is_wanted_and_only_then(self):
        room = self.room_with_layers()
        self.wait_frames("video", 30)
        self.assertEqual(room.encoders(), 1)
        self.assertFalse(room.track_frames("video/middle") + room.track_frames("video/low"))
        self.room.want("video/middle")
        self.wait_frames("video/middle", 30)
        frames = room.track_frames("video/middle")
        self.assertTrue(frames[0].key)
        sizes, profiles = picture_formats(stream(frames))
        self.assertEqual(set(sizes), {(640, 360)})
        self.assertEqual(profiles, {("Constrained Baseline", 31)})
        self.assertEqual(room.encoders(), 2)
        self.room.want("video/middle", False)
        self.assertTrue(room.pump(START, lambda: room.encoders() == 1), "the encoder runs on")
        room.pump(0.2)
        ended = time.monotonic_ns()
        self.wait_frames("video", 30, ended)
        self.assertFalse(room.track_frames("video/middle", ended))
        self.room.want("video/middle")
        self.wait_frames("video/middle", 5, ended)
        self.assertTrue(room.track_frames("video/middle", ended)[0].key)

    def test_all_layers_show_the_same_picture_at_the_same_instant(self):
        room = self.room_with_layers()
        self.room.want("video/middle")
        self.room.want("video/low")

        def common(lower):
            return {f.captured for f in room.track_frames("video")} & {f.captured for f in room.track_frames(lower)}

        # A machine that is too slow leaves pictures out, in each layer its own.
        for lower in ("video/middle", "video/low"):
            self.assertTrue(room.pump(START, lambda: len(common(lower)) >= 20), f"{lower} shows other instants")
        shown = {}
        for name in ("video", "video/middle", "video/low"):
            frames = room.track_frames(name)
            pictures = decode_video(stream(frames))
            self.assertEqual(len(pictures), len(frames))
            shown[name] = {frame.captured: read_strip(luma) for frame, luma in zip(frames, pictures)}
            self.assertNotIn(None, shown[name].values(), name)
            stamps = {(frame.captured * 9 // 100_000 - frame.timestamp) % 2**32 for frame in frames}
            self.assertLessEqual(stamps, {0, 1, 2**32 - 1}, "timestamps follow the instant of capture in each layer")
        for lower in ("video/middle", "video/low"):
            for captured in common(lower):
                self.assertEqual(shown[lower][captured], shown["video"][captured], lower)
        instants = sorted(shown["video/low"])
        self.assertGreater(min(b - a for a, b in zip(instants, instants[1:])), 60e6)  # 15 a second

    def test_the_low_layer_keeps_to_its_bitrate(self):
        room = self.room_with_layers("test:?picture=demo")
        self.room.want("video/low")
        self.wait_frames("video/low", 90)
        frames = room.track_frames("video/low")
        seconds = (frames[-1].captured - frames[0].captured) / 1e9
        bits = sum(8 * len(p) for f in frames for p in f.payloads)
        self.assertLess(bits / seconds, 190_000)  # the buffer of half a second on top, once in six seconds
        sizes, _ = picture_formats(stream(frames))
        self.assertEqual(set(sizes), {(320, 180)})

    def test_a_key_frame_comes_when_it_is_asked_for(self):
        room = self.room_with_layers()
        self.room.want("video/low")
        self.wait_frames("video/low", 10)
        for _ in range(3):
            before = len(room.track_frames("video/low"))
            asked = time.monotonic_ns()
            room.send(command="key_frame", track=room.tracks["video/low"])
            self.wait_frames("video/low", before + 4)
            later = [f for f in room.track_frames("video/low") if f.captured > asked - 80_000_000][:4]
            self.assertTrue(any(f.key for f in later), "no key frame among the next four")
        self.assertLess(sum(f.key for f in room.track_frames("video")), 4, "others are left alone")

    def test_who_cannot_decode_h264_is_encoded_vp8_while_somebody_wants_it(self):
        room = self.room_with_layers()
        entry = self.room.entries()["video/vp8"]
        self.assertEqual((entry["codec"], entry["layer_of"]), ("vp8", self.room.entries()["video"]["track"]))
        self.wait_frames("video", 10)
        self.assertFalse(room.track_frames("video/vp8"))
        self.room.want("video/vp8")
        self.wait_frames("video/vp8", 40)
        frames = room.track_frames("video/vp8")
        self.assertTrue(frames[0].key)
        pictures = decode_video(vp8_ivf(frames), "ivf")
        self.assertEqual(len(pictures), len(frames))
        seen = [read_strip(luma) for luma in pictures]
        self.assertNotIn(None, seen)
        self.assertEqual(seen, sorted(seen))
        asked = time.monotonic_ns() - 300_000_000  # what an encoder has still to do is older, and older still may be under way
        room.send(command="key_frame", track=room.tracks["video/vp8"])

        def later():
            return [f for f in room.track_frames("video/vp8") if f.captured > asked]
        self.assertTrue(room.pump(START, lambda: len(later()) >= 16))
        self.assertTrue(any(f.key for f in later()[:16]))
        self.wait_frames("slate/video/vp8", 1)
        self.assertTrue(room.track_frames("slate/video/vp8")[0].slate and room.track_frames("slate/video/vp8")[0].key)
        self.room.want("video/vp8", False)
        self.assertTrue(room.pump(START, lambda: room.encoders() == 1), "the encoder runs on")

    def test_each_layer_has_a_slate_of_its_size(self):
        room = self.start([])
        for name, size in (("video", (1280, 720)), ("video/middle", (640, 360)), ("video/low", (320, 180))):
            self.wait_frames("slate/" + name, 1)
            slate = room.track_frames("slate/" + name)[0]
            self.assertTrue(slate.slate and slate.key)
            self.assertEqual(picture_formats(annex_b(slate))[0], [size])

    def test_layers_are_as_they_are_configured(self):
        room = self.room_with_layers(layers=[{"height": 540, "fps": 15, "kbps": 900},
                                             {"height": 270, "fps": 10, "kbps": 200}])
        self.assertFalse({"video/low", "programme/video/low"} & set(room.tracks))
        for name in ("video", "programme/video"):
            self.assertEqual(room.entries()[name]["bitrate"], 900_000)
            self.assertEqual(room.entries()[name + "/middle"]["bitrate"], 200_000)
        self.room.want("video/middle")
        self.wait_frames("video/middle", 20)
        self.wait_frames("video", 20)
        for name, size in (("video", (960, 540)), ("video/middle", (480, 270))):
            sizes, profiles = picture_formats(stream(room.track_frames(name)))
            self.assertEqual(set(sizes), {size})
            self.assertEqual(profiles, {("Constrained Baseline", 31)})

    def test_beneath_a_passed_through_picture_layers_are_encoded_from_it(self):
        room = self.room_with_layers("file://" + self.file(*picture()))
        self.assertTrue(room.pump(START, lambda: "bitrate" not in self.room.entries()["video"]), "never passed through")
        self.room.want("video/middle")
        self.wait_frames("video/middle", 40)
        frames = room.track_frames("video/middle")
        self.assertEqual(set(picture_formats(stream(frames))[0]), {(640, 360)})
        # The source itself has no key frame here, so what follows is from one group of pictures and the next.
        passed = {f.captured for f in room.track_frames("video")}
        same = [f for f in frames if f.captured in passed]
        self.assertGreater(len(same), 30)
        self.assertNotIn("bitrate", self.room.entries()["video"])
        self.room.want("video/middle", False)
        self.assertTrue(room.pump(START, lambda: room.encoders() == 1), "the encoder runs on")


class TestProgrammeLayers(SpeakersTest):
    def wait_for(self, name, count):
        self.assertTrue(self.talk(START, lambda: len(self.room.track_frames(name)) >= count), f"{name}: too few frames")

    def test_the_picture_with_the_speaker_laid_in_has_the_layers_of_the_rooms(self):
        room = self.start([{"id": "main", "url": "test:?picture=black", "kind": "room", "audio": {"floor": 0}}], mix="server")
        entries = room.entries()
        best = entries["programme/video"]
        self.assertEqual(best["bitrate"], 1_800_000)
        self.assertNotIn("layer_of", best)
        self.add_speaker("s1", 1000, 1001)
        self.talk_until("speaker", speaker="s1", state="decoding")
        room.send(command="speaker.air", speaker="s1", on=True)
        self.talk_until("speaker", speaker="s1", state="on_air")
        running = room.encoders()
        for name, size, bitrate in (("programme/video/middle", (640, 360), 600_000), ("programme/video/low", (320, 180), 150_000)):
            self.assertEqual((entries[name]["layer_of"], entries[name]["bitrate"]), (best["track"], bitrate))
            self.assertEqual(entries[name]["profile_level_id"], best["profile_level_id"])
            self.assertFalse(room.track_frames(name), "nobody wants it")
            room.want(name)
            self.wait_for(name, 30)
            self.assertEqual(room.encoders(), running + 1)
            frames = room.track_frames(name)
            self.assertTrue(frames[0].key)
            sizes, profiles = picture_formats(stream(frames))
            self.assertEqual((set(sizes), profiles), ({size}, {("Constrained Baseline", 31)}))
            pictures = decode_video(stream(frames))
            self.assertEqual(len(pictures), len(frames))
            assert_laid_in(self, pictures)
            room.want(name, False)
            self.assertTrue(self.talk(START, lambda: room.encoders() == running), "the encoder runs on")
        instants = sorted(f.captured for f in room.track_frames("programme/video/low"))
        self.assertGreater(min(b - a for a, b in zip(instants, instants[1:])), 60e6)  # 15 a second
        self.assertFalse(room.track_frames("programme/video"), "nobody wants that one")


if __name__ == "__main__":
    sys.exit(room_test.main("__main__"))
