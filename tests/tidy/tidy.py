#!/usr/bin/env python3
"""Checks what compilers do not: floors, clocks below the shells, lengths, dead files, words (rules.py says it in full).

tests/tidy/tidy.py [--root DIR]   one line a finding, exit 1 when there is one
tests/tidy/tidy.py --self-test    proves on bad samples that each rule can fail
"""

import argparse
import os
import pathlib
import sys

from rules import RULES, check
from samples import BAD, self_test
from source_text import Source

# Made by tools or by somebody else, and what version control does not keep.
SKIPPED_FOLDERS = {"build", "node_modules", "dist", "__pycache__", ".git", ".demo", "seeds", "test-results"}
SKIPPED_FILES = {"package-lock.json", "LICENSE"}
READ = {".cpp", ".h", ".ts", ".mjs", ".js", ".py", ".sh", ".css", ".html", ".md", ".txt", ".toml", ".json", ".yml",
        ".yaml", ".service", ""}


def read_sources(root):
    sources = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS and not name.startswith("build-"))
        for name in sorted(files):
            path = pathlib.Path(folder, name)
            if name in SKIPPED_FILES or path.suffix not in READ:
                continue
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # not a text
            sources.append(Source(path.relative_to(root).as_posix(), text))
    return sources


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        wrong = self_test()
        print("\n".join(wrong) or f"{len(BAD)} bad samples found by {len(RULES)} rules, the good ones by none")
        return 1 if wrong else 0
    sources = read_sources(arguments.root)
    if len(sources) < 20:
        print(f"only {len(sources)} files under {arguments.root}: is it the repository?")
        return 1
    findings = check(sources)
    for finding in findings:
        print(f"{finding.path}:{finding.line}: {finding.rule}: {finding.message}")
    print(f"{len(sources)} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
