"""Thousands of WebSockets of strangers: opened, and never used."""

import select
import socket
from collections import Counter

PATIENCE_SECONDS = 60  # only a broken server needs it


def upgrade_request(port, headers="", path="/ws/bench", origin=None):
    return (f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: plenary.v1\r\nOrigin: {origin or f'http://127.0.0.1:{port}'}\r\n{headers}\r\n").encode()


class SilentCrowd:
    """Sockets that ask for a page's WebSocket and say nothing more, until the server has ended each."""

    OPENING = 64  # at once: they come as a crowd does, so that what the server keeps is what counts

    def __init__(self, port, count):
        self.port, self.left, self.closed = port, count, 0
        self.epoll, self.sockets, self.heads, self.answers = select.epoll(), {}, {}, Counter()

    def turn(self):
        """False: there is none any more."""
        while self.left > 0 and len(self.heads) < self.OPENING:
            self.left -= 1
            own = socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS)
            own.sendall(upgrade_request(self.port))
            self.sockets[own.fileno()], self.heads[own.fileno()] = own, b""
            self.epoll.register(own, select.EPOLLIN)
        ready = self.epoll.poll(PATIENCE_SECONDS)
        assert ready, "the server neither answers nor closes"
        for descriptor, _ in ready:
            self.read(descriptor)
        return bool(self.left or self.sockets)

    def read(self, descriptor):
        data = self.sockets[descriptor].recv(4096)
        if descriptor in self.heads:
            self.heads[descriptor] += data
            if data and b"\r\n\r\n" not in self.heads[descriptor]:
                return
            head = self.heads.pop(descriptor)
            status = head.split()[1].decode() if data else "none"
            self.answers[status] += 1
            assert status != "503" or b"retry-after" in head.lower()
            if status == "101":
                return
        elif data:  # the close frame
            return
        else:
            self.closed += 1
        self.sockets.pop(descriptor).close()
