#!/usr/bin/env python3
"""Runs a room process by itself, as the server would: gives it its two socket pairs, sends commands, collects reports
and frames. As a program it prints what arrives:

    room_driver.py PLENARY_ROOM [--seconds 5] [--title T] [--mix desk] --source URL [--source URL …] [--return URL …]
"""
import argparse
import array
import base64
import json
import math
import os
import re
import select
import socket
import struct
import subprocess
import sys
import time

CODECS = {0: "opus", 1: "h264", 2: "vp8"}
BEGIN, END, KEY, SLATE, LEVEL = 1, 2, 4, 8, 16
HEAD = struct.Struct(">BBBBHHIQ")


class Frame:
    def __init__(self, flags, codec, level, track, timestamp, captured):
        self.key = bool(flags & KEY)
        self.slate = bool(flags & SLATE)
        self.codec = CODECS[codec]
        self.level = level if flags & LEVEL else None
        self.track = track
        self.timestamp = timestamp
        self.captured = captured
        self.arrived = time.monotonic_ns()
        self.payloads = []


def annex_b(frame):
    """The access unit of a frame's RFC 6184 payloads."""
    out = bytearray()
    for payload in frame.payloads:
        kind = payload[0] & 0x1F
        if kind == 24:
            at = 1
            while at + 2 <= len(payload):
                size = struct.unpack_from(">H", payload, at)[0]
                out += b"\0\0\0\1" + payload[at + 2:at + 2 + size]
                at += 2 + size
        elif kind == 28:
            if payload[1] & 0x80:
                out += b"\0\0\0\1" + bytes([(payload[0] & 0xE0) | (payload[1] & 0x1F)])
            out += payload[2:]
        else:
            out += b"\0\0\0\1" + payload
    return bytes(out)


def vp8_ivf(frames):
    """An IVF file of the frames of RFC 7741 payloads, each with our descriptor of four bytes."""
    out = bytearray(b"DKIF" + struct.pack("<HH4sHHIIII", 0, 32, b"VP80", 640, 360, 30, 1, len(frames), 0))
    for number, frame in enumerate(frames):
        picture = b"".join(payload[4:] for payload in frame.payloads)
        out += struct.pack("<IQ", len(picture), number) + picture
    return bytes(out)


def ogg_opus(packets):
    """An Ogg file of 20 ms stereo packets (RFC 7845)."""
    table = []
    for i in range(256):
        r = i << 24
        for _ in range(8):
            r = ((r << 1) ^ 0x04C11DB7) & 0xFFFFFFFF if r & 0x80000000 else (r << 1) & 0xFFFFFFFF
        table.append(r)

    def page(flags, granule, number, packet):
        segments = [255] * (len(packet) // 255) + [len(packet) % 255]
        head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, 1, number, 0, len(segments)) + bytes(segments)
        data = bytearray(head + packet)
        crc = 0
        for byte in data:
            crc = ((crc << 8) & 0xFFFFFFFF) ^ table[((crc >> 24) & 0xFF) ^ byte]
        data[22:26] = struct.pack("<I", crc)
        return bytes(data)

    out = page(2, 0, 0, struct.pack("<8sBBHIhB", b"OpusHead", 1, 2, 312, 48000, 0, 0))
    out += page(0, 0, 1, struct.pack("<8sI4sI", b"OpusTags", 4, b"test", 0))
    for i, packet in enumerate(packets):
        out += page(4 if i == len(packets) - 1 else 0, (i + 1) * 960, i + 2, packet)
    return out


def run_ffmpeg(arguments, data=b""):
    done = subprocess.run(["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin" if not data else "-y"] + arguments,
                          input=data or None, stdin=None if data else subprocess.DEVNULL, capture_output=True, timeout=120)
    return done.stdout


def decode_opus(packets):
    """Mono samples, 48 kHz."""
    pcm = run_ffmpeg(["-f", "ogg", "-i", "pipe:0", "-ac", "1", "-ar", "48000", "-f", "s16le", "pipe:1"], ogg_opus(packets))
    samples = array.array("h")
    samples.frombytes(pcm[:len(pcm) // 2 * 2])
    return samples


def decode_video(stream, container="h264"):
    """Luma planes of 1280x720 pictures."""
    raw = run_ffmpeg(["-f", container, "-i", "pipe:0", "-fps_mode", "passthrough", "-pix_fmt", "gray", "-s", "1280x720",
                      "-f", "rawvideo", "pipe:1"], stream)
    size = 1280 * 720
    return [raw[i * size:(i + 1) * size] for i in range(len(raw) // size)]


def picture_formats(stream):
    """(width, height) of each picture, and the set of (profile, level) of the stream."""
    def probe(*entries):
        done = subprocess.run(["ffprobe", "-loglevel", "error", "-f", "h264", "-show_entries", *entries, "-of", "json",
                               "-i", "pipe:0"], input=stream, capture_output=True, timeout=120)
        return json.loads(done.stdout)
    sizes = [(f["width"], f["height"]) for f in probe("frame=width,height")["frames"]]
    return sizes, {(s["profile"], s["level"]) for s in probe("stream=profile,level")["streams"]}


def tone_share(samples, frequency, rate=48000):
    """Which part of the energy is at this frequency (Goertzel over windows of 100 ms, mean)."""
    window = rate // 10
    shares = []
    for start in range(0, len(samples) - window + 1, window):
        part = samples[start:start + window]
        energy = sum(v * v for v in part)
        if energy == 0:
            shares.append(0.0)
            continue
        k = 2 * math.cos(2 * math.pi * frequency / rate)
        s1 = s2 = 0.0
        for v in part:
            s1, s2 = v + k * s1 - s2, s1
        shares.append((s1 * s1 + s2 * s2 - k * s1 * s2) * 2 / (window * energy))
    return sum(shares) / len(shares) if shares else 0.0


def voice(*filters):
    """Syllables of a buzz of 120 Hz, whose harmonics reach to the end of the band, and a breath now and then."""
    wave = r"0.5*(mod(120*t\,1)-0.5)*lt(mod(t\,0.25)\,0.18)*lt(mod(t\,3.35)\,2.75)"
    return ["-f", "lavfi", "-i", f"aevalsrc={wave}:sample_rate=48000", *(["-af", ",".join(filters)] if filters else [])]


def assert_laid_in(test, pictures):
    """White in a corner of black. A speaker whose picture is two seconds old is left out, and on a busy machine it is at times."""
    test.assertTrue(all(p[100 * 1280 + 100] < 60 for p in pictures), "not in the corner alone")
    with_speaker = sum(p[600 * 1280 + 1100] > 180 for p in pictures)
    test.assertGreater(with_speaker, len(pictures) / 4, "no speaker is laid into the programme")


def read_strip(luma, cell=40, x=0, y=0, stride=1280):
    """The number in a row of a test picture (media/room/test_picture.h), or None."""
    white = [luma[(y + cell // 2) * stride + x + i * cell + cell // 2] > 126 for i in range(32)]
    value = 0
    for bit in white[2:26]:
        value = value << 1 | bit
    expected = [True, False] + white[2:26] + [False, True, bin(value).count("1") % 2 == 0, False, False, False]
    return value if white == expected else None


class Room:
    def __init__(self, program, **configure):
        self.control, control = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.frames_socket, frames = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.process = subprocess.Popen(
            [program, "--frames-fd", str(frames.fileno()), "--control-fd", str(control.fileno())],
            pass_fds=(frames.fileno(), control.fileno()))
        control.close()
        frames.close()
        self.reports = []
        self.frames = []
        self.open = {}
        self.tracks = {}
        self.on_report = None
        if configure:
            self.send(command="configure", **configure)

    def send(self, **command):
        self.control.send(json.dumps(command).encode())

    def send_frame(self, track, codec, payloads, timestamp=0):
        code = {v: k for k, v in CODECS.items()}[codec]
        head = HEAD.pack(1, BEGIN | END, code, 0, track, 0, timestamp, time.monotonic_ns())
        self.frames_socket.send(head + b"".join(struct.pack(">H", len(p)) + p for p in payloads))

    def _report(self, report):
        report["arrived"] = time.monotonic_ns()
        if report["report"] in ("ready", "tracks"):
            self.tracks = {entry["name"]: entry["track"] for entry in report["tracks"]}
        self.reports.append(report)
        if self.on_report:
            self.on_report(report)

    def _chunk(self, message):
        _, flags, codec, level, track, chunk, timestamp, captured = HEAD.unpack_from(message)
        if flags & BEGIN:
            self.open[track] = Frame(flags, codec, level, track, timestamp, captured)
        frame = self.open.get(track)
        if frame is None:
            return
        at = HEAD.size
        while at + 2 <= len(message):
            size = struct.unpack_from(">H", message, at)[0]
            frame.payloads.append(message[at + 2:at + 2 + size])
            at += 2 + size
        if flags & END:
            self.frames.append(frame)
            del self.open[track]

    def pump(self, seconds, until=None):
        """Collects for so long, or until until() is true; returns whether it became true."""
        end = time.monotonic() + seconds
        while True:
            if until and until():
                return True
            left = end - time.monotonic()
            if left <= 0:
                return False
            readable, _, _ = select.select([self.control, self.frames_socket], [], [], min(left, 0.05))
            for source in readable:
                message = source.recv(70000)
                if not message:
                    return False
                if source is self.control:
                    self._report(json.loads(message))
                else:
                    self._chunk(message)

    def find(self, report, **fields):
        return [r for r in self.reports if r["report"] == report and all(r.get(k) == v for k, v in fields.items())]

    def wait_report(self, seconds, report, **fields):
        self.pump(seconds, lambda: self.find(report, **fields))
        found = self.find(report, **fields)
        return found[-1] if found else None

    def track_frames(self, name, since=0):
        return [f for f in self.frames if f.track == self.tracks.get(name) and f.arrived >= since]

    def sound(self, channel, since=0):
        return decode_opus([f.payloads[0] for f in self.track_frames(channel, since)])

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))

    def want(self, track, wanted=True):
        self.send(command="want", track=self.tracks[track], wanted=wanted)

    def entries(self):
        """The tracks as they were listed last, by name."""
        report = [r for r in self.reports if r["report"] in ("ready", "tracks")][-1]
        return {entry["name"]: entry for entry in report["tracks"]}

    def encoders(self):
        """How many encoders run: each has one thread, that of its input."""
        names = []
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            try:
                with open(f"/proc/{self.process.pid}/task/{task}/comm") as comm:
                    names.append(comm.read().strip())
            except FileNotFoundError:
                pass  # it ended meanwhile
        return names.count("pictures:src")

    def close(self):
        """Ends the process by closing its pairs; its exit status."""
        self.control.close()
        self.frames_socket.close()
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program")
    arguments.add_argument("--seconds", type=float, default=5)
    arguments.add_argument("--title", default="Room A")
    arguments.add_argument("--mix", default="desk")
    arguments.add_argument("--languages", default="")
    arguments.add_argument("--audio", default='{"floor": 0}')
    arguments.add_argument("--source", action="append", default=[])
    arguments.add_argument("--return", action="append", default=[], dest="returns")
    arguments.add_argument("--save", help="folder for pictures and video")
    options = arguments.parse_args()
    room = Room(options.program, room="room-a", title=options.title, mix=options.mix, slate=None,
                languages=[x for x in options.languages.split(",") if x],
                sources=[{"id": f"source-{i}", "url": url, "kind": "room", "audio": json.loads(options.audio)}
                         for i, url in enumerate(options.source)],
                returns=[{"id": f"return-{i}", "url": url} for i, url in enumerate(options.returns)])

    def show(report):
        shown = {k: v for k, v in report.items() if k not in ("arrived", "jpeg")}
        print(json.dumps(shown), flush=True)
        if options.save and "jpeg" in report:
            with open(f"{options.save}/{report['kind']}-{report['id']}.jpg", "wb") as file:
                file.write(base64.b64decode(report["jpeg"]))

    room.on_report = show
    begin = time.monotonic()
    room.pump(options.seconds)
    used = room.cpu_seconds()
    for name in room.tracks:
        frames = room.track_frames(name)
        if not frames:
            continue
        size = sum(len(p) for f in frames for p in f.payloads)
        keys = sum(f.key for f in frames)
        delay = sorted((f.arrived - f.captured) / 1e6 for f in frames)[len(frames) // 2]
        print(f"{name}: {len(frames)} frames, {keys} key, {size} bytes, median delay {delay:.1f} ms")
        if options.save and frames[0].codec == "h264":
            with open(f"{options.save}/{name.replace('/', '-')}.h264", "wb") as file:
                file.write(b"".join(annex_b(f) for f in frames))
    print(f"CPU: {used:.2f} s in {time.monotonic() - begin:.1f} s; exit {room.close()}")


if __name__ == "__main__":
    sys.exit(main())
