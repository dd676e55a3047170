"""A page's WebSocket (RFC 6455) and JSON-RPC, as much as a benchmark needs. Blocking."""

import base64
import json
import os
import socket
import struct

TIMEOUT_SECONDS = 20


class Page:
    def __init__(self, port, token=None, room="bench", headers=""):
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.last_id = 0
        self._upgrade(port, room, headers)
        self.joined = self.call("meeting.join", {"token": token} if token else {})

    def close(self):
        self.socket.close()

    def _upgrade(self, port, room, headers):
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET /ws/{room} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
                             f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
                             f"Sec-WebSocket-Protocol: plenary.v1\r\nOrigin: http://127.0.0.1:{port}\r\n{headers}\r\n").encode())
        while b"\r\n\r\n" not in self.buffer:
            self._receive()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise RuntimeError(head.decode())

    def _receive(self):
        data = self.socket.recv(65536)
        if not data:
            raise RuntimeError("the server closed the connection")
        self.buffer += data

    def _take(self, count):
        while len(self.buffer) < count:
            self._receive()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def _send_frame(self, opcode, payload):
        mask = os.urandom(4)
        length = (bytes([0x80 | len(payload)]) if len(payload) < 126
                  else bytes([0x80 | 126]) + struct.pack(">H", len(payload)))
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def read(self):
        """The next JSON message."""
        message = b""
        while True:
            first, second = self._take(2)
            length = second & 0x7F
            if length == 126:
                length = struct.unpack(">H", self._take(2))[0]
            elif length == 127:
                length = struct.unpack(">Q", self._take(8))[0]
            payload = self._take(length)
            opcode = first & 0x0F
            if opcode == 9:
                self._send_frame(10, payload)
            elif opcode == 8:
                raise RuntimeError(f"the server closed: {payload[2:].decode()}")
            elif opcode in (0, 1):
                message += payload
                if first & 0x80:
                    return json.loads(message)

    def buffered(self):
        """The JSON messages that have come whole, without waiting; for pages that get no pings."""
        messages = []
        while len(self.buffer) >= 2:
            length, head = self.buffer[1] & 0x7F, 2
            if length >= 126:
                head = 4 if length == 126 else 10
                length = int.from_bytes(self.buffer[2:head], "big")
            if len(self.buffer) < head + length:
                break
            if self.buffer[0] == 0x81:
                messages.append(json.loads(self.buffer[head:head + length]))
            self.buffer = self.buffer[head + length:]
        return messages

    def send(self, method, params):
        self.last_id += 1
        call = {"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}
        self._send_frame(1, json.dumps(call).encode())
        return self.last_id

    def answer(self, number):
        while True:
            message = self.read()
            if message.get("id") != number:
                continue
            if "error" in message:
                raise RuntimeError(str(message["error"]))
            return message["result"]

    def call(self, method, params):
        return self.answer(self.send(method, params))

    def wait_for_request(self, request):
        """Until this page was told of the request's place in the queue."""
        while True:
            message = self.read()
            queue = message.get("params", {}).get("set", message.get("params", {})).get("queue", [])
            if any(entry["request"] == request for entry in queue):
                return
