// Firefox, which decodes VP8 only here: it sees and hears the room, in a plain player and on the page, and speaks.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { act, openMeeting } from "./lib/cast.mjs";
import { startFirefox } from "./lib/firefox.mjs";
import { pictureIn, tonesIn } from "./lib/measure.mjs";
import { emptyPage, joinMeeting, openPlayer } from "./lib/room_player.mjs";
import { until } from "./lib/until.mjs";

const tone = 1_000; // Hz, of Firefox's microphone
let meeting;
let mona;
let firefox;
let context;

before(async () => {
  meeting = await openMeeting();
  mona = await emptyPage(await meeting.context(), meeting.server);
  await joinMeeting(mona, meeting.server, "hall", meeting.server.token("hall", "moderator", "Mona Idris"));
  firefox = await startFirefox();
  context = await firefox.context();
});
after(async () => {
  await firefox?.stop();
  await meeting?.stop();
});

// Of what comes in, by the browser's own counters: without a sound card its AudioContext does not run.
const received = (page) => page.evaluate(async () => {
  const reports = [...(await window.__peer.getStats()).values()];
  const [video, audio] = ["video", "audio"].map((wanted) => reports.filter(({ type, kind }) => type === "inbound-rtp" && kind === wanted));
  const codec = reports.find(({ id }) => id === video.find(({ framesDecoded }) => framesDecoded > 0)?.codecId);
  return { codec: codec?.mimeType, energy: audio.reduce((sum, { totalAudioEnergy }) => sum + (totalAudioEnergy ?? 0), 0) };
});

const hears = async (page) => {
  const { energy } = await received(page);
  await until("sound", async () => (await received(page)).energy > energy + 0.001);
};

async function open(name) {
  const page = await context.newPage();
  await page.evaluateOnNewDocument(() => {
    const Peer = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Peer {
      constructor(...more) {
        super(...more);
        window.__peer ??= this;
      }
    };
  });
  await page.goto(`${meeting.server.url}/room/hall#token=${meeting.server.token("hall", "participant", name)}`);
  await page.waitForSelector("[data-action=watch]");
  return page;
}

const press = (page, selector) => page.locator(selector).setTimeout(60_000).click();
const reads = (page, text) => until(`"${text}"`, () => page.evaluate((text) => document.body.innerText.includes(text), text));

test("a plain player sees the room in VP8 and hears it", async () => {
  const page = await openPlayer(context, meeting.server, "hall", { audio: 1, video: 1 });
  await until("a picture that is not black", async () => (await pictureIn(page, "video0"))?.spread > 10);
  assert.equal((await received(page)).codec, "video/VP8");
  await hears(page);
  await page.close();
});

test("the page shows the room and carries its sound", async () => {
  const page = await open("Amina Diallo");
  await press(page, "[data-action=watch]");
  await until("the room's picture", async () => (await pictureIn(page, "video"))?.spread > 10);
  await hears(page);
  await page.close();
});

test("who asks for the floor in Firefox is called, and seen and heard by who watches in Chromium", async () => {
  const page = await open("Li Wei");
  await press(page, "[data-action=watch]");
  await press(page, "[data-action=request]");
  await page.waitForSelector("#request[open]");
  await page.locator("#request input[name=topic]").setTimeout(60_000).fill("Roads");
  await press(page, "#request [data-action=ask]");
  await until("a request", () => mona.evaluate(() => window.__state.queue.length > 0));
  const request = await mona.evaluate(() => window.__state.queue[0].request);
  await act(mona, "floor.prepare", { request });
  await press(page, "[data-action=ready]");
  await reads(page, "Picture and sound ready");
  await act(mona, "floor.grant", { request });
  await reads(page, "You are live");
  const watcher = await openPlayer(await meeting.context(), meeting.server, "hall", { audio: 1, video: 2 });
  // Its camera is one colour, now this and now that; its microphone a tone.
  const seen = [];
  await until("the speaker's picture", async () => {
    seen.push((await pictureIn(watcher, "video1"))?.mean ?? NaN);
    return Math.max(...seen.slice(-20)) - Math.min(...seen.slice(-20)) > 5;
  });
  await until("the speaker's tone", async () => (await tonesIn(watcher, "audio0", [tone]))?.[tone] > -50);
  await act(mona, "floor.release", { request });
});
