// A line that gets thin: the picture becomes a smaller one and the sound goes on; on a wide one it is whole again.
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

test("a thin line gets a smaller picture and all of the sound, and the whole picture when it is wide again", async () => {
  const page = await openPlayer(await browser.context(), server, "hall", { audio: 1, video: 1, line });
  await seesAndHearsTheHall(page);
  assert.equal((await inbound(page, "video")).frameHeight, 720);

  line.rate = 900_000;
  await until("a smaller picture", async () => (await inbound(page, "video")).frameHeight < 720);
  const before = await inbound(page, "audio");
  const pictures = (await inbound(page, "video")).framesDecoded;
  await until("ten seconds of sound", async () => (await inbound(page, "audio")).packetsReceived > before.packetsReceived + 500);
  const now = await inbound(page, "audio");
  assert.ok(now.packetsLost - before.packetsLost < 25, `${now.packetsLost - before.packetsLost} packets of sound lost`);
  assert.ok((await inbound(page, "video")).framesDecoded > pictures + 50, "the smaller picture moves");

  line.rate = 0;
  await until("the whole picture", async () => (await inbound(page, "video")).frameHeight === 720, { within: 120_000 });
  await seesAndHearsTheHall(page);
});
