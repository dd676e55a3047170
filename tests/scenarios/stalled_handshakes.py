#!/usr/bin/python3
"""Peers that stop in the middle of joining, a hundred of them (docs/faults.md, D6): who comes meanwhile with a link of their own
gets in, and the stopped ones are forgotten.

    /usr/bin/python3 tests/scenarios/stalled_handshakes.py [Stalled.TEST …]

Debian's package python3-openssl makes the flights (RFC 6347). Nothing is timed.
"""

import signal
import sys
import tempfile
import unittest
from pathlib import Path

from OpenSSL import SSL

sys.path.insert(0, str(Path(__file__).resolve().parent))
from media_session import Endpoint, Session  # noqa: E402
from server_faults import Server, until  # noqa: E402

ONE_LINK = 100  # sessions that have not connected yet


def first_flight():
    """Of a client's handshake, as datagrams."""
    client = SSL.Connection(SSL.Context(SSL.DTLS_METHOD))
    client.set_connect_state()
    try:
        client.do_handshake()
    except SSL.WantReadError:
        pass
    said = []
    while True:
        try:
            said.append(client.bio_read(1 << 16))
        except SSL.WantReadError:
            return said


def posts(endpoint):
    return Session(endpoint)


def is_checked(endpoint):
    session = Session(endpoint)
    session.wire.answered(session.theirs, session.ours)
    return session


def says_hello(endpoint):
    session = is_checked(endpoint)
    for datagram in first_flight():
        session.wire.socket.send(datagram)
    return session


def says_half_a_hello(endpoint):
    session = is_checked(endpoint)
    hello = first_flight()[0]
    session.wire.socket.send(hello[:len(hello) // 2])
    return session


STAGES = posts, is_checked, says_half_a_hello, says_hello


class Stalled(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="plenary-stalled-")
        self.addCleanup(folder.cleanup)
        self.server = Server(folder.name)
        self.server.start()
        self.addCleanup(self.server.kill, signal.SIGTERM)

    def endpoint(self, name):
        return Endpoint(self.server, "/whep/bench", self.server.token("observer", name), "recvonly")

    def test_who_comes_meanwhile_gets_in_and_the_stopped_ones_are_forgotten(self):
        crowd, other = self.endpoint("Crowd"), self.endpoint("Other")
        stopped = [(stage, stage(crowd)) for stage in STAGES * (ONE_LINK // len(STAGES))]
        status, _, answer = crowd.post(crowd.offer())
        self.assertIn(status, (429, 503), "one link has no more")
        self.assertTrue(answer.getheader("Retry-After"))
        self.assertTrue(other.open().lives(), "another one gets in")
        for stage, session in stopped:
            until(f"one that {stage.__name__} to be gone", lambda: crowd.ask("GET", session.url)[0] == 404, every=0.5)
        self.assertEqual(crowd.post(crowd.offer())[0], 201)


if __name__ == "__main__":
    unittest.main()
