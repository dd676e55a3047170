// Row F8 of the fault table: names, titles, organisations and topics that try to be code stay text on every page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { naughtyToken, openGuarded, own, strings } from "./lib/naughty.mjs";
import { enter } from "./lib/pages.mjs";
import { startServer } from "./lib/server.mjs";
import { emptyPage } from "./lib/room_player.mjs";
import { until } from "./lib/until.mjs";

const rooms = ["hall", "annex"];

let server;
let browser;

before(async () => {
  const room = (id) => `[[rooms]]\nid = "${id}"\ntitle = "<img src=x onerror=window.__ran()>"\nmix = "server"\n`;
  server = await startServer(rooms.map(room).join(""));
  browser = await startBrowser();
});
after(async () => {
  await browser?.stop();
  await server?.stop();
});

// Each joins under the string and asks with it as topic; a place is kept after its page has gone.
const askAll = (page, url, people) =>
  page.evaluate(async ({ url, people }) => {
    const one = ({ token, text, number }) => new Promise((resolve) => {
      const socket = new WebSocket(url, "plenary.v1");
      const call = (id, method, params) => socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
      socket.onopen = () => call(1, "meeting.join", { token });
      socket.onmessage = ({ data }) => {
        const { id, result, error } = JSON.parse(data);
        if (id === 1 && result) call(2, "floor.request", { key: `k${number}`, kind: "statement", topic: text, language: "en" });
        if (error || id === 2) { socket.close(); resolve(error ? `${number}: ${error.data.code}` : null); }
      };
      socket.onclose = () => resolve(`${number}: closed`);
    });
    const failed = [];
    for (const person of people) failed.push(await one(person));
    return failed.filter(Boolean);
  }, { url, people });

for (const [index, room] of rooms.entries()) {
  test(`no script of ${room} runs on any page`, async () => {
    const texts = strings.filter((_, number) => number % rooms.length === index);
    const guarded = await openGuarded(browser, server);
    const open = (path, role) => guarded.open(path, role && naughtyToken(server, room, role, own[index], 9_000));
    const pages = [
      await open(`/room/${room}`, "participant"), await open(`/room/${room}/moderator`, "moderator"), await open(`/room/${room}/chair`, "chair"),
      await open(`/room/${room}/stage`, "observer"), await open(`/room/${room}/timer`, "observer"), await open("/technician", "technician"), await open("/organiser", "organiser"), await open("/"),
    ];
    await enter(pages[0]);
    const people = texts.map((text, number) => ({ token: naughtyToken(server, room, "participant", text, number), text, number }));
    const asking = await emptyPage(guarded.context, server);
    assert.deepEqual(await askAll(asking, `${server.url.replace("http", "ws")}/ws/${room}`, people), []);
    await until("the moderator to see all", async () => (await pages[1].locator(".queue > li").count()) === texts.length, { within: 180_000 });
    await until("the organiser's page to be there", async () => (await pages[6].locator("form").count()) > 0);
    await pages[6].reload();
    await until("the participant to see the front", async () => (await pages[0].locator(".waiting .row").count()) > 0);
    await guarded.assertNothingRan();
    await guarded.close();
  });
}
