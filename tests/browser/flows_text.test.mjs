// A text that is read out in the room, through the real server: handed in, read ahead by the booth, on air as somebody
// else's voice, read by everybody once it was delivered.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { allSee, listed, openMeeting, row, sees, seesNot } from "./lib/cast.mjs";

const text = "We welcome the report.\n\nThe north was left out.";
let meeting;
let mona;
let stage;
let booth;
let amina;
let li;

before(async () => {
  meeting = await openMeeting({ floor: 'type = "consultation"' });
  mona = await meeting.open("Mona Idris", "moderator", { path: "moderator" });
  stage = await meeting.open("Screen", "observer", { path: "stage" });
  booth = await meeting.open("Ines Booth", "interpreter");
  amina = await meeting.open("Amina Diallo", "participant", { more: ["--category", "government"] });
  li = await meeting.open("Li Wei", "participant", { more: ["--category", "private_sector"] });
});
after(() => meeting?.stop());

const texts = (page) => page.locator("written-text").count();

test("the moderator sees what type of meeting it is", () => sees(mona, "Consultation", ".meeting-type"));

test("a text is handed in; moderator and booth read it ahead, and nobody else", async () => {
  await amina.locator("[data-action=request]").click();
  const form = amina.locator("#request");
  await form.locator("input[name=kind][value=written]").check();
  await form.getByLabel("Text to be read out").fill(text);
  await form.getByRole("button", { name: "Hand in the text" }).click();
  await listed(mona, "moderator", ["Amina Diallo"]);
  await sees(mona, ["The north was left out.", "read by the secretariat"], ".queue-box .queue");
  await booth.locator(".waiting summary").click();
  await sees(booth, "The north was left out.", ".waiting");
  await listed(li, "participant", ["Amina Diallo"]);
  assert.equal(await texts(li), 0);
});

test("it is on air with its reader's name, without a call and without a microphone of its author", async () => {
  await row(mona, "Amina Diallo").getByRole("button", { name: "Who reads the text of Amina Diallo?" }).click();
  await mona.getByLabel("Who reads it out").fill("Rosa Reader");
  await mona.keyboard.press("Enter");
  await sees(mona, "read by Rosa Reader", ".queue-box .queue");
  await row(mona, "Amina Diallo").getByRole("button", { name: "Grant Amina Diallo" }).click();
  await sees(stage, ["Amina Diallo", "read by Rosa Reader"], ".speaker");
  await allSee([li, booth], "read by Rosa Reader");
  await sees(amina, ["Your text is being read out", "read by Rosa Reader"], ".own-card");
  assert.equal(await texts(li), 0);
});

test("once it was read out, everybody reads it", async () => {
  await mona.getByRole("button", { name: "Release" }).first().click();
  await sees(li, ["Texts that were read out", "read by Rosa Reader"]);
  await li.locator(".delivered summary").click();
  await sees(li, "The north was left out.", ".delivered");
  await seesNot(stage, "read by Rosa Reader", ".speaker");
});
