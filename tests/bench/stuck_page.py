#!/usr/bin/env python3
"""A page that stops reading in a busy room: what others wait meanwhile, and what waits for it in the server. Prints one table; nothing in it fails a test."""

import argparse
import os
import statistics
import time
from pathlib import Path

from page import Page
from running_server import RunningServer

WAITING = 200  # in the list: each change is 100 KiB for a moderator
ACTS = 60  # in each third of the run
PACE_SECONDS = 0.055  # a page may send 20 messages a second
MOST_ACTS = 1_000  # until a page that does not read is behind, or cut off
PINGS_READ_EVERY = 20  # calls; who answers none for half a minute is taken for gone
LEFT_OUT, CUT_OFF = "http_changes_left_out", "http_slow_clients_closed"
KIB = 1024


class Room:
    """A list that is put into another order again and again, and two who watch it, each on a page of their own."""

    def __init__(self, port, token, counter):
        self.port, self.token, self.counter = port, token, counter
        self.moderator = Page(port, token("moderator", "Mona"))
        self.watchers = [Page(port, token("moderator", "Otto")), Page(port, token("participant", "Li"))]
        for number in range(WAITING):
            self.act("floor.add", {"name": f"Person {number} of the delegation of somewhere far away", "organisation": "Ministry of Communications",
                                   "category": "government", "where": "room", "kind": "statement"})
        self.order = [row["request"] for row in self.moderator.call("meeting.state", {})["queue"]]
        for watcher in self.watchers:
            self.told(watcher, lambda state: state.get("waiting") == WAITING)

    def act(self, method, params):
        time.sleep(PACE_SECONDS)
        return self.moderator.call(method, params)

    @staticmethod
    def told(page, holds):
        while True:
            message = page.read()
            if message.get("method") in ("meeting.state", "meeting.changed"):
                if holds(message["params"].get("set", message["params"])):
                    return

    def move(self):
        """Seconds from the last one's move to the front until each watcher was told."""
        moved = self.order.pop()
        before = self.order[0]
        self.order.insert(0, moved)
        time.sleep(PACE_SECONDS)
        began = time.monotonic()
        self.moderator.call("floor.move", {"request": moved, "before": before})
        for watcher in self.watchers:
            self.told(watcher, lambda state: state.get("queue", [{}])[0].get("request") == moved)
        return time.monotonic() - began

    def moves(self):
        return [self.move() for _ in range(ACTS)]


def unread_in_kernel(port, page):
    """Bytes that left the server and were not read: what the sender's and the receiver's socket hold."""
    own = page.socket.getsockname()[1]
    held = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        local, remote, _, queues = line.split()[1:5]
        ports = [int(address.partition(":")[2], 16) for address in (local, remote)]
        sent, received = (int(part, 16) for part in queues.split(":"))
        held += sent if ports == [port, own] else received if ports == [own, port] else 0
    return held


def delays(room):
    """Seconds that others wait without, with and again without a page that reads nothing."""
    without = room.moves()
    behind = room.counter(LEFT_OUT)
    stuck = Page(room.port, room.token("moderator", "Stuck"))
    for _ in range(MOST_ACTS):
        if room.counter(LEFT_OUT) > behind:
            break
        room.move()
    else:
        raise RuntimeError("a page that reads nothing was never behind")
    with_it = room.moves()
    stuck.close()
    return without + room.moves(), with_it


def largest_queue(room):
    """Bytes that waited at most for a page that asks for the state and does not read it, until it was cut off."""
    cut = room.counter(CUT_OFF)
    greedy = Page(room.port, room.token("moderator", "Greedy"))
    greedy.call("meeting.state", {})
    taken, take = [], greedy._take
    greedy._take = lambda count: taken.append(count) or take(count)
    greedy.call("meeting.state", {})
    answer = sum(taken)
    most = 0
    for asked in range(1, MOST_ACTS):
        time.sleep(PACE_SECONDS)
        greedy.send("meeting.state", {})
        room.moderator.call("meeting.state", {})
        if asked % PINGS_READ_EVERY == 0:
            for watcher in room.watchers:
                watcher.call("meeting.state", {})
        if room.counter(CUT_OFF) > cut:
            greedy.close()
            return most
        most = max(most, asked * answer - unread_in_kernel(room.port, greedy))
    raise RuntimeError("a page that reads nothing was never cut off")


def percentile(values, percent):
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=Path(__file__).resolve().parents[2] / "build/release/bin/plenary")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with RunningServer(options.binary) as server:
        room = Room(server.port, server.token, server.counter)
        without, with_it = delays(room)
        most = largest_queue(room)
    print(f"{os.cpu_count()} cores, load {load:.1f} before the run\n\n| what | measured | to reach |\n|---|---|---|")
    for name, values in (("without", without), ("with", with_it)):
        print(f"| a change is with others, {name} a page that does not read | p50 {1e3 * statistics.median(values):.1f} ms, "
              f"p95 {1e3 * percentile(values, 95):.1f} ms, p99 {1e3 * percentile(values, 99):.1f} ms | ≤ 50 ms |")
    print(f"| most that waits for a page that does not read | {most / KIB:.0f} KiB | ≤ 1,024 KiB |")


if __name__ == "__main__":
    main()
