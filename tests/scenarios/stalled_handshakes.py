#!/usr/bin/python3
"""Peers that stop in the middle of joining, hundreds of them (docs/faults.md, D6): who comes meanwhile with a link of their own
gets in, and what the stopped ones held is free again.

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


class Client:
    """The peer's side of a handshake, as far as it goes."""

    def __init__(self, wire):
        self.wire = wire
        self.tls = SSL.Connection(SSL.Context(SSL.DTLS_METHOD))
        self.tls.set_connect_state()

    def step(self):
        """What the client says next, as datagrams."""
        try:
            self.tls.do_handshake()
        except SSL.Error:  # it waits for more, or has no certificate to show
            pass
        said = []
        while True:
            try:
                said.append(self.tls.bio_read(1 << 16))
            except SSL.WantReadError:
                return said


def posts(endpoint):
    Session(endpoint)


def is_checked(endpoint):
    session = Session(endpoint)
    session.wire.answered(session.theirs, session.ours)
    return session


def says_hello(endpoint):
    client = Client(is_checked(endpoint).wire)
    for datagram in client.step():
        client.wire.socket.send(datagram)


def says_half_a_hello(endpoint):
    client = Client(is_checked(endpoint).wire)
    hello = client.step()[0]
    client.wire.socket.send(hello[:len(hello) // 2])


class Stalled(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="plenary-stalled-")
        self.addCleanup(folder.cleanup)
        self.server = Server(folder.name)
        self.server.start()
        self.addCleanup(self.server.kill, signal.SIGTERM)

    def endpoint(self, name):
        return Endpoint(self.server, "/whep/bench", self.server.token("observer", name), "recvonly")

    def test_who_comes_meanwhile_gets_in_and_what_the_stopped_ones_held_is_free_again(self):
        crowd, other = self.endpoint("Crowd"), self.endpoint("Other")
        for number in range(ONE_LINK):
            (posts, is_checked, says_half_a_hello, says_hello)[number % 4](crowd)
        status, _, answer = crowd.post(crowd.offer())
        self.assertIn(status, (429, 503), "one link has no more")
        self.assertTrue(answer.getheader("Retry-After"))
        self.assertTrue(other.open().lives(), "another one gets in")
        for number in range(ONE_LINK - 1):
            until(f"place {number} to be free", lambda: crowd.post(crowd.offer())[0] == 201, every=0.5)


if __name__ == "__main__":
    unittest.main()
