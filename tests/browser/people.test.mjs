// The demo lives: its people ask by themselves, the moderator grants one far away, everybody sees and hears them, and they
// end by themselves.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { enter, screenshot } from "./lib/pages.mjs";
import { call, emptyPage, joinMeeting, openPlayer } from "./lib/room_player.mjs";
import { freePort, program, root } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const shots = join(root, "build/screenshots");
const labels = ["Government", "Private sector", "Civil society", "Academia", "International organisation"];
let folder;
let demo;
let text = "";
let server;
let browser;
let context;
let moderator;
let desk;

// Of a room: "moderator" → its link.
const linkOf = (room, role) => [...text.matchAll(new RegExp(`${role} +(http://\\S+)`, "g"))].map(([, url]) => url).find((url) => url.includes(`/${room}`));
const tokenOf = (link) => link.split("#token=")[1];
// All that descend from the demo, by name.
const descendants = (pid) => {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid=,stat=,args="], { encoding: "utf8" }).split("\n").map((row) => row.trim().split(/\s+/));
  const below = (parent) => rows.filter(([, ppid]) => Number(ppid) === parent).flatMap((row) => [row, ...below(Number(row[0]))]);
  return below(pid).map(([id, , state, ...words]) => ({ pid: Number(id), state, command: words.join(" ") }));
};

before(async () => {
  mkdirSync(shots, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), "plenary-demo-"));
  const port = await freePort();
  demo = spawn(program, ["demo", "--http", `127.0.0.1:${port}`, "--data", folder, "--people", "24", "--pace", "5"]);
  for (const stream of [demo.stdout, demo.stderr]) stream.on("data", (chunk) => (text += chunk));
  await until("the demo's links", () => text.includes("Ctrl-C"));
  server = { url: `http://127.0.0.1:${port}` };
  browser = await startBrowser();
  context = await browser.context({ viewport: { width: 1280, height: 800 } });
});
after(async () => {
  await browser?.stop();
  if (demo.exitCode === null) {
    const ended = new Promise((resolve) => demo.once("exit", resolve));
    demo.kill("SIGTERM");
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

const queue = () => desk.evaluate(() => window.__state.queue);
const act = async (method, params) => {
  const answer = await call(desk, method, params);
  assert.equal(answer.error, undefined, `${method}: ${JSON.stringify(answer.error)}`);
};

test("people of three categories and both places ask by themselves, and never too many", async () => {
  const link = linkOf("room-a", "moderator");
  moderator = await context.newPage();
  await moderator.goto(link);
  desk = await emptyPage(context, server);
  await joinMeeting(desk, server, "room-a", tokenOf(link));
  const seen = new Set();
  const places = new Set();
  await until("rows of three categories", async () => {
    const shown = await moderator.evaluate(() => document.body.innerText);
    for (const label of labels) if (shown.includes(label)) seen.add(label);
    const rows = await queue();
    assert.ok(rows.length <= 6, `${rows.length} wait`);
    for (const { person } of rows) places.add(person.where);
    if (seen.size >= 3 && places.size === 2) return true;
    // Chance may fill the list with people who are alike, and then nobody else asks: the first makes room.
    if (rows.length >= 4) await call(desk, "floor.deny", { request: rows[0].request });
    return false;
  });
  await screenshot(moderator, join(shots, "people-moderator.png"));
});

test("granted, somebody far away goes on air with picture and sound, and ends by themselves", async () => {
  const viewer = await openPlayer(context, server, "room-a", { audio: 1, video: 2 });
  const room = await openPlayer(context, server, "room-a", { audio: 1, video: 1, token: tokenOf(linkOf("room-a", "return")), path: "/whep/room-a/return" });
  const decoded = () =>
    viewer.evaluate(async () => {
      const stats = await window.__peer.getTransceivers()[2].receiver.getStats();
      return [...stats.values()].find(({ type }) => type === "inbound-rtp")?.framesDecoded ?? 0;
    });
  // Energy of what the room's loudspeakers play.
  const sound = () =>
    room.evaluate(async () => {
      const stats = await window.__peer.getTransceivers()[0].receiver.getStats();
      return [...stats.values()].find(({ type }) => type === "inbound-rtp")?.totalAudioEnergy ?? 0;
    });
  const request = await until("somebody far away in the list", async () => (await queue()).find(({ person, kind }) => person.where === "remote" && kind !== "point_of_order")?.request);
  await act("floor.prepare", { request });
  await until("the floor is theirs", async () => {
    const waiting = (await queue()).find((row) => row.request === request);
    if (waiting?.ready && waiting.media === "decoding") await call(desk, "floor.grant", { request });
    // One may miss the first call, or give up: then another is called.
    if (waiting?.state === "queued") await call(desk, "floor.prepare", { request });
    return desk.evaluate((request) => window.__state.floor.some((row) => row.request === request && row.state === "on_air"), request);
  });
  const [frames, energy] = [await decoded(), await sound()];
  await until("their picture in the second slot", async () => (await decoded()) >= frames + 10);
  await until("their voice in the return", async () => (await sound()) > energy + 0.0001);
  const participant = await context.newPage();
  await participant.goto(linkOf("room-a", "participant"));
  await enter(participant);
  await screenshot(participant, join(shots, "people-participant.png"));
  await screenshot(moderator, join(shots, "people-on-air.png"));
  await until("the end of their speech", () =>
    desk.evaluate((request) => window.__state.last?.request === request && window.__state.last.outcome_reason === "finished", request));
});

test("the chair's link opens the page with the four buttons", async () => {
  const chair = await context.newPage();
  await chair.goto(linkOf("room-a", "chair"));
  await chair.getByRole("button", { name: "Give the floor" }).waitFor();
  await chair.close();
});

test("room B runs by itself", async () => {
  const watcher = await emptyPage(context, server);
  await joinMeeting(watcher, server, "room-b");
  const speakers = new Set();
  await until("two speakers, one after the other", async () => {
    for (const row of await watcher.evaluate(() => [...window.__state.floor, window.__state.last].filter(Boolean))) speakers.add(row.person.name);
    return speakers.size >= 2;
  });
  await watcher.close();
});

test("the people die and are there again, and nothing of them is left when the demo ends", async () => {
  const people = () => descendants(demo.pid).find(({ command }) => command.startsWith("plenary people"));
  const first = people().pid;
  process.kill(first, "SIGKILL");
  await until("other people", () => people() && people().pid !== first);
  const all = descendants(demo.pid);
  assert.ok(all.every(({ state }) => !state.startsWith("Z")), JSON.stringify(all));
  const ended = new Promise((resolve) => demo.once("exit", resolve));
  demo.kill("SIGINT");
  assert.equal(await ended, 0);
  await until("the end of all its processes", () => all.every(({ pid }) => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  }));
});
