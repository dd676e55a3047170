// The database cannot be written for a while: what is on the floor goes on, new acts are refused with a clear word, the
// technician sees an alarm, and all of it ends by itself.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { call, emptyPage, joinMeeting, openPlayer } from "./lib/room_player.mjs";
import { startServer } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

let server;
let browser;
let context;

before(async () => {
  server = await startServer(`
[[rooms]]
id = "hall"
title = "Hall"
languages = []
  [[rooms.sources]]
  id = "main"
  url = "test:"
  audio = { floor = 0 }
`);
  browser = await startBrowser();
  context = await browser.context();
});
after(async () => {
  await browser?.stop();
  await server?.stop();
});

// Another program holds the lock for writing until it is told to let go.
async function holdDatabase() {
  const script = `
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
`;
  const other = spawn("python3", ["-c", script, join(server.data, "plenary.db")], { stdio: ["pipe", "pipe", "inherit"] });
  await new Promise((resolve) => other.stdout.once("data", resolve));
  return () => new Promise((resolve) => { other.once("exit", resolve); other.stdin.end(); });
}

const ask = (page, key) => call(page, "floor.request", { key, kind: "statement", topic: "", language: "floor" });

test("a database that cannot be written is an alarm, and the floor goes on", async () => {
  const page = await emptyPage(context, server);
  const { media_token } = await joinMeeting(page, server, "hall", server.token("hall", "participant", "Li Wei"));
  await openPlayer(context, server, "hall", { page, token: media_token, audio: 1, video: 1 });
  const frames = () => page.evaluate(() => window.__videos.video0.getVideoPlaybackQuality().totalVideoFrames);
  await until("the picture", async () => (await frames()) > 10);
  const technician = server.token("hall", "technician", "Technician");
  const alarms = async () => (await server.status("hall", technician)).alarms.map(({ code }) => code);
  assert.ok(!(await alarms()).includes("journal_failing"));

  const release = await holdDatabase();
  const refused = await ask(page, "one");
  assert.equal(refused.error.data.code, "not_saved");
  await until("the alarm", async () => (await alarms()).includes("journal_failing"));
  assert.equal((await fetch(`${server.url}/readyz`)).status, 503);
  const link = await fetch(`${server.url}/api/v1/rooms/hall/links`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.token("hall", "organiser", "Organiser")}` },
    body: JSON.stringify({ role: "participant", name: "Amina", expires: "1h" }),
  });
  assert.equal(link.status, 503);
  assert.equal((await link.json()).code, "not_saved");
  const before = await frames();
  await until("more of the picture", async () => (await frames()) > before + 10);

  await release();
  await until("the alarm to end", async () => !(await alarms()).includes("journal_failing"));
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
  await until("an act to be taken", async () => (await ask(page, "two")).result?.position === 1);
  await page.close();
});
