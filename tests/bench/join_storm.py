#!/usr/bin/env python3
"""People who join while bad requests flood in: how many come in, and how long it takes. Prints one table; nothing in it fails a test."""

import argparse
import os
import socket
import threading
import time
from pathlib import Path
from queue import Empty, SimpleQueue

from page import Page
from running_server import RunningServer
from stuck_page import percentile

JOINS, BAD = 200, 5_000  # a second
JOINING = 32  # at once
FLOODS, LANES = 2, 25  # bad requests are on their way at once, in each flood
LATE_SECONDS = 20  # the last one gives up
REQUESTS = [("GET", "/nowhere", ""), ("GET", "/room/none", ""), ("POST", "/whep/none", "x"), ("POST", "/whep/bench", "v=0"),
            ("DELETE", "/session/none", ""), ("GET", "/api/v1/rooms/bench/status", ""), ("PUT", "/", "x"), ("POST", "/metrics", "x")]


class Storm:
    """`seconds` of both, at the rates above or as near to them as this machine comes. Times count from when each was to begin."""

    def __init__(self, port, tokens, seconds, joins=JOINS, bad=BAD, forged=None):
        self.port, self.seconds, self.bad_rate = port, seconds, bad
        self.requests = [("GET", "/api/v1/rooms/bench/status", "")] if forged else REQUESTS
        self.bearer = forged or "a.b.c"
        self.joined, self.refused, self.statuses = [], [], []
        self.begins = time.monotonic()
        self.waiting = SimpleQueue()
        for number in range(int(seconds * joins)):
            self.waiting.put((self.begins + number / joins, tokens[number % len(tokens)]))
        work = [threading.Thread(target=self.join) for _ in range(JOINING)]
        flood = [threading.Thread(target=self.misbehave) for _ in range(FLOODS)]
        for thread in work + flood:
            thread.start()
        for thread in work:
            thread.join()
        self.joining_took = time.monotonic() - self.begins
        for thread in flood:
            thread.join()
        self.flood_took = time.monotonic() - self.begins

    def join(self):
        while not self.waiting.empty():
            try:
                due, token = self.waiting.get_nowait()
            except Empty:
                return
            time.sleep(max(0, due - time.monotonic()))
            try:
                page = Page(self.port, token)
                self.joined.append(time.monotonic() - due)
                page.close()
            except (OSError, RuntimeError) as error:
                self.refused.append(str(error))

    def misbehave(self):
        lanes = [Lane(self.port) for _ in range(LANES)]
        for number in range(int(self.seconds * self.bad_rate / FLOODS / LANES)):
            time.sleep(max(0, self.begins + number * FLOODS * LANES / self.bad_rate - time.monotonic()))
            for place, lane in enumerate(lanes):
                lane.ask(*self.requests[(number + place) % len(self.requests)], self.bearer)
            self.statuses += [lane.answer() for lane in lanes]
        for lane in lanes:
            lane.close()


class Lane:
    """A connection with one bad request on its way, opened anew where the server closes it."""

    def __init__(self, port):
        self.port = port
        self.open()

    def open(self):
        self.socket = socket.create_connection(("127.0.0.1", self.port), LATE_SECONDS)
        self.answers = self.socket.makefile("rb")

    def close(self):
        self.answers.close()
        self.socket.close()

    def ask(self, method, path, body, bearer):
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {bearer}\r\n"
                            f"Content-Length: {len(body)}\r\n\r\n{body}".encode())

    def answer(self):
        status, length, ends = int(self.answers.readline().split()[1]), 0, False
        while line := self.answers.readline().strip().lower():
            name, _, value = line.partition(b":")
            length = int(value) if name == b"content-length" else length
            ends = ends or (name == b"connection" and b"close" in value)
        self.answers.read(length)
        if ends:
            self.close()
            self.open()
        return status


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=Path(__file__).resolve().parents[2] / "build/release/bin/plenary")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--joins", type=int, default=JOINS, help="a second")
    parser.add_argument("--bad", type=int, default=BAD, help="a second")
    parser.add_argument("--logins", action="store_true", help="all bad requests bear a token that only its signature betrays")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with RunningServer(options.binary) as server:
        tokens = [server.token("participant", f"Person {number}") for number in range(options.joins // 4)]
        signed, _, signature = server.token("technician", "Mallory").rpartition(".")
        forged = f"{signed}.{signature[::-1]}" if options.logins else None
        storm = Storm(server.port, tokens, options.seconds, options.joins, options.bad, forged)
    all_joins = len(storm.joined) + len(storm.refused)
    print(f"{os.cpu_count()} cores, load {load:.1f} before the run\n\n| what | measured | to reach |\n|---|---|---|")
    for row in [
        ("joins a second", f"{all_joins / storm.joining_took:.0f}", f"{options.joins}"),
        ("bad requests a second", f"{len(storm.statuses) / storm.flood_took:,.0f}", f"{options.bad:,}"),
        ("joins that succeed", f"{len(storm.joined):,} of {all_joins:,}", "≥ 99 %"),
        ("a join", f"p50 {1e3 * percentile(storm.joined, 50):.0f} ms, p95 {1e3 * percentile(storm.joined, 95):.0f} ms", "p95 ≤ 2,000 ms"),
        ("bad requests answered 4xx", f"{sum(status // 100 == 4 for status in storm.statuses):,} of {len(storm.statuses):,}", "all"),
    ]:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
