"""A WHIP or WHEP client in HTTP and STUN, as much as the points of docs/whip_whep.md need: no media, no DTLS."""

import hmac
import os
import re
import socket
import struct
import threading
import zlib

from server_faults import until

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
CANDIDATE = "a=candidate:1 1 udp 2130706431 192.0.2.7 50000 typ host\r\n"
MAGIC = 0x2112A442
OPUS = "a=rtpmap:111 opus/48000/2"


def ice():
    return os.urandom(4).hex(), os.urandom(16).hex()


def follow(page):
    """Answers the server's pings in a page that calls nothing more, until it is closed."""
    def read():
        try:
            while True:
                page.read()
        except (OSError, RuntimeError, ValueError):
            pass
    threading.Thread(target=read, daemon=True).start()


def section(kind, mid, direction):
    formats = {"audio": ["111", OPUS],
               "video": ["102 96", "a=rtpmap:102 H264/90000", "a=rtpmap:96 VP8/90000",
                         "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"]}[kind]
    return [f"m={kind} 9 UDP/TLS/RTP/SAVPF {formats[0]}", "c=IN IP4 0.0.0.0", f"a=mid:{mid}", f"a={direction}",
            "a=rtcp-mux", "a=rtcp-mux-only", "a=msid:stream " + mid, *formats[1:]]


def offer(direction, kinds=("audio", "video"), setup="actpass", credentials=None):
    ufrag, password = credentials or ice()
    fingerprint = ":".join(re.findall("..", os.urandom(32).hex().upper()))
    mids = [f"m{number}" for number in range(len(kinds))]
    lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE " + " ".join(mids), f"a=ice-ufrag:{ufrag}",
             f"a=ice-pwd:{password}", f"a=fingerprint:sha-256 {fingerprint}", f"a=setup:{setup}"]
    for kind, mid in zip(kinds, mids):
        lines += section(kind, mid, direction)
    return "\r\n".join(lines) + "\r\n"


def fragment(credentials, more=""):
    return (f"a=ice-ufrag:{credentials[0]}\r\na=ice-pwd:{credentials[1]}\r\n"
            f"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:m0\r\n{more}")


def value(text, name):
    return re.search(rf"^a={name}:(\S+)", text, re.M).group(1)


def sections(text):
    return re.split(r"(?m)^(?=m=)", text)[1:]


class Wire:
    """A peer's UDP socket that can say one thing: a STUN binding request (RFC 8489, RFC 8445)."""

    def __init__(self, answer):
        self.port = int(re.search(r"^a=candidate:\S+ 1 udp \d+ \S+ (\d+)", answer, re.M).group(1))
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", self.port))

    def send(self, theirs, ours):
        name = f"{theirs[0]}:{ours[0]}".encode()
        transaction = os.urandom(12)

        def attribute(kind, data):
            return struct.pack(">HH", kind, len(data)) + data + bytes(-len(data) % 4)

        def head(length):
            return struct.pack(">HHI", 1, length, MAGIC) + transaction

        body = (attribute(0x0006, name) + attribute(0x0024, struct.pack(">I", 0x6E0001FF)) +
                attribute(0x802A, os.urandom(8)) + attribute(0x0025, b""))
        code = hmac.new(theirs[1].encode(), head(len(body) + 24) + body, "sha1").digest()
        body += attribute(0x0008, code)
        check = zlib.crc32(head(len(body) + 8) + body) ^ 0x5354554E
        self.socket.send(head(len(body) + 8) + body + attribute(0x8028, struct.pack(">I", check)))
        return transaction

    def answered(self, theirs, ours):
        """Asks until it is: the shard may not have heard of the session yet."""
        def once():
            sent = self.send(theirs, ours)
            return self.next_answer(0.2) == sent
        return until("a check to be answered", once)

    def next_answer(self, seconds):
        self.socket.settimeout(seconds)
        try:
            data = self.socket.recv(2048)
        except (TimeoutError, ConnectionRefusedError):
            return None
        return data[8:20] if data[:2] == b"\x01\x01" else b""

    def ignored(self, theirs, ours, known):
        """`known` is a pair of another session, which is answered after this one was not."""
        other, their_known, our_known = known
        other.answered(their_known, our_known)
        self.send(theirs, ours)
        other.answered(their_known, our_known)  # one shard reads in order
        return self.next_answer(0.2) is None


class Endpoint:
    def __init__(self, server, path, token, direction):
        self.server, self.path, self.token, self.direction = server, path, token, direction
        self.answers = "recvonly" if direction == "sendonly" else "sendonly"

    def ask(self, method, path=None, body=None, **headers):
        names = {name.replace("_", "-"): text for name, text in headers.items()}
        if self.token and "Authorization" not in names:
            names["Authorization"] = f"Bearer {self.token}"
        return self.server.request(method, path or self.path, body, {name: text for name, text in names.items() if text})

    def offer(self, **how):
        return offer(how.pop("direction", self.direction), **how)

    def post(self, body, kind=SDP):
        return self.ask("POST", body=body, Content_Type=kind)

    def open(self, **how):
        return Session(self, **how)


class Session:
    def __init__(self, endpoint, **how):
        self.endpoint = endpoint
        self.ours = ice()
        status, self.answer, created = endpoint.post(endpoint.offer(credentials=self.ours, **how))
        assert status == 201, self.answer
        self.headers = created.headers
        self.url = created.getheader("Location")
        self.etag = created.getheader("ETag")
        self.theirs = value(self.answer, "ice-ufrag"), value(self.answer, "ice-pwd")
        self.wire = Wire(self.answer)

    def patch(self, body, match=None, kind=FRAGMENT, **more):
        return self.endpoint.ask("PATCH", self.url, body, Content_Type=kind, If_Match=match, **more)

    def restart(self, fresh, match="*"):
        status, text, answer = self.patch(fragment(fresh, CANDIDATE), match)
        assert status == 200, text
        return text, answer

    def lives(self):
        return self.endpoint.ask("GET", self.url)[0] == 204 and self.wire.answered(self.theirs, self.ours)

    def delete(self, **headers):
        return self.endpoint.ask("DELETE", self.url, **headers)[0]
