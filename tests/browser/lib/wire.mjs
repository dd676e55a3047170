// Datagrams as strangers and broken peers send them: STUN checks right and wrong, a hello that offers nothing, and an
// offer with credentials of the test's own choosing.
import { createHmac, randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { until } from "./until.mjs";

const cookie = 0x2112a442;
const attribute = { username: 0x0006, integrity: 0x0008, priority: 0x0024, useCandidate: 0x0025, fingerprint: 0x8028,
  controlling: 0x802a };

const crcTable = Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});
const crc32 = (bytes) => {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ crcTable[(crc ^ byte) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
};

function attributeOf(type, value) {
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  padded.writeUInt16BE(type, 0);
  padded.writeUInt16BE(value.length, 2);
  padded.set(value, 4);
  return padded;
}

const uint32 = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};

// RFC 8489 §5, §14: `length` counts what follows as if it were there.
function withLength(message, more) {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(message.length - 20 + more, 2);
  return copy;
}

// A binding request; `integrity` is right, wrong or missing, the fingerprint always fits.
export function stunCheck({ username, password, integrity = "right", nominate = false }) {
  const head = Buffer.concat([Buffer.from([0, 1, 0, 0]), uint32(cookie), randomBytes(12)]);
  let message = Buffer.concat([
    head,
    attributeOf(attribute.username, Buffer.from(username)),
    attributeOf(attribute.priority, uint32(0x6e0001ff)),
    attributeOf(attribute.controlling, randomBytes(8)),
    ...(nominate ? [attributeOf(attribute.useCandidate, Buffer.alloc(0))] : []),
  ]);
  if (integrity !== "missing") {
    const key = integrity === "right" ? password : `${password}x`;
    const code = createHmac("sha1", key).update(withLength(message, 24)).digest();
    message = Buffer.concat([message, attributeOf(attribute.integrity, code)]);
  }
  message = withLength(message, 8);
  return Buffer.concat([message, attributeOf(attribute.fingerprint, uint32(crc32(message) ^ 0x5354554e))]);
}

export const isStunSuccess = (reply) => reply.length >= 20 && reply.readUInt16BE(0) === 0x0101;

// A DTLS ClientHello that offers TLS_NULL_WITH_NULL_NULL only (RFC 6347 §4.2.2).
export function nullHello() {
  const body = Buffer.concat([
    Buffer.from([0xfe, 0xfd]), randomBytes(32), Buffer.from([0, 0]), Buffer.from([0, 2, 0, 0]), Buffer.from([1, 0]),
  ]);
  const handshake = Buffer.concat([Buffer.from([1, 0, 0, body.length, 0, 0, 0, 0, 0, 0, 0, body.length]), body]);
  return Buffer.concat([Buffer.from([22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, handshake.length]), handshake]);
}

// Looks like SRTP or SRTCP, and nobody has the key.
export function garbageMedia(size = 60 + Math.floor(Math.random() * 1_100)) {
  const packet = randomBytes(size);
  if (size > 0) packet[0] = 0x80 | (packet[0] & 0x3f);
  return packet;
}

// A socket of its own towards the server's media port; it ends with the test `context`.
export async function openUdp(context, port) {
  const socket = createSocket("udp4");
  const replies = [];
  socket.on("message", (message) => replies.push(message));
  await new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.connect(port, "127.0.0.1", resolve);
  });
  socket.on("error", () => {});
  context.after(() => socket.close());
  return {
    replies,
    send: (bytes) => new Promise((resolve) => socket.send(bytes, () => resolve())),
    // In portions, so that the kernel's queue on the other side holds them.
    async flood(datagrams, portion = 50) {
      let count = 0;
      for (const datagram of datagrams) {
        await this.send(datagram);
        if (++count % portion === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return count;
    },
    // Whatever was sent before has been judged once a right check was answered: one socket, one queue.
    async judged(session) {
      const before = replies.length;
      await until("a right check to be answered", async () => {
        await this.send(stunCheck({ username: session.username, password: session.password }));
        await new Promise((resolve) => setTimeout(resolve, 50));
        return replies.slice(before).some(isStunSuccess);
      });
      return replies.slice(0, before);
    },
  };
}

export const credentials = () => ({
  ufrag: randomBytes(6).toString("hex"),
  password: randomBytes(16).toString("hex"),
});

export function offer({ ufrag, password, fingerprint = `sha-256 ${randomBytes(32).toString("hex").toUpperCase().match(/../g).join(":")}`,
  protocol = "UDP/TLS/RTP/SAVPF", more = [] } = credentials()) {
  return [
    "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0",
    `m=audio 9 ${protocol} 111`, "c=IN IP4 0.0.0.0", "a=mid:0",
    ...(ufrag === null ? [] : [`a=ice-ufrag:${ufrag}`]),
    ...(password === null ? [] : [`a=ice-pwd:${password}`]),
    ...(fingerprint === null ? [] : [`a=fingerprint:${fingerprint}`]),
    "a=setup:active", "a=recvonly", "a=rtcp-mux", "a=rtpmap:111 opus/48000/2", ...more, "",
  ].join("\r\n");
}

const line = (sdp, name) => sdp.match(new RegExp(`^a=${name}:(.*?)\\r?$`, "m"))?.[1];

export function readAnswer(answer) {
  const candidate = line(answer, "candidate").split(" ");
  return { ufrag: line(answer, "ice-ufrag"), password: line(answer, "ice-pwd"), port: Number(candidate[5]) };
}

export const postOffer = (server, body, { path = "/whep/hall", token, type = "application/sdp" } = {}) =>
  fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { "content-type": type, ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body,
  });

// A viewer's session that no peer belongs to: what is needed to send checks to it.
export async function openSession(server) {
  const own = credentials();
  const response = await postOffer(server, offer(own));
  if (response.status !== 201) throw new Error(`WHEP ${response.status}: ${await response.text()}`);
  const theirs = readAnswer(await response.text());
  const url = new URL(response.headers.get("location"), server.url).href;
  return {
    url,
    port: theirs.port,
    ufrag: theirs.ufrag,
    username: `${theirs.ufrag}:${own.ufrag}`,
    password: theirs.password,
    close: () => fetch(url, { method: "DELETE" }),
  };
}
