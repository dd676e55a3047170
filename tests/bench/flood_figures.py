#!/usr/bin/env python3
"""Strangers flood the media port with datagrams, random ones and such as look like a check, a packet or a handshake, from several addresses,
while viewers join: what it costs the server, what goes back, and who comes in. Prints one table; nothing in it fails a test."""

import argparse
import json
import os
import re
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

from running_server import RunningServer

RATE = 100_000  # datagrams a second
ADDRESSES = 3
AT_ONCE = 100  # sent before it looks at the clock and at what came back
SHAPED = 5_000  # different datagrams, sent again and again


def check():
    """RFC 8489: well formed, of a user whom nobody knows."""
    name = os.urandom(4).hex().encode() + b":" + os.urandom(3).hex().encode() + b"x"
    attributes = struct.pack(">HH", 6, len(name)) + name + struct.pack(">HHI", 0x24, 4, 1) + struct.pack(">HH", 8, 20) + os.urandom(20)
    return struct.pack(">HHI", 1, len(attributes), 0x2112A442) + os.urandom(12) + attributes


SHAPES = [check, lambda: os.urandom(100), lambda: b"\x80\x6f" + os.urandom(900), lambda: b"\x16\xfe\xfd" + os.urandom(60)]


def flood(port, seconds):
    """Sent datagrams, their bytes, and the bytes that came back: printed. In a process of its own."""
    datagrams = [SHAPES[i % len(SHAPES)]() for i in range(SHAPED)]
    lanes = []
    for number in range(ADDRESSES):
        lanes.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        lanes[-1].bind((f"127.2.0.{1 + number}", 0))
        lanes[-1].setblocking(False)
    sent = sent_bytes = back_bytes = 0
    begins = time.monotonic()
    while time.monotonic() < begins + seconds:
        time.sleep(max(0, begins + sent / RATE - time.monotonic()))
        lane = lanes[sent // AT_ONCE % ADDRESSES]
        for number in range(sent, sent + AT_ONCE):
            sent_bytes += lane.sendto(datagrams[number % SHAPED], ("127.0.0.1", port))
        sent += AT_ONCE
        try:
            while True:
                back_bytes += len(lane.recv(2_048))
        except BlockingIOError:
            pass
    print(json.dumps({"seconds": time.monotonic() - begins, "sent": sent, "sent_bytes": sent_bytes, "back_bytes": back_bytes}))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=Path(__file__).resolve().parents[2] / "build/release/bin/plenary")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--viewers", type=int, default=100)
    parser.add_argument("--flood", type=int, help=argparse.SUPPRESS)  # at this port: the process that floods
    options = parser.parse_args()
    if options.flood:
        flood(options.flood, options.seconds)
        return
    load = os.getloadavg()[0]
    with RunningServer(options.binary) as server:
        port = int(re.findall(r"media_port=(\d+)", server.log.read_text())[-1])
        before = server.counter("udp_receive_overruns"), server.cpu_seconds()
        strangers = subprocess.Popen([sys.executable, __file__, "--flood", str(port), "--seconds", str(options.seconds)],
                                     stdout=subprocess.PIPE, text=True)
        watching = subprocess.Popen([options.binary, "bench", "viewers", "--url", f"http://127.0.0.1:{server.port}/whep/bench", "--viewers",
                                     str(options.viewers), "--joins", str(max(1, 2 * options.viewers // options.seconds)), "--seconds",
                                     str(options.seconds)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        told = json.loads(strangers.stdout.read())
        used = server.cpu_seconds() - before[1]
        report = json.loads(watching.stdout.read())
        strangers.wait()
        watching.wait()
        overruns = server.counter("udp_receive_overruns") - before[0]
    print(f"{os.cpu_count()} cores, load {load:.1f} before the run\n\n| what | measured | to reach |\n|---|---|---|")
    for row in [
        ("datagrams of strangers", f"{told['sent'] / told['seconds']:,.0f} a second", f"{RATE:,}"),
        ("CPU of the server, with its viewers", f"{100 * used / told['seconds']:.0f} % of a core", "≤ 100 %"),
        ("bytes back for each that came", f"{told['back_bytes'] / told['sent_bytes']:.3f}", "≤ 1"),
        ("viewers who join meanwhile", f"{report['viewers']['with_media']} of {options.viewers}", "≥ 99 %"),
        ("datagrams that the kernel had no room for", f"{overruns:,} of {told['sent']:,}", ""),
    ]:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
