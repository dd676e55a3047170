// What strangers, broken players and cheating pages send to a running server, while one viewer goes on watching.
// Rows of the fault table: S1 S2 S3 D1 D3 D4 R1 R3 R4 H1 H2 H3 H4 H6 H9 W6 F1 F6; parsers are tested beside their code.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { startCanary } from "./lib/canary.mjs";
import { tonesIn } from "./lib/measure.mjs";
import { call, emptyPage, joinMeeting, openPlayer } from "./lib/room_player.mjs";
import { root, startServer } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";
import { openWerift, openWeriftUplink } from "./lib/werift_player.mjs";
import { credentials, garbageMedia, nullHello, offer, openSession, openUdp, postOffer, stunCheck } from "./lib/wire.mjs";

const room = 440;
const microphone = 1_300;
const corpora = join(root, "../shared/corpora");
const maxGrowth = 32 * 1024; // KiB of resident memory over the whole file
let server;
let browser;
let canary;
let memoryBefore;

const memory = () => Number(readFileSync(`/proc/${server.process.pid}/status`, "utf8").match(/VmRSS:\s+(\d+)/)[1]);
async function counter(name) {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const found = text.match(new RegExp(`^plenary_${name}_total (\\S+)`, "m"));
  assert.ok(found, `no counter ${name}`);
  return Number(found[1]);
}
// What a listener stores of one folder of the shared corpora, or nothing where they are not.
function corpus(folder, ending = "") {
  const path = join(corpora, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => readFileSync(join(entry.parentPath ?? entry.path, entry.name)));
}
function seeded(seed) {
  return (limit) => {
    seed = (seed + 0x6d2b79f5) >>> 0;
    let value = Math.imul(seed ^ (seed >>> 15), seed | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) % limit;
  };
}
function mutated(bytes, random) {
  let copy = Buffer.from(bytes);
  for (let change = 1 + random(4); change > 0 && copy.length > 0; change--) {
    const at = random(copy.length);
    const kind = random(4);
    if (kind === 0) copy[at] ^= 1 << random(8);
    else if (kind === 1) copy[at] = random(256);
    else if (kind === 2) copy = copy.subarray(0, at);
    else copy = Buffer.concat([copy.subarray(0, at), copy.subarray(at, at + random(200)), copy.subarray(at)]);
  }
  return copy;
}
const newPage = async () => emptyPage(await browser.context(), server);

before(async () => {
  server = await startServer(`
[[rooms]]
id = "hall"
title = "Hall"
languages = ["en"]
mix = "server"
  [[rooms.sources]]
  id = "main"
  url = "test:?tone=${room}&picture=counter"
  audio = { floor = 0 }
`, { environment: { PLENARY_LOG_FORMAT: "json" } });
  browser = await startBrowser({ microphone });
  canary = await startCanary(await browser.context(), server, "hall", room);
  memoryBefore = memory();
});
afterEach(() => canary.lives());
after(async () => {
  await browser?.stop();
  await server?.stop();
});

test("S1: broken STUN gets no reply", async (context) => {
  const session = await openSession(server);
  const udp = await openUdp(context, session.port);
  const good = stunCheck({ username: session.username, password: session.password });
  const random = seeded(1);
  const malformed = await counter("stun_malformed");
  const broken = [];
  for (let length = 0; length < good.length; length++) broken.push(good.subarray(0, length));
  for (let bit = 0; bit < good.length * 8; bit++) {
    const flipped = Buffer.from(good);
    flipped[bit >> 3] ^= 1 << (bit & 7);
    broken.push(flipped);
  }
  for (const seed of corpus("stun")) broken.push(seed, ...Array.from({ length: 5 }, () => mutated(seed, random)));
  for (let i = 0; i < 2_000; i++) broken.push(mutated(good, random), randomBytes(random(200)));
  await udp.flood(broken.filter((datagram) => !datagram.equals(good) && datagram.length <= 1_500));
  assert.equal((await udp.judged(session)).length, 0);
  await until("them to be counted", async () => (await counter("stun_malformed")) > malformed + 1_000);
  await session.close();
});

test("S2: the right name with missing or wrong integrity has no effect on a running viewer", async (context) => {
  const victim = await openPlayer(await browser.context(), server, "hall", { audio: 1, video: 1 });
  await until("the victim to hear", async () => (await tonesIn(victim, "audio0", [room]))?.[room] > -50);
  const { username, port } = await victim.evaluate(() => {
    const of = (description, name) => description.sdp.match(new RegExp(`^a=${name}:(.*?)\r?$`, "m"))[1];
    const { localDescription: local, remoteDescription: remote } = window.__peer;
    return { username: `${of(remote, "ice-ufrag")}:${of(local, "ice-ufrag")}`, port: Number(of(remote, "candidate").split(" ")[5]) };
  });
  const session = await openSession(server);
  const udp = await openUdp(context, port);
  const refused = await counter("stun_refused");
  await udp.flood(Array.from({ length: 500 }, (_, i) =>
    stunCheck({ username, password: "of somebody else entirely", integrity: i % 2 ? "wrong" : "missing", nominate: true })));
  assert.equal((await udp.judged(session)).length, 0);
  await until("them to be counted", async () => (await counter("stun_refused")) >= refused + 500);
  assert.equal(await victim.evaluate(() => window.__peer.connectionState), "connected");
  await until("the victim to hear on", async () => (await tonesIn(victim, "audio0", [room]))?.[room] > -50);
  await session.close();
  await victim.context().close();
});

test("S3: credentials of two sessions do not mix, and those of an ended one are worth nothing", async (context) => {
  const [a, b] = [await openSession(server), await openSession(server)];
  const udp = await openUdp(context, a.port);
  await udp.flood([
    stunCheck({ username: a.username, password: b.password, nominate: true }),
    stunCheck({ username: `${a.ufrag}:${b.username.split(":")[1]}`, password: a.password, nominate: true }),
    stunCheck({ username: a.username.split(":").reverse().join(":"), password: a.password, nominate: true }),
    stunCheck({ username: a.ufrag, password: a.password, nominate: true }),
  ]);
  assert.equal((await udp.judged(b)).length, 0);
  await udp.judged(a);
  assert.equal((await a.close()).status, 200);
  // The session is answered no more, however right the check; the media side learns of the end a moment later.
  await until("the ended session to be silent", async () => {
    const before = udp.replies.length;
    await udp.send(stunCheck({ username: a.username, password: a.password, nominate: true }));
    await new Promise((resolve) => setTimeout(resolve, 200));
    return udp.replies.length === before;
  });
  const before = udp.replies.length;
  await udp.flood(Array.from({ length: 100 }, () => stunCheck({ username: a.username, password: a.password, nominate: true })));
  assert.equal((await udp.judged(b)).slice(before).length, 0);
  await b.close();
});

test("D1, D3: hellos from a path that nobody checked reach no handshake, and others join meanwhile", async (context) => {
  const session = await openSession(server);
  const udp = await openUdp(context, session.port);
  const handshakes = await counter("dtls_handshakes");
  const flood = udp.flood(Array.from({ length: 3_000 }, nullHello), 20);
  const viewer = await openWerift(context, server, "hall");
  await viewer.connected();
  await flood;
  await until("the new viewer to receive", () => viewer.packets.audio.length > 20);
  await viewer.stop();
  await until("the viewer's handshake to be counted", async () => (await counter("dtls_handshakes")) > handshakes);
  assert.equal(await counter("dtls_handshakes"), handshakes + 1, "a handshake besides the viewer's own");
  assert.equal(udp.replies.length, 0);
  await session.close();
});

test("D2: a bad hello from a checked path ends that session only", async (context) => {
  const session = await openSession(server);
  const udp = await openUdp(context, session.port);
  await udp.judged(session);
  await udp.send(nullHello());
  await until("the session to be ended", async () => (await fetch(session.url)).status === 404);
});

test("D4: a certificate that was not announced gets no media; weak or no fingerprints are refused", async () => {
  for (const fingerprint of [null, `sha-1 ${Array(20).fill("AB").join(":")}`, `md5 ${Array(16).fill("AB").join(":")}`]) {
    const { status } = await postOffer(server, offer({ ...credentials(), fingerprint }));
    assert.ok(status >= 400 && status < 500, `${fingerprint}: ${status}`);
  }
  const page = await newPage();
  const session = await page.evaluate(async (url) => {
    const peer = new RTCPeerConnection();
    window.__peer = peer;
    peer.addTransceiver("audio", { direction: "recvonly" });
    await peer.setLocalDescription(await peer.createOffer());
    const other = Array(32).fill("AB").join(":");
    const body = peer.localDescription.sdp.replace(/^(a=fingerprint:sha-256 ).*?(\r?)$/gm, `$1${other}$2`);
    const answer = await fetch(url, { method: "POST", body, headers: { "content-type": "application/sdp" } });
    await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    return answer.headers.get("location");
  }, `${server.url}/whep/hall`);
  await until("the session to be ended", async () => (await fetch(`${server.url}${session}`)).status === 404);
  await until("the log to say why", () => /"event":"peer.closed".*"reason":"fingerprint"/.test(server.log));
  const media = await page.evaluate(async () =>
    [...(await window.__peer.getStats()).values()].filter((report) => report.type === "inbound-rtp" && report.packetsReceived > 0).length);
  assert.equal(media, 0);
  await page.context().close();
});

test("R1, R3: garbage on a live path, off it and at every short length is dropped, and the session lives", async (context) => {
  const viewer = await openWerift(context, server, "hall");
  await viewer.connected();
  await until("sound", () => viewer.packets.audio.length > 20);
  const refused = async () => (await counter("srtp_refused")) + (await counter("srtcp_refused"));
  const [refusedBefore, strangersBefore] = [await refused(), await counter("demux_unknown_source")];
  const short = [];
  for (let size = 0; size <= 64; size++) {
    for (const [first, second] of [[0x80, 96], [0x80, 200], [0xbf, 111], [0x9f, 201], [0xb0, 255], [0x00, 1], [0x16, 0xfe], [0xff, 0xff]]) {
      const datagram = Buffer.alloc(size);
      if (size > 0) datagram[0] = first;
      if (size > 1) datagram[1] = second;
      short.push(datagram);
    }
  }
  const garbage = [...short, ...Array.from({ length: 5_000 }, () => garbageMedia()),
    ...corpus("rtp"), ...corpus("rtcp"), ...corpus("crashes")].filter((datagram) => datagram.length <= 1_400);
  const { port } = await viewer.peer.iceTransports[0].connection.nominated.remoteCandidate;
  const stranger = await openUdp(context, port);
  await stranger.flood(garbage);
  let sent = 0;
  for (const datagram of garbage) {
    await viewer.peer.iceTransports[0].connection.send(datagram);
    if (++sent % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await until("the garbage to be counted", async () => (await refused()) >= refusedBefore + 4_500);
  await until("the stranger's to be counted", async () => (await counter("demux_unknown_source")) >= strangersBefore + 4_500);
  assert.equal(stranger.replies.length, 0);
  viewer.forget();
  await until("sound to go on", () => viewer.packets.audio.length > 50);
  assert.equal(viewer.peer.connectionState, "connected");
  await viewer.stop();
});

test("R4: what an authenticated speaker gets wrong is dropped, and what is right goes on", async (context) => {
  const page = await newPage();
  const joined = await joinMeeting(page, server, "hall", server.token("hall", "participant", "Amina Diallo"));
  const asked = await call(page, "floor.request", { key: "r4", kind: "statement", topic: "x", language: "en" });
  assert.equal(asked.error, undefined, JSON.stringify(asked.error));
  const uplink = await openWeriftUplink(context, server, "hall", joined.media_token);
  // First in the list and without the floor: what is understood is counted where it is dropped.
  const understood = () => counter("uplink_dropped_no_floor");
  const refusals = ["rtp_malformed", "srtp_refused", "udp_truncated"];
  const refused = async () => (await Promise.all(refusals.map(counter))).reduce((sum, value) => sum + value, 0);
  const talk = async (what) => {
    const before = await understood();
    await until(what, async () => {
      for (let i = 0; i < 10; i++) await uplink.send();
      return (await understood()) >= before + 50;
    });
  };
  await talk("the speaker to be understood");
  const before = await refused();
  const wrong = [
    { first: 0x90, behind: Buffer.from([0xbe, 0xde, 0xff, 0xff]) }, // an extension that ends outside
    { first: 0x90, behind: Buffer.from([0x10, 0x00, 0x40, 0x00]) },
    { first: 0x8f, behind: Buffer.alloc(4) }, // fifteen sources, one there
    { first: 0xa0, payload: Buffer.from([1, 2, 3, 255]) }, // more padding than payload
    { first: 0xa0, payload: Buffer.from([1, 2, 3, 0]) },
    { payload: Buffer.alloc(0) },
    { payload: Buffer.alloc(1_600) },
  ];
  for (let round = 0; round < 100; round++) for (const packet of wrong) await uplink.send(packet);
  await until("them to be counted", async () => (await refused()) >= before + 90 * wrong.length);
  const random = seeded(3);
  for (let round = 0; round < 1_000; round++) {
    await uplink.send({ first: random(256), behind: randomBytes(random(40)), payload: randomBytes(random(1_000)) });
  }
  await talk("the speaker to be understood after it");
  assert.equal(uplink.peer.connectionState, "connected");
  await call(page, "floor.withdraw", { request: asked.result.request });
  await page.context().close();
});

test("H1: descriptions of a megabyte, of many lines or of blanks are refused at once", async () => {
  const bodies = {
    megabyte: "a=d\r\n".repeat(260_000).slice(0, 1024 * 1024),
    lines: `${offer()}${"a=d\r\n".repeat(10_000)}`,
    blanks: offer().replace("m=audio ", `m=audio ${" ".repeat(55_000)}`),
  };
  for (const [name, body] of Object.entries(bodies)) {
    const { status } = await postOffer(server, body);
    assert.ok(status === 400 || status === 413, `${name}: ${status}`);
  }
  assert.equal((await postOffer(server, bodies.megabyte)).status, 413);
});

// 201 is fine for what is odd but harmless; nothing may be the server's fault.
async function judgeOffer(body, what) {
  const response = await postOffer(server, body);
  assert.ok(response.status === 201 || (response.status >= 400 && response.status < 500), `${what}: ${response.status}`);
  if (response.status === 201) await fetch(new URL(response.headers.get("location"), server.url), { method: "DELETE" });
  return response.status;
}

test("H2: recorded offers, mutations of them and the corpus get 201 or 4xx", async () => {
  const folder = join(root, "media/sdp/offers");
  const recorded = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  const random = seeded(2);
  const seen = new Map();
  const count = (status) => seen.set(status, (seen.get(status) ?? 0) + 1);
  for (const body of [...recorded, ...corpus("sdp", ".sdp")]) count(await judgeOffer(body, body.toString("latin1")));
  for (let i = 0; i < 600; i++) {
    const body = mutated(recorded[random(recorded.length)], random);
    count(await judgeOffer(body, body.toString("latin1")));
  }
  assert.ok(seen.get(201) > 0 && seen.get(400) > 0, "offers were judged one by one");
});

test("H3: a thousand sections, numbers out of range and names given twice are refused", async () => {
  const section = offer().split("\r\n").slice(5, -1).join("\r\n");
  const bodies = {
    sections: offer() + `${section}\r\n`.repeat(1_000).slice(0, 60_000),
    payload: offer().replaceAll("111", "4294967296"),
    mids: offer() + section.replace("111 opus", "112 opus") + "\r\n",
    rids: offer(undefined) + Array.from({ length: 1_000 }, (_, i) => `a=rid:${i} recv\r\n`).join(""),
    extmap0: offer({ ...credentials(), more: ["a=extmap:0 urn:ietf:params:rtp-hdrext:sdes:mid"] }),
    extmap15: offer({ ...credentials(), more: ["a=extmap:15 urn:ietf:params:rtp-hdrext:sdes:mid"] }),
    extmap256: offer({ ...credentials(), more: ["a=extmap:256 urn:ietf:params:rtp-hdrext:sdes:mid"] }),
    fmtp: offer({ ...credentials(), more: [`a=fmtp:111 ${"x".repeat(64 * 1024)}`] }),
  };
  for (const [name, body] of Object.entries(bodies)) {
    const status = await judgeOffer(body, name);
    assert.ok(status >= 400, `${name}: ${status}`);
  }
});

test("H4: what would not be encrypted is refused", async () => {
  const good = credentials();
  assert.equal(await judgeOffer(offer(good), "the good one"), 201);
  const bodies = {
    ...Object.fromEntries(["RTP/AVP", "RTP/AVPF", "RTP/SAVP"].map((protocol) => [protocol, offer({ ...good, protocol })])),
    crypto: offer({ ...good, more: ["a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"] }),
    "no fingerprint": offer({ ...good, fingerprint: null }),
    "no password": offer({ ...good, password: null }),
    "a name of one letter": offer({ ...good, ufrag: "a" }),
    "a name of 257 letters": offer({ ...good, ufrag: "a".repeat(257) }),
  };
  for (const [name, body] of Object.entries(bodies)) {
    const status = await judgeOffer(body, name);
    assert.ok(status >= 400, `${name}: ${status}`);
  }
});

test("H6: who only posts offers is told to come later, and others get in once those are gone", async (context) => {
  const sessions = [];
  let refusal = null;
  for (let i = 0; i < 300 && refusal === null; i++) {
    const response = await postOffer(server, offer());
    if (response.status === 201) sessions.push(new URL(response.headers.get("location"), server.url).href);
    else refusal = response;
  }
  assert.equal(refusal?.status, 503);
  assert.ok(Number(refusal.headers.get("retry-after")) > 0);
  assert.ok(sessions.length >= 150 && sessions.length <= 200, `${sessions.length} were let in`);
  // Those that never connect are forgotten after 30 s; here one is taken back, and its place is free at once.
  await fetch(sessions.pop(), { method: "DELETE" });
  const viewer = await openWerift(context, server, "hall");
  await viewer.connected();
  await viewer.stop();
  await Promise.all(sessions.map((session) => fetch(session, { method: "DELETE" })));
});

test("H9: slow and endless requests hold nobody up and are cut off", async (context) => {
  let closed = 0;
  const slow = Array.from({ length: 200 }, (_, i) => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    context.after(() => socket.destroy());
    socket.once("close", () => closed++);
    socket.on("error", () => {});
    socket.resume();
    socket.write(i % 2
      ? "POST /whep/hall HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sdp\r\nContent-Length: 5000\r\n\r\nv"
      : "GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
    const drip = setInterval(() => socket.write("x"), 2_000);
    socket.once("close", () => clearInterval(drip));
    return socket;
  });
  const viewer = await openWerift(context, server, "hall");
  await viewer.connected();
  await viewer.stop();
  assert.equal(await (await fetch(`${server.url}/livez`)).text(), "ok\n");
  assert.ok(closed < slow.length, "there was nothing slow meanwhile");
  await until("the slow ones to be cut off", () => closed === slow.length);
});

test("W6: messages that are no calls are answered with errors, and the page goes on", async () => {
  const page = await newPage();
  await joinMeeting(page, server, "hall", server.token("hall", "participant", "Amina Diallo"));
  const texts = [
    "", " ", "{", "[", "null", "1", '"x"', "[]", "{}", "[1,2", '{"jsonrpc":"2.0"}', '{"jsonrpc":"1.0","id":1,"method":"meeting.state"}',
    '{"jsonrpc":"2.0","id":{},"method":"meeting.state"}', '{"jsonrpc":"2.0","id":1e400,"method":"meeting.state"}',
    '{"jsonrpc":"2.0","id":1,"method":5}', '{"jsonrpc":"2.0","id":1,"method":"floor.grant","params":[1]}',
    '{"jsonrpc":"2.0","id":1,"id":2,"method":"meeting.state"}', '{"jsonrpc":"2.0","id":1,"method":"\\ud800"}',
    `${"[".repeat(30_000)}`, `{"jsonrpc":"2.0","id":1,"method":"${"x".repeat(60_000)}"}`,
    ...corpus("json", ".json").map((bytes) => bytes.toString("utf8")).filter((text, i) => i % 5 === 0),
  ];
  const result = await page.evaluate(async ({ url, texts }) => {
    let bad = 0;
    let closes = 0;
    let errors = 0;
    const connect = () => new Promise((resolve) => {
      const socket = new WebSocket(url, "plenary.v1");
      socket.onopen = () => resolve(socket);
      socket.onclose = () => closes++;
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.error) errors++;
        if (message.result) bad++;
      };
    });
    let socket = await connect();
    for (const text of texts) {
      // A page that has not joined is closed after five seconds, and one may send twenty messages a second.
      if (socket.readyState !== WebSocket.OPEN) socket = await connect();
      socket.send(text);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    socket.close();
    return { bad, closes, errors };
  }, { url: `${server.url.replace("http", "ws")}/ws/hall`, texts });
  assert.equal(result.bad, 0, "something was carried out");
  assert.ok(result.errors > texts.length / 2, JSON.stringify(result));
  const answer = await call(page, "meeting.state");
  assert.equal(answer.error, undefined);
  await page.context().close();
});

test("F1: identities and roles in messages count for nothing", async () => {
  const [amina, li] = [await newPage(), await newPage()];
  const joinedAmina = await joinMeeting(amina, server, "hall", server.token("hall", "participant", "Amina Diallo"));
  const joinedLi = await joinMeeting(li, server, "hall", server.token("hall", "participant", "Li Wei"));
  const asLi = { participant: joinedLi.participant, participantId: joinedLi.participant, senderId: joinedLi.participant, role: "moderator",
    name: "Li Wei", resume: joinedLi.resume };
  const request = { key: "f1", kind: "statement", topic: "x", language: "en" };
  const asked = await call(amina, "floor.request", { ...request, ...asLi });
  assert.equal(asked.error, undefined, JSON.stringify(asked.error));
  const state = (await call(li, "meeting.state")).result;
  assert.deepEqual(state.queue.map((entry) => [entry.person.participant, entry.person.name]), [[joinedAmina.participant, "Amina Diallo"]]);
  for (const [method, params] of [
    ["floor.grant", { request: asked.result.request }], ["floor.add", { name: "X", organisation: "", category: "", where: "remote", kind: "statement" }],
    ["list.close", {}], ["floor.revoke", { request: asked.result.request, reason: "x" }], ["floor.approve", { request: asked.result.request }],
  ]) {
    const { error } = await call(amina, method, { ...params, ...asLi });
    assert.equal(error?.code, -32001, `${method}: ${JSON.stringify(error)}`);
  }
  const stolen = await call(li, "floor.withdraw", { request: asked.result.request, participant: joinedAmina.participant });
  assert.equal(stolen.error?.data.code, "not_yours");
  const after = (await call(li, "meeting.state")).result;
  assert.deepEqual([after.queue.length, after.floor.length, after.meeting.list], [1, 0, "open"]);
  assert.equal((await call(amina, "floor.withdraw", { request: asked.result.request })).error, undefined);
  await amina.context().close();
  await li.context().close();
});

test("F6: who has no floor is heard by nobody, and no more once it is revoked", async () => {
  const speaker = await newPage();
  const moderator = await newPage();
  const joined = await joinMeeting(speaker, server, "hall", server.token("hall", "participant", "Amina Diallo"));
  await joinMeeting(moderator, server, "hall", server.token("hall", "moderator", "Moderator"));
  const publish = (tracks) => speaker.evaluate(async ({ url, token, tracks }) => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const peer = new RTCPeerConnection();
    window.__uplink = peer;
    for (let i = 0; i < tracks; i++) peer.addTransceiver(stream.getAudioTracks()[0].clone(), { direction: "sendonly" });
    await peer.setLocalDescription(await peer.createOffer());
    const answer = await fetch(url, { method: "POST", body: peer.localDescription.sdp,
      headers: { "content-type": "application/sdp", authorization: `Bearer ${token}` } });
    if (answer.status === 201) await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    return answer.status;
  }, { url: `${server.url}/whip/hall/floor`, token: joined.media_token, tracks });
  const level = async () => (await tonesIn(canary.page, "audio0", [microphone]))[microphone];
  const dropped = () => counter("uplink_dropped_no_floor");

  assert.equal(await publish(1), 403, "before asking");
  assert.equal((await postOffer(server, offer(), { path: "/whip/hall/floor" })).status, 401, "without a token");
  const { result, error } = await call(speaker, "floor.request", { key: "f6", kind: "statement", topic: "x", language: "en" });
  assert.equal(error, undefined, JSON.stringify(error));
  assert.equal(await publish(2), 422, "with two microphones");
  assert.equal(await publish(1), 201, "first in the list");
  // Published without the floor: it arrives, and is dropped where it arrives.
  const before = await dropped();
  await until("packets to be dropped", async () => (await dropped()) > before + 100);
  for (let i = 0; i < 3; i++) assert.ok((await level()) < -75, "heard without the floor");

  const granted = await call(moderator, "floor.grant", { request: result.request, override: true });
  assert.equal(granted.error, undefined, JSON.stringify(granted.error));
  await until("the speaker to be heard", async () => (await level()) > -55);
  const revoked = await call(moderator, "floor.revoke", { request: result.request, reason: "x" });
  assert.equal(revoked.error, undefined, JSON.stringify(revoked.error));
  await until("the speaker to be silent", async () => (await level()) < -75);
  const sending = () => speaker.evaluate(async () =>
    [...(await window.__uplink.getStats()).values()].find((report) => report.type === "outbound-rtp")?.packetsSent ?? 0);
  const sent = await sending();
  await until("the page to go on sending", async () => (await sending()) > sent + 100);
  for (let i = 0; i < 3; i++) assert.ok((await level()) < -75, "heard after the revocation");
  await speaker.context().close();
  await moderator.context().close();
});

test("after all of it the log has only whole lines, and memory is bounded", async () => {
  const lines = server.log.split("\n").slice(1, -1);
  for (const line of lines) assert.doesNotThrow(() => JSON.parse(line), `no JSON: ${line}`);
  const perSecond = new Map();
  for (const line of lines) {
    const second = JSON.parse(line).time?.slice(0, 19);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  const most = Math.max(0, ...perSecond.values());
  assert.ok(most <= 20, `${most} lines in a second`);
  const growth = memory() - memoryBefore;
  assert.ok(growth < maxGrowth, `${growth} KiB more than at the start`);
});
