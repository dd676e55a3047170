#!/usr/bin/env python3
"""A speaker's picture in codecs that they do not send, each encoded only while it is wanted: codecs_test.py PLENARY_ROOM [TESTS …]"""
import sys
import time

import room_test
from room_driver import annex_b, assert_laid_in, decode_video, picture_formats, vp8_ivf
from room_test import START, SpeakersTest


class TestCodecs(SpeakersTest):
    def told(self, key):
        levels = self.room.find("levels")
        return levels[-1][key] if levels else None

    def talk_until_it(self, what, holds):
        self.assertTrue(self.talk(START, holds), what)

    def assert_key_frame_comes(self, name):
        asked = time.monotonic_ns() - 300_000_000  # what an encoder has still to do is older, and older still may be under way
        self.room.send(command="key_frame", track=self.room.tracks[name])

        def later():
            return [f for f in self.room.track_frames(name) if f.captured > asked]
        self.talk_until_it("too few frames", lambda: len(later()) >= 16)
        self.assertTrue(any(f.key for f in later()[:16]), "no key frame among the next")

    def all_frames(self, name):
        """Until no more come; some are under way when the encoder has gone."""
        for _ in range(START):
            frames = self.room.track_frames(name)
            self.talk(0.5)
            if len(self.room.track_frames(name)) == len(frames):
                return frames
        self.fail("frames come without end")

    def encoding(self, sent, name):
        """The frames of a speaker's picture, from when it was wanted to when it no longer was."""
        room = self.start([])
        self.add_speaker("s1", 1000, 1001, sent)
        self.talk_until("speaker", speaker="s1", state="decoding")
        entry = self.room.entries()[name]
        self.assertEqual((entry["layer_of"], entry["bitrate"]), (1002, 600_000))
        self.assertEqual([n for n in room.tracks if n.startswith("speaker/")], [name])
        self.talk(1)
        self.assertFalse(room.track_frames(name), "nobody wants it")
        self.assertEqual((room.encoders(), self.told("speaker_encoders")), (1, 0))
        self.room.want(name)
        self.talk_until_it("too few frames", lambda: len(room.track_frames(name)) >= 30)
        self.talk_until_it("it is not told", lambda: self.told("speaker_encoders") == 1)
        self.assertEqual(room.encoders(), 2)
        self.room.want(name, False)
        self.talk_until_it("the encoder runs on", lambda: room.encoders() == 1 and self.told("speaker_encoders") == 0)
        frames = self.all_frames(name)
        self.assertTrue(frames[0].key)
        stamps = [f.timestamp for f in frames]
        self.assertTrue(all(0 < (b - a) % 2**32 < 2**31 for a, b in zip(stamps, stamps[1:])))
        return frames

    def test_a_picture_of_16k_by_16k_is_not_decoded_and_the_next_one_is(self):
        room = self.start([])
        before = room.memory_kib()
        self.add_speaker("s1", 1000, 101, "vp8")
        self.uplinks[0].forged = True
        self.talk_until("speaker", speaker="s1", state="decoding")
        room.send(command="want", track=room.tracks["speaker/s1/video/h264"], wanted=True)
        self.talk(3)
        self.assertLess(room.memory_kib(), before + 100 * 1024)
        self.assertEqual(room.track_frames("speaker/s1/video/h264"), [])
        self.uplinks[0].forged = False
        self.assertTrue(self.talk(START, lambda: room.track_frames("speaker/s1/video/h264")), "no picture after it")

    def assert_white(self, pictures, frames):
        self.assertEqual(len(pictures), len(frames))
        self.assertTrue(all(picture[360 * 1280 + 640] > 180 for picture in pictures))

    def test_of_a_speaker_with_h264_there_is_vp8_while_it_is_wanted(self):
        frames = self.encoding("h264", "speaker/s1/video/vp8")
        self.assertEqual({f.codec for f in frames}, {"vp8"})
        self.assert_white(decode_video(vp8_ivf(frames), "ivf"), frames)

    def test_of_a_speaker_with_vp8_there_is_h264_while_it_is_wanted(self):
        frames = self.encoding("vp8", "speaker/s1/video/h264")
        stream = b"".join(annex_b(f) for f in frames)
        self.assert_white(decode_video(stream), frames)
        sizes, profiles = picture_formats(stream)
        self.assertEqual((set(sizes), profiles), ({(640, 360)}, {("Constrained Baseline", 31)}))

    def test_laid_into_the_rooms_picture_they_are_there_in_vp8_too(self):
        name = "programme/video/vp8"
        room = self.start([{"id": "main", "url": "test:?picture=black", "kind": "room", "audio": {"floor": 0}}], mix="server")
        self.assertEqual(self.room.entries()[name]["layer_of"], room.tracks["programme/video"])
        self.add_speaker("s1", 1000, 1001)
        self.talk_until("speaker", speaker="s1", state="decoding")
        room.send(command="speaker.air", speaker="s1", on=True)
        self.talk_until("speaker", speaker="s1", state="on_air")
        self.assertFalse(room.track_frames(name))
        self.room.want(name)
        self.talk_until_it("too few frames", lambda: len(room.track_frames(name)) >= 30)
        frames = room.track_frames(name)
        self.assertFalse(room.track_frames("programme/video"), "nobody wants that one")
        pictures = decode_video(vp8_ivf(frames), "ivf")
        self.assertEqual(len(pictures), len(frames))
        assert_laid_in(self, pictures)
        self.assert_key_frame_comes(name)
        self.room.want(name, False)
        self.talk_until_it("the encoder runs on", lambda: room.encoders() == 2)

    def test_a_key_frame_comes_when_it_is_asked_for(self):
        room = self.start([])
        name = "speaker/s1/video/vp8"
        self.add_speaker("s1", 1000, 1001)
        self.talk_until("speaker", speaker="s1", state="decoding")
        self.room.want(name)
        self.talk_until_it("too few frames", lambda: len(room.track_frames(name)) >= 10)
        for _ in range(3):
            self.assert_key_frame_comes(name)

    def test_who_leaves_takes_their_tracks_and_encoders_along(self):
        room = self.start([])
        self.add_speaker("s1", 1000, 1001)
        self.talk_until("speaker", speaker="s1", state="decoding")
        self.room.want("speaker/s1/video/vp8")
        self.talk_until_it("no frames", lambda: room.track_frames("speaker/s1/video/vp8"))
        room.send(command="speaker.remove", speaker="s1")
        self.talk_until_it("something stays", lambda: not any(n.startswith("speaker/") for n in room.tracks)
                           and room.encoders() == 1 and self.told("speaker_encoders") == 0)
        room.send(command="speaker.add", speaker="s2", audio_track=1003, video_track=1004)
        self.talk(1)
        self.assertFalse([n for n in room.tracks if n.startswith("speaker/")], "who knows what they will send?")

    def test_four_run_at_once_and_a_fifth_waits_for_one_that_ends(self):
        room = self.start([])
        names = [f"speaker/s{i}/video/vp8" for i in range(5)]
        for i in range(5):
            room.send(command="speaker.add", speaker=f"s{i}", audio_track=1001 + 2 * i, video_track=1002 + 2 * i,
                      video_codec="h264")
        self.talk_until_it("a track is missing", lambda: all(name in room.tracks for name in names))
        for name in names:
            self.room.want(name)
        self.talk_until_it("not four", lambda: self.told("speaker_encoders") == 4 and room.encoders() == 5)
        self.assertEqual(self.told("dropped")["speaker_encoders"], 1)
        self.room.want(names[1], False)
        self.room.want(names[2], False)
        self.talk_until_it("not three", lambda: self.told("speaker_encoders") == 3 and room.encoders() == 4)
        self.uplinks.append(room_test.Uplink(self, room_test.tones(440), 1009, 1010))
        self.talk_until_it("the fifth does not run", lambda: room.track_frames(names[4]))
        self.room.want(names[4], False)
        self.talk_until_it("it runs on", lambda: self.told("speaker_encoders") == 2 and room.encoders() == 3)
        self.room.want(names[4])
        since = time.monotonic_ns()
        self.talk_until_it("not again", lambda: room.track_frames(names[4], since))
        self.assertTrue(room.track_frames(names[4], since)[0].key)


if __name__ == "__main__":
    sys.exit(room_test.main("__main__"))
