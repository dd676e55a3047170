#!/usr/bin/env python3
"""Chromium in one network namespace, the server in another, and a cable between them that loses datagrams in the kernel, each way:
what is understood and seen there. Prints the table of loss_figures.mjs; with --check it is a test. Needs root, iproute2 and nftables,
and leaves it at a word where those are not to be had."""

import subprocess
import sys
from pathlib import Path

from cable import SERVER_ADDRESS, Cable, unavailable


def main():
    if why := unavailable():
        print(f"skipped: {why}")
        return 0
    with Cable() as cable:
        figures = Path(__file__).with_name("loss_figures.mjs")
        command = ["ip", "netns", "exec", cable.server, "node", figures, cable.viewers, cable.server, SERVER_ADDRESS, *sys.argv[1:]]
        return subprocess.run(command).returncode


if __name__ == "__main__":
    sys.exit(main())
