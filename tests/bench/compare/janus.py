"""Debian's Janus with one streaming mountpoint, and a WHEP door to it, so that the same viewers can watch it."""

import json
import random
import re
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

AUDIO_TYPE, VIDEO_TYPE = 111, 102  # as our viewers offer them
START_SECONDS = 20
STOP_SECONDS = 10

CORE = """
general: {{ configs_folder = "{folder}"  log_to_stdout = true  debug_level = 3  session_timeout = 0
  plugins_folder = "{libraries}/plugins"  transports_folder = "{libraries}/transports"
  events_folder = "{folder}/none"  loggers_folder = "{folder}/none"  admin_secret = "none"  server_name = "bench" }}
nat: {{ ice_lite = true  ice_enforce_list = "lo"  ignore_mdns = true }}
media: {{ rtp_port_range = "20000-60000" }}
plugins: {{ disable = "{plugins}" }}
transports: {{ disable = "libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_websockets.so,libjanus_rabbitmq.so" }}
events: {{ broadcast = false }}
"""
HTTP = """
general: {{ json = "plain"  base_path = "/janus"  http = true  port = {port}  interface = "lo"  https = false }}
admin: {{ admin_http = false }}
"""
STREAMING = """
bench: {{ type = "rtp"  id = 1  audio = true  video = true  audioport = {audio}  audiopt = 111  audiocodec = "opus"
  videoport = {video}  videopt = 102  videocodec = "h264"
  videofmtp = "profile-level-id=42e01f;packetization-mode=1" }}
"""
OTHER_PLUGINS = ["audiobridge", "echotest", "lua", "duktape", "nosip", "recordplay", "sip", "textroom", "videocall",
                 "videoroom", "voicemail"]


def free_ports(count, kind):
    sockets = [socket.socket(socket.AF_INET, kind) for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


FFMPEG = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin"]


def feed_command(picture, audio_port, video_port):
    """The same file as the other server's room, as RTP, again and again."""
    return [*FFMPEG, "-re", "-stream_loop", "-1", "-i", str(picture),
            "-map", "0:v", "-c:v", "copy", "-payload_type", str(VIDEO_TYPE),
            "-f", "rtp", f"rtp://127.0.0.1:{video_port}?pkt_size=1200",
            "-map", "0:a", "-c:a", "libopus", "-b:a", "64k", "-ar", "48000", "-payload_type", str(AUDIO_TYPE),
            "-f", "rtp", f"rtp://127.0.0.1:{audio_port}?pkt_size=1200"]


def lines_of(sdp):
    """The session's lines, and those of each section."""
    sections = [[]]
    for line in sdp.splitlines():
        if line.startswith("m="):
            sections.append([])
        sections[-1].append(line)
    return sections[0], sections[1:]


def values(lines, key):
    return [line[len(key):] for line in lines if line.startswith(key)]


def identity(sdp):
    """Credentials and fingerprint, wherever they stand."""
    lines = sdp.splitlines()
    return [f"a={key}:{values(lines, f'a={key}:')[0]}" for key in ("ice-ufrag", "ice-pwd", "fingerprint")]


def kind_of(section):
    return section[0].split()[0][2:]


def type_of(section):
    return AUDIO_TYPE if kind_of(section) == "audio" else VIDEO_TYPE


def answer(offer, other, setup, direction, sources):
    """An answer to `offer` that speaks for `other`: its address, its keys, and its sources where it sends."""
    _, offered = lines_of(offer)
    _, theirs = lines_of(other)
    mids = [values(section, "a=mid:")[0] for section in offered]
    out = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE " + " ".join(mids), "a=ice-lite"]
    if not sources:
        out.pop()
    for section, mid in zip(offered, mids):
        own = type_of(section)
        clock = "opus/48000/2" if kind_of(section) == "audio" else "H264/90000"
        out += [f"m={kind_of(section)} 9 UDP/TLS/RTP/SAVPF {own}", "c=IN IP4 127.0.0.1", *identity(other),
                f"a=setup:{setup}", f"a=mid:{mid}", f"a={direction}", "a=rtcp-mux", f"a=rtpmap:{own} {clock}"]
        if kind_of(section) == "video":
            out += [f"a=fmtp:{own} profile-level-id=42e01f;packetization-mode=1", f"a=rtcp-fb:{own} nack",
                    f"a=rtcp-fb:{own} nack pli"]
        if sources:
            matching = next(one for one in theirs if kind_of(one) == kind_of(section))
            out += [f"a=ssrc:{line}" for line in values(matching, "a=ssrc:")]
            out += [f"a=candidate:{line}" for line in dict.fromkeys(values(other.splitlines(), "a=candidate:"))
                    if " udp " in line.lower()]
            out.append("a=end-of-candidates")
    return "\r\n".join(out) + "\r\n"


class Janus:
    def __init__(self, picture, prefix=()):
        self.folder = tempfile.TemporaryDirectory(prefix="plenary-janus-")
        folder = Path(self.folder.name)
        (folder / "none").mkdir()
        self.api, = free_ports(1, socket.SOCK_STREAM)
        audio, video = free_ports(2, socket.SOCK_DGRAM)
        self.feed_ports = (audio, video)
        libraries = next(Path("/usr/lib").glob("*/janus"))
        disabled = ",".join(f"libjanus_{name}.so" for name in OTHER_PLUGINS)
        (folder / "janus.jcfg").write_text(CORE.format(folder=folder, libraries=libraries, plugins=disabled))
        (folder / "janus.transport.http.jcfg").write_text(HTTP.format(port=self.api))
        (folder / "janus.plugin.streaming.jcfg").write_text(STREAMING.format(audio=audio, video=video))
        self.log = (folder / "log").open("wb")
        self.process = subprocess.Popen([*prefix, "janus", "-C", folder / "janus.jcfg", "-F", folder], stdout=self.log, stderr=self.log)
        self._wait()
        stream = folder / "picture.ts"  # has the parameter sets before each key frame
        subprocess.run([*FFMPEG, "-i", picture, "-c", "copy", "-f", "mpegts", stream], check=True)
        self.feed = subprocess.Popen(feed_command(stream, audio, video), stdout=subprocess.DEVNULL)
        door = self._make_door()
        self.door = ThreadingHTTPServer(("127.0.0.1", 0), door)
        self.door.daemon_threads = True
        threading.Thread(target=self.door.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.door.server_address[1]}/whep"
        self.pid = self.process.pid

    def _wait(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            try:
                return self.call("/info", None)
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("Janus does not start: " + Path(self.folder.name, "log").read_text()[-2_000:])

    def call(self, path, body):
        if body is not None:
            body = json.dumps({**body, "transaction": str(random.random())}).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.api}/janus{path}", body, timeout=30) as response:
            return json.load(response)

    def watch(self, offer):
        """(session, answer) for a viewer's offer: Janus offers, too, so each gets an answer in the other's name."""
        session = self.call("", {"janus": "create"})["data"]["id"]
        handle = self.call(f"/{session}", {"janus": "attach", "plugin": "janus.plugin.streaming"})["data"]["id"]
        self.call(f"/{session}/{handle}", {"janus": "message", "body": {"request": "watch", "id": 1}})
        theirs = self._offer_of(session)
        self.call(f"/{session}/{handle}", {"janus": "message", "body": {"request": "start"},
                                           "jsep": {"type": "answer", "sdp": answer(theirs, offer, "active", "recvonly", False)}})
        return session, answer(offer, theirs, "passive", "sendonly", True)

    def _offer_of(self, session):
        for _ in range(10):
            event = self.call(f"/{session}?maxev=1", None)
            if "jsep" in event:
                return event["jsep"]["sdp"]
            if event.get("janus") == "error" or "error" in event.get("plugindata", {}).get("data", {}):
                raise RuntimeError(f"Janus refuses: {event}")
        raise RuntimeError("Janus makes no offer")

    def _make_door(self):
        janus = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                offer = self.rfile.read(int(self.headers["content-length"])).decode()
                session, text = janus.watch(offer)
                self.send_response(201)
                self.send_header("content-type", "application/sdp")
                self.send_header("location", f"/whep/{session}")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def do_DELETE(self):
                janus.call(f"/{self.path.rsplit('/', 1)[1]}", {"janus": "destroy"})
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

        return Door

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.door.shutdown()
        for process in (self.feed, self.process):
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.log.close()
        self.folder.cleanup()
