#!/usr/bin/env python3
"""How fast the floor gets over three faults on the real server (rows W7, B3 and F5 of docs/faults.md). Prints one table; nothing in it fails a test."""

import argparse
import json
import os
import select
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scenarios"))
from server_kills import PROGRAM, Page, Server  # noqa: E402

ACTS = 200  # of the moderator's, with and without a flood
PACE_SECONDS = 0.055  # a page may send 20 messages a second
FLOOD_MESSAGES = 100  # in one write, every tenth of a second
LOOK_SECONDS = 0.02
PATIENCE_SECONDS = 60


def until(holds):
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := holds()):
        if time.monotonic() > end:
            raise RuntimeError("waited in vain")
        time.sleep(LOOK_SECONDS)
    return found


def ask(page):
    return page.call("floor.request", {"key": "k", "kind": "statement", "topic": "x", "language": "floor"})["request"]


class Flooder:
    """A thousand messages a second; whenever it is closed, it comes again."""

    FRAME = bytes([0x81, 0x80 | 60]) + bytes(4) + b'{"jsonrpc":"2.0","id":1,"method":"meeting.state","params":{}}'[:60]

    def __init__(self, server):
        self.server, self.sent, self.closed, self.page = server, 0, 0, None

    def turn(self):
        try:
            if self.page is None:
                self.page = Page(self.server.port, self.server.token("participant", "Li"))
                self.page.socket.setblocking(False)
            self.sent += self.page.socket.send(self.FRAME * FLOOD_MESSAGES) // len(self.FRAME)
            while select.select([self.page.socket], [], [], 0)[0]:
                if not self.page.socket.recv(1 << 20):
                    raise ConnectionResetError
        except BlockingIOError:
            pass  # the server reads no more of it
        except OSError:
            self.closed += 1
            self.page = None


def acknowledged(server, flooder):
    moderator = Page(server.port, server.token("moderator", "Mona"))
    took, began, flooded = [], time.monotonic(), 0
    for number in range(ACTS):
        time.sleep(PACE_SECONDS)
        while flooder and flooded <= (time.monotonic() - began) * 10:
            flooder.turn()
            flooded += 1
        start = time.monotonic()
        moderator.call("list.close" if number % 2 == 0 else "list.open", {})
        took.append((time.monotonic() - start) * 1_000)
    moderator.call("list.open", {})
    return statistics.median(took), statistics.quantiles(took, n=100)[98], max(took), time.monotonic() - began


def flood(server):
    for name, flooder in (("alone", None), ("beside the flood", Flooder(server))):
        p50, p99, most, seconds = acknowledged(server, flooder)
        more = f"; {flooder.sent / seconds:.0f} messages a second were sent, the flooder closed {flooder.closed} times" if flooder else ""
        print(f"| W7: an act is acknowledged, {name} | p50 {p50:.0f} ms, p99 {p99:.0f} ms, most {most:.0f} ms{more} |")


def failing_disk(server):
    """From the first act that could not be saved until a technician's look at the room shows the alarm."""
    technician = server.token("technician", "Tech")
    moderator = Page(server.port, server.token("moderator", "Mona"))

    def alarmed():
        request = urllib.request.Request(f"http://127.0.0.1:{server.port}/api/v1/rooms/bench/status", headers={"Authorization": f"Bearer {technician}"})
        return any(alarm["code"] == "journal_failing" for alarm in json.load(urllib.request.urlopen(request))["alarms"])

    shown = []
    for _ in range(5):
        until(lambda: not alarmed())
        database = sqlite3.connect(server.folder / "data/plenary.db", isolation_level=None)
        database.execute("BEGIN IMMEDIATE")
        start = time.monotonic()
        moderator.send("list.order", {"order": "asked"})
        until(alarmed)
        shown.append(time.monotonic() - start)
        database.execute("ROLLBACK")
        database.close()
    until(lambda: not alarmed())
    print(f"| B3: the alarm, from the first act that the disk does not take | {min(shown):.2f} to {max(shown):.2f} s |")


def lost_speaker(server, times):
    """A speaker's process is killed on air: when the floor is free."""
    moderator = Page(server.port, server.token("moderator", "Mona"))
    freed = []
    for number in range(times):
        far = Page(server.port, server.token("participant", f"Far {number}"))
        request = ask(far)
        moderator.call("floor.prepare", {"request": request})

        def entry():
            time.sleep(PACE_SECONDS)
            state = moderator.call("meeting.state", {})
            return next((row for row in state["floor"] + state["queue"] if row["request"] == request), None)

        command = [PROGRAM, "bench", "speakers", "--url", f"http://127.0.0.1:{server.port}/whip/bench/floor", "--speakers", "1",
                   "--seconds", "600", "--token", far.joined["media_token"]]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as speaker:
            try:
                until(lambda: entry()["media"] != "none")
                moderator.call("floor.grant", {"request": request, "override": True})
                until(lambda: entry()["state"] == "on_air")
            finally:
                speaker.kill()
                start = time.monotonic()
        until(lambda: entry() is None)
        freed.append(time.monotonic() - start)
        far.close()
    print(f"| F5: the floor is free, from the kill of the speaker's process | {min(freed):.2f} to {max(freed):.2f} s ({times} times) |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speakers", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
        server = Server(folder)
        server.start()
        try:
            print(f"load {os.getloadavg()[0]:.0f}\n\n| what | measured |\n|---|---|")
            flood(server)
            failing_disk(server)
            lost_speaker(server, options.speakers)
        finally:
            server.kill(15)


if __name__ == "__main__":
    main()
