// The room process dies of SIGSEGV while people watch: their connections live, the slate shows, the picture comes back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { pictureIn, tonesIn } from "./lib/measure.mjs";
import { openPlayer } from "./lib/room_player.mjs";
import { startServer } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const floor = 440;
let server;
let browser;
let page;
let technician;

before(async () => {
  server = await startServer(`
[[rooms]]
id = "hall"
title = "Hall"
mix = "server"
  [[rooms.sources]]
  id = "main"
  url = "test:?tone=${floor}"
`);
  browser = await startBrowser();
  page = await openPlayer(await browser.context(), server, "hall", { audio: 1, video: 1 });
  technician = server.token("hall", "technician", "Technician");
});
after(async () => {
  await browser?.stop();
  await server?.stop();
});

const connection = () => page.evaluate(() => window.__peer.connectionState);
const seesAndHears = async () => {
  const levels = await tonesIn(page, "audio0", [floor]);
  return (await pictureIn(page, "video0"))?.spread > 10 && levels?.[floor] > -50;
};
const decoded = () =>
  page.evaluate(async () => {
    for (const report of (await window.__peer.getStats()).values()) {
      if (report.type === "inbound-rtp" && report.kind === "video") return report.framesDecoded;
    }
    return 0;
  });

for (const time of ["once", "and once more"]) {
  test(`the room process is killed ${time}: the same connection has its picture and sound back`, async () => {
    await until("picture and sound", seesAndHears);
    await page.evaluate(() => {
      window.__states = [];
      window.__peer.onconnectionstatechange = () => window.__states.push(window.__peer.connectionState);
    });
    const first = await until("the room process", () => server.roomProcess());
    process.kill(first, "SIGSEGV");
    const second = await until("a new room process", () => {
      const now = server.roomProcess();
      return now !== first && now;
    });
    assert.notEqual(second, first);
    const before = await decoded();
    await until("the picture to move again", async () => (await decoded()) > before + 30);
    await until("picture and sound again", seesAndHears);
    assert.equal(await connection(), "connected");
    assert.deepEqual(await page.evaluate(() => window.__states), [], "the connection never wavered");
  });
}

test("the technician is told what happened, and the server serves on", async () => {
  assert.equal(server.process.exitCode, null);
  const status = await server.status("hall", technician);
  assert.equal(status.sources[0].state, "live", JSON.stringify(status.sources));
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const restarts = /^plenary_room_process_restarts_total\{room="hall"\} (\d+)/m.exec(metrics);
  assert.equal(restarts?.[1], "2", metrics.split("\n").filter((line) => line.includes("room")).join("\n"));
});
