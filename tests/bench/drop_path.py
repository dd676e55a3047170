#!/usr/bin/env python3
"""What sending to many viewers costs. Where nobody receives: two network namespaces, and the device by which the server's one is left
throws away all media; media are sent by one core, then by two (needs root, iproute2 and nftables). Viewers who get nothing report
nothing, so the picture has one layer there and no line is estimated. With --loopback they receive, on another core than the server's,
and the picture has three. Prints one table, a column for each number of viewers. Nothing in it fails a test."""

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from cable import SERVER_ADDRESS, Cable, run
from running_server import LOOPBACK, RunningServer, cpu_seconds

SETTLE_SECONDS = 5
DOOR = 8_099  # in the server's namespace
PACKETS, MESSAGES = "plenary_rtp_packets_sent_total", "plenary_udp_send_messages_total"
LATE, DELAY = "plenary_shard_late_turns_total", "plenary_media_delay_seconds_bucket"
# RTP (first byte 128 to 191) without RTCP (second byte 192 to 223): consent, handshakes and reports go on (RFC 7983, 5761).
DROP = ["meta", "l4proto", "udp", "@th,64,8", "128-191", "@th,72,8", "!=", "192-223"]


def metrics(prefix, port):
    """Name with labels → value."""
    text = run(*prefix, "curl", "-sS", f"http://127.0.0.1:{port}/metrics")
    return {name: float(value) for name, value in re.findall(r"^(plenary_\S+) (\S+)$", text, re.M)}


def until_open(prefix, address, port):
    while subprocess.run([*prefix, "curl", "-sS", f"http://{address}:{port}/livez"], capture_output=True).returncode != 0:
        time.sleep(0.1)


def quantile(before, after, kind, share):
    """The bound in ms under which this share of what was sent meanwhile stayed."""
    counts = [(float(bound), after[name] - before[name]) for name in after
              for bound in re.findall(rf'^{DELAY}{{kind="{kind}",le="(.*)"}}$', name)]
    total = counts[-1][1]
    return next(1e3 * bound for bound, count in counts if count >= share * total)


def measure(options, viewers, cores):
    with contextlib.ExitStack() as stack:
        here, there, address = [], ["taskset", "-c", "1"], LOOPBACK
        if not options.loopback:
            line = stack.enter_context(Cable())
            # Behind the cable the kernel would do the receiving half in the sender's time.
            line.discard(line.server, *DROP, leaving=True)
            here, there = (["ip", "netns", "exec", name] for name in (line.server, line.viewers))
            address = SERVER_ADDRESS
        server = stack.enter_context(RunningServer(options.binary, here, address, options.mbit, layers=3 if options.loopback else 1,
                                                   cpus=map(int, cores.split(","))))
        port = server.port
        if not options.loopback:
            port = DOOR
            door = subprocess.Popen([*here, sys.executable, Path(__file__).with_name("doorway.py"), address, str(port), str(server.port)])
            stack.callback(door.wait)
            stack.callback(door.terminate)
            until_open(here, address, port)
        command = [*there, options.binary, "bench", "viewers", "--url", f"http://{address}:{port}/whep/bench",
                   "--viewers", str(viewers), "--joins", str(options.joins), "--seconds", str(options.seconds + 600)]
        watching = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        stack.callback(watching.wait)
        stack.callback(watching.terminate)
        for text in watching.stderr:
            print("  " + text.rstrip(), file=sys.stderr)
            if " watching:" in text:
                break
        time.sleep(SETTLE_SECONDS)

        def look():
            return (time.monotonic(), metrics(here, server.port), cpu_seconds(server.process.pid), cpu_seconds(watching.pid))

        before = look()
        time.sleep(options.seconds)
        after = look()
    passed = after[0] - before[0]
    told = {name: after[1][name] - before[1].get(name, 0) for name in after[1]}
    packets = told[PACKETS]
    return {"viewers": viewers, "cores": cores, "packets_per_second": packets / passed,
            "us_per_packet": 1e6 * (after[2] - before[2]) / packets,
            "server_percent": 100 * (after[2] - before[2]) / passed, "viewers_percent": 100 * (after[3] - before[3]) / passed,
            "packets_per_message": packets / told[MESSAGES], "late_turns": told[LATE],
            **{f"{kind}_delay_p{percent}_ms": quantile(before[1], after[1], kind, percent / 100)
               for kind in ("sound", "rest") for percent in (50, 99)}}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    root = Path(__file__).resolve().parents[2]
    parser.add_argument("--binary", default=str(root / "build/release/bin/plenary"))
    parser.add_argument("--viewers", type=int, nargs="+", default=[1000])
    parser.add_argument("--joins", type=int, default=100, help="a second")
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--mbit", type=float, default=2)
    parser.add_argument("--loopback", action="store_true")
    parser.add_argument("--cores", nargs="+", help="of the media threads, such as 0,1; one run for each")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    cores = options.cores or (["0"] if options.loopback else ["0", "0,1"])
    results = [measure(options, viewers, of) for of in cores for viewers in options.viewers]
    if options.json:
        print(json.dumps({"load_before": load, "results": results}, indent=2))
        return
    print(f"load {load:.1f} before the run, a picture of {options.mbit:g} Mbit/s, {options.seconds} s\n")
    print("| | " + " | ".join(f"{r['viewers']:,}, core {r['cores']}" for r in results) + " |\n" + "|---" * (len(results) + 1) + "|")
    for title, key, form in (("packets a second", "packets_per_second", ",.0f"), ("CPU a packet, µs", "us_per_packet", ".2f"),
                             ("CPU of the server, %", "server_percent", ".0f"), ("… of the viewers, %", "viewers_percent", ".0f"),
                             ("packets a message", "packets_per_message", ".1f"), ("late turns", "late_turns", ".0f"),
                             ("delay of half of the sound, at most, ms", "sound_delay_p50_ms", "g"),
                             ("… of 99 %", "sound_delay_p99_ms", "g"), ("delay of half of the rest", "rest_delay_p50_ms", "g"),
                             ("… of 99 %", "rest_delay_p99_ms", "g")):
        print(f"| {title} | " + " | ".join(f"{r[key]:{form}}" for r in results) + " |")


if __name__ == "__main__":
    main()
