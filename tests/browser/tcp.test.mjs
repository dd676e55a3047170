// A network that blocks UDP: the room comes over TCP.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { hall, seesAndHearsTheHall } from "./lib/hall.mjs";
import { openPlayer } from "./lib/room_player.mjs";
import { freePort, startServer } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

let server;
let browser;

before(async () => {
  const port = await freePort();
  server = await startServer(hall, { environment: { PLENARY_SERVER_TCP: `127.0.0.1:${port}`, PLENARY_SERVER_SHARDS: "1" } });
  browser = await startBrowser();
});
after(async () => {
  await browser?.stop();
  await server?.stop();
});

const selectedPair = (page) =>
  page.evaluate(async () => {
    const stats = await window.__peer.getStats();
    const transport = [...stats.values()].find((report) => report.type === "transport");
    const pair = stats.get(transport?.selectedCandidatePairId);
    return pair && { ...stats.get(pair.remoteCandidateId) };
  });
const framesDecoded = (page) =>
  page.evaluate(async () => [...(await window.__peer.getStats()).values()]
    .find((report) => report.type === "inbound-rtp" && report.kind === "video")?.framesDecoded ?? 0);

test("the picture and the floor's tone arrive over TCP when nothing else is there", async () => {
  const page = await openPlayer(await browser.context(), server, "hall", { audio: 1, video: 1, udp: false });
  await seesAndHearsTheHall(page);
  const remote = await selectedPair(page);
  assert.equal(remote.protocol, "tcp");
  const before = await framesDecoded(page);
  await until("two seconds of picture", async () => (await framesDecoded(page)) > before + 48);
  await page.close();
});

test("with both, UDP is what carries", async () => {
  const page = await openPlayer(await browser.context(), server, "hall", { audio: 1, video: 1 });
  await seesAndHearsTheHall(page);
  assert.equal((await selectedPair(page)).protocol, "udp");
  await page.close();
});
