// A server that cannot keep up leaves out pictures: the page says so while it lasts, the sound goes on, and then the picture is back.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { hall } from "./lib/hall.mjs";
import { enter, link, seesPicture } from "./lib/pages.mjs";
import { startServer } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const STOPPED_MS = 150; // long for a turn of the loop, and short for a pause of the machine
const TURN_MS = 100; // at most, in which a machine that is busy lets it have one

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

const taskOf = (pid, name) => readdirSync(`/proc/${pid}/task`).find((task) => readFileSync(`/proc/${pid}/task/${task}/comm`, "utf8").trim() === name);

// The process is stopped but for single turns of its loop, each of which finds a datagram that has waited: so it is late on any machine.
async function stall() {
  const { pid } = server.process;
  const port = Number(/media_port=(\d+)/.exec(server.log)[1]);
  const shard = `/proc/${pid}/task/${taskOf(pid, "media-0")}/schedstat`;
  const ran = () => readFileSync(shard, "utf8").split(" ")[0];
  const socket = createSocket("udp4");
  for (stalling = true; stalling;) {
    process.kill(pid, "SIGSTOP");
    socket.send(Buffer.from([200]), port, "127.0.0.1");
    await sleep(STOPPED_MS);
    const before = ran();
    process.kill(pid, "SIGCONT");
    for (const end = performance.now() + TURN_MS; ran() === before && performance.now() < end;);
  }
  socket.close();
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
