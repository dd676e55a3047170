"""A server of our own on free ports, with one room of 2 Mbit/s, and what /proc says of it."""

import os
import re
import signal
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

LOOPBACK = "127.0.0.1"
CONFIG = """
[server]
http = "{http}:0"
udp = "{address}:0"
public_address = "{address}"
data = "{data}"
cpus = {cpus}

[[rooms]]
id = "bench"
languages = ["en"]
mix = "desk"
{layers}
  [[rooms.sources]]
  id = "main"
  url = "file://{picture}"
  audio = {{ floor = 0 }}
"""
# Noise keeps the encoder at its rate; baseline without B-frames passes through. One slice a picture, as encoders in hardware and
# rooms' own make it: its packets are equal then, and one message of the kernel's. A key frame every two seconds and no more.
PICTURE = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y",
           "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30,noise=alls=20:allf=t", "-f", "lavfi", "-i", "sine=440",
           "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-x264-params", "sliced-threads=0:slices=1:scenecut=0",
           "-profile:v", "baseline", "-bf", "0",
           "-g", "60", "-pix_fmt", "yuv420p", "-level", "3.1", "-c:a", "aac", "-ac", "2", "-t", "12"]
START_SECONDS = 60
STOP_SECONDS = 15


def make_picture(path, mbit=2):
    """The room's source: twelve seconds that it plays again and again."""
    rate = ["-b:v", f"{mbit}M", "-maxrate", f"{mbit}M", "-bufsize", f"{mbit / 4}M"]
    subprocess.run([*PICTURE, *rate, path], check=True)


def cpu_seconds(pid):
    """Of one process, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_kib(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))


class RunningServer:
    """`prefix` stands before the command: taskset and the like. `layers`: of the room's picture; one is passed through alone, and
    nobody's line is estimated then. `cpus`: where its media threads are kept, one each; none: as many as there are."""

    def __init__(self, binary, prefix=(), address=LOOPBACK, mbit=2, layers=3, cpus=()):
        self.binary = binary
        self.folder = tempfile.TemporaryDirectory(prefix="plenary-bench-")
        self.config = Path(self.folder.name) / "plenary.toml"
        picture = Path(self.folder.name) / "picture.mp4"
        make_picture(picture, mbit)
        http = address if address == LOOPBACK else "0.0.0.0"  # figures are told to this machine alone
        one = "layers = [{ height = 720, fps = 30, kbps = 1800 }]\n" if layers == 1 else ""
        self.config.write_text(CONFIG.format(http=http, address=address, data=Path(self.folder.name) / "data", picture=picture, layers=one, cpus=list(cpus)))
        self.log = Path(self.folder.name) / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([*prefix, binary, "serve", "--config", self.config], stdout=log, stderr=log)
        self.port = self._wait_for_port()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()

    def _wait_for_port(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            ready = re.search(r"server\.ready.*http_port=(\d+)", self.log.read_text())
            if ready:
                return int(ready.group(1))
            time.sleep(0.05)
        raise RuntimeError("the server did not start:\n" + self.log.read_text())

    def token(self, role, name):
        command = [self.binary, "token", "--config", self.config, "--room", "bench", "--role", role, "--name", name]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def counter(self, name):
        with urllib.request.urlopen(f"http://{LOOPBACK}:{self.port}/metrics") as answer:
            return int(re.search(rf"^plenary_{name}_total (\d+)", answer.read().decode(), re.M).group(1))

    def cpu_seconds(self):
        """Of the server process; rooms' encoders are processes of their own and not counted."""
        return cpu_seconds(self.process.pid)

    def memory_kib(self):
        return memory_kib(self.process.pid)
