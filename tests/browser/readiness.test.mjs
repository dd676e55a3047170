// Microphones are judged before they speak: in the device check before anybody asks, and in standby before the grant.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { link, screenshot } from "./lib/pages.mjs";
import { root, startServer } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";
import { voiceFile } from "./lib/voice.mjs";

const shots = join(root, "build/screenshots");
const patient = { timeout: 60_000 };
let server;
let near; // a headset
let telephone; // a microphone that ends where telephones do
let moderator;

async function person(name, voice) {
  const browser = await startBrowser({ sound: (folder) => voiceFile(folder, voice) });
  const context = await browser.context({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(link(server, "/room/hall", "participant", name));
  return { name, browser, page };
}

async function counter(name) {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^plenary_checks_${name}_total\\{[^}]*\\} (\\d+)`, "m").exec(text)?.[1]);
}

// A busy machine sends its packets unevenly. That is said only where nothing is wrong with the sound itself.
const soundIsFine = /good enough for the interpreters|Your connection/;
const fitOrUneven = /Fit for interpretation|Packets lost|Unsteady network/;
const says = (who, text) => who.page.locator("device-check .verdict").getByText(text).waitFor(patient);

before(async () => {
  mkdirSync(shots, { recursive: true });
  server = await startServer(`
[[rooms]]
id = "hall"
title = "Hall"
languages = ["en"]
mix = "server"
  [[rooms.sources]]
  id = "main"
  url = "test:?tone=440"
  audio = { floor = 0, en = 0 }
`);
  near = await person("Amina Diallo", {});
  telephone = await person("Li Wei", { from: 300, to: 3_400 });
});
after(async () => {
  await near?.browser.stop();
  await telephone?.browser.stop();
  await server?.stop();
});

test("the device check tells a headset from a telephone, on the way that a speech would take", async () => {
  for (const { page } of [near, telephone]) await page.getByRole("button", { name: "I want to speak" }).click();
  for (const { page } of [near, telephone]) {
    await page.getByText("We hear you").waitFor(patient);
    await page.locator('[data-way="udp"]').getByText("works").waitFor(patient);
    await page.locator('[data-way="up"]').getByText(/network (good|fair|poor)/).waitFor(patient);
    await page.locator('[data-way="down"]').getByText(/network (good|fair|poor)/).waitFor(patient);
  }
  await says(near, soundIsFine);
  await says(telephone, "Your microphone sounds like a telephone");
  await screenshot(near.page, join(shots, "check-fit.png"));
  await screenshot(telephone.page, join(shots, "check-telephone.png"));
});

test("who checks is no speaker: nobody is told, previewed or heard", async () => {
  const status = await server.status("hall", server.token("hall", "technician", "Technician"));
  assert.deepEqual(status.speakers, []);
  assert.equal(await counter("opened"), 2);
});

test("a check needs a page of the meeting", async () => {
  const post = (token) =>
    fetch(`${server.url}/whip/hall/check`, {
      method: "POST",
      headers: { "content-type": "application/sdp", ...(token && { authorization: `Bearer ${token}` }) },
      body: "v=0\r\n",
    });
  const refused = async (response) => `${response.status} ${(await response.json()).code}`;
  assert.equal(await refused(await post()), "401 token_needed");
  assert.equal(await refused(await post(server.token("hall", "participant", "Stranger"))), "403 not_joined");
});

test("it comes back by itself when the room's process is started anew", async () => {
  process.kill(server.roomProcess(), "SIGKILL");
  await until("the check to have ended with the process", async () => (await counter("ended_by_restart")) >= 1);
  await until("another check of both", async () => (await counter("opened")) >= 4);
  await says(near, soundIsFine);
});

test("in standby the moderator reads the same verdicts, before any grant", async () => {
  for (const { page } of [near, telephone]) {
    await page.locator("[data-action=enter]").click();
    await page.getByRole("button", { name: "Request the floor" }).first().click();
    await page.getByRole("button", { name: "Ask for the floor" }).click();
    await page.getByText(/You are number \d in the list/).first().waitFor(patient);
  }
  const context = await near.browser.context({ viewport: { width: 1280, height: 900 } });
  moderator = await context.newPage();
  await moderator.goto(link(server, "/room/hall/moderator", "moderator", "Moderator"));
  for (const { name, page } of [near, telephone]) {
    await moderator.getByRole("button", { name: `Prepare ${name}` }).first().click();
    await page.getByRole("button", { name: "I'm ready" }).click(patient);
  }
  const row = (name) => moderator.locator(".queue .row").filter({ hasText: name });
  await row("Li Wei").getByText("Telephone sound").waitFor(patient);
  await row("Amina Diallo").getByText(fitOrUneven).waitFor(patient);
  await row("Amina Diallo").locator('[data-light="microphone"][data-look="good"]').waitFor(patient);
  await row("Amina Diallo").locator('[data-light="camera"][data-look="good"]').waitFor(patient);
  await row("Amina Diallo").getByText(/network (good|fair|poor)/).waitFor(patient);
  await telephone.page.getByText("Your microphone sounds like a telephone").first().waitFor(patient);
  await screenshot(moderator, join(shots, "moderator-readiness.png"));
  const { speakers } = await server.status("hall", server.token("hall", "technician", "Technician"));
  assert.ok(speakers.every(({ state }) => state === "decoding"), "nobody is on air");
});

test("what the check came to stands beside the name after the server was killed, without anybody checking again", async () => {
  await near.page.close();
  await telephone.page.close();
  await server.kill();
  await server.start();
  await moderator.reload();
  const checked = (name) => moderator.locator(".queue .row").filter({ hasText: name }).locator(".fitness.checked");
  await checked("Li Wei").and(moderator.locator('[data-fit="false"]')).waitFor(patient);
  await checked("Li Wei").getByText("Telephone sound").waitFor(patient);
  await checked("Amina Diallo").waitFor(patient);
  assert.equal(await counter("opened"), 0);
});
