// The demo for other devices: its own certificate, HTTPS, and what browsers allow in a secure context only.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { enter, seesPicture } from "./lib/pages.mjs";
import { freePort, program } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

let folder;
let demo;
let text = "";
let browser;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "plenary-demo-"));
  demo = spawn(program, ["demo", "--people", "0", "--lan", "--http", `0.0.0.0:${await freePort()}`, "--data", folder]);
  for (const stream of [demo.stdout, demo.stderr]) stream.on("data", (chunk) => (text += chunk));
  await until("the demo's links", () => text.includes("Ctrl-C"));
  browser = await startBrowser();
});
after(async () => {
  await browser?.stop();
  const ended = new Promise((resolve) => demo.once("exit", resolve));
  demo.kill("SIGTERM");
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

test("a participant's link of the demo on the network opens in a secure context and shows the room", async () => {
  const links = [...text.matchAll(/participant +(https:\/\/\S+)/g)].map(([, url]) => url);
  assert.ok(links.length >= 4, text);
  const context = await browser.context({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto(links[0]);
  assert.equal(await page.evaluate(() => isSecureContext), true);
  await enter(page);
  await seesPicture(page);
  const devices = await page.evaluate(async () => (await navigator.mediaDevices.getUserMedia({ audio: true, video: true })).getTracks().length);
  assert.equal(devices, 2);
});
