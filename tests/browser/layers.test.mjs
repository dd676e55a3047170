// The room's picture as each viewer can take it. A line that gets thin: the picture becomes a smaller one and the sound goes on; on a wide one it is whole again.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { seesAndHearsTheHall } from "./lib/hall.mjs";
import { lossyLine } from "./lib/lossy_line.mjs";
import { openPlayer } from "./lib/room_player.mjs";
import { startServer } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

// Noise takes all of an encoder's rate. B-frames are not passed through, so the room encodes all three layers.
const picture = ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30,noise=alls=20:allf=t", "-f", "lavfi", "-i", "sine=440",
  "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-b:v", "3M", "-maxrate", "3M", "-bufsize", "1M", "-g", "60",
  "-pix_fmt", "yuv420p", "-c:a", "aac", "-t", "8"];

let folder;
let server;
let browser;
let line;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "plenary-layers-"));
  const file = join(folder, "picture.mp4");
  execFileSync("ffmpeg", ["-hide_banner", "-loglevel", "error", "-nostdin", ...picture, file]);
  server = await startServer(`
[[rooms]]
id = "hall"
title = "Hall"
  [[rooms.sources]]
  id = "main"
  url = "file://${file}"
  audio = { floor = 0 }
`);
  browser = await startBrowser();
  line = await lossyLine().open();
});
after(async () => {
  await browser?.stop();
  await server?.stop();
  line?.close();
  if (folder) rmSync(folder, { recursive: true });
});

const inbound = (page, kind) =>
  page.evaluate(async (kind) => ({ ...[...(await window.__peer.getStats()).values()]
    .find((report) => report.type === "inbound-rtp" && report.kind === kind) }), kind);

test("a thin line gets a smaller picture and all of the sound, and the whole picture when it is wide again", async () => {
  const page = await openPlayer(await browser.context(), server, "hall", { audio: 1, video: 1, line });
  await seesAndHearsTheHall(page);
  assert.equal((await inbound(page, "video")).frameHeight, 720);

  line.rate = 1_000_000;
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

test("who cannot decode H.264 gets the picture in VP8, beside somebody who can", async () => {
  const context = await browser.context();
  const other = await openPlayer(context, server, "hall", { audio: 1, video: 1 });
  const page = await openPlayer(context, server, "hall", { audio: 1, video: 1, codec: "VP8" });
  for (const each of [page, other]) await seesAndHearsTheHall(each);
  const codecOf = (each) => each.evaluate(async () => {
    const reports = await window.__peer.getStats();
    const video = [...reports.values()].find((report) => report.type === "inbound-rtp" && report.kind === "video");
    return reports.get(video.codecId).mimeType;
  });
  assert.equal(await codecOf(page), "video/VP8");
  assert.equal(await codecOf(other), "video/H264");
});
