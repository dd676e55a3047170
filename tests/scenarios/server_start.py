#!/usr/bin/env python3
"""What the server says of this machine when it starts: how media leave and come, and by what they are encrypted.

    tests/scenarios/server_start.py [TEST …]
"""

import re
import signal
import socket
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from server_faults import ServerTest  # noqa: E402

UDP_SEGMENT, UDP_GRO = 103, 104  # linux/udp.h; Python has no names for them


def kernel_knows(option):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        try:
            own.setsockopt(socket.IPPROTO_UDP, option, 1)
        except OSError:
            return False
    return True


class Start(ServerTest):
    def setUp(self):
        self.server = self.serve()

    def said(self, what):
        return re.findall(rf'"{what}":"([^"]*)"', self.server.log())[-1]

    def start_with(self, **environment):
        self.server.kill(signal.SIGTERM)
        self.server.environment |= environment
        self.server.start()

    def test_how_media_leave_and_come_is_what_the_kernel_can(self):
        gso, gro = kernel_knows(UDP_SEGMENT), kernel_knows(UDP_GRO)
        self.assertEqual(self.said("media_send"), "udp gso, many messages a call" if gso else "one datagram a call")
        self.assertEqual(self.said("media_receive"), "udp gro" if gro else "one datagram a message")
        figures = self.server.request("GET", "/metrics")[1]
        for name, here in (("udp_gso", gso), ("udp_gro", gro)):
            self.assertRegex(figures, rf"(?m)^plenary_{name} {int(here)}$")

    def test_the_ciphers_are_those_that_media_are_encrypted_by(self):
        best = self.said("media_cipher")
        self.assertIn(self.said("media_cipher_cm"), ("openssl evp", f"{best}, in batches"))
        self.start_with(PLENARY_SRTP="openssl")
        self.assertEqual((self.said("media_cipher"), self.said("media_cipher_cm")), ("openssl evp", "openssl evp"))
        if best == "openssl evp":
            return  # built without ipsec-mb, or not for this CPU
        self.start_with(PLENARY_SRTP="sse")
        self.assertEqual((self.said("media_cipher"), self.said("media_cipher_cm")), ("ipsec-mb sse", "ipsec-mb sse, in batches"))


if __name__ == "__main__":
    unittest.main()
