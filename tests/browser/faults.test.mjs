// What strangers and broken players send to a running server's media port, while one viewer goes on watching.
// Rows of the fault table: S1 S2 S3 D1 D2 D3 D4 R1 R3 R4; the parsers are tested exhaustively beside their code.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, afterEach, before, test } from "node:test";
import { tonesIn } from "./lib/measure.mjs";
import { call, joinMeeting, openPlayer } from "./lib/room_player.mjs";
import { corpus, mutated, roomTone, seeded, startTarget } from "./lib/target.mjs";
import { until } from "./lib/until.mjs";
import { openWerift, openWeriftUplink } from "./lib/werift_player.mjs";
import { credentials, garbageMedia, nullHello, offer, openSession, openUdp, postOffer, stunCheck } from "./lib/wire.mjs";

let target;
let server;
let counter;
let newPage;

before(async () => {
  target = await startTarget();
  ({ server, counter, newPage } = target);
});
afterEach(() => target.canary.lives());
after(() => target?.stop());

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
  const victim = await openPlayer(await target.browser.context(), server, "hall", { audio: 1, video: 1 });
  await until("the victim to hear", async () => (await tonesIn(victim, "audio0", [roomTone]))?.[roomTone] > -50);
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
  await until("the victim to hear on", async () => (await tonesIn(victim, "audio0", [roomTone]))?.[roomTone] > -50);
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

test("after all of it the log has only whole lines, and memory is bounded", () => target.assertBounded());
