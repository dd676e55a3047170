// A server that cannot keep up leaves out pictures: the page says so while it lasts, the sound goes on, and then the picture is back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { hall } from "./lib/hall.mjs";
import { enter, link, seesPicture } from "./lib/pages.mjs";
import { startServer } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

// The process gets so much of the time: each turn of its loop is late, on any machine.
const STOPPED_MS = 150;
const RUNS_MS = 1;

let server;
let browser;
let stalling = false;

before(async () => {
  server = await startServer(hall, { environment: { PLENARY_SERVER_SHARDS: "1" } });
  browser = await startBrowser();
});
after(async () => {
  stalling = false;
  server?.process.kill("SIGCONT");
  await browser?.stop();
  await server?.stop();
});

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function stall() {
  const { pid } = server.process;
  for (stalling = true; stalling;) {
    process.kill(pid, "SIGSTOP");
    await sleep(STOPPED_MS);
    process.kill(pid, "SIGCONT");
    await sleep(RUNS_MS);
  }
}

test("a page whose pictures are left out says so until they are back", async () => {
  const page = await (await browser.context()).newPage();
  await page.goto(link(server, "/room/hall", "participant", "Amina Diallo"));
  await enter(page);
  await seesPicture(page);
  const line = page.getByText("The server is busy: sound only for now");
  assert.equal(await line.count(), 0);
  const stalled = stall();
  await until("the line", () => line.isVisible());
  stalling = false;
  await stalled;
  await until("no line any more", async () => (await line.count()) === 0);
  const frames = () => page.evaluate(() => document.querySelector("video").getVideoPlaybackQuality().totalVideoFrames);
  const before = await frames();
  await until("a picture that moves", async () => (await frames()) > before + 20);
});
