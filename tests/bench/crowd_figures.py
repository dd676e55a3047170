#!/usr/bin/env python3
"""Ten thousand people on one meeting: prints one table of what they wait for. Nothing in it fails a test."""

import argparse
import json
import os
import subprocess
import threading
from pathlib import Path

from running_server import RunningServer

LOOK_SECONDS = 0.2


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    folder = Path(__file__).resolve().parents[2] / "build/release/bin"
    parser.add_argument("--binary", default=folder / "plenary")
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--waiting", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with RunningServer(options.binary) as server:
        empty = most = server.memory_kib()
        command = [folder / "crowd", str(server.port), "bench", server.config.parent / "data/secret",
                   str(options.pages), str(options.waiting), str(options.seconds)]
        crowd = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        wait = threading.Event()
        while crowd.poll() is None:
            most = max(most, server.memory_kib())
            wait.wait(LOOK_SECONDS)
        report = json.loads(crowd.stdout.read())
        # Who came back is known twice for two minutes.
        report["kib_per_page"] = (most - empty) / (options.pages + report["came_back"])
    if options.json:
        print(json.dumps(report | {"load_before": load}, indent=2))
        return
    told, acknowledged = report["delivered_ms"], report["acknowledged_ms"]
    print(f"{os.cpu_count()} cores, load {load:.1f} before the run\n\n| what | measured | to reach |\n|---|---|---|")
    for row in [
        ("pages that joined", f"{report['joined']:,} of {report['pages']:,}, {report['joins_per_second']:,} a second", "all"),
        ("told of each request", f"{report['deliveries']:,} of {report['requests'] * report['joined']:,}", "all"),
        (f"a request is with all pages, {options.waiting} already wait", f"p50 {told['p50']:.0f} ms, p99 {told['p99']:.0f} ms", "p99 ≤ 250 ms"),
        ("a request is acknowledged meanwhile", f"p50 {acknowledged['p50']:.0f} ms, p99 {acknowledged['p99']:.0f} ms", "p99 ≤ 50 ms"),
        ("memory a page, in the server", f"{report['kib_per_page']:.1f} KiB", "≤ 20 KiB"),
        ("connections lost, changes missed", f"{report['lost']}, {report['missed']}", "0"),
        ("pages that got the state because they were slow", f"{report['caught_up']:,}", ""),
        (f"{report['came_back']:,} lose their connection and are back", f"within {report['back_within_s']:.1f} s", "≤ 10 s"),
    ]:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
