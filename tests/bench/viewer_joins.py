#!/usr/bin/env python3
"""Viewers who join by hundreds a second while others watch: how soon each has a picture, what it costs, and what the others lose. A small
picture, so that one machine carries them all. Prints one table; nothing in it fails a test."""

import argparse
import json
import os
import subprocess
import time
from pathlib import Path

from running_server import RunningServer

SETTLE_SECONDS = 5
REMAIN_SECONDS = 10  # the last who joined


def viewers(options, server, number, seconds, *more):
    command = ["taskset", "-c", "1", options.binary, "bench", "viewers", "--url", f"http://127.0.0.1:{server.port}/whep/bench",
               "--viewers", str(number), "--seconds", str(seconds), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    root = Path(__file__).resolve().parents[2]
    parser.add_argument("--binary", default=str(root / "build/release/bin/plenary"))
    parser.add_argument("--watching", type=int, default=500)
    parser.add_argument("--joining", type=int, default=1000)
    parser.add_argument("--joins", type=int, default=200, help="a second")
    parser.add_argument("--mbit", type=float, default=0.3)
    options = parser.parse_args()
    load = os.getloadavg()[0]
    joining_seconds = options.joining / options.joins
    with RunningServer(options.binary, mbit=options.mbit, cpus=[0]) as server:
        ahead = options.watching / 50 + SETTLE_SECONDS
        watching = viewers(options, server, options.watching, int(2 * ahead + joining_seconds + REMAIN_SECONDS))
        time.sleep(ahead)
        before = server.cpu_seconds()
        began = time.monotonic()
        joining = viewers(options, server, options.joining, REMAIN_SECONDS, "--joins", str(options.joins))
        time.sleep(joining_seconds)
        percent = 100 * (server.cpu_seconds() - before) / (time.monotonic() - began)
        joined = json.loads(joining.stdout.read())
        watched = json.loads(watching.stdout.read())
    print(f"{os.cpu_count()} cores, load {load:.1f} before the run\n\n| what | measured | to reach |\n|---|---|---|")
    key_frame = joined["milliseconds_from_post"]["first_key_frame"]
    failures = "".join(f", {count:,} {why}" for why, count in joined["viewers"]["failures"].items())
    for row in [
        (f"of {options.joining:,} viewers who join, {options.joins} a second, have media", f"{joined['viewers']['with_media']:,}" + failures, "all"),
        ("their first key frame after the POST", f"p50 {key_frame['p50']:.0f} ms, p95 {key_frame['p95']:.0f} ms", ""),
        (f"packets lost by {options.watching} who watch, sound · picture",
         " · ".join(f"{watched[kind]['lost_percent']:.3f} %" for kind in ("audio", "video")), "0"),
        ("CPU of the server meanwhile", f"{percent:.0f} % of a core", "≤ 100 %"),
    ]:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
