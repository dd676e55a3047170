#!/usr/bin/env python3
"""Plenary and Debian's Janus carry the same feed to the same viewers, one after the other on the same core: prints a
table, and draws it with --plot FILE.svg. With --drop nobody receives: in a network namespace of its own the loopback device throws away
what leaves as media (needs root, iproute2 and nftables). Nothing in it fails a test."""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cable import run
from drop_path import DROP
from janus import Janus
from running_server import RunningServer, cpu_seconds, make_picture, memory_kib

SERVER_CORE, VIEWERS_CORE = "0", "1"
SETTLE_SECONDS = 5
FEW_VIEWERS = 20  # who pay for what is shared
FEW_SECONDS = 90  # meanwhile our tracks fill the memory that they keep for their last packets


def watch(binary, url, pid, viewers, seconds):
    command = ["taskset", "-c", VIEWERS_CORE, binary, "bench", "viewers", "--url", url, "--viewers", str(viewers),
               "--seconds", str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    samples = []
    for line in process.stderr:
        print("  " + line.rstrip(), file=sys.stderr)
        if " watching:" in line:
            samples.append((time.monotonic(), cpu_seconds(pid), memory_kib(pid)))
    report = json.loads(process.stdout.read())
    process.wait()
    if len(samples) < 3:
        raise RuntimeError("too short to measure")
    return report, samples


def measure(name, binary, url, pid, viewers, seconds):
    print(f"{name}: {viewers} viewers", file=sys.stderr)
    _, few = watch(binary, url, pid, FEW_VIEWERS, FEW_SECONDS)
    report, samples = watch(binary, url, pid, viewers, seconds)
    passed = samples[-1][0] - samples[0][0]
    cpu = samples[-1][1] - samples[0][1]
    packets = sum(report[kind]["packets"] for kind in ("audio", "video"))
    watched = report["milliseconds_from_post"]["first_packet"]["p50"] / 1_000
    per_second = packets / max(1, seconds - watched)
    lost = sum(report[kind]["lost_percent"] * report[kind]["packets"] for kind in ("audio", "video")) / max(1, packets)
    return {"name": name, "with_media": report["viewers"]["with_media"], "asked": viewers,
            "us_per_packet": 1e6 * cpu / passed / per_second, "cpu_percent": 100 * cpu / passed,
            "kib_per_viewer": (max(s[2] for s in samples) - max(s[2] for s in few)) / max(1, viewers - FEW_VIEWERS),
            "lost_percent": lost, "kbit_per_viewer": report["kbit_per_second_per_viewer"],
            "first_key_frame_p50_ms": report["milliseconds_from_post"]["first_key_frame"]["p50"]}


def discard(ports):
    """Media that leave, but for those to `ports`. Both servers' handshakes, consent and reports go on."""
    run("nft", "add", "table", "netdev", "discard")
    run("nft", "add", "chain", "netdev", "discard", "egress", "{ type filter hook egress device lo priority 0; }")
    feeds = ["udp", "dport", "!=", "{ " + ", ".join(map(str, ports)) + " }"] if ports else []
    run("nft", "add", "rule", "netdev", "discard", "egress", *feeds, *DROP, "counter", "drop")


def discarded_bytes():
    return int(re.search(r"bytes (\d+)", run("nft", "list", "table", "netdev", "discard")).group(1))


def measure_drop(name, binary, url, pid, ports, options):
    print(f"{name}: {options.viewers} viewers", file=sys.stderr)
    discard(ports)
    command = ["taskset", "-c", VIEWERS_CORE, binary, "bench", "viewers", "--url", url, "--viewers", str(options.viewers),
               "--seconds", str(options.seconds + 60)]
    viewers = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        for line in viewers.stderr:
            print("  " + line.rstrip(), file=sys.stderr)
            if " watching:" in line:
                break
        time.sleep(SETTLE_SECONDS)
        began, cpu_before, sent_before = time.monotonic(), cpu_seconds(pid), discarded_bytes()
        time.sleep(options.seconds)
        passed, cpu, sent = time.monotonic() - began, cpu_seconds(pid) - cpu_before, discarded_bytes() - sent_before
    finally:
        viewers.terminate()
        viewers.wait()
        run("nft", "delete", "table", "netdev", "discard")
    return {"name": name, "cpu_percent": 100 * cpu / passed, "mbit_per_viewer": 8e-6 * sent / passed / options.viewers,
            "us_per_kilobyte": 1e9 * cpu / sent}


def drop_table(results):
    lines = ["| | " + " | ".join(r["name"] for r in results) + " |", "|---" * (len(results) + 1) + "|"]
    for title, key, form, unit in (("sent to a viewer", "mbit_per_viewer", ".2f", "Mbit/s"), ("CPU of one core", "cpu_percent", ".1f", "%"),
                                   ("CPU a kilobyte sent", "us_per_kilobyte", ".2f", "µs")):
        lines.append(f"| {title} | " + " | ".join(f"{r[key]:{form}} {unit}" for r in results) + " |")
    return "\n".join(lines)


def table(results):
    lines = ["| | " + " | ".join(r["name"] for r in results) + " |", "|---" * (len(results) + 1) + "|"]
    for title, show in [
            ("viewers with media", lambda r: f"{r['with_media']} of {r['asked']}"),
            ("a viewer gets", lambda r: f"{r['kbit_per_viewer']:.0f} kbit/s"),
            ("CPU a delivered packet", lambda r: f"{r['us_per_packet']:.2f} µs"),
            ("CPU of one core", lambda r: f"{r['cpu_percent']:.0f} %"),
            ("memory a further viewer", lambda r: f"{r['kib_per_viewer']:.0f} KiB"),
            ("packets lost", lambda r: f"{r['lost_percent']:.3f} %"),
            ("first key frame after the POST, p50", lambda r: f"{r['first_key_frame_p50_ms']:.0f} ms")]:
        lines.append(f"| {title} | " + " | ".join(show(r) for r in results) + " |")
    return "\n".join(lines)


def plot(results):
    """Bars of the CPU a packet and the memory a viewer, each against the greater."""
    width, left, bar = 640, 150, 24
    out, y = [], 20
    for title, key, unit in (("CPU a delivered packet", "us_per_packet", "µs"),
                             ("memory a further viewer", "kib_per_viewer", "KiB")):
        out.append(f'<text x="0" y="{y}" font-weight="bold">{title}</text>')
        y += 12
        most = max(r[key] for r in results)
        for r in results:
            length = max(1, (width - left - 110) * r[key] / most)
            out.append(f'<text x="0" y="{y + 17}">{r["name"]}</text>'
                       f'<rect x="{left}" y="{y}" width="{length:.0f}" height="{bar - 6}" fill="#2f6db5"/>'
                       f'<text x="{left + length + 6:.0f}" y="{y + 15}">{r[key]:.2f} {unit}</text>')
            y += bar
        y += 24
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y}" font-family="sans-serif" font-size="13" '
            f'fill="#444">' + "".join(out) + "</svg>\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    root = Path(__file__).resolve().parents[3]
    parser.add_argument("--binary", default=str(root / "build/release/bin/plenary"))
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--plot")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--drop", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)  # of the namespace
    options = parser.parse_args()
    if options.drop and not options.inside:
        raise SystemExit(subprocess.run(["unshare", "--net", sys.executable, *sys.argv, "--inside"]).returncode)
    if options.inside:
        run("ip", "link", "set", "lo", "up")
        # Janus offers no address where there is none but loopback's.
        run("ip", "link", "add", "other", "type", "veth", "peer", "name", "end")
        run("ip", "address", "add", "10.78.0.1/24", "dev", "other")
        for device in ("other", "end"):
            run("ip", "link", "set", device, "up")
    load = os.getloadavg()[0]
    pinned = ("taskset", "-c", SERVER_CORE)

    def one(name, url, pid, ports):
        if options.drop:
            return measure_drop(name, options.binary, url, pid, ports, options)
        return measure(name, options.binary, url, pid, options.viewers, options.seconds)

    results = []
    # Who gets nothing reports nothing: no line is estimated then.
    with RunningServer(options.binary, pinned, layers=1 if options.drop else 3) as server:
        results.append(one("Plenary", f"http://127.0.0.1:{server.port}/whep/bench", server.process.pid, ()))
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "picture.mp4"
        make_picture(picture)
        with Janus(picture, pinned) as janus:
            results.append(one("Janus", janus.url, janus.pid, janus.feed_ports))
    if options.drop:
        print(f"{os.cpu_count()} cores, load {load:.1f} before the run, {options.viewers} viewers for {options.seconds} s\n")
        print(drop_table(results))
        print(f"\nJanus takes {results[1]['us_per_kilobyte'] / results[0]['us_per_kilobyte']:.1f} times the CPU a kilobyte.")
        return
    if options.plot:
        Path(options.plot).write_text(plot(results))
    if options.json:
        print(json.dumps({"load_before": load, "results": results}, indent=2))
        return
    print(f"{os.cpu_count()} cores, load {load:.1f} before the run, {options.viewers} viewers for {options.seconds} s\n")
    print(table(results))
    print(f"\nJanus takes {results[1]['us_per_packet'] / results[0]['us_per_packet']:.1f} times the CPU a packet.")


if __name__ == "__main__":
    main()
