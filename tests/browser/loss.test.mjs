// A line that loses a part of everything: the picture is repaired by asking again, the sound carries what came before.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { hall, seesAndHearsTheHall } from "./lib/hall.mjs";
import { lossyLine } from "./lib/lossy_line.mjs";
import { openPlayer } from "./lib/room_player.mjs";
import { startServer } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

let server;
let browser;
let line;

before(async () => {
  server = await startServer(hall);
  browser = await startBrowser();
  line = await lossyLine().open();
});
after(async () => {
  await browser?.stop();
  await server?.stop();
  line?.close();
});

const inbound = (page, kind) =>
  page.evaluate(async (kind) => ({ ...[...(await window.__peer.getStats()).values()]
    .find((report) => report.type === "inbound-rtp" && report.kind === kind) }), kind);
async function count(name) {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^plenary_${name}_total (\\d+)`, "m").exec(text)?.[1]);
}

test("of a tenth that is lost, the picture goes on and the sound brings most of it along", async () => {
  const page = await openPlayer(await browser.context(), server, "hall", { audio: 1, video: 1, line });
  await seesAndHearsTheHall(page);
  assert.equal(await count("red_packets_sent"), 0, "a good line pays nothing");

  line.loss = 0.1;
  await until("redundant sound", async () => (await count("red_packets_sent")) > 50);
  const before = { audio: await inbound(page, "audio"), video: await inbound(page, "video") };
  await until("ten seconds more", async () => (await inbound(page, "audio")).packetsReceived > before.audio.packetsReceived + 450);
  const now = { audio: await inbound(page, "audio"), video: await inbound(page, "video") };
  const lost = now.audio.packetsLost - before.audio.packetsLost;
  // Chromium takes redundant sound apart and discards what it has already. How much is heard of what was lost is counted in
  // tests/sim: here a busy machine adds losses of its own.
  const discarded = now.audio.packetsDiscarded - before.audio.packetsDiscarded;
  assert.ok(lost > 20, `${lost} packets of sound lost`);
  assert.ok(discarded > 200, `${discarded} packets of sound came again`);
  const frames = now.video.framesDecoded - before.video.framesDecoded;
  assert.ok(frames > 0.6 * (now.video.framesReceived - before.video.framesReceived) && frames > 120, `${frames} pictures decoded`);
  await seesAndHearsTheHall(page);
  assert.ok((await count("rtx_packets_sent")) > 0);
});
