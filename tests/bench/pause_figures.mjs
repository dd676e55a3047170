// How soon a participant's page hears the room again after the server's processes stood still, all of them together, as when a machine is
// paused. Prints a table.
import { execFileSync } from "node:child_process";
import { loadavg } from "node:os";
import { startBrowser } from "../browser/lib/browser.mjs";
import { hall } from "../browser/lib/hall.mjs";
import { enter, link, seesPicture } from "../browser/lib/pages.mjs";
import { keepPeers } from "../browser/lib/restart.mjs";
import { startServer } from "../browser/lib/server.mjs";
import { until } from "../browser/lib/until.mjs";

const ROUNDS = 5;
const PAUSES = [5_000, 30_000]; // ms
const HEARD = 10; // packets of sound, 200 ms of it

const load = loadavg()[0];
const server = await startServer(hall);
const browser = await startBrowser();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Of sound, in each of the page's connections.
const packets = (page) =>
  page.evaluate(() => Promise.all(window.__peers.map(async (peer) => {
    const stats = await peer.getStats();
    return [...stats.values()].find(({ type, kind }) => type === "inbound-rtp" && kind === "audio")?.packetsReceived ?? 0;
  })));

function signal(name) {
  const children = execFileSync("pgrep", ["-P", server.process.pid], { encoding: "utf8" }).trim().split("\n").map(Number);
  for (const pid of [server.process.pid, ...children]) process.kill(pid, name);
}

async function pause(page, length) {
  signal("SIGSTOP");
  await sleep(length);
  const before = await packets(page);
  const began = performance.now();
  signal("SIGCONT");
  await until("sound", async () => (await packets(page)).some((count, number) => count >= (before[number] ?? 0) + HEARD), { every: 10 });
  return performance.now() - began;
}

try {
  const context = await browser.context();
  await context.addInitScript(keepPeers);
  const page = await context.newPage();
  await page.goto(link(server, "/room/hall", "participant", "Amina Diallo"));
  await enter(page);
  await seesPicture(page);
  console.log(`load ${load.toFixed(1)} before the run\n\n| what | measured | to reach |\n|---|---|---|`);
  for (const length of PAUSES) {
    const heard = [];
    for (let round = 0; round < ROUNDS; round++) {
      heard.push(await pause(page, length));
      await sleep(2_000);
    }
    const [least, most] = [Math.min(...heard), Math.max(...heard)].map((ms) => (ms / 1_000).toFixed(2));
    console.log(`| the server stood still for ${length / 1_000} s: ${HEARD} packets of sound are in the page | ${least} to ${most} s | ≤ 1 s |`);
  }
} finally {
  await browser.stop();
  await server.stop();
}
