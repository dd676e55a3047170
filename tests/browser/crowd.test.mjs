// Many pages on one meeting. Row of the fault table: W9. How fast it is, tests/bench says.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startServer } from "./lib/server.mjs";
import { SocketPage } from "./lib/socket_page.mjs";
import { until } from "./lib/until.mjs";

const crowd = 2_000;
let server;

before(async () => {
  server = await startServer(`
[[rooms]]
id = "hall"
title = "Hall"
languages = ["en"]
mix = "desk"
  [[rooms.sources]]
  id = "main"
  url = "test:?tone=440"
  audio = { floor = 0 }
`);
});
after(() => server?.stop());

const join = async (params) => {
  const page = await SocketPage.open(server, "hall");
  page.joined = await page.call("meeting.join", params);
  return page;
};
// As pages do: who is cut, because joining took this machine longer than the server waits, tries again a little later.
const joined = async (params) => {
  for (;;) {
    try {
      return await join(params);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 1_000));
    }
  }
};
const counted = async (name) => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(text.match(new RegExp(`^${name}(?:\\{.*\\})? (\\d+)`, "m"))?.[1]);
};

test("W9: 2,000 people whose network was gone come back at once, each as who they were", { timeout: 300_000 }, async () => {
  const before = await Promise.all(Array.from({ length: crowd }, () => joined({})));
  const names = before.map((page) => page.joined.participant);
  assert.equal(new Set(names).size, crowd);
  for (const page of before) page.cut();
  const back = await Promise.all(before.map((page) => joined({ resume: page.joined.resume })));
  assert.deepEqual(back.map((page) => page.joined.participant), names);
  const moderator = await joined({ token: server.token("hall", "moderator", "Mona") });
  await moderator.call("list.close");
  await until("all of them to be told", () => back.every((page) => page.notified.some(([, { set }]) => set?.meeting?.list === "closed")));
  for (const page of [...back, moderator]) page.cut();
  await until("the server to see them gone", async () => (await counted("plenary_meeting_pages")) === 0);
});
