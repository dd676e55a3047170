// Real senders reach real players: ffmpeg and GStreamer push a counting picture and a tone for each channel, Chromium
// (two and two slots) and werift (one and one) receive them by WHEP, and what arrived is decoded and read.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { countersIn, forgetCounters, judgeCounters, watchCounter } from "./lib/counter_page.mjs";
import { pictureIn, tonesIn } from "./lib/measure.mjs";
import { call, emptyPage, joinMeeting, openPlayer } from "./lib/room_player.mjs";
import { frameRate, startSender, writeFile } from "./lib/sender.mjs";
import { freePort, root, startServer } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";
import { nalKinds, openWerift } from "./lib/werift_player.mjs";

const tones = { floor: 440, en: 700, fr: 1100 };
const frequencies = Object.values(tones);

const roomWith = (url, audio = "{ floor = 0, en = 1, fr = 2 }") => `
[[rooms]]
id = "hall"
title = "Hall"
languages = ["en", "fr"]
mix = "desk"
  [[rooms.sources]]
  id = "main"
  url = "${url}"
  audio = ${audio}
`;

// One of the tones, and all others 25 dB below it, whoever measures.
const only = (levels, name, all = tones) =>
  levels && levels[all[name]] > -50 && Object.entries(all).every(([channel, frequency]) =>
    channel === name || levels[frequency] < levels[all[name]] - 25);
const hearsInPage = (page, slot, name) =>
  until(`${name} in ${slot}`, async () => only(await tonesIn(page, slot, frequencies), name));
const hears = (player, name, all = tones) =>
  until(`${name} in werift`, async () => only(await player.tones(Object.values(all)), name, all), { every: 500 });

function statusOf(server) {
  server.technician ??= server.token("hall", "technician", "Technician");
  return server.status("hall", server.technician);
}
const sourceOf = async (server) => (await statusOf(server)).sources.find((source) => source.id === "main");
const live = (server) => until("the source to be live", async () => (await sourceOf(server)).state === "live");

// Ten seconds of the sender's own time: a slow machine takes longer, and what counts is which numbers are there.
const tenSeconds = 10 * frameRate;
function assertFrameRate(counters, droppedByPlayer = 0) {
  const found = judgeCounters(counters);
  const rate = ((found.distinct + droppedByPlayer) / found.span) * frameRate;
  assert.ok(rate >= 24, `${rate.toFixed(1)} of ${frameRate} frames a second: ${JSON.stringify(found)}`);
  assert.equal(found.backwards, 0, "the picture runs backwards");
}

describe("a sender over SRT", () => {
  let server;
  let browser;
  let url;
  let sender;

  before(async () => {
    const port = await freePort("udp");
    server = await startServer(roomWith(`srt://127.0.0.1:${port}?mode=listener&latency=500`));
    url = `srt://127.0.0.1:${port}?mode=caller&latency=500000`;
    browser = await startBrowser();
    await start();
  });
  after(async () => {
    await sender?.stop();
    await browser?.stop();
    await server?.stop();
  });
  const start = async (options) => {
    sender = startSender(url, frequencies, options);
    await live(server);
  };
  const listener = async (language) => {
    const token = server.token("hall", "participant", "Amina Diallo");
    const context = await browser.context();
    const page = await emptyPage(context, server);
    const joined = await joinMeeting(page, server, "hall", token);
    await openPlayer(context, server, "hall", { page, token: joined.media_token, language, audio: 2, video: 2 });
    return { page, close: () => context.close() };
  };

  test("Chromium with two and two slots hears its language with the floor beneath, and the next one after a switch", async () => {
    const { page, close } = await listener("fr");
    await hearsInPage(page, "audio0", "fr");
    await hearsInPage(page, "audio1", "floor");
    const answer = await call(page, "channel.select", { language: "en" });
    assert.equal(answer.error, undefined, JSON.stringify(answer.error));
    await hearsInPage(page, "audio0", "en");
    await hearsInPage(page, "audio1", "floor");
    assert.equal(await page.evaluate(() => window.__peer.signalingState), "stable");
    await close();
  });

  test("Chromium reads the counter back: at least 24 frames a second for ten seconds", async () => {
    const { page, close } = await listener("floor");
    await until("a picture", () => pictureIn(page, "video0"));
    await watchCounter(page);
    await until("a number", async () => (await countersIn(page)).some((number) => number !== null));
    const dropped = () => page.evaluate(async () =>
      [...(await window.__peer.getStats()).values()].find((report) => report.type === "inbound-rtp" && report.framesDropped !== undefined).framesDropped);
    const droppedBefore = await dropped();
    await forgetCounters(page);
    await until("ten seconds of the sender", async () => judgeCounters(await countersIn(page)).span >= tenSeconds, { within: 120_000 });
    const counters = await countersIn(page);
    // What arrived and a busy browser threw away counts as arrived; most of it has to be read all the same.
    assertFrameRate(counters, (await dropped()) - droppedBefore);
    assert.ok(judgeCounters(counters).share > 0.4, JSON.stringify(judgeCounters(counters)));
    await close();
  });

  test("werift with one and one slot gets decodable access units, 24 frames a second and the language it asks for", async (context) => {
    const player = await openWerift(context, server, "hall", { language: "fr" });
    await player.connected();
    await hears(player, "fr");
    await until("ten seconds of the sender", async () =>
      judgeCounters((await player.video())?.counters ?? []).span >= tenSeconds, { within: 120_000, every: 2_000 });
    const { units, counters, errors } = await player.video();
    await player.stop();
    const [sps, pps, idr] = [nalKinds.sps, nalKinds.pps, nalKinds.idr].map((kind) => units[0].kinds.indexOf(kind));
    assert.ok(sps >= 0 && sps < pps && pps < idr, `the first access unit holds ${units[0].kinds}`);
    assert.equal(errors, "");
    assert.equal(counters.length, units.length, "an access unit that is no picture");
    assertFrameRate(counters);
    const second = await openWerift(context, server, "hall", { language: "en" });
    await second.connected();
    await hears(second, "en");
    await second.stop();
  });

  test("H.264 that suits viewers passes through, and the room's status says so", async (context) => {
    const source = await until("pass-through", async () => {
      const found = await sourceOf(server);
      return found.picture?.passthrough && found;
    });
    assert.equal(source.picture.width, 640);
    const player = await openWerift(context, server, "hall");
    await player.connected();
    await until("a picture", async () => (await player.video())?.pictures.length > 0, { every: 500 });
    await player.stop();
  });

  test("while the sender is away the viewer sees the slate, and the picture again when it is back", async () => {
    const { page, close } = await listener("fr");
    await watchCounter(page);
    const reading = () => until("a number", async () => (await countersIn(page)).at(-1) != null);
    await reading();
    await sender.stop();
    await until("the status to say slate", async () => (await statusOf(server)).picture === "slate");
    await until("the slate", async () => {
      const last = (await countersIn(page)).slice(-3);
      return last.length === 3 && last.every((number) => number === null);
    });
    const slate = await pictureIn(page, "video0");
    assert.ok(slate.spread > 5, `the slate is one colour: ${JSON.stringify(slate)}`);
    assert.equal(await page.evaluate(() => window.__peer.connectionState), "connected");
    await start();
    await forgetCounters(page);
    await reading();
    await until("the counter to run", async () => judgeCounters(await countersIn(page)).distinct >= frameRate);
    await hearsInPage(page, "audio0", "fr");
    assert.equal(await page.evaluate(() => window.__peer.connectionState), "connected");
    assert.equal((await statusOf(server)).picture, "live");
    await close();
  });

  test("a sender with B-frames is encoded anew, without any", async (context) => {
    await sender.stop();
    await until("the slate", async () => (await statusOf(server)).picture === "slate");
    await start({ video: "bFrames" });
    const player = await openWerift(context, server, "hall", { language: "floor" });
    await player.connected();
    await until("three seconds of the sender", async () =>
      judgeCounters((await player.video())?.counters ?? []).span >= 3 * frameRate, { within: 120_000, every: 1_000 });
    const { units, counters } = await player.video();
    // How many there are is the speed of our encoder. With B-frames decoding would change the order and the size is ours.
    assert.equal(judgeCounters(counters).backwards, 0);
    assert.equal(counters.length, units.length);
    assert.equal((await sourceOf(server)).picture.passthrough, false);
    await hears(player, "floor");
    await player.stop();
  });
});

// Each in a server of its own: two cores are few, and a room process costs a core while it encodes.
async function reachesAViewer(context, url, { audio, channels = tones, seconds = 2, prepare } = {}) {
  const server = await startServer(roomWith(url, audio));
  let ended;
  try {
    ended = await prepare?.();
    await live(server);
    const player = await openWerift(context, server, "hall", { language: "en" });
    await player.connected();
    await hears(player, "en", channels);
    const video = await until("pictures", async () => {
      const found = await player.video();
      return found?.pictures.length >= seconds * frameRate && found;
    }, { every: 1_000 });
    await player.stop();
    return video;
  } finally {
    await ended?.stop();
    await server.stop();
  }
}

test("a source by udp:// reaches a viewer", async (context) => {
  const port = await freePort("udp");
  const { counters } = await reachesAViewer(context, `udp://127.0.0.1:${port}`, {
    prepare: () => startSender(`udp://127.0.0.1:${port}?pkt_size=1316`, frequencies),
  });
  // UDP may lose on a busy machine; what comes through counts upwards.
  const found = judgeCounters(counters);
  assert.ok(found.distinct >= frameRate && found.backwards === 0, JSON.stringify(found));
});

test("a file is looped and reaches a viewer", async (context) => {
  const port = await freePort();
  const file = join(tmpdir(), `plenary-loop-${port}.ts`);
  context.after(() => rmSync(file, { force: true }));
  writeFile(file, frequencies, { seconds: 2 });
  const { counters } = await reachesAViewer(context, `file://${file}`, { seconds: 3 });
  const found = judgeCounters(counters);
  assert.ok(found.backwards >= 1, `three seconds of a file of two: ${JSON.stringify(found)}`);
  assert.ok(found.span <= 2 * frameRate && found.share > 0.5, JSON.stringify(found));
});

const rtspServer = join(root, "tests/pipeline/rtsp_server.py");
const noRtsp = spawnSync("/usr/bin/python3", [rtspServer, "--check"]).status !== 0;
test("a camera by rtsp:// reaches a viewer", { skip: noRtsp && "gir1.2-gst-rtsp-server-1.0 is not installed" }, async (context) => {
  const port = await freePort();
  const { pictures } = await reachesAViewer(context, `rtsp://127.0.0.1:${port}/room`, {
    audio: "{ floor = 0, en = 1 }",
    channels: { floor: 700, en: 1100 },
    prepare: () => {
      const camera = spawn("/usr/bin/python3", [rtspServer, `${port}`], { stdio: "ignore" });
      return { stop: () => new Promise((resolve) => { camera.once("exit", resolve); camera.kill("SIGKILL"); }) };
    },
  });
  assert.notDeepEqual(pictures[0], pictures.at(-1), "the picture stands still");
});
