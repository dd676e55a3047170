// What a bad line and a missed call do to somebody's place and floor, as they and everybody else see it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { allSee, ask, listed, openMeeting, patient, phases, pressAtOnce, row, sees, seesNot } from "./lib/cast.mjs";
import { startRelay } from "./lib/relay.mjs";
import { until } from "./lib/until.mjs";

let meeting;
let mona;
let stage;
let amina;
let li;
let line; // hers to the server, but for media
let machine; // Amina's: the first process of a browser of her own

const children = (pid) => {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent) => rows.filter(([, ppid]) => ppid === parent).flatMap(([id]) => [id, ...below(id)]);
  return below(pid);
};
// No packet leaves and none is answered, as where the cable is pulled; nobody is told.
const tell = (signal) => {
  for (const pid of [machine, ...children(machine)]) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  }
};

before(async () => {
  meeting = await openMeeting({ floor: 'ready_within = "5s"\ngrace = "12s"' });
  mona = await meeting.open("Mona Idris", "moderator", { path: "moderator" });
  stage = await meeting.open("Screen", "observer", { path: "stage" });
  li = await meeting.open("Li Wei", "participant", { more: ["--where", "room"] });
  const others = new Set(children(process.pid));
  line = await startRelay(meeting.server);
  const browser = await meeting.newBrowser();
  machine = children(process.pid).find((pid) => !others.has(pid));
  amina = await meeting.open("Amina Diallo", "participant", { pictures: false, browser, url: line.url });
});
after(async () => {
  if (machine) tell("SIGCONT");
  line?.stop();
  await meeting?.stop();
});

// Armed before it is so, for it lasts a few seconds only.
const seeHeld = () => [mona, stage, li].map((page) => page.waitForFunction(() => document.querySelector('.speaker[data-state="held"], .now-card[data-state="held"]')?.textContent.includes("Connection lost"), null, patient));

// What the room's loudspeakers get, in dB.
const inTheRoom = async () => (await meeting.status()).returns[0].level_db ?? -90;
const roomHears = () => until("the speaker in the return", async () => (await inTheRoom()) > -45);

const onAir = async () => {
  const answered = pressAtOnce(amina, "[data-action=ready]");
  await row(mona, "Amina Diallo").locator("[data-action=prepare]").click();
  await answered;
  await sees(amina, "Picture and sound ready", ".own-card");
  await row(mona, "Amina Diallo").locator("[data-action=grant]").click();
  await sees(amina, "You are live", ".own-card");
};

test("who does not answer the call is passed over once, and lapses the second time", async () => {
  await ask(amina, "statement");
  await sees(amina, "You are number 1 in the list", ".own-card");
  await ask(li, "statement");
  await listed(mona, "moderator", ["Amina Diallo", "Li Wei"]);
  await phases(amina);
  await row(mona, "Amina Diallo").locator("[data-action=prepare]").click();
  await sees(amina, ["You are number 2 in the list", "passed over once"], ".own-card");
  await listed(mona, "moderator", ["Li Wei", "Amina Diallo"]);
  await listed(stage, "stage", ["Li Wei", "Amina Diallo"]);
  await row(mona, "Amina Diallo").locator("[data-action=prepare]").click();
  await sees(amina, ["Your request has lapsed.", "You did not answer the call."], ".own-card");
  await listed(mona, "moderator", ["Li Wei"]);
  assert.deepEqual(await phases(amina), ["standby", "queued", "standby", "ended"]);
  await amina.locator(".own-card").getByRole("button", { name: "Close" }).click();
});

test("a reload and a cut line keep the place, and both sides read what is the matter", async () => {
  await ask(amina, "statement");
  await sees(amina, "You are number 2 in the list", ".own-card");
  await Promise.all([amina, li].map((page) => page.reload()));
  await amina.locator(".own-card").waitFor();
  await seesNot(amina, "Your camera and microphone are not open", ".own-card");
  await sees(li, "You are number 1 in the list", ".own-card");
  await sees(amina, "You are number 2 in the list", ".own-card");
  line.cut();
  await sees(amina, "Connection lost. Your place in the list is kept for 2 minutes; reconnecting…", ".notices");
  await sees(amina, "You are number 2 in the list", ".own-card");
  await sees(mona, "Not connected", ".queue-box");
  line.mend();
  await sees(amina, "Connected", "header");
  await sees(amina, "You are number 2 in the list", ".own-card");
  await seesNot(mona, "Not connected", ".queue-box");
  await listed(stage, "stage", ["Li Wei", "Amina Diallo"]);
});

test("a reload on air keeps floor and clock, and without a click the room hears them again within the grace", async () => {
  await onAir();
  await roomHears();
  await until("some seconds to have passed", async () => /0:0[2-9]|2:5[0-8]/.test(await amina.locator(".own-card speech-clock .digits").textContent()));
  // Whoever is not heard again within the grace has lost the floor, for good.
  await mona.evaluate(() => {
    window.__freed = 0;
    new MutationObserver(() => { window.__freed += document.querySelector(".now-box .speaker") ? 0 : 1; }).observe(document.querySelector(".now-box"), { subtree: true, childList: true });
  });
  await amina.reload({ waitUntil: "commit" });
  await sees(amina, "You are live", ".own-card");
  await amina.locator(".live-banner").waitFor();
  // Two seconds of it: by then nothing that the room's meter says is from before.
  await until("their sound on a new way", () => amina.evaluate(async () => {
    for (const peer of window.__peers) {
      for (const report of (await peer.getStats()).values()) if (report.type === "outbound-rtp" && report.kind === "audio" && report.packetsSent > 100) return true;
    }
    return false;
  }));
  await roomHears();
  await allSee([mona, stage], ["Amina Diallo", "Live"], ".now, .now-box");
  assert.equal(await mona.evaluate(() => window.__freed), 0, "the floor was free in between");
  assert.ok(await amina.evaluate(() => !/^3:00/.test(document.querySelector(".own-card speech-clock .digits").textContent)), "the clock began anew");
});

test("a line cut on air: floor and clock are held, and come back with it", async () => {
  const read = () => stage.locator("speech-clock .digits").textContent();
  const before = await read();
  const seen = seeHeld();
  tell("SIGSTOP");
  // Longer than a speaker may be silent (2 s), so that pages have time to draw it; shorter than the grace.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  tell("SIGCONT");
  await Promise.all(seen);
  await sees(amina, "You are live", ".own-card");
  await allSee([mona, stage, li], "Live", ".now, .now-box");
  assert.ok((await read()) <= before, "the clock went back");
});

test("a line that does not come back frees the floor after the grace, and they read it when they are back", async () => {
  const seen = seeHeld();
  tell("SIGSTOP");
  await Promise.all(seen);
  await sees(mona, "The floor is free.");
  await allSee([stage, li], "Nobody has the floor");
  tell("SIGCONT");
  await sees(amina, "Your connection was lost for too long.", ".own-card");
  await row(mona, "Li Wei").locator("[data-action=grant]").click();
  await sees(li, "You are live", ".own-card");
});
