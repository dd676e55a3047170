// A room's feed reaches a browser: picture, the chosen language with the floor beneath it, and the change of channel.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { pictureIn, tonesIn } from "./lib/measure.mjs";
import { keepSound, link } from "./lib/pages.mjs";
import { call, joinMeeting, openPlayer } from "./lib/room_player.mjs";
import { startServer } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const tones = { floor: 440, en: 700, fr: 1100 };
const rooms = `
[[rooms]]
id = "hall"
title = "Hall"
languages = ["en", "fr"]
mix = "server"
  [[rooms.sources]]
  id = "main"
  url = "test:?tone=${Object.values(tones).join(",")}&picture=counter"
  audio = { floor = 0, en = 1, fr = 2 }
`;
let server;
let browser;
let context;

before(async () => {
  server = await startServer(rooms);
  browser = await startBrowser();
  context = await browser.context();
});
after(async () => {
  await browser?.stop();
  await server?.stop();
});

const loud = (levels, frequency) => levels && levels[frequency] > -50;
const quiet = (levels, frequency) => levels && levels[frequency] < -75;
const hears = (page, slot, name) =>
  until(`${name} in ${slot}`, async () => {
    const levels = await tonesIn(page, slot, Object.values(tones));
    return Object.entries(tones).every(([channel, frequency]) =>
      channel === name ? loud(levels, frequency) : quiet(levels, frequency)) && levels;
  });

test("a plain player without a token sees the room and hears the floor", async () => {
  const page = await openPlayer(context, server, "hall", { audio: 1, video: 1 });
  const picture = await until("a picture", () => pictureIn(page, "video0"));
  assert.equal(picture.width, 1280);
  assert.equal(picture.height, 720);
  await until("a picture that is not black", async () => (await pictureIn(page, "video0")).spread > 10);
  await hears(page, "audio0", "floor");
  await page.close();
});

test("a listener of a language hears it, with the floor beneath, and changes it without renegotiation", async () => {
  const page = await context.newPage();
  await page.goto(`${server.url}/livez`);
  const token = server.token("hall", "participant", "Amina Diallo");
  const joined = await joinMeeting(page, server, "hall", token);
  await page.close();
  const player = await openPlayer(context, server, "hall", { token: joined.media_token, language: "fr" });
  await joinMeeting(player, server, "hall", token);
  await hears(player, "audio0", "fr");
  await hears(player, "audio1", "floor");
  const again = await player.evaluate(() => window.__peer.signalingState);
  assert.equal(again, "stable");
  await player.close();
});

test("channel.select switches the page's own viewer, back and forth", async () => {
  const page = await openPlayer(context, server, "hall", { audio: 0, video: 1 });
  const token = server.token("hall", "participant", "Li Wei");
  const joined = await joinMeeting(page, server, "hall", token);
  const description = await page.evaluate(async ({ url, token }) => {
    const peer = new RTCPeerConnection();
    window.__second = peer;
    peer.addTransceiver("audio", { direction: "recvonly" });
    peer.addTransceiver("audio", { direction: "recvonly" });
    await peer.setLocalDescription(await peer.createOffer());
    const answer = await fetch(url, { method: "POST", body: peer.localDescription.sdp,
      headers: { "content-type": "application/sdp", authorization: `Bearer ${token}` } });
    await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    peer.getTransceivers().forEach((transceiver, number) => {
      const element = document.createElement("audio");
      element.autoplay = true;
      element.srcObject = new MediaStream([transceiver.receiver.track]);
      document.body.append(element);
      window.__streams[`page${number}`] = element.srcObject;
    });
    return answer.status;
  }, { url: `${server.url}/whep/hall`, token: joined.media_token });
  assert.equal(description, 201);
  await hears(page, "page0", "floor");
  for (const language of ["fr", "en", "floor"]) {
    const answer = await call(page, "channel.select", { language });
    assert.equal(answer.error, undefined, JSON.stringify(answer.error));
    await hears(page, "page0", language);
  }
  await page.close();
});

test("somebody in the room hears an interpretation by earphone, its changes and its end, and never the floor or a picture", async () => {
  const own = await browser.context();
  await keepSound(own);
  const page = await own.newPage();
  await page.goto(`${link(server, "/room/hall", "participant", "Ana Silva")}&where=room`);
  await page.getByRole("button", { name: "Enter the meeting" }).click();
  await page.getByRole("button", { name: "By earphone: Nothing" }).click();
  assert.equal(await page.getByRole("radio", { name: "Floor (original)" }).count(), 0);
  assert.equal(await page.evaluate(() => window.__streams.heard0), undefined, "nothing plays before something is chosen");
  await page.getByRole("radio", { name: "Français" }).check();
  await hears(page, "heard0", "fr");
  await page.getByRole("radio", { name: "English" }).check();
  await hears(page, "heard0", "en");
  assert.equal(await page.locator("video").count(), 0);
  await page.getByRole("radio", { name: "Nothing" }).check();
  await until("silence by earphone", async () => Object.values((await tonesIn(page, "heard0", Object.values(tones))) ?? { none: -200 }).every((level) => level < -75));
  await own.close();
});

// How many frames come in a second depends on what else the machine does: an encoder that gets no time makes fewer, and a
// browser without time leaves some out. At any speed the picture goes on, and each frame that came is decoded, or is counted
// by the browser as left out for that reason: one that is neither was damaged on the way.
test("the picture goes on: frames keep coming, and each that came is accounted for by the decoder", async () => {
  const page = await openPlayer(context, server, "hall", { audio: 1, video: 1 });
  await until("a picture", () => pictureIn(page, "video0"));
  const statistics = async () =>
    page.evaluate(async () => {
      for (const report of (await window.__peer.getStats()).values()) {
        if (report.type === "inbound-rtp" && report.kind === "video") {
          return { received: report.framesReceived, decoded: report.framesDecoded, left_out: report.framesDropped ?? 0 };
        }
      }
      return null;
    });
  const first = await until("statistics", statistics);
  const wanted = 240; // ten seconds of them at full speed
  const last = await until(`${wanted} more frames`, async () => {
    const now = await statistics();
    return now.received - first.received >= wanted && now;
  }, { within: 180_000 });
  const decoded = await until("each of them at the decoder", async () => {
    const now = await statistics();
    return now.decoded + now.left_out >= last.received && now.decoded;
  });
  assert.ok(decoded > first.decoded);
  await page.close();
});

test("the session ends with DELETE, once", async () => {
  const page = await openPlayer(context, server, "hall", { audio: 1, video: 1 });
  const session = await page.evaluate(() => window.__session);
  assert.equal((await fetch(session, { method: "DELETE" })).status, 200);
  assert.equal((await fetch(session, { method: "DELETE" })).status, 404);
  await until("the peer to be told", () => page.evaluate(() => ["failed", "closed", "disconnected"].includes(window.__peer.connectionState)));
  await page.close();
});
