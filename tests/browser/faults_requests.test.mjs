// What greedy, broken and cheating clients send by HTTP and WebSocket, while one viewer goes on watching.
// Rows of the fault table: H1 H2 H3 H4 H6 H9 W6 F1 F6; the parsers are tested exhaustively beside their code.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { tonesIn } from "./lib/measure.mjs";
import { call, joinMeeting } from "./lib/room_player.mjs";
import { root } from "./lib/server.mjs";
import { corpus, microphone, mutated, seeded, startTarget } from "./lib/target.mjs";
import { until } from "./lib/until.mjs";
import { openWerift } from "./lib/werift_player.mjs";
import { credentials, offer, postOffer } from "./lib/wire.mjs";

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
  // Also where the server offers instead (406), a session waits.
  const location = response.headers.get("location");
  if (location) await fetch(new URL(location, server.url), { method: "DELETE" });
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
  const level = async () => (await tonesIn(target.canary.page, "audio0", [microphone]))[microphone];
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

test("after all of it the log has only whole lines, and memory is bounded", () => target.assertBounded());
