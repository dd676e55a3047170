#!/usr/bin/env python3
"""Microphones are judged before they speak, in standby and in a device check: readiness_test.py PLENARY_ROOM [TESTS …]"""
import sys
import time

import room_test
from room_driver import voice
from room_test import START, SpeakersTest, Uplink

SILENCE = ["-f", "lavfi", "-i", "anullsrc=sample_rate=48000"]


class TestReadiness(SpeakersTest):
    def add_voice(self, name, sound, number):
        self.room.send(command="speaker.add", speaker=name, audio_track=number)
        self.uplinks.append(Uplink(self, sound, number, None))

    def test_a_telephone_is_told_from_a_full_band_microphone_before_it_is_on_air(self):
        room = self.start([])
        self.add_voice("near", voice(), 101)
        self.add_voice("telephone", voice("highpass=f=300", "lowpass=f=3400", "aresample=8000", "aresample=48000"), 103)
        self.add_voice("silent", SILENCE, 105)
        self.talk_until("speaker_readiness", speaker="near", problems=[])
        self.talk_until("speaker_readiness", speaker="telephone", problems=["telephone_band"])
        self.assertGreaterEqual(room.find("speaker_readiness", speaker="near")[-1]["band_hz"][1], 15_000)
        self.assertLess(room.find("speaker_readiness", speaker="telephone")[-1]["band_hz"][1], 5_000)
        self.assertTrue(room.find("speaker", speaker="silent", state="decoding"))
        self.assertEqual(room.find("speaker_readiness", speaker="silent"), [])

    def test_a_device_check_is_measured_and_heard_by_nobody(self):
        room = self.start([], mix="server")
        room.send(command="want", track=room.tracks["return/audio"], wanted=True)
        names = set(room.tracks)
        for check, sound, number in (("near", voice(), 60100), ("telephone", voice("lowpass=f=3400", "aresample=8000", "aresample=48000"), 60101),
                                     ("silent", SILENCE, 60102)):
            room.send(command="check.add", check=check, audio_track=number)
            self.uplinks.append(Uplink(self, sound, number, None))

        def problems_of(check):
            told = [r["speech"] for r in room.find("check", check=check) if r["speech"]]
            return told[-1]["problems"] if told else None

        self.assertTrue(self.talk(START, lambda: problems_of("near") == [] and problems_of("telephone") == ["telephone_band"]),
                        room.find("check")[-3:])
        since = time.monotonic_ns()
        self.talk(2)
        self.assertGreater(max(r["now_db"] for r in room.find("check", check="near")), -30)
        self.assertTrue(room.find("check", check="silent"))
        self.assertTrue(all(r["now_db"] < -60 and r["speech"] is None for r in room.find("check", check="silent")))
        for way_out in ("return/audio", "audio/floor"):
            self.assertGreater(len(room.track_frames(way_out, since)), 20)
            self.assertLess(max(map(abs, room.sound(way_out, since))), 50, f"heard in {way_out}")
        self.assertEqual(set(room.tracks), names, "a check makes no track")
        self.assertEqual(room.find("speaker"), [])
        self.assertEqual(room.find("fault"), [])
        room.send(command="check.remove", check="near")
        self.talk(1)
        told = len(room.find("check", check="near"))
        self.talk(3)
        self.assertEqual(len(room.find("check", check="near")), told)
        for number in range(30):
            room.send(command="check.add", check=f"c{number}", audio_track=61000 + number)
        self.assertIsNotNone(room.wait_report(START, "fault", code="too_many_checks"))


if __name__ == "__main__":
    sys.exit(room_test.main("__main__"))
