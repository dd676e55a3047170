// A page without a browser: one WebSocket of our own (RFC 6455), thousands of which fit into one process.
import { randomBytes } from "node:crypto";
import { connect } from "node:net";

function frame(text, head = 0x81) {
  const payload = Buffer.from(text);
  const long = payload.length > 125;
  const out = Buffer.alloc((long ? 8 : 6) + payload.length); // a mask of zeros is a mask
  out[0] = head;
  out[1] = 0x80 | (long ? 126 : payload.length);
  if (long) out.writeUInt16BE(payload.length, 2);
  payload.copy(out, long ? 8 : 6);
  return out;
}

// The first whole frame, or null.
function firstFrame(bytes) {
  if (bytes.length < 2) return null;
  const short = bytes[1] & 0x7f;
  const head = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < head) return null;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (bytes.length < head + length) return null;
  return { opcode: bytes[0] & 0x0f, payload: bytes.subarray(head, head + length), end: head + length };
}

export class SocketPage {
  notified = []; // [method, params]
  closed = false;
  #socket;
  #waiting = new Map();
  #calls = 0;
  #bytes = Buffer.alloc(0);

  static open(server, room) {
    return new Promise((resolve, reject) => {
      const { hostname, port, host } = new URL(server.url);
      const page = new SocketPage();
      page.#socket = connect(Number(port), hostname);
      page.#socket.on("error", reject);
      page.#socket.on("close", () => {
        page.closed = true;
        reject(new Error("the connection was closed"));
        for (const { reject: give } of page.#waiting.values()) give(new Error("the connection was closed"));
      });
      page.#socket.on("data", (chunk) => page.#take(chunk, resolve));
      page.#socket.write(
        `GET /ws/${room} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
          `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\nSec-WebSocket-Protocol: plenary.v1\r\n\r\n`,
      );
    });
  }

  #upgraded = false;
  #take(chunk, opened) {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    if (!this.#upgraded) {
      const end = this.#bytes.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.#bytes = this.#bytes.subarray(end + 4);
      this.#upgraded = true;
      opened(this);
    }
    for (let next = firstFrame(this.#bytes); next; next = firstFrame(this.#bytes)) {
      this.#bytes = this.#bytes.subarray(next.end);
      if (next.opcode === 9) this.#socket.write(frame(next.payload, 0x8a));
      if (next.opcode === 1) this.#message(JSON.parse(next.payload.toString()));
    }
  }

  #message(message) {
    if (message.method) {
      this.notified.push([message.method, message.params]);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error) waiting?.reject(new Error(JSON.stringify(message.error)));
    else waiting?.resolve(message.result);
  }

  call(method, params = {}) {
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.write(frame(JSON.stringify({ jsonrpc: "2.0", id, method, params })));
    });
  }

  cut() {
    this.#socket.destroy();
  }
}
