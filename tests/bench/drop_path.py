#!/usr/bin/env python3
"""What sending costs where nobody receives: two network namespaces, and the device by which the server's one is left throws
away all media. The server runs on one core, then on two; prints one table. Needs root, iproute2 and nftables. Nothing in it
fails a test."""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from cable import SERVER_ADDRESS, Cable, run
from running_server import RunningServer, cpu_seconds

SETTLE_SECONDS = 5
PACKETS = "plenary_rtp_packets_sent_total"
# RTP (first byte 128 to 191) without RTCP (second byte 192 to 223): consent, handshakes and reports go on (RFC 7983, 5761).
DROP = ["@th,64,8", "128-191", "@th,72,8", "!=", "192-223"]


def packets_sent(cable, port):
    text = run("ip", "netns", "exec", cable.server, "curl", "-sS", f"http://127.0.0.1:{port}/metrics")
    return sum(float(value) for value in re.findall(rf"^{PACKETS}(?:{{.*}})? (\S+)$", text, re.M))


def measure(options, cores):
    with Cable() as line:
        # Behind the cable the kernel would do the receiving half in the sender's time.
        line.discard(line.server, *DROP, leaving=True)
        prefix = ("ip", "netns", "exec", line.server, "taskset", "-c", cores)
        with RunningServer(options.binary, prefix, SERVER_ADDRESS, options.mbit) as server:
            url = f"http://{SERVER_ADDRESS}:{server.port}/whep/bench"
            command = ["ip", "netns", "exec", line.viewers, options.binary, "bench", "viewers", "--url", url,
                       "--viewers", str(options.viewers), "--seconds", str(options.seconds + 600)]
            viewers = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            try:
                for text in viewers.stderr:
                    print("  " + text.rstrip(), file=sys.stderr)
                    if " watching:" in text:
                        break
                time.sleep(SETTLE_SECONDS)
                pids = (server.process.pid, viewers.pid)
                before = (time.monotonic(), packets_sent(line, server.port), *map(cpu_seconds, pids))
                time.sleep(options.seconds)
                after = (time.monotonic(), packets_sent(line, server.port), *map(cpu_seconds, pids))
            finally:
                viewers.terminate()
                viewers.wait()
    passed = after[0] - before[0]
    packets = after[1] - before[1]
    return {"packets_per_second": packets / passed, "us_per_packet": 1e6 * (after[2] - before[2]) / packets,
            "server_percent": 100 * (after[2] - before[2]) / passed, "viewers_percent": 100 * (after[3] - before[3]) / passed}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    root = Path(__file__).resolve().parents[2]
    parser.add_argument("--binary", default=str(root / "build/release/bin/plenary"))
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--mbit", type=float, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    one, two = (measure(options, cores) for cores in ("0", "0,1"))
    if options.json:
        print(json.dumps({"load_before": load, "one_core": one, "two_cores": two}, indent=2))
        return
    print(f"load {load:.1f} before the run, {options.viewers} viewers of {options.mbit:g} Mbit/s, {options.seconds} s\n")
    print("| | one core | two cores |\n|---|---|---|")
    for title, key, form in (("packets a second", "packets_per_second", ",.0f"), ("CPU a packet, µs", "us_per_packet", ".2f"),
                             ("CPU of the server, %", "server_percent", ".0f"), ("… of the viewers", "viewers_percent", ".0f")):
        print(f"| {title} | {one[key]:{form}} | {two[key]:{form}} |")


if __name__ == "__main__":
    main()
