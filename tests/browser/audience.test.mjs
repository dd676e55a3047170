// Who can see and hear the meeting: its state and its audience, measured at the viewers' end.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { pictureIn, tonesIn } from "./lib/measure.mjs";
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
