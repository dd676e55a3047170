#!/usr/bin/python3
"""aiortc, an engine in Python that shares nothing with ours, plays a room by WHEP and speaks in it by WHIP.

    /usr/bin/python3 tests/scenarios/whip_whep_peers.py [Peers.TEST …]

Debian's package python3-aiortc; a test's number is its point's in docs/whip_whep.md. Everything is measured on what was
decoded, nothing timed.
"""

import asyncio
import fractions
import math
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import aioice.ice
import av
import numpy
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack

sys.path.insert(0, str(Path(__file__).resolve().parent))
from media_session import SDP, follow  # noqa: E402
from server_faults import Server, until  # noqa: E402
from server_kills import CONFIG, Page  # noqa: E402
from silent_crowd import PATIENCE_SECONDS  # noqa: E402

RATE = 48_000
PACKET = 960  # samples of 20 ms
FLOOR_TONE, VOICE_TONE = 440, 1_000
LOUD_DB, APART_DB = -50, 25
GRACE_SECONDS, CONSENT_SECONDS = 15, 30
# Consecutive numbers: a busy machine loses some now and then, a server that leaves some out has no such row.
ROW = 50
ROOM = CONFIG.replace('id = "bench"', 'id = "bench"\ntitle = "Bench"').replace('mix = "desk"', 'mix = "server"') + f"""
  [[rooms.sources]]
  id = "main"
  url = "test:?tone={FLOOR_TONE}&picture=counter"
  audio = {{{{ floor = 0 }}}}
"""

# aiortc leaves loopback out by itself; the server is there and nowhere else.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


class Voice(AudioStreamTrack):
    """A tone, in real time."""

    async def recv(self):
        self.at = getattr(self, "at", None) or time.monotonic()
        self.sent = getattr(self, "sent", -PACKET) + PACKET
        await asyncio.sleep(max(0, self.at + self.sent / RATE - time.monotonic()))
        wave = numpy.sin(2 * numpy.pi * VOICE_TONE * (self.sent + numpy.arange(PACKET)) / RATE) * 8_000
        frame = av.AudioFrame.from_ndarray(wave.astype(numpy.int16).reshape(1, -1), format="s16", layout="mono")
        frame.pts, frame.sample_rate, frame.time_base = self.sent, RATE, fractions.Fraction(1, RATE)
        return frame


class Peer:
    """`post` sends a request to the server and returns status, text and answer."""

    def __init__(self, post):
        self.post = post
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.frames = {"audio": [], "video": []}
        self.packets = {"audio": [], "video": []}
        self.tasks = []

    async def negotiate(self):
        await self.connection.setLocalDescription(await self.connection.createOffer())
        status, text, answer = await asyncio.to_thread(self.post, self.connection.localDescription.sdp)
        assert status == 201, text
        self.session = answer.getheader("Location")
        await self.connection.setRemoteDescription(RTCSessionDescription(text, "answer"))
        await self.until("the connection", lambda: self.connection.connectionState == "connected")

    async def play(self, video=None):
        """`video`: the one format of it that is asked for."""
        self.connection.addTransceiver("audio", "recvonly")
        transceiver = self.connection.addTransceiver("video", "recvonly")
        if video:
            known = RTCRtpReceiver.getCapabilities("video").codecs
            transceiver.setCodecPreferences([codec for codec in known if codec.mimeType in (f"video/{video}", "video/rtx")])
        for one in self.connection.getTransceivers():
            self.keep_packets(one.receiver, one.kind)
        self.connection.on("track", lambda track: self.tasks.append(asyncio.create_task(self.keep_frames(track))))
        await self.negotiate()

    def keep_packets(self, receiver, kind):
        handle = receiver._handle_rtp_packet

        async def keep(packet, arrival_time_ms):
            self.packets[kind].append((packet.payload_type, packet.sequence_number, packet.timestamp, len(packet.payload)))
            await handle(packet, arrival_time_ms)
        receiver._handle_rtp_packet = keep

    async def keep_frames(self, track):
        while True:
            frame = await track.recv()
            self.frames[track.kind].append(frame)

    async def speak(self):
        self.connection.addTransceiver(Voice(), "sendonly")
        await self.negotiate()

    async def until(self, what, holds):
        end = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            if time.monotonic() > end:
                raise AssertionError(f"waited in vain for {what}")
            await asyncio.sleep(0.05)

    async def close(self):
        for task in self.tasks:
            task.cancel()
        await self.connection.close()

    def levels(self, *tones):
        """Decibels of full scale in the last second heard."""
        heard = self.frames["audio"][-50:]
        if len(heard) < 50:
            return [None for _ in tones]
        samples = numpy.concatenate([frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0] for frame in heard]) / 32_768
        window = numpy.hanning(len(samples))
        turns = numpy.arange(len(samples)) / RATE
        return [20 * numpy.log10(2 * abs(numpy.dot(samples * window, numpy.exp(-2j * numpy.pi * tone * turns))) / window.sum() + 1e-9)
                for tone in tones]

    def hears(self, loud, silent):
        level, other = self.levels(loud, silent)
        return level is not None and level > LOUD_DB and other < level - APART_DB


def order(packets):
    """Sequence numbers without their wraps."""
    first, numbers = packets[0][1], []
    for _, number, _, _ in packets:
        numbers.append((number - first + 0x8000) % 0x10000 - 0x8000)
    return numbers


def longest_row(packets, step=None):
    """Of numbers one after the other; with `step`, whose timestamps are that far from each other too."""
    longest = row = 0
    numbered = sorted(zip(order(packets), (packet[2] for packet in packets))) if packets else []
    for (number, stamp), before in zip(numbered, [None, *numbered]):
        follows = before is not None and number == before[0] + 1 and step in (None, (stamp - before[1]) % 2**32)
        row = row + 1 if follows else 1
        longest = max(longest, row)
    return longest


class Peers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="plenary-peers-")
        cls.server = Server(cls.folder.name)
        cls.server.config.write_text(ROOM.format(data=Path(cls.folder.name) / "data"))
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.kill(signal.SIGTERM)
        cls.folder.cleanup()

    def post(self, path, token=None):
        headers = {"Content-Type": SDP, **({"Authorization": f"Bearer {token}"} if token else {})}
        return lambda offer: self.server.request("POST", path, offer, headers)

    def play(self, video, size):
        async def story():
            peer = Peer(self.post("/whep/bench"))
            await peer.play(video)
            await peer.until("the room's tone", lambda: peer.hears(FLOOR_TONE, VOICE_TONE))
            await peer.until("a picture", lambda: any(frame.to_ndarray(format="gray").std() > 10 for frame in peer.frames["video"][-1:]))
            for kind, step in (("audio", PACKET), ("video", None)):
                await peer.until(f"{ROW} packets of {kind} in a row", lambda: longest_row(peer.packets[kind], step) >= ROW)
            seen = len(peer.frames["video"])
            await peer.until("a second of pictures", lambda: len(peer.frames["video"]) >= seen + 25)
            pictures = [frame.to_ndarray(format="gray") for frame in peer.frames["video"][seen:]]
            await peer.close()
            self.server.request("DELETE", peer.session)
            return peer, pictures
        peer, pictures = asyncio.run(story())
        self.assertEqual({picture.shape[::-1] for picture in pictures}, {size})
        moved = sum(numpy.any(one != other) for one, other in zip(pictures, pictures[1:]))
        self.assertGreater(moved, len(pictures) / 2, "the picture stands still")
        for kind in ("audio", "video"):
            packets, numbers = peer.packets[kind], order(peer.packets[kind])
            self.assertEqual(len(set(numbers)), len(numbers), f"a packet of {kind} came twice")
            self.assertEqual(len({packet[0] for packet in packets}), 1, "one payload type")
            self.assertTrue(all(packet[3] > 0 for packet in packets), f"an empty packet of {kind}")
            stamps = [stamp for _, stamp in sorted(zip(numbers, (packet[2] for packet in packets)))]
            steps = {(later - earlier) % 2**32 for earlier, later in zip(stamps, stamps[1:])}
            # Where a source begins or a busy machine's sound breaks, the time between is what it was, in no whole packets.
            self.assertTrue(all(step < 2**31 for step in steps), f"{kind}: {steps}")

    def test_aiortc_plays_a_room_in_h264(self):
        self.play("H264", (1280, 720))

    def test_aiortc_plays_a_room_in_vp8(self):
        self.play("VP8", (640, 360))

    def ask(self, name):
        """The media token of somebody who is first in the list, and their request."""
        page = Page(self.server.port, self.server.token("participant", name))
        self.addCleanup(page.close)
        request = page.call("floor.request", {"key": name, "kind": "statement", "topic": "x", "language": "floor"})["request"]
        follow(page)
        return page.joined["media_token"], request

    def moderate(self, method, params):
        page = Page(self.server.port, self.server.token("moderator", "Mona"))
        answer = page.call(method, params)
        page.close()
        return answer

    def state_of(self, request):
        state = self.moderate("meeting.state", {})
        return next(entry for entry in [*state["floor"], *state["queue"], state["last"]] if entry and entry["request"] == request)

    def test_14_aiortc_speaks_to_the_room_and_is_told_when_its_session_ends(self):
        token, request = self.ask("Amina")

        async def story():
            listener, speaker = Peer(self.post("/whep/bench")), Peer(self.post("/whip/bench/floor", token))
            await listener.play("VP8")
            await speaker.speak()
            await listener.until("the room alone", lambda: listener.hears(FLOOR_TONE, VOICE_TONE))
            await asyncio.to_thread(self.moderate, "floor.grant", {"request": request, "override": True})
            await listener.until("the voice", lambda: (listener.levels(VOICE_TONE)[0] or -math.inf) > LOUD_DB)
            self.assertEqual(self.server.with_token("DELETE", speaker.session, token)[0], 200)
            dtls = speaker.connection.getSenders()[0].transport
            await speaker.until("close_notify", lambda: dtls.state == "closed")
            await listener.until("the room alone", lambda: listener.hears(FLOOR_TONE, VOICE_TONE))
            self.server.request("DELETE", listener.session)
            for peer in (listener, speaker):
                await peer.close()
        asyncio.run(story())

    def test_31_who_is_gone_without_a_word_loses_floor_and_session(self):
        token, request = self.ask("Li")
        speaker = subprocess.Popen([sys.executable, __file__, "--speak", str(self.server.port), token], stdout=subprocess.PIPE, text=True)
        self.addCleanup(speaker.wait)
        self.addCleanup(speaker.kill)
        session = speaker.stdout.readline().strip()
        self.assertTrue(session.startswith("/session/"))
        self.moderate("floor.grant", {"request": request, "override": True})
        until("the sound to be there", lambda: self.state_of(request)["media"] == "decoding")
        gone = time.monotonic()
        speaker.kill()
        until("the floor to be held", lambda: self.state_of(request)["state"] == "held")
        until("the floor to be free", lambda: self.state_of(request)["outcome"] is not None)
        self.assertGreaterEqual(time.monotonic() - gone, GRACE_SECONDS - 1)
        self.assertEqual(self.state_of(request)["outcome_reason"], "connection_lost")
        self.assertEqual(self.server.with_token("GET", session, token)[0], 204, "consent has not run out yet")
        until("the session to end", lambda: self.server.with_token("GET", session, token)[0] == 404)
        self.assertGreaterEqual(time.monotonic() - gone, CONSENT_SECONDS - 6)  # the last check was up to 6 s before


def speak(port, token):
    """Prints the session, and sends for ever."""
    server = Server.__new__(Server)
    server.port = int(port)

    async def story():
        peer = Peer(lambda offer: server.with_token("POST", "/whip/bench/floor", token, offer, {"Content-Type": SDP}))
        await peer.speak()
        print(peer.session, flush=True)
        await asyncio.Event().wait()
    asyncio.run(story())


if __name__ == "__main__":
    if sys.argv[1:2] == ["--speak"]:
        speak(*sys.argv[2:])
    else:
        unittest.main()
