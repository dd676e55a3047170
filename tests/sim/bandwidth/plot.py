#!/usr/bin/env python3
"""Plots what bandwidth_record wrote, and the table of its figures.

plot.py RECORDS DIRECTORY    NAME.svg of each profile into DIRECTORY, the table on stdout
"""

import csv
import pathlib
import sys

WIDTH, LEFT, RIGHT, TOP = 900, 60, 16, 34
PANEL, GAP = 150, 26
STYLE = """
 text { font: 12px sans-serif; fill: #333 } .title { font-size: 14px; font-weight: bold }
 .grid { stroke: #8884; stroke-width: 1 } path { fill: none; stroke-width: 1.5 }
 .link { stroke: #888; stroke-width: 2.5 } .estimate { stroke: #c2410c } .sent { stroke: #2563eb; stroke-width: 1 }
 .queue { stroke: #15803d } .layer { stroke: #7e22ce; stroke-width: 2 }
 .tlink { fill: #777 } .testimate { fill: #c2410c } .tsent { fill: #2563eb } .tqueue { fill: #15803d }
 .tlayer { fill: #7e22ce }
 @media (prefers-color-scheme: dark) {
  text { fill: #ddd } .estimate { stroke: #fb923c } .sent { stroke: #60a5fa } .queue { stroke: #4ade80 }
  .layer { stroke: #c084fc } .tlink { fill: #aaa } .testimate { fill: #fb923c } .tsent { fill: #60a5fa }
  .tqueue { fill: #4ade80 } .tlayer { fill: #c084fc } }
"""


def read(path):
    with open(path, encoding="utf-8") as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


class Panel:
    """One pair of axes; values from zero up to `most`."""

    def __init__(self, index, rows, most, unit, step):
        self.top = TOP + index * (PANEL + GAP)
        self.end = rows[-1]["time_s"]
        self.rows, self.most = rows, most
        self.parts = []
        for value in (0, most / 2, most):
            y = self.y(value)
            self.parts.append(f'<path class="grid" d="M{LEFT} {y:.0f}H{WIDTH - RIGHT}"/>')
            self.parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{value:g}</text>')
        for second in range(0, int(self.end) + 2, step):
            self.parts.append(f'<text x="{self.x(second):.0f}" y="{self.top + PANEL + 14}" text-anchor="middle">{second} s</text>')
        self.parts.append(f'<text x="{LEFT + 4}" y="{self.top - 4}">{unit}</text>')
        self.legend = LEFT + 90

    def x(self, second):
        return LEFT + (WIDTH - LEFT - RIGHT) * second / self.end

    def y(self, value):
        return self.top + PANEL * (1 - min(value, self.most) / self.most)

    def line(self, name, value, label):
        points = [f"{self.x(row['time_s']):.1f} {self.y(value(row)):.1f}" for row in self.rows]
        self.parts.append(f'<path class="{name}" d="M{"L".join(points)}"/>')
        self.parts.append(f'<text class="t{name}" x="{self.legend}" y="{self.top - 4}">{label}</text>')
        self.legend += 30 + 7 * len(label)


def plot(title, elastic, layers):
    most = 1.25 * max(row["link"] for row in elastic if row["link"] < 9e6) / 1e6
    step = 10 if elastic[-1]["time_s"] < 130 else 20
    panels = []
    for rows, what in ((elastic, "elastic"), (layers, "layers")):
        panel = Panel(len(panels), rows, round(most, 2), "Mbit/s", step)
        panel.line("sent", lambda row: row["sent"] / 1e6, f"sent ({what})")
        panel.line("link", lambda row: row["link"] / 1e6, "line")
        panel.line("estimate", lambda row: row["estimate"] / 1e6, "estimate")
        panels.append(panel)
    panel = Panel(2, elastic, 400, "ms", step)
    panel.line("queue", lambda row: row["queue_ms"], "queue (elastic)")
    panels.append(panel)
    panel = Panel(3, layers, 4, "layer", step)
    panel.line("layer", lambda row: row["layer"] + 1, "0 stills, 1 180p, 2 360p, 3 720p")
    panels.append(panel)
    height = TOP + len(panels) * (PANEL + GAP)
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}">', f"<style>{STYLE}</style>",
                      f'<text class="title" x="{LEFT}" y="14">{title}</text>', *(part for p in panels for part in p.parts),
                      "</svg>", ""])


def table(rows):
    lines = ["| network | from | line | found after | estimate | received | queue p95 elastic · layers | layer changes | at most in 10 s |",
             "|---|---|---|---|---|---|---|---|---|"]
    before = None
    for row in rows:
        first = row["profile"] != before
        before = row["profile"]
        name = f"[{row['title']}]({row['profile']}.svg)" if first else ""
        after = float(row["after_s"])
        found = "never" if after < 0 else f"{after:.1f} s of {float(row['within_s']):g}"
        queue = f"{float(row['queue_p95_elastic']):.0f} · {float(row['queue_p95_layers']):.0f} ms" if first else ""
        lines.append(f"| {name} | {float(row['from_s']):g} s | {float(row['rate']) / 1e6:g} Mbit/s | {found} | "
                     f"{float(row['estimate']):.0%} | {float(row['received']):.0%} | {queue} | "
                     f"{row['changes'] if first else ''} | {row['oscillations'] if first else ''} |")
    return "\n".join(lines) + "\n"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    records, directory = map(pathlib.Path, sys.argv[1:])
    with open(records / "table.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for name, title in {row["profile"]: row["title"] for row in rows}.items():
        svg = plot(title, read(records / f"{name}_elastic.csv"), read(records / f"{name}_layers.csv"))
        (directory / f"{name}.svg").write_text(svg, encoding="utf-8")
    print(table(rows), end="")


if __name__ == "__main__":
    main()
