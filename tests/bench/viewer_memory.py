#!/usr/bin/env python3
"""What a further viewer adds to the server's memory, at first and after minutes: some watch until the rings of last packets are full,
then many more come. A small picture, so that one machine carries them all. Prints one table; nothing in it fails a test."""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from running_server import RunningServer, memory_kib

WARM_SECONDS = 90


def watch(options, server, viewers):
    """`plenary bench viewers`, when all of them watch."""
    command = [options.binary, "bench", "viewers", "--url", f"http://127.0.0.1:{server.port}/whep/bench", "--viewers", str(viewers),
               "--seconds", "3600"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if f"watching: {viewers} of {viewers} connected" in line:
            return process
    raise RuntimeError("they did not connect")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    root = Path(__file__).resolve().parents[2]
    parser.add_argument("--binary", default=str(root / "build/release/bin/plenary"))
    parser.add_argument("--first", type=int, default=100)
    parser.add_argument("--more", type=int, default=800)
    parser.add_argument("--mbit", type=float, default=0.3)
    parser.add_argument("--at", type=int, nargs="*", default=[10, 100, 200], help="seconds after the last of them has come")
    options = parser.parse_args()
    running = []
    with RunningServer(options.binary, mbit=options.mbit) as server:
        try:
            running.append(watch(options, server, options.first))
            time.sleep(WARM_SECONDS)
            before = memory_kib(server.process.pid)
            running.append(watch(options, server, options.more))
            began = time.monotonic()
            print("| seconds | KiB a further viewer (RSS) |\n|---|---|")
            for at in options.at:
                time.sleep(max(0, began + at - time.monotonic()))
                print(f"| {at} | {(memory_kib(server.process.pid) - before) / options.more:.1f} |")
                sys.stdout.flush()
        finally:
            for viewers in running:
                viewers.terminate()
                viewers.wait()


if __name__ == "__main__":
    main()
