"""The floor, folded from the journal's events a second time and in other words: what a server must show that has read
them. Statements of people without rank or category only; `server_kills.py` brings about nothing else."""

import copy
import json
import sqlite3

WAITS = {"pending", "queued", "standby"}
SPEAKS = {"granted", "on_air", "paused", "held"}


class Floor:
    def __init__(self):
        self.seq = 0
        self.open, self.ended = {}, {}  # by number
        self.rows, self.order, self.list = [], "asked", "open"
        self.spoken = {}  # speeches by person
        self.undo = None

    def read(self, file):
        """What is new in the journal; gives it back."""
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
            found = database.execute("SELECT seq, type, payload FROM event WHERE meeting = 'bench' AND seq > ? ORDER BY seq",
                                     (self.seq,)).fetchall()
        database.close()
        events = [{"seq": seq, "type": kind, **json.loads(payload)} for seq, kind, payload in found]
        for event in events:
            assert event["seq"] == self.seq + 1, "a gap in the journal"
            self.seq += 1
            getattr(self, event["type"], lambda event: None)(event)
        return events

    def waiting(self):
        waiting = [r for r in self.open.values() if r["state"] in WAITS]
        if self.order == "manual":
            return list(self.rows)
        has_spoken = {r["request"]: self.order == "balance" and self.spoken.get(r["person"], 0) > 0 for r in waiting}
        waiting.sort(key=lambda r: (not r["offered"], not r["offered"] and has_spoken[r["request"]], number(r["request"])))
        order = [r["request"] for r in waiting]
        # Each time that somebody was: behind whom they stood first they stay, when whom they stood behind last has left.
        for _, request, behind in sorted((seq, r["request"], behind) for r in waiting for seq, behind in r["passed"]):
            if behind in order and order.index(request) < order.index(behind):
                order.remove(request)
                order.insert(order.index(behind) + 1, request)
        return order

    def shown(self):
        """As the pages see it: the list with its order, the floor, the switches."""
        return {"queue": [(id, self.open[id]["state"]) for id in self.waiting()],
                "floor": sorted((id, r["state"]) for id, r in self.open.items() if r["state"] in SPEAKS),
                "list": self.list, "order": self.order}

    def requested(self, event):
        self.open[event["request"]] = {
            "request": event["request"], "state": event["born"], "topic": event["topic"], "person": event["person"]["participant"],
            "where": event["person"]["where"], "passed": [], "offered": False, "spoke": False}
        if self.order == "manual":
            self.insert_row(event["request"])

    def insert_row(self, id):
        later = [i for i, row in enumerate(self.rows) if self.open[row]["offered"] or not self.open[id]["offered"]]
        self.rows.insert(later[-1] + 1 if later else 0, id)

    def moved(self, event):
        request = self.open[event["request"]]
        before, request["state"] = request["state"], event["to"]
        if event["to"] in SPEAKS and before not in SPEAKS:
            for other in self.open.values():
                other["offered"] = False
            request["passed"] = []
        if event["to"] not in WAITS and event["request"] in self.rows:
            self.rows.remove(event["request"])
        if event["to"] == "on_air":
            request["spoke"] = True
        if event["to"] not in WAITS | SPEAKS:
            self.ended[event["request"]] = self.open.pop(event["request"])
            self.spoken[request["person"]] = self.spoken.get(request["person"], 0) + request["spoke"]

    def passed_over(self, event):
        request = self.open[event["request"]]
        request |= {"state": "queued", "offered": False}
        if "behind" not in event:  # the last already
            return
        request["passed"] = [*request["passed"], (event["seq"], event["behind"])]
        if self.order == "manual":
            self.rows.remove(event["request"])
            self.rows.insert(self.rows.index(event["behind"]) + 1, event["request"])

    def row_moved(self, event):
        self.order, self.rows = "manual", list(event["rows"])

    def list_opened(self, event):
        self.list = "open" if event["open"] else "closed"

    def order_chosen(self, event):
        self.order, self.rows = event["order"], list(event["rows"])
        for request in self.open.values():
            request["passed"] = []

    def undo_kept(self, event):
        self.undo = None
        if "act" in event:
            self.undo = copy.deepcopy({"act": event["act"], "ends": event["ends"], "list": self.list, "order": self.order,
                                       "rows": self.rows, "before": [self.open[id] for id in event["ends"] + event["changes"]]})

    def undone(self, event):
        kept, self.undo = self.undo, None
        for before in kept["before"]:
            id, now = before["request"], self.open.get(before["request"])
            if id in kept["ends"]:
                if now is None and not any(r["person"] == before["person"] for r in self.open.values()):
                    self.reopen(before, self.ended.pop(id))
            elif now is not None and kept["act"] == "list.order":
                now["passed"] = before["passed"]
            elif now is not None and before["state"] in WAITS:
                self.open[id] = before
        self.list, self.order = kept["list"], kept["order"]
        waiting = [id for id, r in sorted(self.open.items(), key=lambda item: number(item[0])) if r["state"] in WAITS]
        self.rows = [id for id in kept["rows"] if id in waiting] if self.order == "manual" else []
        for id in waiting if self.order == "manual" else []:
            if id not in self.rows:
                self.insert_row(id)

    def reopen(self, before, ended):
        if before["state"] in SPEAKS:
            self.spoken[ended["person"]] -= ended["spoke"]
            before = ended | {"state": "standby", "offered": True}
        self.open[before["request"]] = before

    def restarted(self, event):
        for request in self.open.values():
            if request["state"] in SPEAKS and request["where"] == "remote":
                request["state"] = "held"


def number(request):
    return int(request[2:])


def shown_in(state):
    """The same of an answer to meeting.state."""
    return {"queue": [(r["request"], r["state"]) for r in state["queue"]],
            "floor": sorted((r["request"], r["state"]) for r in state["floor"]),
            "list": state["meeting"]["list"], "order": state["meeting"]["order"]}
