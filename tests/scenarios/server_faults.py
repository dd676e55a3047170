#!/usr/bin/env python3
"""Rows of the fault table (docs/faults.md) that need the whole server and no browser.

    tests/scenarios/server_faults.py [TEST …]

Everything is counted, nothing timed: a slow machine only takes longer.
"""

import http.client
import json
import os
import re
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import server_kills  # noqa: E402
from flood_figures import SHAPES  # noqa: E402
from server_kills import FAKETIME, PROGRAM, Account, Life, Page, start_again  # noqa: E402
from silent_crowd import PATIENCE_SECONDS, SilentCrowd, upgrade_request  # noqa: E402

CONFIG = server_kills.CONFIG + """
[[rooms]]
id = "other"
languages = []
mix = "desk"
"""
SILENT_SOCKETS = 10_000
HOSTILE = "A\r\nb\n\x1b[31mred\x1b[0m %n%s%x \u2028 \x00\x07 {\"event\":\"forged\"}"


class Server(server_kills.Server):
    def __init__(self, folder, log_format="json", open_files=None, wall_clock=None):
        super().__init__(folder, wall_clock)
        self.config.write_text(CONFIG.format(data=self.folder / "data"))
        self.environment |= {"PLENARY_LOG_FORMAT": log_format, "PLENARY_LOG_LEVEL": "debug"}
        self.open_files = open_files

    def start(self):
        def limit():
            if self.open_files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (self.open_files, self.open_files))
        with (self.folder / "log").open("ab") as out:
            self.process = subprocess.Popen([PROGRAM, "serve", "--config", self.config], stdout=out, stderr=out,
                                            env=self.environment, preexec_fn=limit)
        started = self.log().count("server.ready")
        until("the server to be ready", lambda: self.process.poll() is not None or self.log().count("server.ready") > started)
        self.port = int(re.findall(r'http_port"?[=:]"?(\d+)', self.log())[-1])

    def log(self):
        return (self.folder / "log").read_bytes().decode(errors="replace")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def request(self, method, path, body=None, headers=None, connection=None):
        own = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        own.request(method, path, body, headers or {})
        answer = own.getresponse()
        text = answer.read().decode(errors="replace")
        if connection is None:
            own.close()
        return answer.status, text, answer

    def with_token(self, method, path, token, body=None, headers=None):
        return self.request(method, path, body, {"Authorization": f"Bearer {token}", **(headers or {})})

    def counter(self, name):
        """Of all rooms together."""
        found = re.findall(rf"^plenary_{name}_total(?:\{{[^}}]*\}})? (\d+)", self.request("GET", "/metrics")[1], re.M)
        assert found, f"no counter {name}"
        return sum(map(int, found))


def until(what, holds, every=0.02):
    end = time.monotonic() + PATIENCE_SECONDS
    while not (result := holds()):
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(every)
    return result


def refusal(page, method, params):
    try:
        return None, page.call(method, params)
    except RuntimeError as error:
        return str(error), None


def offer(extra=""):
    secret = os.urandom(32).hex().upper()
    fingerprint = ":".join(secret[i:i + 2] for i in range(0, 64, 2))
    return "\r\n".join([
        "v=0", "o=- 1 1 IN IP4 127.0.0.1", f"s=-{extra}", "t=0 0", "a=group:BUNDLE 0", "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "c=IN IP4 0.0.0.0", "a=mid:0", f"a=ice-ufrag:{os.urandom(6).hex()}", f"a=ice-pwd:{os.urandom(16).hex()}",
        f"a=fingerprint:sha-256 {fingerprint}", "a=setup:active", "a=recvonly", "a=rtcp-mux", "a=rtpmap:111 opus/48000/2", ""])


def upgrade(port, **how):
    """A WebSocket that says nothing more; with the status that came."""
    own = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
    own.sendall(upgrade_request(port, **how))
    head = b""
    while b"\r\n\r\n" not in head:
        data = own.recv(4096)
        if not data:
            break
        head += data
    return own, int(head.split()[1]) if head else 0, head


class ServerTest(unittest.TestCase):
    def serve(self, **how):
        folder = tempfile.TemporaryDirectory(prefix="plenary-faults-")
        self.addCleanup(folder.cleanup)
        server = Server(folder.name, **how)
        server.start()
        self.addCleanup(lambda: server.process.poll() is None and server.kill(signal.SIGTERM))
        return server


class Faults(ServerTest):
    def test_w5_sockets_that_never_join_are_closed_and_leave_descriptors_for_others(self):
        _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
        for files in (1_000, most_files):  # nearly all are refused; nearly all are let in
            server = self.serve(open_files=files)
            moderator = Page(server.port, server.token("moderator", "Mona"))
            count = min(SILENT_SOCKETS, most_files // 2)
            crowd = SilentCrowd(server.port, count)
            most = answered = 0
            while crowd.turn():
                if crowd.left <= count - answered * 1_000:
                    most = max(most, server.descriptors())
                    moderator.call("meeting.state", {})
                    answered += 1
            self.assertGreaterEqual(answered, count // 1_000)
            self.assertEqual(crowd.answers["101"] + crowd.answers["503"], count, crowd.answers)
            self.assertEqual(crowd.closed, crowd.answers["101"], "each was closed by the server")
            self.assertLessEqual(most, files // 2)
            self.assertEqual(server.counter("http_pages_refused"), crowd.answers["503"])
            if files == 1_000:
                self.assertGreater(crowd.answers["503"], 0)
            until("the descriptors to be free", lambda: server.descriptors() < 200)
            Page(server.port, server.token("participant", "Amina")).close()
            server.kill(signal.SIGTERM)

    def test_w7_who_floods_is_closed_and_everybody_else_is_answered(self):
        server = self.serve()
        moderator = Page(server.port, server.token("moderator", "Mona"))
        flooder = Page(server.port, server.token("participant", "Li"))
        frame = bytes([0x81, 0x80 | 60]) + bytes(4) + b'{"jsonrpc":"2.0","id":1,"method":"meeting.state","params":{}}'[:60]
        acts = 0
        try:
            for _ in range(200):
                flooder.socket.sendall(frame * 50)
                moderator.call("list.close" if acts % 2 == 0 else "list.open", {})
                acts += 1
                ready, _, _ = select.select([flooder.socket], [], [], 0)
                while ready and flooder.socket.recv(1 << 20):
                    ready, _, _ = select.select([flooder.socket], [], [], 0)
                if ready:
                    break
                time.sleep(0.06)  # a person's pace: twenty messages a second are let through
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.assertLess(acts, 200, "the flooder was not closed")
        self.assertGreater(acts, 0)
        self.assertGreater(server.counter("meeting_too_fast"), 100)
        moderator.call("meeting.state", {})

    def test_w8_pages_of_other_sites_and_cookies_open_nothing(self):
        server = self.serve()
        token = server.token("moderator", "Mona")
        for origin in ("https://evil.example", "null", f"http://127.0.0.1:{server.port}.evil.example"):
            own, status, _ = upgrade(server.port, origin=origin)
            self.assertEqual(status, 403, origin)
            own.close()
        cookies = f"Cookie: token={token}; Authorization=Bearer {token}\r\n"
        page = Page(server.port, headers=cookies)
        self.assertEqual(page.joined["state"]["you"]["role"], "observer")
        self.assertIn("'role'", refusal(page, "list.close", {})[0])
        self.assertEqual(server.request("GET", "/api/v1/rooms/bench/status", headers={"Cookie": f"token={token}"})[0], 403)

    def test_j2_j3_one_link_is_one_person_in_one_room_and_out_of_it_everywhere(self):
        server = self.serve()
        moderator = Page(server.port, server.token("moderator", "Mona"))
        token = server.token("participant", "Li")
        pages = [Page(server.port, token) for _ in range(5)]
        self.assertEqual(len({page.joined["participant"] for page in pages}), 1)
        with self.assertRaisesRegex(RuntimeError, "wrong_room"):
            Page(server.port, token, "other")
        now = int(time.time())
        for claims, word in (({"exp": now - 120}, "expired"), ({"nbf": now + 600}, "not_yet_valid"), ({"exp": now - 20}, None),
                             ({"nbf": now + 40}, None)):
            try:
                Page(server.port, server.token("participant", "Amina", **claims)).close()
                self.assertIsNone(word)
            except RuntimeError as error:
                self.assertIn(str(word), str(error))
        moderator.call("people.remove", {"participant": pages[0].joined["participant"]})
        for page in pages:
            with self.assertRaisesRegex(RuntimeError, "closed"):
                while True:
                    page.read()
        with self.assertRaisesRegex(RuntimeError, "removed"):
            Page(server.port, token)
        self.assertEqual(server.with_token("POST", "/whep/bench", token, offer(), {"Content-Type": "application/sdp"})[0], 401)

    def test_j5_wrong_tokens_from_many_addresses_open_nothing_and_hold_nobody_up(self):
        server = self.serve()
        good = server.token("technician", "Tom")
        threads = len(os.listdir(f"/proc/{server.process.pid}/task"))
        for number in range(500):
            source = f"127.1.{number // 250}.{1 + number % 250}"
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS, source_address=(source, 0))
            wrong = good[:-9] + os.urandom(6).hex()[:8] + good[-1]
            status, text, _ = server.request("GET", "/api/v1/rooms/bench/status", None, {"Authorization": f"Bearer {wrong}"}, connection)
            connection.close()
            self.assertEqual((status, json.loads(text)["code"]), (401, "bad_token"))
            if number % 100 == 0:
                self.assertEqual(server.with_token("GET", "/api/v1/rooms/bench/status", good)[0], 200)
        self.assertEqual(len(os.listdir(f"/proc/{server.process.pid}/task")), threads)
        with self.assertRaisesRegex(RuntimeError, "bad_token"):
            Page(server.port, "x.y.z")

    def test_j6_no_output_has_a_token(self):
        server = self.serve()
        tokens = {role: server.token(role, f"Ms {role}") for role in ("participant", "moderator", "technician", "organiser")}
        pages = {role: Page(server.port, token) for role, token in tokens.items()}
        watcher = Page(server.port)
        sdp = {"Content-Type": "application/sdp"}
        status, answer, created = server.with_token("POST", "/whep/bench", tokens["participant"], offer(), sdp)
        self.assertEqual(status, 201)
        session = created.getheader("Location")
        outputs = {"the answer of WHEP": answer}
        made = json.loads(server.with_token("POST", "/api/v1/rooms/bench/links", tokens["organiser"], json.dumps(
            {"role": "participant", "name": "Amina", "expires": "1h"}))[1])
        tokens["link"] = made["url"].partition("#token=")[2]
        Page(server.port, tokens["link"]).close()
        pages["participant"].call("floor.request", {"key": "k", "kind": "statement", "topic": "x", "language": "floor"})
        pages["participant"].call("help.ask", {"text": "x"})
        pages["moderator"].call("list.close", {})
        pages["moderator"].call("people.remove", {"participant": pages["participant"].joined["participant"]})
        # Put where it does not belong, by hand or by a careless program.
        wrong = tokens["moderator"]
        for method, path in (("GET", f"/room/bench?token={wrong}"), ("GET", f"/{wrong}"), ("GET", f"/room/{wrong}"),
                             ("POST", f"/whep/bench?language={wrong}"), ("GET", f"/session/{wrong}"), ("GET", f"/ws/{wrong}"),
                             ("DELETE", f"/api/v1/rooms/bench/links/{wrong}")):
            headers = {"Referer": f"http://x/#token={wrong}", "User-Agent": wrong, **sdp}
            outputs[f"the answer to {path[:12]}"] = server.with_token(method, path, wrong, offer() if method == "POST" else None, headers)[1]
        server.with_token("DELETE", f"/api/v1/rooms/bench/links/{made['id']}", tokens["organiser"])
        server.with_token("DELETE", session, tokens["participant"])
        for path in ("/metrics", "/api/v1/rooms", "/readyz", "/", "/room/bench"):
            _, text, answer = server.request("GET", path)
            outputs[path] = text + str(answer.getheaders())
        outputs["status"] = server.with_token("GET", "/api/v1/rooms/bench/status", tokens["technician"])[1]
        outputs["what a stranger sees"] = json.dumps(watcher.call("meeting.state", {}))
        outputs["what a technician sees"] = json.dumps(pages["technician"].call("meeting.state", {}))
        outputs["links"] = re.sub(r"#token=[^\"]*", "", server.with_token("GET", "/api/v1/rooms/bench/links", tokens["organiser"])[1])
        outputs["export"] = json.dumps(server.record())
        keys = [page.joined[key] for page in [*pages.values(), watcher] for key in ("resume", "media_token")]
        secret = (server.folder / "data/secret").read_text().strip()
        server.kill(signal.SIGTERM)
        outputs["log"] = server.log()
        outputs |= {path.name: path.read_bytes().decode("latin1") for path in (server.folder / "data").rglob("*")
                    if path.is_file() and path.name != "secret"}
        signatures = [token.rpartition(".")[2][:30] for token in tokens.values()]
        for hidden in [*signatures, *keys, secret]:
            self.assertEqual([name for name, output in outputs.items() if hidden in output], [], f"{hidden} was shown")
        self.assertIn("Ms participant", outputs["plenary.db"], "the search finds what is there")

    def test_k8_names_and_headers_make_no_lines_and_no_colours_in_the_log(self):
        for log_format in ("json", "text"):
            server = self.serve(log_format=log_format)
            name = HOSTILE.replace("\x00", "")  # a token with that is none
            moderator = Page(server.port, server.token("moderator", name))
            page = Page(server.port, server.token("participant", f"{name} 2"))
            page.call("floor.request", {"key": "k", "kind": "statement", "topic": HOSTILE, "language": "floor"})
            page.call("help.ask", {"text": HOSTILE})
            refusal(page, HOSTILE, {})
            moderator.call("people.remove", {"participant": page.joined["participant"]})
            agent = HOSTILE.replace("\r", "").replace("\n", "").replace("\x00", "").replace("\u2028", "")
            for body in (offer(HOSTILE), HOSTILE, offer().replace("m=audio", f"m={HOSTILE}")):
                server.request("POST", "/whep/bench", body.encode(), {"Content-Type": "application/sdp", "User-Agent": agent})
            raw = socket.create_connection(("127.0.0.1", server.port), PATIENCE_SECONDS)
            raw.sendall(b"GET /%0d%0a%1b[31m%25n HTTP/1.1\r\nHost: x\r\nUser-Agent: a\x1b[31m%n\r\nX-\x1b: \x1b\r\n\r\n")
            raw.recv(4096)
            raw.close()
            own, _, _ = upgrade(server.port, path="/ws/%0a%1b[31m%25n")
            own.close()
            server.kill(signal.SIGTERM)
            log = (server.folder / "log").read_bytes()
            self.assertTrue(log.endswith(b"\n"))
            self.assertNotRegex(log, rb"[\x00-\x09\x0b-\x1f\x7f]")
            # What check-config would warn of comes first, for people.
            lines = [line for line in log.decode().split("\n")[:-1] if not line.startswith(f"{server.config}:")]
            self.assertGreaterEqual(len(lines), 5)
            for line in lines:
                if log_format == "json":
                    self.assertRegex(line, r'^\{.*\}$')
                    self.assertNotEqual(json.loads(line)["event"], "forged")
                else:
                    self.assertRegex(line, r"^\S*\d\d:\d\d:\d\d\S* \S+ +[a-z_]+\.[a-z_]+")

    def test_f9_ids_of_another_room_are_as_good_as_none(self):
        server = self.serve()
        here, there = server.token("moderator", "Mona"), server.token("moderator", "Otto", room="other")
        moderator, other = Page(server.port, here), Page(server.port, there, "other")
        person = Page(server.port, server.token("participant", "Li", room="other"), "other")
        for number in range(3):
            other.call("floor.add", {"name": f"Guest {number}", "organisation": "", "category": "", "where": "room", "kind": "statement"})
        asked = person.call("floor.request", {"key": "k", "kind": "statement", "topic": "x", "language": "floor"})["request"]
        for method in ("floor.deny", "floor.grant", "floor.prepare", "floor.pass", "floor.revoke", "floor.approve"):
            told = {refusal(moderator, method, {"request": request, "reason": ""})[0] for request in (asked, "r-999999")}
            self.assertEqual(len(told), 1, method)
            self.assertIn("not_found", told.pop())
        for path in ("/api/v1/rooms/other/status", "/api/v1/rooms/other/links", "/api/v1/rooms/other/pictures/source/main"):
            self.assertEqual(server.with_token("GET", path, here)[0], 403, path)
        organiser = server.token("organiser", "Orla")
        made = json.loads(server.with_token("POST", "/api/v1/rooms/other/links", server.token(
            "organiser", "Olga", room="other"), json.dumps({"role": "participant", "name": "A", "expires": "1h"}))[1])
        told = {server.with_token("DELETE", f"/api/v1/rooms/bench/links/{id}", organiser)[:2] for id in (made["id"], "nobodys")}
        self.assertEqual(len(told), 1)
        self.assertEqual(told.pop()[0], 404)
        _, _, created = server.with_token("POST", "/whep/other", there, offer(), {"Content-Type": "application/sdp"})
        session = created.getheader("Location")
        self.assertIn(server.with_token("DELETE", session, here)[0], (401, 403, 404))
        self.assertEqual(server.with_token("GET", session, there)[0], 204)
        self.assertEqual([entry["request"] for entry in other.call("meeting.state", {})["queue"]][-1], asked)

    def test_x1_good_joins_go_on_among_thousands_of_bad_requests(self):
        server = self.serve()
        bad, good = [], []
        requests = [("GET", "/nowhere", None), ("GET", "/room/none", None), ("POST", "/whep/none", "x"), ("POST", "/whep/bench", "v=0"),
                    ("DELETE", "/session/none", None), ("GET", "/api/v1/rooms/bench/status", None), ("PUT", "/", "x"), ("POST", "/metrics", "x")]

        def misbehave():
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS)
            for number in range(2_500):
                method, path, body = requests[number % len(requests)]
                bad.append(server.request(method, path, body, {"Authorization": "Bearer a.b.c"}, connection)[0])
            connection.close()

        flood = [threading.Thread(target=misbehave) for _ in range(2)]
        for thread in flood:
            thread.start()
        for number in range(200):
            page = Page(server.port, server.token("participant", f"person {number}"))
            good.append(page.joined["participant"])
            page.close()
        self.assertTrue(any(thread.is_alive() for thread in flood), "nothing was bad meanwhile")
        for thread in flood:
            thread.join()
        self.assertEqual(len(set(good)), 200)
        self.assertEqual(len(bad), 5_000)
        self.assertEqual({status // 100 for status in bad}, {4})

    def test_s5_x3_a_flood_of_datagrams_is_answered_by_less_and_keeps_nobody_out(self):
        server = self.serve()
        media = ("127.0.0.1", int(re.findall(r'media_port":"(\d+)', server.log())[-1]))
        asked, answered = [], []

        def flood(number, datagrams):
            own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            own.bind((f"127.2.0.{1 + number}", 0))
            own.setblocking(False)
            for datagram in datagrams:
                own.sendto(datagram, media)
                asked.append(len(datagram))
                try:
                    answered.append(len(own.recv(2_048)))
                except BlockingIOError:
                    pass
            own.close()

        def all_are_served():
            command = [PROGRAM, "bench", "viewers", "--url", f"http://127.0.0.1:{server.port}/whep/bench", "--viewers", "20", "--seconds", "1"]
            report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            self.assertEqual((report["viewers"]["with_media"], report["viewers"]["failures"]), (20, {}))

        threads = [threading.Thread(target=flood, args=(number, (SHAPES[i % 4]() for i in range(20_000)))) for number in range(3)]
        for thread in threads:
            thread.start()
        all_are_served()
        for thread in threads:
            thread.join()
        self.assertEqual(len(asked), 60_000)
        self.assertLessEqual(sum(answered), sum(asked))
        # More than any receive buffer holds, while nobody reads it.
        server.process.send_signal(signal.SIGSTOP)
        self.addCleanup(server.process.send_signal, signal.SIGCONT)
        flood(4, (SHAPES[2]() for _ in range(30_000)))
        server.process.send_signal(signal.SIGCONT)
        all_are_served()
        self.assertGreater(server.counter("udp_receive_overruns"), 0)

    def test_x6_a_server_that_is_asked_to_end_loses_no_acknowledgement_and_tells_everybody(self):
        server = self.serve()
        account = Account(server)
        for seed in range(1, 4):
            life = TerminatedLife(server, account, seed)
            life.live(server)
            self.assertEqual(server.process.returncode, 0)
            self.assertEqual(life.told, [1001] * len(life.pages()), f"seed {seed}")
            start_again(server, account, life)
            self.assertTrue(account.clean(), f"seed {seed}: {account.text()} {account.why[:3]}")
        account.look_at_all(server.record())
        self.assertTrue(account.clean(), account.text())
        self.assertGreater(account.acknowledged, 20)

    def test_the_figures_are_for_this_machine_or_for_who_has_their_token(self):
        server = self.serve()
        self.assertEqual(server.request("GET", "/metrics")[0], 200)
        self.assertEqual(server.request("GET", "/metrics", headers={"X-Forwarded-For": "192.0.2.1"})[0], 403)
        server.kill(signal.SIGTERM)
        secret = server.folder / "metrics_token"
        secret.write_text("m" * 40 + "\n")
        secret.chmod(0o600)
        server.environment["PLENARY_SERVER_METRICS_TOKEN_FILE"] = str(secret)
        server.environment["PLENARY_AUTH_ANONYMOUS"] = "none"
        server.start()
        self.assertEqual(server.request("GET", "/metrics")[0], 401)
        self.assertEqual(server.with_token("GET", "/metrics", "m" * 39)[0], 401)
        self.assertEqual(server.with_token("GET", "/metrics", "m" * 40, headers={"X-Forwarded-For": "192.0.2.1"})[0], 200)
        self.assertEqual(server.request("GET", "/api/v1/rooms")[0], 401)
        rooms = json.loads(server.with_token("GET", "/api/v1/rooms", server.token("participant", "Li"))[1])
        self.assertEqual([room["id"] for room in rooms], ["bench"])


class TerminatedLife(Life):
    """Ends by SIGTERM; `told` are the codes that its pages were closed with."""

    def live(self, server):
        self.told = []
        kill = server.kill
        server.kill = lambda: kill(signal.SIGTERM)
        try:
            super().live(server)
        finally:
            del server.kill

    def drain(self, page):
        page.socket.settimeout(PATIENCE_SECONDS)
        try:
            while data := page.socket.recv(1 << 16):
                page.buffer += data
        except ConnectionResetError:
            pass
        data = page.buffer
        super().drain(page)
        closing = re.search(rb"\x88[\x02-\x7d]([\x00-\xff]{2})restarting$", data, re.S)
        self.told.append(struct.unpack(">H", closing.group(1))[0] if closing else None)


if __name__ == "__main__":
    unittest.main()
