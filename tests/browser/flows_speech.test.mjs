// One speech from the wish to the thanks, by mouse and by keyboard alone, as all who are there see it: the speaker, two
// listeners, two moderators, the chair, the technician and the hall's display.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { allSee, ask, listed, microphone, openMeeting, patient, phases, row, sees, seesNot } from "./lib/cast.mjs";
import { tonesIn } from "./lib/measure.mjs";
import { until } from "./lib/until.mjs";

let meeting;
let mona;
let karim;
let chair;
let stage;
let technician;
let amina;
let li;
let olga;
let quiet;

// A microphone that is there and gives nothing.
const silence = () => {
  navigator.mediaDevices.getUserMedia = async () => new AudioContext().createMediaStreamDestination().stream;
};

before(async () => {
  // Nobody is passed over by the clock while a slow machine draws.
  meeting = await openMeeting({ floor: 'ready_within = "0s"\ngrace = "2m"' });
  quiet = await meeting.open("Noor Rahman", "participant", { prepare: silence, enters: false });
  await quiet.locator("[data-action=speak]").click();
  mona = await meeting.open("Mona Idris", "moderator", { path: "moderator" });
  karim = await meeting.open("Karim Said", "moderator", { path: "moderator" });
  chair = await meeting.open("Carla Chair", "chair", { path: "chair" });
  stage = await meeting.open("Screen", "observer", { path: "stage" });
  technician = await meeting.open("Theo Tech", "technician", { path: "/technician" });
  amina = await meeting.open("Amina Diallo", "participant", { more: ["--organisation", "Ministry of Posts", "--category", "government"] });
  li = await meeting.open("Li Wei", "participant", { pictures: false });
  olga = await meeting.open("Olga Petrova", "participant", { more: ["--where", "room"] });
});
after(() => meeting?.stop());

// Where each page shows who has the floor.
const floors = () => [[mona, ".now-box"], [karim, ".now-box"], [chair, ".card.now"], [stage, "section.now"], [li, ".speakers .now"], [olga, ".speakers .now"], [amina, ".speakers .now"]];
const allFloorsShow = (...words) => Promise.all(floors().map(([page, within]) => sees(page, words, within)));
const floorIsFree = () => Promise.all([
  ...[mona, karim, chair].map((page) => sees(page, "The floor is free.")),
  ...[stage, li, olga, amina].map((page) => sees(page, "Nobody has the floor")),
  sees(technician, /Nobody|nobody/, ".guests, .channels"),
]);
const title = (page, words) => until(words, async () => (await page.title()).startsWith(words));
// What the room's loudspeakers get, in dB.
const inTheRoom = async () => (await meeting.status()).returns[0].level_db ?? -90;
const roomHears = () => until("the speaker in the return", async () => (await inTheRoom()) > -45);
const roomHearsNothing = () => until("silence in the return", async () => (await inTheRoom()) < -55);
const heardFarAway = async () => (await tonesIn(li, "heard0", [microphone]))?.[microphone];
// Clocks that stand: all pages show the same time.
const clock = async () => {
  const read = ([page, within]) => page.locator(within).locator("speech-clock .digits").first().textContent();
  return until("one time on all clocks", async () => {
    const times = await Promise.all([...floors(), [amina, ".own-card"]].map(read));
    return times.every((time) => time === times[0]) ? times[0] : assert.fail(times.join(" "));
  });
};
const seconds = (time) => time.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);

test("asked: the place, the estimate and the reason; on every list with kind, language and subject", async () => {
  await ask(amina, "statement", "Affordable access");
  await sees(amina, ["You are number 1 in the list", "It is nearly your turn.", "first to ask"], ".own-card");
  await ask(olga, "question");
  await sees(olga, ["You are number 2 in the list", "about 3 minutes", "in the order asked"], ".own-card");
  for (const page of [mona, karim]) await sees(page, ["Affordable access", "Statement", "English", "Remote", "Ministry of Posts", "Question", "In the room"], ".queue-box");
  await sees(chair, ["Amina Diallo", "Affordable access", "2 people are waiting to speak"], ".card.next");
  await listed(stage, "stage", ["Amina Diallo", "Olga Petrova"]);
  await listed(li, "participant", ["Amina Diallo", "Olga Petrova"]);
  await floorIsFree();
});

test("called: the green room, which the room does not hear, until they say that they are ready", async () => {
  await row(mona, "Amina Diallo").locator("[data-action=prepare]").click();
  await sees(amina, ["You are next: check your picture", "The room cannot hear you", "Picture and sound ready"], ".own-card");
  await title(amina, "▶ You are next");
  await allSee([mona, karim], ["Next", "sound arrives", "picture arrives"], ".queue-box");
  await allSee([mona, karim], ["Amina Diallo", "Picture and sound ready"], ".guests");
  await sees(chair, "Picture and sound ready", ".card.next");
  await sees(technician, "Amina Diallo", ".guests");
  await stage.locator(".then li[data-state=standby]").waitFor(patient);
  await allSee([li, olga], "Next", ".waiting");
  await until("the sound far away to be measured", async () => (await heardFarAway()) !== undefined);
  assert.ok((await heardFarAway()) < -70, "people far away hear somebody in the green room");
  assert.ok((await inTheRoom()) < -55, "the room hears somebody in the green room");
  await amina.getByRole("button", { name: "I'm ready" }).click();
  await sees(amina, "You said that you are ready", ".own-card");
  await allSee([mona, karim], "Says: ready", ".guests");
});

test("granted: speak now, then live everywhere, and the room and people far away hear it", async () => {
  await phases(amina);
  await mona.locator("[data-action=next]").click();
  await sees(amina, ["You are live", "The room and everybody watching see and hear you."], ".own-card");
  await title(amina, "● You are live");
  assert.deepEqual(await phases(amina), ["granted", "live"]);
  await allFloorsShow("Amina Diallo", "Live");
  await sees(technician, "Amina Diallo", ".guests");
  await roomHears();
  await until("the speaker far away", async () => (await heardFarAway()) > -50);
  await sees(olga, "You are number 1 in the list", ".own-card");
});

test("paused and resumed: clocks stand at one time, silence, and then it goes on; extended by a minute", async () => {
  await karim.locator("[data-action=pause]").first().click();
  await sees(amina, "Paused by the moderator", ".own-card");
  await allFloorsShow("Paused");
  const paused = await clock();
  await roomHearsNothing();
  await mona.locator("[data-action=extend]").first().click();
  const extended = await until("another minute on all clocks", async () => {
    const time = await clock();
    return time !== paused && time;
  });
  assert.equal(seconds(extended) - seconds(paused), 60);
  await chair.locator("[data-action=pause]").click();
  await allFloorsShow("Live");
  await sees(amina, "You are live", ".own-card");
  await roomHears();
});

test("muted by a moderator: everybody reads it, nobody hears it; muted by themselves and speaking, they are told", async () => {
  await mona.locator("[data-action=mute]").first().click();
  await sees(amina, "The moderator has muted you", ".own-card");
  await allFloorsShow("Muted");
  await roomHearsNothing();
  await karim.locator("[data-action=mute]").first().click();
  await Promise.all(floors().map(([page, within]) => seesNot(page, "Muted", within)));
  await roomHears();
  await amina.locator(".own-card [data-action=mic]").click();
  await sees(amina, "You are muted, but you are speaking.", ".own-card");
  await roomHearsNothing();
  await amina.locator(".own-card [data-action=mic]").click();
  await seesNot(amina, "You are muted, but you are speaking.", ".own-card");
  await roomHears();
});

test("ended by the speaker: thanks with their time, and the floor is free everywhere", async () => {
  await amina.locator("[data-action=release]").click();
  await sees(amina, /^\d+:\d\d, thank you$/, ".own-card");
  await floorIsFree();
  await roomHearsNothing();
  for (const [page, within] of [[mona, ".side"], [karim, ".side"], [stage, ".before"]]) await sees(page, "Amina Diallo", within);
  await sees(mona, "Government", "balance-list");
  await listed(stage, "stage", ["Olga Petrova"]);
});

// As far as needed and no further, as a person does who looks where the focus is.
async function tabTo(page, selector) {
  for (let steps = 0; steps < 80; steps++) {
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab does not reach ${selector}`);
}
const tabAndEnter = async (page, selector) => {
  await tabTo(page, selector);
  await page.keyboard.press("Enter");
};

test("one whole round by keyboard alone: ask, call, ready, grant, mute, pause, extend, end, undo", async () => {
  await tabAndEnter(amina, ".own-card .button");
  await amina.locator(".own-card.unseen").waitFor({ ...patient, state: "attached" });
  await amina.keyboard.press("r");
  await amina.keyboard.type("Once more");
  await amina.keyboard.press("Shift+Tab");
  await amina.keyboard.press("ArrowRight");
  assert.equal(await amina.locator("#request input[name=kind]:checked").inputValue(), "question");
  await tabAndEnter(amina, "#request [data-action=ask]");
  await sees(amina, "You are number 2 in the list", ".own-card");

  await row(karim, "Amina Diallo").waitFor(patient);
  for (const key of ["ArrowDown", "Alt+ArrowUp"]) await karim.keyboard.press(key);
  await sees(amina, ["You are number 1 in the list", "placed by the moderator"], ".own-card");
  await karim.keyboard.press("Enter");
  await sees(amina, ["The room cannot hear you", "Picture and sound ready"], ".own-card");
  await tabAndEnter(amina, "[data-action=ready]");
  await sees(karim, "Says: ready", ".guests");
  await karim.keyboard.press("n");
  await sees(amina, "You are live", ".own-card");
  await sees(karim, "Live", ".now-box");
  await karim.keyboard.press("m");
  await sees(amina, "The moderator has muted you", ".own-card");
  await sees(karim, "Muted", ".now-box");
  await karim.keyboard.press("m");
  await seesNot(karim, "Muted", ".now-box");
  await karim.keyboard.press("p");
  await sees(amina, "Paused by the moderator", ".own-card");
  const paused = await clock();
  await karim.keyboard.press("Shift+E");
  await until("a minute less on all clocks", async () => seconds(paused) - seconds(await clock()) === 60);
  await chair.keyboard.press("p");
  await sees(amina, "You are live", ".own-card");
  await tabAndEnter(amina, "[data-action=release]");
  await sees(amina, /thank you$/, ".own-card");

  await chair.keyboard.press("n");
  await sees(olga, "You are live", ".own-card");
  await sees(chair, "Olga Petrova", ".card.now");
  await chair.keyboard.press("x");
  await sees(olga, /thank you$/, ".own-card");
  await floorIsFree();
});

test("a reply to the present speaker: asked while they speak, first in the list, granted, spoken and thanked", async () => {
  for (const page of [amina, olga]) await page.locator(".own-card").getByRole("button", { name: "Close" }).click();
  await amina.locator("[data-action=request]").click();
  assert.equal(await amina.locator("#request input[value=reply]").count(), 0, "there is nobody to reply to");
  await amina.keyboard.press("Escape");
  await mona.locator("[data-action=order]").selectOption("asked");
  await ask(olga, "statement");
  await sees(olga, ["You are number 1 in the list", "first to ask"], ".own-card");
  await mona.locator("[data-action=next]").click();
  await sees(olga, "You are live", ".own-card");
  await ask(li, "statement");
  await sees(li, "You are number 1 in the list", ".own-card");
  await ask(amina, "reply", "To what was just said");
  await sees(amina, ["You are number 1 in the list", "reply to the present speaker"], ".own-card");
  await sees(li, "You are number 2 in the list", ".own-card");
  await listed(stage, "stage", ["Amina Diallo", "Li Wei"]);
  await allSee([mona, karim], ["Reply", "To what was just said", "reply to the present speaker"], ".queue-box");
  await row(karim, "Amina Diallo").locator("[data-action=prepare]").click();
  await sees(amina, ["The room cannot hear you", "Picture and sound ready"], ".own-card");
  await amina.locator("[data-action=ready]").click();
  await sees(karim, "Says: ready", ".guests");
  await phases(amina);
  await mona.locator("[data-action=next]").click();
  await sees(olga, /thank you$/, ".own-card");
  await sees(amina, "You are live", ".own-card");
  assert.deepEqual(await phases(amina), ["granted", "live"]);
  await allFloorsShow("Amina Diallo", "Live");
  await allSee([mona, karim], "Reply", ".now-box");
  await roomHears();
  await amina.locator("[data-action=release]").click();
  await sees(amina, /^\d+:\d\d, thank you$/, ".own-card");
  await floorIsFree();
  await roomHearsNothing();
  await sees(li, "You are number 1 in the list", ".own-card");
});

test("a microphone that gives nothing is said to be silent in the device check", () => sees(quiet, "Your microphone is silent.", ".check"));
