#!/usr/bin/env python3
"""Kills the whole server with SIGKILL while people ask for the floor over WebSockets, and looks what the next one knows.

    tests/scenarios/server_kills.py [KILLS] [FIRST_SEED]

Nothing that was acknowledged may be gone, undone, there twice or in another order. Prints the seed of a kill that fails.
"""

import base64
import hashlib
import hmac
import json
import os
import random
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/bench"))
from page import Page  # noqa: E402

PROGRAM = Path(os.environ.get("PLENARY_PROGRAM", ROOT / "build/release/bin/plenary"))
PEOPLE = 12
LIFE_SECONDS = (0.02, 0.4)  # of a server, from when all have joined
START_SECONDS = 60
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
    def __init__(self, folder):
        self.folder = Path(folder)
        self.config = self.folder / "plenary.toml"
        self.config.write_text(CONFIG.format(data=self.folder / "data"))
        self.process = None

    def start(self):
        log = self.folder / "log"
        with log.open("wb") as out:
            self.process = subprocess.Popen([PROGRAM, "serve", "--config", self.config], stdout=out, stderr=out)
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
        claims = {"sub": name, "name": name, "role": role, "room": "bench", "exp": int(time.time()) + 3600, **more}
        text = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims).encode())
        secret = (self.folder / "data/secret").read_text().rstrip("\n").encode()
        return (text + b"." + part(hmac.new(secret, text, hashlib.sha256).digest())).decode()


class Account:
    """What was promised to whom."""

    def __init__(self):
        self.requests = {}  # topic, the same as the key, to the request that was acknowledged
        self.ended = set()  # acknowledged as withdrawn or denied
        self.doubt = []  # (topic, person) without an answer: one effect or none
        self.end_in_doubt = set()  # requests whose withdrawal or denial was not answered
        self.acknowledged = self.lost = self.duplicated = self.order_errors = 0

    def clean(self):
        return self.lost + self.duplicated + self.order_errors == 0

    def text(self):
        return (f"{self.acknowledged} acknowledged, {self.lost} lost, {self.duplicated} duplicated, "
                f"{self.order_errors} order errors")

    def ask(self, page, person, topic):
        return page.send("floor.request", {"key": topic, "kind": "statement", "topic": topic, "language": "floor"}), topic, person

    def answered(self, topic, result):
        self.acknowledged += 1
        if self.requests.setdefault(topic, result["request"]) != result["request"]:
            self.duplicated += 1

    def look(self, moderator):
        """The waiting list: everything acknowledged and not ended, once, in the order of its numbers."""
        queue = moderator.call("meeting.state", {})["queue"]
        topics = [entry["topic"] for entry in queue]
        numbers = [int(entry["request"][2:]) for entry in queue]
        self.duplicated += len(topics) - len(set(topics))
        self.order_errors += numbers != sorted(numbers)
        waiting = {entry["request"] for entry in queue}
        self.ended |= self.end_in_doubt - waiting
        self.end_in_doubt.clear()
        self.lost += len(set(self.requests.values()) - self.ended - waiting)
        self.lost += len(self.ended & waiting)
        return queue

    def look_at_all(self, record):
        topics = [entry["topic"] for entry in record]
        self.duplicated += len(topics) - len(set(topics))
        self.lost += len(set(self.requests) - set(topics))


class Life:
    """One life of a server: people ask and withdraw, a moderator denies, until it is killed somewhere in it."""

    def __init__(self, server, account, seed):
        self.random = random.Random(seed)
        self.account = account
        self.moderator = Page(server.port, server.token("moderator", "Mona"))
        self.people = [Page(server.port, server.token("participant", f"person {seed} {i}")) for i in range(PEOPLE)]
        self.asked = [0] * PEOPLE
        self.calls = {}  # (page, id) to what is done with the answer
        self.seed = seed

    def live(self, server):
        end = time.monotonic() + self.random.uniform(*LIFE_SECONDS)
        pages = [self.moderator, *self.people]
        while time.monotonic() < end:
            self.act()
            ready, _, _ = select.select([page.socket for page in pages], [], [], self.random.uniform(0, 0.004))
            for page in pages:
                if page.socket in ready:
                    self.take(page)
        server.kill()
        for page in pages:
            self.drain(page)
            page.close()
        self.account.doubt += [what[1:] for what in self.calls.values() if what[0] == "ask"]
        self.account.end_in_doubt |= {what[1] for what in self.calls.values() if what[0] == "end"}

    def act(self):
        index = self.random.randrange(PEOPLE)
        page = self.people[index]
        open_here = [topic for topic in self.account.requests
                     if topic.startswith(f"{self.seed}-{index}-") and self.account.requests[topic] not in self.account.ended]
        if self.random.random() < 0.15 and self.account.requests:
            topic = self.random.choice(list(self.account.requests)[-PEOPLE:])
            request = self.account.requests[topic]
            self.calls[self.moderator, self.moderator.send("floor.deny", {"request": request})] = ("end", request)
        elif open_here:
            request = self.account.requests[open_here[0]]
            self.calls[page, page.send("floor.withdraw", {"request": request})] = ("end", request)
        elif self.asked[index] < 8:
            topic = f"{self.seed}-{index}-{self.asked[index]}"
            self.asked[index] += 1
            call, *what = self.account.ask(page, f"person {self.seed} {index}", topic)
            self.calls[page, call] = ("ask", *what)

    def take(self, page):
        page.buffer += page.socket.recv(1 << 16)
        for message in page.buffered():
            what = self.calls.pop((page, message.get("id")), None)
            if what is None or "error" in message:
                continue
            if what[0] == "ask":
                self.account.answered(what[1], message["result"])
            else:
                self.account.acknowledged += 1
                self.account.ended.add(what[1])

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


def settle(server, account, moderator):
    """Who got no answer asks again with the same key; all that waits is then denied, so that the list stays short."""
    for topic, person in account.doubt:
        page = Page(server.port, server.token("participant", person))
        try:
            account.answered(topic, page.call("floor.request", {"key": topic, "kind": "statement", "topic": topic, "language": "floor"}))
        except RuntimeError as refusal:
            if "already_asked" not in str(refusal):  # an earlier one of theirs is open
                raise
        page.close()
    account.doubt.clear()
    for entry in account.look(moderator):
        moderator.call("floor.deny", {"request": entry["request"]})
        account.acknowledged += 1
        account.ended.add(entry["request"])


def main():
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    account = Account()
    with tempfile.TemporaryDirectory(prefix="plenary-kills-") as folder:
        server = Server(folder)
        server.start()
        for seed in range(first, first + kills):
            Life(server, account, seed).live(server)
            server.start()
            moderator = Page(server.port, server.token("moderator", "Mona"))
            account.look(moderator)
            settle(server, account, moderator)
            moderator.close()
            if (seed - first + 1) % LOOK_AT_ALL_EVERY == 0 or seed == first + kills - 1:
                account.look_at_all(server.record())
            if not account.clean():
                print(f"seed {seed}: {account.text()}")
                server.kill()
                return 1
        server.kill(signal.SIGTERM)
    print(f"{kills} kills: {account.text()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
