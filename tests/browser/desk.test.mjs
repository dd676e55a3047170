// A room whose AV desk mixes (mix = "desk"), with the screen page as its return: who hears whom, cell by cell.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { pictureIn, tonesIn } from "./lib/measure.mjs";
import { askForFloor, enter, keepSound, link, screenshot, seesPicture } from "./lib/pages.mjs";
import { openPlayer } from "./lib/room_player.mjs";
import { root, startServer } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const microphone = 1_300;
const channels = { floor: 440, en: 700, clean: 950 };
const shots = join(root, "build/screenshots");
let server;
let remote; // the participant's and the moderator's browser
let room; // the PC in the room, whose browser wants a click before it sounds
let participant;
let moderator;
let screen;
let technician;

before(async () => {
  mkdirSync(shots, { recursive: true });
  server = await startServer(`
[[rooms]]
id = "hall"
title = "Hall"
languages = ["en"]
mix = "desk"
  [[rooms.sources]]
  id = "main"
  url = "test:?tone=${Object.values(channels).join(",")}"
  audio = { floor = 0, en = 1, clean = 2 }
`);
  technician = server.token("hall", "technician", "Technician");
  remote = await startBrowser({ microphone });
  room = await startBrowser({ autoplay: false });
});
after(async () => {
  await room?.stop();
  await remote?.stop();
  await server?.stop();
});

const status = () => server.status("hall", technician);
const silentReturn = async () => (await status()).alarms.some(({ code }) => code === "return_silent");

test("the return page wants a click for its sound, and the technician an alarm until then", async () => {
  const context = await room.context({ viewport: { width: 1920, height: 1080 } });
  await keepSound(context);
  screen = await context.newPage();
  await screen.goto(link(server, "/room/hall/return", "technician", "Projector"));
  const start = screen.getByRole("button", { name: "Start sound" });
  await start.waitFor({ timeout: 60_000 });
  await until("the alarm", silentReturn);
  assert.equal((await status()).return_connected, false, "a silent return does not let anybody speak into nothing");
  await screenshot(screen, join(shots, "return-start-sound.png"));
  await start.click();
  await until("the return to be connected", async () => (await status()).return_connected);
  assert.equal(await silentReturn(), false);
});

test("the speaker is seen and heard on the room's screen, which never plays the room", async () => {
  const context = await remote.context({ viewport: { width: 1280, height: 800 } });
  await keepSound(context);
  participant = await context.newPage();
  await participant.goto(link(server, "/room/hall", "participant", "Amina Diallo"));
  await enter(participant);
  await askForFloor(participant, "Affordable access");
  moderator = await context.newPage();
  await moderator.goto(link(server, "/room/hall/moderator", "moderator", "Moderator"));
  await moderator.getByRole("button", { name: /Grant next/ }).click();
  await participant.getByText("You are live").first().waitFor({ timeout: 60_000 });
  const levels = await until("the speaker's tone on the screen", async () => {
    const found = await tonesIn(screen, "heard0", [microphone, ...Object.values(channels)]);
    return found?.[microphone] > -50 && found;
  });
  for (const [channel, tone] of Object.entries(channels)) {
    assert.ok(levels[tone] < -60, `the screen plays the room's ${channel} at ${levels[tone]} dB`);
  }
  await seesPicture(screen, "the speaker's");
  await screenshot(screen, join(shots, "return-speaker.png"));
});

test("the speaker hears the desk's mix-minus and neither the floor nor themselves", async () => {
  const levels = await until("the desk's mix-minus", async () => {
    const found = await tonesIn(participant, "heard0", [microphone, ...Object.values(channels)]);
    return found?.[channels.clean] > -60 && found?.[channels.floor] < -75 && found;
  });
  assert.ok(levels[microphone] < -75, `the speaker hears themselves at ${levels[microphone]} dB`);
  const beneath = await tonesIn(participant, "heard1", [microphone, channels.floor]);
  assert.ok(Math.max(...Object.values(beneath)) < -75, JSON.stringify(beneath));
});

test("a viewer hears the floor as it comes, and sees the speaker beside the room", async () => {
  const viewer = await openPlayer(await remote.context(), server, "hall", { audio: 2, video: 2 });
  await until("the floor alone", async () => {
    const found = await tonesIn(viewer, "audio0", [microphone, ...Object.values(channels)]);
    return found?.[channels.floor] > -50 && found[microphone] < -75 && found[channels.clean] < -75;
  });
  await until("the room's picture", async () => (await pictureIn(viewer, "video0"))?.spread > 10);
  await until("the speaker's picture", async () => (await pictureIn(viewer, "video1"))?.spread > 10);
  await viewer.close();
});

test("a room whose screen is closed has no return, and the next grant says so", async () => {
  await moderator.getByRole("button", { name: /Revoke/ }).first().click();
  await participant.getByText("The moderator has ended your speech.").first().waitFor();
  await screen.close();
  await until("the return to be gone", async () => !(await status()).return_connected);
  await participant.getByRole("button", { name: "Close" }).first().click();
  await askForFloor(participant, "One more remark");
  await moderator.getByRole("button", { name: /Grant next/ }).click();
  await moderator.getByText("no return is connected").first().waitFor();
});
