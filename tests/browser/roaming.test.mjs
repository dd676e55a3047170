// A listener's computer comes from another address in the middle of a sentence: from Wi-Fi to mobile, or behind a router that
// forgot it. The page keeps its session, and little of the sound is lost.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { hall } from "./lib/hall.mjs";
import { lossyLine } from "./lib/lossy_line.mjs";
import { enter, link, seesPicture } from "./lib/pages.mjs";
import { startServer } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const packet = 20; // ms of sound
// In virtual time 200 ms are asserted (tests/sim, Roaming); here a busy machine adds its own. Who is told of nothing moves with
// the next check of the connection, which Chromium sends every few seconds at most.
const mostLost = 3_000; // ms

let server;
let browser;
let line;
let page;
const asked = []; // of the page's media, in order

before(async () => {
  server = await startServer(hall);
  browser = await startBrowser();
  line = await lossyLine().open();
  const context = await browser.context();
  await context.addInitScript(() => {
    const Plain = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Plain {
      constructor(...more) {
        super(...more);
        window.__peer = this;
        window.__peers = (window.__peers ?? 0) + 1;
      }
    };
  });
  page = await context.newPage();
  await page.route(/\/(whep|session)\//, async (route) => {
    asked.push(route.request().method());
    const response = await route.fetch();
    const body = await response.text();
    await route.fulfill({ response, body: body.includes("a=candidate:") ? line.through(body) : body });
  });
  await page.goto(link(server, "/room/hall", "participant", "Amina"));
  await enter(page);
  await seesPicture(page);
});
after(async () => {
  await browser?.stop();
  await server?.stop();
  line?.close();
});

const sound = () =>
  page.evaluate(async () => {
    const all = [...(await window.__peer.getStats()).values()].filter(({ type, kind }) => type === "inbound-rtp" && kind === "audio");
    return { received: all.reduce((sum, one) => sum + one.packetsReceived, 0), lost: all.reduce((sum, one) => sum + one.packetsLost, 0) };
  });

for (const [how, tell, asks] of [
  ["to another network, and the browser tells it", () => page.evaluate(() => dispatchEvent(new Event("online"))), 1],
  ["and nobody tells the page", () => {}, 0],
]) {
  test(`the listener moves ${how}: the session stays, and little sound is lost`, async () => {
    await until("a connection", async () => (await page.evaluate(() => window.__peer.connectionState)) === "connected");
    const before = await sound();
    asked.length = 0;
    line.move();
    await tell();
    await until("four seconds of sound", async () => (await sound()).received > before.received + 200);
    const lost = ((await sound()).lost - before.lost) * packet;
    console.log(`${lost} ms of sound lost`);
    assert.ok(lost > 0, "what was under way");
    assert.ok(lost < mostLost, `${lost} ms`);
    // A page that waits long for its path asks for another by itself.
    assert.ok(asked.every((method) => method === "PATCH"), `${asked}`);
    assert.ok(asked.length >= asks, `${asked}`);
    assert.equal(await page.evaluate(() => window.__peers), 1);
    await seesPicture(page);
  });
}
