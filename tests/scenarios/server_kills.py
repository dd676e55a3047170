#!/usr/bin/env python3
"""Kills the whole server with SIGKILL while people ask for the floor over WebSockets, go and come back, two moderators give
it and the civil clock is set, and looks what the next one knows.

    tests/scenarios/server_kills.py [KILLS] [FIRST_SEED]

Nothing that was acknowledged may be gone, there twice or in another order, nothing may be there by half, and what the
next server shows is what floor_model.py makes of the same acts. Prints the seed of a kill that fails.
"""

import base64
import hashlib
import hmac
import json
import os
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/bench"))
from page import Page  # noqa: E402

from floor_model import WAITS, Floor, shown_in  # noqa: E402

PROGRAM = Path(os.environ.get("PLENARY_PROGRAM", ROOT / "build/release/bin/plenary"))
PEOPLE = 12
MODERATOR_ACTS = 38  # in a life: a page may send 40 messages at once
LIFE_SECONDS = (0.02, 0.4)  # of a server, from when all have joined
START_SECONDS = 60
SAME_SECONDS = 5  # that the server started anew is shown a moment before it is saved
GONE, BACK = 0.05, 0.5  # chances that somebody's page is closed when it is their turn, and that who is gone comes back
CLOCK_HOURS = (5, -3, 26, -49)  # that the civil clock is off, set between lives and within half of them
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")  # Debian's package faketime
LOOK_SECONDS = 0.1  # a page that asks more than 20 times a second is not answered
LOOK_AT_ALL_EVERY = 50  # kills; what has ended is looked up in the whole record

CONFIG = """
[server]
http = "127.0.0.1:0"
udp = "127.0.0.1:0"
public_address = "127.0.0.1"
data = "{data}"

[[rooms]]
id = "bench"
languages = []
mix = "desk"
"""


class Server:
    """`wall_clock`: how far the server's civil clock is off; its monotonic one is the machine's."""

    def __init__(self, folder, wall_clock=None):
        self.folder = Path(folder)
        self.config = self.folder / "plenary.toml"
        self.config.write_text(CONFIG.format(data=self.folder / "data"))
        self.process = None
        self.hours_off = 0  # as tokens have to know
        self.environment = dict(os.environ)
        if wall_clock is not None:
            self.set_wall_clock(wall_clock)
            self.environment |= {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(self.folder / "clock"),
                                 "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def set_wall_clock(self, offset):
        new = self.folder / "clock.new"
        new.write_text(offset + "\n")
        new.replace(self.folder / "clock")

    def jump(self, choose):
        if "FAKETIME_NO_CACHE" not in self.environment:
            return
        self.hours_off = choose(CLOCK_HOURS)
        self.set_wall_clock(f"{self.hours_off:+}h")

    def start(self):
        log = self.folder / "log"
        with log.open("wb") as out:
            self.process = subprocess.Popen([PROGRAM, "serve", "--config", self.config], stdout=out, stderr=out,
                                            env=self.environment)
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            ready = re.search(r"server\.ready.*http_port=(\d+)", log.read_text())
            if ready:
                self.port = int(ready.group(1))
                return
            time.sleep(0.005)
        raise RuntimeError("the server did not start:\n" + log.read_text())

    def kill(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        self.process.wait()

    def record(self):
        command = [PROGRAM, "export", "bench", "--config", self.config, "--format", "json"]
        return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["requests"]

    def token(self, role, name, **more):
        """HS256 (RFC 7515), as `plenary token` makes them; `more` claims where a test wants them."""
        def part(data):
            return base64.urlsafe_b64encode(data).rstrip(b"=")
        claims = {"sub": name, "name": name, "role": role, "room": "bench", "exp": int(time.time()) + 3600 * (1 + self.hours_off), **more}
        text = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims).encode())
        secret = (self.folder / "data/secret").read_text().rstrip("\n").encode()
        return (text + b"." + part(hmac.new(secret, text, hashlib.sha256).digest())).decode()


class Account:
    """What was promised to whom."""

    def __init__(self, server):
        self.server = server
        self.floor = Floor()
        self.requests = {}  # topic, the same as the key, to the request that was acknowledged
        self.withdrawn = set()  # acknowledged
        self.doubt = []  # (topic, person) without an answer: one effect or none
        self.gone = self.back = 0  # pages
        self.acknowledged = self.lost = self.duplicated = self.order_errors = self.half = 0
        self.why = []

    def clean(self):
        return not self.why

    def text(self):
        return (f"{self.acknowledged} acknowledged, {self.lost} lost, {self.duplicated} duplicated, "
                f"{self.order_errors} order errors, {self.half} by half")

    def fault(self, count, why):
        setattr(self, count, getattr(self, count) + 1)
        self.why.append(f"{count}: {why}")

    def answered(self, topic, result):
        self.acknowledged += 1
        if self.requests.setdefault(topic, result["request"]) != result["request"]:
            self.fault("duplicated", topic)

    def read(self):
        return self.floor.read(self.server.folder / "data/plenary.db")

    def look(self, moderator):
        """The state that pages get, held against the model's."""
        events = self.read()
        end = time.monotonic() + SAME_SECONDS
        while True:
            state = shown_in(moderator.call("meeting.state", {}))
            later = self.read()
            events += later
            if not later and (state == self.floor.shown() or time.monotonic() > end):
                break
            time.sleep(LOOK_SECONDS)
        if state != self.floor.shown():
            self.fault("order_errors", f"shown {state}, promised {self.floor.shown()}")
        known = {r["topic"]: id for r in (self.floor.open | self.floor.ended).values() for id in [r["request"]]}
        for topic, request in self.requests.items():
            if known.get(topic) != request:
                self.fault("lost", topic)
        for request in self.withdrawn:
            if self.floor.ended.get(request, {}).get("state") != "withdrawn":
                self.fault("lost", f"withdrawal of {request}")
        if len(known) != len(self.floor.open) + len(self.floor.ended):
            self.fault("duplicated", "two requests of one key")
        return events

    def look_at_all(self, record):
        if sorted(r["topic"] for r in record) != sorted(r["topic"] for r in self.floor.ended.values()):
            self.fault("lost", "in the record")

    def compare(self, acts, events):
        """One moderator's acts in the order sent, with what came of them in the order saved."""
        done = [event for event in events if event["type"] != "undo_kept" and event.get("to") != "on_air"
                and event.get("reason") != "next_speaker"]
        for act in acts:
            if act.outcome == "refused":
                continue
            if done and act.matches(done[0]):
                done.pop(0)
            elif act.outcome == "acknowledged" and not act.may_be_nothing():
                later = any(act.matches(event) for event in done)
                self.fault("order_errors" if later else "lost", f"{act.method} {act.params}, saved {done[:2]}")
        if done:
            self.fault("duplicated", f"nobody did {done[0]}")

    def whole(self, events):
        """An act is saved with all that it does or not at all."""
        for one, event in enumerate(events):
            rest = [e for e in events[one + 1:] if e["by"] == event["by"]]
            if event["type"] == "undo_kept" and "act" in event and not rest:
                self.fault("half", event)
            if event.get("reason") == "next_speaker" and not any(e.get("to") == "granted" for e in rest[:2]):
                self.fault("half", event)


class Act:
    """What a moderator sent, and what was said to it."""

    def __init__(self, method, params):
        self.method, self.params = method, params
        self.outcome = "unanswered"
        self.request = params.get("request")

    def may_be_nothing(self):
        return self.method in ("list.open", "list.close")  # as it is already

    def matches(self, event):
        kind, same = event["type"], self.request in (None, event.get("request"))
        wanted = {
            "floor.grant": kind == "moved" and event.get("to") == "granted" and same,
            "floor.release": kind == "moved" and event.get("to") == "released" and same,
            "floor.prepare": kind == "moved" and event.get("to") == "standby" and same,
            "floor.deny": kind == "moved" and event.get("to") == "denied" and event["reason"] == self.params.get("reason"),
            "floor.pass": kind == "passed_over" and event.get("reason") == self.params.get("reason"),
            "floor.move": kind == "row_moved" and self.request in event["rows"],
            "list.open": kind == "list_opened" and event.get("open") is True,
            "list.close": kind == "list_opened" and event.get("open") is False,
            "list.order": kind == "order_chosen" and event["order"] == self.params.get("order"),
            "floor.undo": kind == "undone",
        }
        return wanted[self.method]


class Life:
    """One life of a server: people ask and withdraw, two moderators do all that they do, until it is killed in it."""

    def __init__(self, server, account, seed):
        self.random = random.Random(seed)
        self.server = server
        self.account = account
        self.moderators = [Page(server.port, server.token("moderator", name)) for name in ("Mona", "Musa")]
        self.acts = {page: [] for page in self.moderators}
        self.seed = seed
        self.people = [self.come(i) for i in range(PEOPLE)]  # None: gone
        self.asked = [0] * PEOPLE
        self.calls = {}  # (page, id) to what is done with the answer

    def come(self, index):
        where = ("room", "remote")[index % 2]
        return Page(self.server.port, self.server.token("participant", f"person {self.seed} {index}", where=where))

    def pages(self):
        return [*self.moderators, *(page for page in self.people if page is not None)]

    def live(self, server):
        end = time.monotonic() + self.random.uniform(*LIFE_SECONDS)
        jump = self.random.uniform(time.monotonic(), 2 * end - time.monotonic())
        while time.monotonic() < end:
            if time.monotonic() > jump:
                server.jump(self.random.choice)
                jump = end
            self.moderate() if self.random.random() < 0.4 else self.act()
            pages = self.pages()
            ready, _, _ = select.select([page.socket for page in pages], [], [], self.random.uniform(0, 0.004))
            for page in pages:
                if page.socket in ready:
                    self.take(page)
        server.kill()
        for page in self.pages():
            self.drain(page)
            page.close()
        self.account.doubt += [what[1:] for what in self.calls.values() if what[0] == "ask"]

    def signatures(self):
        return {page: page.joined["participant"] + "/moderator" for page in self.moderators}

    def moderate(self):
        page = self.random.choice(self.moderators)
        acts = self.acts[page]
        known = list(self.account.requests.values())[-PEOPLE:]
        if len(acts) >= MODERATOR_ACTS or not known:
            return
        request, other = self.random.choice(known), self.random.choice(known)
        reason = f"{self.seed}-{self.moderators.index(page)}-{len(acts)}"
        one = {"request": request}
        method, params = self.random.choice([
            ("floor.grant", {"override": True}), ("floor.grant", one | {"override": True}), ("floor.release", one),
            ("floor.release", {}), ("floor.deny", one | {"reason": reason}), ("floor.pass", one | {"reason": reason}),
            ("floor.pass", one | {"reason": reason}), ("floor.prepare", one),
            ("floor.move", one | {"before": None if other == request else other}),
            ("floor.move", one | {"before": None}), ("list.open", {}), ("list.open", {}), ("list.close", {}),
            ("list.order", {"order": self.random.choice(("asked", "balance", "protocol", "manual"))}),
            ("floor.undo", {}), ("floor.undo", {})])
        acts.append(Act(method, params))
        self.calls[page, page.send(method, params)] = ("act", acts[-1])

    def act(self):
        index = self.random.randrange(PEOPLE)
        page = self.people[index]
        if page is None:
            if self.random.random() < BACK:
                self.people[index] = self.come(index)
                self.account.back += 1
            return
        if self.random.random() < GONE:  # what was not answered yet is in doubt
            page.close()
            self.people[index] = None
            self.account.gone += 1
            return
        open_here = [request for topic, request in self.account.requests.items()
                     if topic.startswith(f"{self.seed}-{index}-") and request not in self.account.withdrawn]
        if open_here and self.random.random() < 0.3:
            request = self.random.choice(open_here)
            self.calls[page, page.send("floor.withdraw", {"request": request})] = ("withdraw", request)
        elif self.asked[index] < 8:
            topic = f"{self.seed}-{index}-{self.asked[index]}"
            self.asked[index] += 1
            self.calls[page, page.send("floor.request", request_params(topic))] = ("ask", topic, f"person {self.seed} {index}")

    def take(self, page):
        page.buffer += page.socket.recv(1 << 16)
        for message in page.buffered():
            what = self.calls.pop((page, message.get("id")), None)
            if what is None:
                continue
            if what[0] == "act":
                what[1].outcome = "refused" if "error" in message else "acknowledged"
                what[1].request = message.get("result", {}).get("request", what[1].request)
            if "error" in message:
                continue
            if what[0] == "ask":
                self.account.answered(what[1], message["result"])
                continue
            self.account.acknowledged += 1
            if what[0] == "withdraw":
                self.account.withdrawn.add(what[1])

    def drain(self, page):
        """What the server had sent before it died was said."""
        try:
            while True:
                before = len(page.buffer)
                self.take(page)
                if len(page.buffer) == before:
                    return
        except OSError:
            return


def request_params(topic):
    return {"key": topic, "kind": "statement", "topic": topic, "language": "floor"}


def settle(server, account, moderator):
    """Who got no answer asks again with the same key; all that waits or speaks is then ended, so that the list stays short."""
    moderator.call("list.open", {})
    for topic, person in account.doubt:
        page = Page(server.port, server.token("participant", person))
        try:
            account.answered(topic, page.call("floor.request", request_params(topic)))
        except RuntimeError as refusal:
            if "already_asked" not in str(refusal):  # an earlier one of theirs is open
                raise
        page.close()
    account.doubt.clear()
    account.look(moderator)
    for request, state in [(id, r["state"]) for id, r in account.floor.open.items()]:
        moderator.call("floor.deny" if state in WAITS else "floor.release", {"request": request})
        account.acknowledged += 1
    account.read()


def start_again(server, account, life):
    """What is there after that life, held against what was promised in it."""
    server.start()
    moderator = Page(server.port, server.token("moderator", "Mona"))
    events = account.look(moderator)
    for page, signature in life.signatures().items():
        account.compare(life.acts[page], [event for event in events if event["by"] == signature])
    account.whole(events)
    settle(server, account, moderator)
    moderator.close()


def main():
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory(prefix="plenary-kills-") as folder:
        server = Server(folder, "+0" if FAKETIME.exists() else None)
        account = Account(server)
        server.start()
        for seed in range(first, first + kills):
            life = Life(server, account, seed)
            life.live(server)
            server.jump(life.random.choice)
            start_again(server, account, life)
            if (seed - first + 1) % LOOK_AT_ALL_EVERY == 0 or seed == first + kills - 1:
                account.look_at_all(server.record())
            if not account.clean():
                server.kill()
                kept = shutil.copytree(folder, tempfile.mkdtemp(prefix=f"plenary-kill-{seed}-"), dirs_exist_ok=True)
                print(f"seed {seed}: {account.text()}", *account.why[:5], f"its journal is kept in {kept}", sep="\n  ")
                return 1
        server.kill(signal.SIGTERM)
    clock = "the clock set" if FAKETIME.exists() else "no clock set: libfaketime is not installed"
    print(f"{kills} kills: {account.text()}; {account.gone} pages gone, {account.back} back, {clock}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
