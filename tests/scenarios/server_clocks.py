#!/usr/bin/env python3
"""Rows of the fault table (docs/faults.md) about clocks: the wall clock is set, the server stands still.

    tests/scenarios/server_clocks.py [TEST …]

They sleep most of the time, so they run beside others.
"""

import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from server_faults import FAKETIME, PATIENCE_SECONDS, PROGRAM, Page, ServerTest, until  # noqa: E402

# Longer than a room process may be silent (5 s) and than a speaker's grace (15 s), shorter than a client's own consent, which
# is asked for every five seconds and lasts for thirty; longer than a page may be silent (25 s).
STILL_WITH_MEDIA_SECONDS, STILL_WITH_PAGES_SECONDS = 22, 35
HEARD_AGAIN = 5_000  # packets: more than the kernel keeps of a bench speaker while nobody reads
ASKED_EVERY = 0.2  # s; a page that asks more often than 20 times a second is not heard


class Clocks(ServerTest):
    @unittest.skipUnless(FAKETIME.exists(), "libfaketime is not installed")
    def test_l1_the_clock_set_by_hours_moves_no_speech_no_place_and_no_grace(self):
        server = self.serve(wall_clock="+0")
        moderator = Page(server.port, server.token("moderator", "Mona"))
        add = {"organisation": "", "category": "", "where": "room", "kind": "statement"}
        moderator.call("floor.add", {"name": "Speaker", **add})
        speech = moderator.call("floor.grant", {})["request"]
        called = Page(server.port, server.token("participant", "Called"))
        called_request = called.call("floor.request", {"key": "k", "kind": "statement", "topic": "x", "language": "floor"})["request"]
        waiting = [called_request]

        def look():
            before = time.monotonic()
            state = moderator.call("meeting.state", {})
            on_air = next(entry for entry in state["floor"] if entry["request"] == speech)
            return before, time.monotonic(), state, state["server_time"] - on_air["running_since"] + on_air["elapsed_ms"]

        moderator.call("floor.prepare", {"request": called_request})
        first = look()
        for hours in (5, -3, 26, -49):
            server.set_wall_clock(f"{hours:+}h")
            # The end of a link alone looks at the clock that was set: it shows that it was.
            self.assertEqual("expired" in str(self.refused_join(server)), hours > 0, hours)
            waiting.append(moderator.call("floor.add", {"name": f"At {hours}", **add})["request"])
            last = look()
            spoken = (last[3] - first[3]) / 1000
            self.assertGreaterEqual(spoken, last[0] - first[1] - 0.01)
            self.assertLessEqual(spoken, last[1] - first[0] + 0.01)
            self.assertEqual([entry["request"] for entry in last[2]["queue"]], waiting)
            asked = [entry["asked_at"] for entry in last[2]["queue"]]
            self.assertEqual(asked, sorted(asked))
        # Called to the green room: 30 s to answer, whatever the clock says, then one place down.
        while (moved := look())[2]["queue"][0]["request"] == called_request:
            self.assertLess(moved[0] - first[1], PATIENCE_SECONDS, "who does not answer is not passed over")
            time.sleep(0.2)
        self.assertGreaterEqual(moved[1] - first[0], 30)
        waiting[:2] = waiting[1::-1]
        self.assertEqual([entry["request"] for entry in moved[2]["queue"]], waiting)
        server.kill()
        server.start()
        moderator = Page(server.port, server.token("moderator", "Mona"))
        later = look()
        self.assertEqual([entry["request"] for entry in later[2]["queue"]], waiting)
        self.assertGreaterEqual(later[2]["server_time"], max(asked))
        self.assertGreaterEqual(later[3], 30_000, "the speech goes on from the last event at least")

    @unittest.skipUnless(FAKETIME.exists(), "libfaketime is not installed")
    def test_l1_the_clock_set_by_hours_leaves_a_speaker_who_is_cut_off_their_grace(self):
        server = self.serve(wall_clock="+0")
        moderator = Page(server.port, server.token("moderator", "Mona"))
        far = Page(server.port, server.token("participant", "Far"))
        request = far.call("floor.request", {"key": "k", "kind": "statement", "topic": "x", "language": "floor"})["request"]
        moderator.call("floor.prepare", {"request": request})

        def entry():
            state = moderator.call("meeting.state", {})
            return next((row for row in state["floor"] + state["queue"] if row["request"] == request), None)

        command = [PROGRAM, "bench", "speakers", "--url", f"http://127.0.0.1:{server.port}/whip/bench/floor", "--speakers", "1",
                   "--seconds", "600", "--token", far.joined["media_token"]]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as speaker:
            try:
                until("the speaker's packets", lambda: entry()["media"] != "none", ASKED_EVERY)
                moderator.call("floor.grant", {"request": request, "override": True})
                until("the speech", lambda: entry()["state"] == "on_air", ASKED_EVERY)
                speaking = time.monotonic()
            finally:
                speaker.kill()
        until("the silence to be noticed", lambda: entry()["state"] == "held", ASKED_EVERY)
        for hours in (5, -3, 26, -49):
            server.set_wall_clock(f"{hours:+}h")
            self.assertEqual("expired" in str(self.refused_join(server)), hours > 0, hours)
            self.assertEqual(entry()["state"], "held", hours)
        until("the floor to be free", lambda: entry() is None, ASKED_EVERY)
        self.assertGreaterEqual(time.monotonic() - speaking, 15)

    def test_l3_a_server_that_stood_still_goes_on_with_everybody(self):
        server = self.serve()
        moderator = Page(server.port, server.token("moderator", "Mona"))
        far = Page(server.port, server.token("participant", "Far"))
        request = far.call("floor.request", {"key": "k", "kind": "statement", "topic": "x", "language": "floor"})["request"]
        moderator.call("floor.prepare", {"request": request})
        pages_only = self.serve()
        page = Page(pages_only.port)

        def bench(kind, path, *more):
            command = [PROGRAM, "bench", kind, "--url", f"http://127.0.0.1:{server.port}/{path}", f"--{kind}", "1", "--seconds", "600", *more]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)

        def state():
            return moderator.call("meeting.state", {})

        bench("viewers", "whep/bench")
        bench("speakers", "whip/bench/floor", "--token", far.joined["media_token"])
        until("sound to be heard", lambda: state()["queue"][0]["media"] == "decoding", ASKED_EVERY)
        moderator.call("floor.grant", {"request": request, "override": True})
        until("the speech", lambda: state()["floor"][0]["state"] == "on_air", ASKED_EVERY)
        until("the viewer to be served", lambda: server.counter("rtp_packets_sent") > 0)
        for still in (server, pages_only):
            still.process.send_signal(signal.SIGSTOP)
            self.addCleanup(still.process.send_signal, signal.SIGCONT)
        time.sleep(STILL_WITH_MEDIA_SECONDS)
        server.process.send_signal(signal.SIGCONT)
        sent, heard = server.counter("rtp_packets_sent"), server.counter("rtp_packets_received")
        until("the viewer to be served again", lambda: server.counter("rtp_packets_sent") > sent + 100)
        until("the speaker to be heard again", lambda: server.counter("rtp_packets_received") > heard + HEARD_AGAIN)
        # The room process did not stand still and may have heard silence; the floor is kept while it hears again.
        until("the speech to go on", lambda: state()["floor"][0]["state"] == "on_air", ASKED_EVERY)
        for never in ("peer.closed", "room.ended"):
            self.assertNotIn(never, server.log())
        time.sleep(STILL_WITH_PAGES_SECONDS - STILL_WITH_MEDIA_SECONDS)
        pages_only.process.send_signal(signal.SIGCONT)
        self.assertTrue(page.call("meeting.state", {}))
        self.assertEqual(pages_only.counter("http_silent_clients_closed"), 0)
        self.assertNotIn("room.ended", pages_only.log())

    def refused_join(self, server):
        try:
            Page(server.port, server.token("participant", "Li")).close()
        except RuntimeError as error:
            return error


if __name__ == "__main__":
    unittest.main()
