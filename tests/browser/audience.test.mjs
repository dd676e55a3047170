// Who can see and hear the meeting: its state and its audience, measured at the viewers' end.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { pictureIn, tonesIn } from "./lib/measure.mjs";
import { enter, link } from "./lib/pages.mjs";
import { call, emptyPage, joinMeeting, openPlayer } from "./lib/room_player.mjs";
import { startServer } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const tone = 440;
const rooms = `
[floor]
needs_approval = true
[[rooms]]
id = "hall"
title = "Hall"
mix = "server"
  [[rooms.sources]]
  id = "main"
  url = "test:?tone=${tone}&picture=counter"
  audio = { floor = 0 }
`;
let server;
let browser;
let context;
let moderator;

before(async () => {
  server = await startServer(rooms);
  browser = await startBrowser();
  context = await browser.context();
  moderator = await emptyPage(context, server);
  await joinMeeting(moderator, server, "hall", server.token("hall", "moderator", "Mona Idris"));
});
after(async () => {
  await browser?.stop();
  await server?.stop();
});

const act = async (method, params) => {
  const answer = await call(moderator, method, params);
  assert.equal(answer.error, undefined, `${method}: ${JSON.stringify(answer.error)}`);
  return answer.result;
};
const level = async (page) => (await tonesIn(page, "audio0", [tone]))?.[tone];
const hears = (page) => until("the floor", async () => (await level(page)) > -50);
const hearsNothing = (page) => until("silence", async () => (await level(page)) < -75);

// Notes in the page when media came last, by its own clock.
const watch = (page) =>
  page.evaluate(() => {
    let packets = 0;
    window.__last = performance.now();
    setInterval(async () => {
      let sum = 0;
      for (const report of (await window.__peer.getStats()).values()) {
        if (report.type === "inbound-rtp") sum += report.packetsReceived;
      }
      if (sum > packets) window.__last = performance.now();
      packets = sum;
    }, 20);
  });

test("a suspended meeting gives viewers slate and silence, and staff the room", async () => {
  const viewer = await openPlayer(context, server, "hall", { audio: 1, video: 1 });
  const booth = await openPlayer(context, server, "hall", { audio: 1, video: 1, token: server.token("hall", "interpreter", "Booth") });
  await hears(viewer);
  await hears(booth);
  const counting = await until("the room's picture", async () => {
    const picture = await pictureIn(viewer, "video0");
    return picture?.spread > 10 && picture;
  });
  await act("meeting.suspend");
  await hearsNothing(viewer);
  await until("another picture", async () => Math.abs((await pictureIn(viewer, "video0")).mean - counting.mean) > 5);
  await hears(booth);
  await act("meeting.resume");
  await hears(viewer);
  await Promise.all([viewer.close(), booth.close()]);
});

test("closing the meeting to the public cuts who is not entitled within a second, page and media", async () => {
  const anonymous = await openPlayer(context, server, "hall", { audio: 1, video: 1 });
  const page = await emptyPage(context, server);
  const joined = await joinMeeting(page, server, "hall");
  const observer = await openPlayer(context, server, "hall", { page, audio: 1, video: 1, token: joined.media_token });
  const participant = await openPlayer(context, server, "hall", { audio: 1, video: 1, token: server.token("hall", "participant", "Li Wei") });
  for (const viewer of [anonymous, observer, participant]) {
    await hears(viewer);
    await watch(viewer);
  }
  const clocks = await Promise.all([anonymous, observer].map((viewer) => viewer.evaluate(() => performance.now())));
  await act("meeting.audience", { audience: "closed" });
  for (const [index, viewer] of [anonymous, observer].entries()) {
    const session = await viewer.evaluate(() => window.__session);
    await until("the session to be gone", async () => (await fetch(session)).status === 404);
    await until("the peer to be told", () =>
      viewer.evaluate(() => ["failed", "closed", "disconnected"].includes(window.__peer.connectionState)));
    const last = await viewer.evaluate(() => window.__last);
    assert.ok(last - clocks[index] < 1000, `media came for ${last - clocks[index]} ms more`);
  }
  const told = await until("the page to be told", () =>
    observer.evaluate(() => window.__notes.find(({ method }) => method === "meeting.excluded")?.params));
  assert.equal(told.code, "audience_closed");
  await hears(participant);

  for (const token of [undefined, joined.media_token, server.token("hall", "observer", "Guest")]) {
    await assert.rejects(openPlayer(context, server, "hall", { audio: 1, video: 1, token }), /403.*audience_closed/);
  }
  const back = await emptyPage(context, server);
  await assert.rejects(joinMeeting(back, server, "hall"), /audience_closed/);
  const [room] = await (await fetch(`${server.url}/api/v1/rooms`)).json();
  assert.equal(room.audience, "closed");

  await act("meeting.audience", { audience: "public" });
  const again = await openPlayer(context, server, "hall", { audio: 1, video: 1 });
  await hears(again);
  await Promise.all([anonymous, observer, participant, back, again].map((viewer) => viewer.close()));
});

// The room's still, as a page asks for it.
const stillOf = async (token, etag) => {
  const answer = await fetch(`${server.url}/api/v1/rooms/hall/pictures/room`, {
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...(etag && { "if-none-match": etag }) },
  });
  if (answer.status >= 400) return { status: answer.status, code: (await answer.json()).code };
  const jpeg = Buffer.from(await answer.arrayBuffer());
  return { status: answer.status, etag: answer.headers.get("etag"), keep: answer.headers.get("cache-control"), jpeg };
};

test("a still of the room is for those who may watch, and from the moment on for nobody else", async () => {
  const page = await emptyPage(context, server);
  const { media_token: media, participant } = await joinMeeting(page, server, "hall", server.token("hall", "participant", "Noor Rahman"));
  const observer = server.token("hall", "observer", "Guest");
  const first = await until("a still", async () => {
    const still = await stillOf(media);
    return still.status === 200 && still;
  });
  assert.deepEqual([first.jpeg[0], first.jpeg[1], first.keep], [0xff, 0xd8, "private, no-cache"]);
  const again = await until("another still", async () => {
    const still = await stillOf(undefined, first.etag);
    if (still.status === 304) assert.equal(still.jpeg.length, 0);
    return still.status === 200 && still;
  });
  assert.notEqual(again.etag, first.etag);
  assert.ok(!again.jpeg.equals(first.jpeg));
  assert.equal((await stillOf("no.such.token")).status, 401);

  await act("meeting.audience", { audience: "closed" });
  for (const token of [undefined, observer]) assert.deepEqual(await stillOf(token), { status: 403, code: "audience_closed" });
  assert.equal((await stillOf(media)).status, 200);
  await act("meeting.audience", { audience: "registered" });
  assert.deepEqual(await stillOf(), { status: 403, code: "audience_registered" });
  assert.equal((await stillOf(observer)).status, 200);
  await act("meeting.audience", { audience: "public" });

  await act("meeting.suspend");
  for (const token of [undefined, media]) assert.deepEqual(await stillOf(token), { status: 403, code: "not_live" });
  assert.equal((await stillOf(server.token("hall", "interpreter", "Booth"))).status, 200);
  await act("meeting.resume");
  assert.equal((await stillOf(media)).status, 200);

  await act("people.remove", { participant });
  assert.equal((await stillOf(media)).status, 401);
  await page.close();
});

test("a page that saves data shows another still every few seconds", async () => {
  const page = await context.newPage();
  await page.addInitScript(() => localStorage.setItem("plenary.low_data", "1"));
  await page.goto(link(server, "/room/hall", "participant", "Zora Novak"));
  await enter(page);
  const seen = () => page.locator("still-picture canvas:not([hidden])").evaluate((canvas) => canvas.toDataURL());
  const first = await seen();
  await until("another still", async () => (await seen()) !== first);
  await act("meeting.suspend");
  await page.locator("still-picture").waitFor({ state: "detached" });
  await act("meeting.resume");
  await page.locator("still-picture canvas:not([hidden])").waitFor();
  await page.close();
});

test("a request waits for approval where the configuration says so, and a denial can be undone", async () => {
  const page = await emptyPage(context, server);
  await joinMeeting(page, server, "hall", server.token("hall", "participant", "Amina Diallo"));
  const asked = await call(page, "floor.request", { key: "k", kind: "statement", topic: "", language: "floor" });
  const { request } = asked.result;
  const state = () => moderator.evaluate((id) => window.__state.queue.find(({ request }) => request === id)?.state, request);
  await until("the request", async () => (await state()) === "pending");
  await act("floor.approve", { request });
  await until("its approval", async () => (await state()) === "queued");
  await act("floor.deny", { request });
  await until("its denial", async () => (await state()) === undefined);
  const undo = await moderator.evaluate(() => window.__state.undo);
  assert.deepEqual([undo.by, undo.act, undo.request], ["Mona Idris", "floor.deny", request]);
  await act("floor.undo");
  await until("its return", async () => (await state()) === "queued");
  await page.close();
});

test("the chair is told what the chair may take back, and refused the rest", async () => {
  const chair = await emptyPage(context, server);
  await joinMeeting(chair, server, "hall", server.token("hall", "chair", "Chandra Rao"));
  const told = (name) => until(`${name} to be known`, () => chair.evaluate((act) => window.__state.undo?.act === act && window.__state.undo, name));
  const undo = async () => (await call(chair, "floor.undo", {})).error?.data.code ?? "done";
  const { request } = await act("floor.add", { name: "Juan", category: "academia", where: "room", kind: "statement" });
  assert.equal((await told("floor.add")).chair, false);
  assert.equal(await undo(), "not_yours");
  await act("floor.grant", { request });
  await act("floor.pause", { request });
  await act("floor.resume", { request });
  assert.equal((await told("floor.resume")).chair, true);
  assert.equal(await undo(), "done");
  await until("the pause", () => moderator.evaluate(() => window.__state.floor[0]?.state === "paused"));
  await act("floor.extend", { request, seconds: 60 });
  assert.equal((await told("floor.extend")).chair, false);
  assert.equal(await undo(), "not_yours");
  await act("floor.release", { request });
  await chair.close();
});
