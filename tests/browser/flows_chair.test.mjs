// The chair speaks without queueing while somebody has the floor: both are heard, and nothing else changes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, microphone, openMeeting, patient, sees, seesNot } from "./lib/cast.mjs";
import { tonesIn } from "./lib/measure.mjs";
import { until } from "./lib/until.mjs";

const chairs = 2_300;

// Another tone than the other microphones of this browser.
const voice = `navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext();
  const tone = new OscillatorNode(context, { frequency: ${chairs} });
  const loudness = new GainNode(context, { gain: 0.3 });
  const out = context.createMediaStreamDestination();
  tone.connect(loudness).connect(out);
  tone.start();
  return out.stream;
};`;

let meeting;
let mona;
let chair;
let stage;
let amina;
let li;

before(async () => {
  meeting = await openMeeting({ floor: 'ready_within = "0s"\ngrace = "2m"' });
  mona = await meeting.open("Mona Idris", "moderator", { path: "moderator" });
  chair = await meeting.open("Carla Chair", "chair", { path: "chair", prepare: voice, more: ["--category", "government"] });
  stage = await meeting.open("Screen", "observer", { path: "stage" });
  amina = await meeting.open("Amina Diallo", "participant", { more: ["--where", "remote"] });
  li = await meeting.open("Li Wei", "participant", { pictures: false });
});
after(() => meeting?.stop());

const heard = async () => (await tonesIn(li, "heard0", [microphone, chairs])) ?? {};
const hears = (name, frequency) => until(`${name} far away`, async () => (await heard())[frequency] > -50);
const hearsNot = (name, frequency) => until(`silence of ${name}`, async () => (await heard())[frequency] < -70);
const speech = (page) => page.locator(".own-speech");

test("somebody far away has the floor", async () => {
  await ask(amina, "statement", "Affordable access");
  await mona.locator("[data-action=next]").click();
  await sees(amina, "You are live", ".own-card");
  await hears("the speaker", microphone);
  await hearsNot("a chair who does not speak", chairs);
});

test("a chair far away speaks beside them by one button: both are heard, and the floor goes on", async () => {
  await chair.locator("[data-choice=here]").uncheck();
  await chair.locator(".own-speech self-view").waitFor(patient);
  await chair.locator("[data-action=speak]").click();
  await sees(chair, "Live", ".own-speech");
  await hears("the chair", chairs);
  await hears("the speaker", microphone);
  await sees(amina, "You are live", ".own-card");
  await sees(mona, ["Amina Diallo", "Carla Chair", "Chair"], ".now-box");
  await sees(stage, ["Amina Diallo", "Carla Chair", "Chair"], "section.now");
  assert.equal(await stage.locator("speech-clock").filter({ visible: true }).count(), 1, "the chair has a clock");
});

test("a grant to somebody else ends the speech, and not the chair's", async () => {
  await ask(li, "question", "Rural networks");
  await mona.locator("[data-action=next]").click();
  await sees(amina, "thank you", ".own-card");
  await hearsNot("the speaker", microphone);
  await sees(chair, "Live", ".own-speech");
  await sees(mona, "Carla Chair", ".now-box");
});

test("the chair stops by the same button, is in no total, and is not who spoke last", async () => {
  await chair.locator("[data-action=speak]").click();
  await seesNot(chair, "Live", ".own-speech");
  await seesNot(mona, "Carla Chair", ".now-box");
  await sees(stage, "Amina Diallo", ".before");
  assert.equal(await mona.locator("balance-list").getByText("Government").count(), 0);
});
