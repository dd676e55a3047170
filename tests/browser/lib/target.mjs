// A server to be attacked, with one viewer that watches from the first attack to the last, and what attacks are made of.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { startBrowser } from "./browser.mjs";
import { startCanary } from "./canary.mjs";
import { emptyPage } from "./room_player.mjs";
import { root, startServer } from "./server.mjs";

export const roomTone = 440;
export const microphone = 1_300;
const maxGrowth = 32 * 1024; // KiB of resident memory over a whole file of attacks
const maxLines = 20; // of log in a second

const room = `
[[rooms]]
id = "hall"
title = "Hall"
languages = ["en"]
mix = "server"
  [[rooms.sources]]
  id = "main"
  url = "test:?tone=${roomTone}&picture=counter"
  audio = { floor = 0 }
`;

function assertQuietLog(log) {
  const lines = log.split("\n").slice(1, -1);
  const perSecond = new Map();
  for (const line of lines) {
    assert.doesNotThrow(() => JSON.parse(line), `no JSON: ${line}`);
    const second = JSON.parse(line).time?.slice(0, 19);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  const most = Math.max(0, ...perSecond.values());
  assert.ok(most <= maxLines, `${most} lines in a second`);
}

export async function startTarget() {
  const server = await startServer(room, { environment: { PLENARY_LOG_FORMAT: "json" } });
  let browser;
  let canary;
  const stop = async () => {
    await browser?.stop();
    await server.stop();
  };
  try {
    browser = await startBrowser({ microphone });
    canary = await startCanary(await browser.context(), server, "hall", roomTone);
  } catch (error) {
    await stop();
    throw error;
  }
  const memory = () => Number(readFileSync(`/proc/${server.process.pid}/status`, "utf8").match(/VmRSS:\s+(\d+)/)[1]);
  const before = memory();
  return {
    server,
    browser,
    canary,
    newPage: async () => emptyPage(await browser.context(), server),
    async counter(name) {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      const found = text.match(new RegExp(`^plenary_${name}_total (\\S+)`, "m"));
      assert.ok(found, `no counter ${name}`);
      return Number(found[1]);
    },
    assertBounded() {
      assertQuietLog(server.log);
      const growth = memory() - before;
      assert.ok(growth < maxGrowth, `${growth} KiB more than at the start`);
    },
    stop,
  };
}

// The files of one folder of the shared corpora, or nothing where they are not beside the repository.
export function corpus(folder, ending = "") {
  const path = join(root, "../shared/corpora", folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => readFileSync(join(entry.parentPath ?? entry.path, entry.name)));
}

// Numbers below a limit, the same in each run.
export function seeded(seed) {
  return (limit) => {
    seed = (seed + 0x6d2b79f5) >>> 0;
    let value = Math.imul(seed ^ (seed >>> 15), seed | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) % limit;
  };
}

export function mutated(bytes, random) {
  let copy = Buffer.from(bytes);
  for (let change = 1 + random(4); change > 0 && copy.length > 0; change--) {
    const at = random(copy.length);
    const kind = random(4);
    if (kind === 0) copy[at] ^= 1 << random(8);
    else if (kind === 1) copy[at] = random(256);
    else if (kind === 2) copy = copy.subarray(0, at);
    else copy = Buffer.concat([copy.subarray(0, at), copy.subarray(at, at + random(200)), copy.subarray(at)]);
  }
  return copy;
}
