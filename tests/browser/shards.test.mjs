// More viewers than stay together on one media thread: the others get the room on another thread, and just the same.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { hall, seesAndHearsTheHall } from "./lib/hall.mjs";
import { openPlayer } from "./lib/room_player.mjs";
import { program, startServer } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

// So many that the next one goes to the other thread: it keeps 100 together (server/app/media_plane.h).
const crowd = 110;
let server;
let browser;
let viewers;

before(async () => {
  server = await startServer(hall, { environment: { PLENARY_SERVER_SHARDS: "2" } });
  browser = await startBrowser();
});
after(async () => {
  viewers?.kill();
  await browser?.stop();
  await server?.stop();
});

async function connections() {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return [0, 1].map((shard) => Number(new RegExp(`^plenary_shard_connections\\{shard="${shard}"\\} (\\d+)`, "m").exec(text)?.[1]));
}

test("who comes when one thread is full sees and hears the room from another", async () => {
  viewers = spawn(program, ["bench", "viewers", "--url", `${server.url}/whep/hall`, "--viewers", String(crowd), "--seconds", "120"],
    { stdio: "ignore" });
  const [first, second] = await until("a crowd on both threads", async () => {
    const counts = await connections();
    return counts[0] + counts[1] === crowd && counts;
  });
  assert.ok(first >= 100 && second > 0, `${first} and ${second}`);

  const page = await openPlayer(await browser.context(), server, "hall", { audio: 1, video: 1 });
  const after = await connections();
  assert.equal(after[1], second + 1, "the new one is on the other thread");
  await seesAndHearsTheHall(page);
});
