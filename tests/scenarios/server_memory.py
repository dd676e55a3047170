#!/usr/bin/env python3
"""Row X2 of the fault table (docs/faults.md): a server whose memory ends, by a limit of its address space that is set
while it runs.

    tests/scenarios/server_memory.py [TEST …]
"""

import re
import resource
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from media_session import SDP, Wire, ice, offer, value  # noqa: E402
from server_faults import Page, ServerTest, until, upgrade  # noqa: E402

TIGHT, EXHAUSTED = 1, 2  # the gauge memory_short
WHOLE = 5 << 30  # of a larger limit the last 5 GiB count, as the server does


def address_space(server):
    return int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[0]) * resource.getpagesize()


def leave(server, share):
    """So much of its limit is left to it."""
    used = address_space(server)
    limit = min(int(used / (1 - share)), used + int(WHOLE * share))
    resource.prlimit(server.process.pid, resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))


def leave_all(server):
    resource.prlimit(server.process.pid, resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def short(server):
    return int(re.search(r"^plenary_memory_short (\d)", server.request("GET", "/metrics")[1], re.M).group(1))


def watch(server, token=None, body=None):
    headers = {"Content-Type": SDP, **({"Authorization": f"Bearer {token}"} if token else {})}
    return server.request("POST", "/whep/bench", body or offer("recvonly"), headers)


class ServerMemory(ServerTest):
    def test_x2_viewers_are_turned_away_first_then_everybody_new_and_who_is_there_stays(self):
        server = self.serve()
        pid = server.process.pid
        moderator = Page(server.port, server.token("moderator", "Mona"))
        ours = ice()
        status, answer, _ = watch(server, body=offer("recvonly", credentials=ours))
        self.assertEqual(status, 201)
        wire, theirs = Wire(answer), (value(answer, "ice-ufrag"), value(answer, "ice-pwd"))

        leave(server, 0.09)
        until("viewers to be turned away", lambda: short(server) == TIGHT)
        status, text, response = watch(server)
        self.assertEqual((status, "no_memory" in text, response.getheader("Retry-After")), (503, True, "30"))
        self.assertEqual(watch(server, server.token("moderator", "Mona"))[0], 201)
        late = Page(server.port, server.token("participant", "Paul"))
        late.call("meeting.state", {})

        leave(server, 0.02)
        until("everybody new to be turned away", lambda: short(server) == EXHAUSTED)
        self.assertEqual(watch(server, server.token("moderator", "Mona"))[0], 503)
        own, status, head = upgrade(server.port)
        own.close()
        self.assertEqual((status, b"retry-after: 30" in head.lower()), (503, True))
        self.assertTrue(wire.answered(theirs, ours))
        for page in (moderator, late):
            page.call("meeting.state", {})
        self.assertEqual(server.request("GET", "/livez")[0], 200)

        leave_all(server)
        until("all to be let in", lambda: short(server) == 0)
        self.assertEqual(watch(server)[0], 201)
        self.assertEqual((server.process.poll(), server.process.pid), (None, pid))
        self.assertEqual(server.counter("sessions_no_memory"), 2)
        self.assertEqual(server.counter("http_pages_without_memory"), 1)
        self.assertIn("memory.short", server.log())
        wire.socket.close()


if __name__ == "__main__":
    unittest.main()
