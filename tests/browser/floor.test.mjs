// The main job: a remote participant asks, the moderator grants, the room sees and hears them over SRT, everybody else
// too, and the revocation takes them out again. The product's own pages, used as people use them.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { listen, pictureIn, tonesIn } from "./lib/measure.mjs";
import { askForFloor, enter, keepSound, link, screenshot, seesPicture } from "./lib/pages.mjs";
import { openPlayer } from "./lib/room_player.mjs";
import { freePort, root, startServer } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const microphone = 1_300;
const floor = 440;
const shots = join(root, "build/screenshots");
let server;
let browser;
let context;
let returnUrl;
let wall;
let token;
let participant;
let moderator;

before(async () => {
  mkdirSync(shots, { recursive: true });
  const port = await freePort("udp");
  returnUrl = `srt://127.0.0.1:${port}?mode=caller&latency=50000`;
  server = await startServer(`
[[rooms]]
id = "hall"
title = "Hall"
languages = ["en", "fr"]
mix = "server"
  [[rooms.sources]]
  id = "main"
  url = "test:?tone=${floor},700,1100"
  audio = { floor = 0, en = 1, fr = 2 }
  [[rooms.returns]]
  id = "wall"
  url = "srt://127.0.0.1:${port}?mode=listener&latency=50"
`);
  browser = await startBrowser({ microphone });
  context = await browser.context({ viewport: { width: 1280, height: 800 } });
  await keepSound(context);
});
after(async () => {
  await wall?.stop();
  await browser?.stop();
  await server?.stop();
});

const shot = async (page, name) => {
  if (page === participant) await seesPicture(page);
  await screenshot(page, join(shots, `${name}.png`));
};

// Who does not answer the call within half a minute is passed over, and this machine may be slow.
const answerCall = async (page) => {
  await page.getByRole("button", { name: "I'm ready" }).click();
  await page.getByText("Picture and sound ready").first().waitFor({ timeout: 60_000 });
};
const openDevices = (page) => {
  const open = page.getByRole("button", { name: "Open camera and microphone" });
  return until("the green room", async () => {
    if (await open.isVisible().catch(() => false)) await open.click();
    return page.getByText("The room cannot hear you").first().isVisible();
  });
};

test("a participant watches the room and asks for the floor", async () => {
  token = server.token("hall", "participant", "Amina Diallo", ["--organisation", "Ministry of Posts", "--category", "government"]);
  participant = await context.newPage();
  await participant.goto(`${server.url}/room/hall#token=${token}`);
  await enter(participant);
  await seesPicture(participant);
  await shot(participant, "participant-watching");
  await askForFloor(participant, "Affordable access in rural areas");
  await shot(participant, "participant-queued");
});

test("the place survives a reload, cleared storage with the same token, and kill -9 of the server", async () => {
  await participant.reload();
  await enter(participant);
  await participant.getByText("You are number 1 in the list").first().waitFor();
  await seesPicture(participant);
  await participant.evaluate(() => { localStorage.clear(); sessionStorage.clear(); });
  await participant.reload();
  await enter(participant);
  await participant.getByText("You are number 1 in the list").first().waitFor();
  await seesPicture(participant);
  await server.kill("SIGKILL");
  await server.start();
  await until("the list to be back", async () => {
    const page = await context.newPage();
    try {
      await page.goto(link(server, "/room/hall/moderator", "moderator", "Moderator"));
      await page.getByText("Amina Diallo").first().waitFor({ timeout: 10_000 });
      return true;
    } finally {
      await page.close();
    }
  });
  await participant.getByText("You are number 1 in the list").first().waitFor({ timeout: 60_000 });
  await seesPicture(participant);
});

test("a grant is refused with a clear word while no return is connected", async () => {
  moderator = await context.newPage();
  await moderator.goto(link(server, "/room/hall/moderator", "moderator", "Moderator"));
  await moderator.getByText("Amina Diallo").first().waitFor();
  await shot(moderator, "moderator-queue");
  await moderator.getByRole("button", { name: /Grant next/ }).click();
  await moderator.getByText("no return is connected").first().waitFor();
  await shot(moderator, "moderator-no-return");
});

test("called to the green room, the participant publishes; the grant puts them on air in the room", async () => {
  wall = listen(returnUrl);
  const technician = server.token("hall", "technician", "Technician");
  await until("the return to be connected", async () => (await server.status("hall", technician)).return_connected);
  const slate = await until("the slate on the return", () => wall.picture());
  assert.ok((wall.tone(microphone) ?? -120) < -60, "nobody is heard before");

  // Devices are opened again after the reload above: the page asks for it in the green room.
  await moderator.getByRole("button", { name: "Prepare Amina Diallo" }).first().click();
  await openDevices(participant);
  await answerCall(participant);
  await until("the speaker's media to be decoded", async () =>
    (await server.status("hall", technician)).speakers.some((speaker) => speaker.state === "decoding"));
  // The microphone's tone, in pulses like syllables, fills one narrow band.
  const { readiness } = await until("a verdict on the speaker's sound", async () =>
    (await server.status("hall", technician)).speakers.find((speaker) => speaker.readiness?.round_trip_ms != null && speaker.readiness.band_hz));
  assert.equal(readiness.fit, false);
  assert.ok(readiness.problems.includes("telephone_band"), JSON.stringify(readiness));
  assert.ok(readiness.band_hz[0] < microphone && readiness.band_hz[1] > microphone, JSON.stringify(readiness));
  await shot(participant, "participant-green-room");
  await moderator.bringToFront();
  await seesPicture(moderator, "the speaker's");
  await shot(moderator, "moderator-green-room");
  assert.ok(wall.tone(microphone) < -60, "in standby the room does not hear the speaker");

  await moderator.getByRole("button", { name: /Grant next/ }).click();
  await participant.getByText("You are live").first().waitFor({ timeout: 60_000 });
  await until("the speaker's tone in the return", () => wall.tone(microphone) > -50);
  assert.ok(wall.tone(floor) < -60, `the return holds the room's own sound at ${wall.tone(floor)} dB`);
  await until("another picture than the slate in the return", () => {
    const now = wall.picture();
    const difference = now.frame.reduce((sum, value, i) => sum + Math.abs(value - slate.frame[i]), 0) / now.frame.length;
    return difference > 5;
  });
  await shot(participant, "participant-live");
  await shot(moderator, "moderator-live");
});

test("a viewer sees the speaker beside the room and hears them once; the speaker does not hear themselves", async () => {
  const viewer = await openPlayer(context, server, "hall", { audio: 1, video: 2 });
  await until("the room and the speaker in the floor's sound", async () => {
    const levels = await tonesIn(viewer, "audio0", [floor, microphone]);
    return levels && levels[floor] > -50 && levels[microphone] > -50;
  });
  await until("the speaker's picture", async () => (await pictureIn(viewer, "video1"))?.spread > 10);
  await viewer.close();
  // The participant's page plays what the server routes to a speaker: the room without themselves, in either slot.
  const levels = await until("the room's sound at the speaker's", async () => {
    const found = await tonesIn(participant, "heard0", [floor, microphone]);
    return found?.[floor] > -60 && found;
  });
  assert.ok(levels[microphone] < -75, `the speaker hears themselves at ${levels[microphone]} dB`);
  const beneath = await tonesIn(participant, "heard1", [microphone]);
  assert.ok(beneath[microphone] < -75, `the speaker hears themselves beneath at ${beneath[microphone]} dB`);
});

test("revoked, the speaker is out of the return and told so", async () => {
  await moderator.getByRole("button", { name: /Revoke/ }).first().click();
  await until("silence in the return", () => wall.tone(microphone) < -60);
  await participant.getByText("The moderator has ended your speech.").first().waitFor();
  await shot(participant, "participant-revoked");
});

test("a second page of the same person takes camera and microphone over, and the first says so", async () => {
  await participant.getByRole("button", { name: "Close" }).first().click();
  await askForFloor(participant, "One more remark");
  await moderator.getByRole("button", { name: "Prepare Amina Diallo" }).first().click();
  await answerCall(participant);
  const second = await context.newPage();
  await second.goto(participant.url().split("#")[0] + `#token=${token}`);
  await enter(second);
  await openDevices(second);
  await second.getByText("Picture and sound ready").first().waitFor({ timeout: 60_000 });
  await participant.getByText("Your camera and microphone are now used by another window of yours.").first().waitFor();
  await second.close();
});
