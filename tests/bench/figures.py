#!/usr/bin/env python3
"""Loads a server of its own and prints one table of figures. Nothing in it fails a test."""

import argparse
import json
import math
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from page import Page
from running_server import RunningServer

ROUNDS = 20  # floor requests
ASKING = 5
FEW_VIEWERS = 50
# While these watch, the tracks fill the memory that they keep for their last packets: slates a minute and more.
FEW_SECONDS = 90


def percentile(values, percent):
    values = sorted(values)
    return values[max(0, math.ceil(percent / 100 * len(values)) - 1)]


def watch(server, binary, viewers, seconds):
    """The report of the viewers, and (time, CPU seconds, KiB) of the server at each line that says that they watch."""
    command = [binary, "bench", "viewers", "--url", f"http://127.0.0.1:{server.port}/whep/bench",
               "--viewers", str(viewers), "--seconds", str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    samples = []
    for line in process.stderr:
        print("  " + line.rstrip(), file=sys.stderr)
        if " watching:" in line:
            samples.append((time.monotonic(), server.cpu_seconds(), server.memory_kib()))
    report = json.loads(process.stdout.read())
    process.wait()
    if len(samples) < 2:
        raise RuntimeError("too short to measure")
    return report, samples


def measure_viewers(server, binary, viewers, seconds):
    """CPU while all watch; memory against a few viewers before, who paid for what is shared."""
    _, few = watch(server, binary, FEW_VIEWERS, FEW_SECONDS)
    report, samples = watch(server, binary, viewers, seconds)
    report["server_cpu_percent"] = 100 * (samples[-1][1] - samples[0][1]) / (samples[-1][0] - samples[0][0])
    report["kib_per_viewer"] = (max(sample[2] for sample in samples) - max(sample[2] for sample in few)) \
        / max(1, viewers - FEW_VIEWERS)
    return report


def measure_floor(server, pages):
    """Acknowledgement of a request, and the time until the last page knows of it."""
    watching = [Page(server.port) for _ in range(pages - ASKING)]
    # Several, because one person may not ask so often.
    people = [Page(server.port, server.token("participant", f"Asker {number}")) for number in range(ASKING)]
    acknowledged, everywhere = [], []
    for number in range(ROUNDS):
        asking = people[number % ASKING]
        told = []
        started = time.monotonic()
        call = asking.send("floor.request", {"key": f"k{number}", "kind": "statement", "topic": "", "language": "en"})
        request = asking.answer(call)["request"]
        acknowledged.append(1000 * (time.monotonic() - started))
        threads = [threading.Thread(target=lambda page=page: (page.wait_for_request(request),
                                                              told.append(time.monotonic()))) for page in watching]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        everywhere.append(1000 * (max(told, default=time.monotonic()) - started))
        asking.call("floor.withdraw", {"request": request})
    for page in [*people, *watching]:
        page.close()
    return acknowledged, everywhere


def measure_in_browser(root):
    """Age of the picture and time of a grant, in Chromium; None where that is not possible."""
    script = root / "tests/bench/browser_figures.mjs"
    run = subprocess.run(["node", script], stdout=subprocess.PIPE, text=True)
    return json.loads(run.stdout) if run.returncode == 0 else None


def spread(values, unit="ms", digits=0):
    return f"p50 {percentile(values, 50):.{digits}f} {unit}, p95 {percentile(values, 95):.{digits}f} {unit}"


def browser_rows(seen):
    if seen is None:
        return [("in the browser", "not measured", "")]
    rows = []
    for name, key in (("passed through", "passed"), ("encoded", "encoded")):
        if seen[key]["passthrough"] != (key == "passed"):
            name += " (not as asked: passthrough is " + str(seen[key]["passthrough"]).lower() + ")"
        rows.append((f"source to browser beyond SRT, {name}", spread(seen[key]["ages"]), "≤ 250 ms"))
        rows.append((f"POST to first picture in the browser, {name}", spread(seen[key]["first_picture"]), "p50 ≤ 150 ms, p95 ≤ 300 ms"))
    rows.append((f"grant to sound in the return, {len(seen['grants'])} grants", spread(seen["grants"]), "≤ 400 ms"))
    return rows


def rows_of(report, acknowledged, everywhere, pages):
    viewers = report["viewers"]
    lost = {kind: report[kind]["lost_percent"] for kind in ("audio", "video")}
    packets = sum(report[kind]["packets"] for kind in ("audio", "video"))
    key_frame = report["milliseconds_from_post"]["first_key_frame"]
    return [
        ("viewers with media", f"{viewers['with_media']} of {viewers['asked']}", "all"),
        ("a viewer gets", f"{report['kbit_per_second_per_viewer']:.0f} kbit/s, "
                          f"{report['frames_per_second_per_viewer']:.1f} frames/s", ""),
        ("packets lost, sound · picture", f"{lost['audio']:.3f} % · {lost['video']:.3f} % of {packets:,}", "≤ 0.1 %"),
        ("CPU of the server", f"{report['server_cpu_percent']:.0f} % of one core", "≤ 70 % for 200 viewers"),
        ("memory a further viewer, in the server", f"{report['kib_per_viewer']:.0f} KiB", "≤ 24 KiB"),
        ("first key frame after the POST", f"p50 {key_frame['p50']:.0f} ms, p95 {key_frame['p95']:.0f} ms", "≤ 500 ms"),
        (f"floor request acknowledged, {pages} pages", spread(acknowledged, digits=1), "≤ 20 ms"),
        ("… and on the last page", spread(everywhere, digits=1), "≤ 50 ms"),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    root = Path(__file__).resolve().parents[2]
    parser.add_argument("--binary", default=root / "build/release/bin/plenary")
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with RunningServer(options.binary) as server:
        acknowledged, everywhere = measure_floor(server, options.pages)
        report = measure_viewers(server, options.binary, options.viewers, options.seconds)
    seen = None if options.no_browser else measure_in_browser(root)
    rows = rows_of(report, acknowledged, everywhere, options.pages) + browser_rows(seen)
    if options.json:
        print(json.dumps({"load_before": load, "viewers": report, "acknowledged_ms": acknowledged,
                          "everywhere_ms": everywhere,
                          "browser": seen}, indent=2))
        return
    print(f"{os.cpu_count()} cores, load {load:.1f} before the run, {options.viewers} viewers for {options.seconds} s\n")
    print("| what | measured | to reach |\n|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
