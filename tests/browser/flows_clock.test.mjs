// What runs against a clock, through the real server: the answer to a call, a speech beyond its time in a meeting that closes
// microphones, an agenda item of a planned length; and what balance would advise. Nothing here waits for such a clock to end.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { allSee, ask, listed, openMeeting, row, sees, seesNot } from "./lib/cast.mjs";

let meeting;
let mona;
let stage;
let timer;
let amina;
let olga;

before(async () => {
  meeting = await openMeeting({ floor: 'statement = "2s"\novertime_max = "30m"\nready_within = "9m"\nreplies = false' });
  mona = await meeting.open("Mona Idris", "moderator", { path: "moderator" });
  stage = await meeting.open("Screen", "observer", { path: "stage" });
  timer = await meeting.open("Lectern", "observer", { path: "timer" });
  amina = await meeting.open("Amina Diallo", "participant", { more: ["--category", "government"] });
  olga = await meeting.open("Olga Petrova", "participant", { more: ["--category", "civil_society", "--where", "room"] });
});
after(() => meeting?.stop());

test("who is called and the moderator read how long there is to answer, until they have", async () => {
  await ask(amina, "statement");
  await row(mona, "Amina Diallo").locator("[data-action=prepare]").click();
  await sees(amina, "left to answer, else the next one is called", ".own-card");
  await sees(mona, "to answer", ".queue-box");
  await amina.getByRole("button", { name: "I'm ready" }).click();
  await sees(amina, "You said that you are ready", ".own-card");
  await seesNot(amina, "left to answer", ".own-card");
  await seesNot(mona, "to answer", ".queue-box");
});

test("beyond their time, everybody reads by name when the microphone closes, and the lectern has the clock", async () => {
  await ask(olga, "statement");
  await row(mona, "Olga Petrova").locator("[data-action=grant]").click();
  await allSee([amina, mona, stage, timer], "Olga Petrova: microphone closes in");
  await sees(olga, "Olga Petrova: microphone closes in", ".own-card");
  await sees(timer, "+", "speech-clock");
  await mona.locator(".speaker [data-action^='release']").first().click();
  await sees(timer, "Nobody has the floor");
});

test("a meeting without replies offers none while somebody speaks", async () => {
  await ask(olga, "statement");
  await listed(mona, "moderator", ["Amina Diallo", "Olga Petrova"]);
  await row(mona, "Olga Petrova").locator("[data-action=grant]").click();
  await sees(stage, "Olga Petrova", ".speaker");
  await amina.locator(".own-card").getByRole("button", { name: "Withdraw" }).click();
  await amina.locator("[data-action=request]").click();
  await sees(amina, "Question", "#request");
  assert.equal(await amina.locator("#request input[value=reply]").count(), 0);
  await amina.locator("#request").getByRole("button", { name: "Cancel" }).click();
  await mona.locator(".speaker [data-action^='release']").first().click();
});

test("whom balance would have next is said to the moderator, and nobody is moved", async () => {
  await ask(olga, "question");
  await ask(amina, "statement");
  await listed(mona, "moderator", ["Olga Petrova", "Amina Diallo"]);
  await sees(mona, "Next by balance", ".queue-box .row:last-child");
  await sees(mona, "By balance,", ".side");
});

test("an item's clock runs against the time that is planned for it", async () => {
  await mona.locator("[data-action=agenda-edit]").click();
  await mona.locator("#agenda-form textarea").fill("4 Connectivity (30 min)");
  await mona.locator("[data-action=agenda-send]").click();
  await mona.locator(".agenda [data-action=item]").first().click();
  await sees(mona, "/ 30:00", "item-clock");
});
