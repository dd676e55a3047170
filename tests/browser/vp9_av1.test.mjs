// Speakers whose browser sends VP9 or AV1 and nothing else: seen by those who decode it, and by the room.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { hall } from "./lib/hall.mjs";
import { lossyLine } from "./lib/lossy_line.mjs";
import { pictureIn } from "./lib/measure.mjs";
import { call, emptyPage, joinMeeting, openPlayer } from "./lib/room_player.mjs";
import { startServer } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

// Of a player's pictures, the one that carries the speaker.
const slot = 1;
let server;
let browser;
let context;
let moderator;

before(async () => {
  server = await startServer(hall);
  browser = await startBrowser();
  context = await browser.context();
  moderator = await emptyPage(context, server);
  await joinMeeting(moderator, server, "hall", server.token("hall", "moderator", "Mona Idris"));
});
after(async () => {
  await browser?.stop();
  await server?.stop();
});

const act = async (page, method, params) => {
  const { result, error } = await call(page, method, params);
  assert.equal(error, undefined, `${method}: ${JSON.stringify(error)}`);
  return result;
};

// A white picture with a dark square that moves, in `codec` alone; in spatial layers it is busy, so that they differ in rate. The promise's
// value is what the answer says of the codec.
const publish = (page, token, codec, scalabilityMode) => page.evaluate(async ({ url, token, codec, scalabilityMode }) => {
  const canvas = document.createElement("canvas");
  canvas.width = 640;
  canvas.height = 360;
  const drawing = canvas.getContext("2d");
  let frame = 0;
  setInterval(() => {
    drawing.fillStyle = "white";
    drawing.fillRect(0, 0, 640, 360);
    drawing.fillStyle = "#202020";
    drawing.fillRect((frame++ * 8) % 600, 160, 40, 40);
    for (let i = 0; scalabilityMode && i < 300; i++) drawing.fillRect(Math.random() * 640, Math.random() * 360, 3, 3);
  }, 66);
  const sound = await navigator.mediaDevices.getUserMedia({ audio: true });
  const peer = (window.__uplink = new RTCPeerConnection());
  peer.addTransceiver(sound.getAudioTracks()[0], { direction: "sendonly" });
  const picture = peer.addTransceiver(canvas.captureStream(15).getVideoTracks()[0], { direction: "sendonly", sendEncodings: [scalabilityMode ? { scalabilityMode } : { scaleResolutionDownBy: 2 }] });
  picture.setCodecPreferences(RTCRtpSender.getCapabilities("video").codecs
    .filter(({ mimeType }) => [`video/${codec}`, "video/rtx"].includes(mimeType)));
  await peer.setLocalDescription(await peer.createOffer());
  const answer = await fetch(url, { method: "POST", body: peer.localDescription.sdp,
    headers: { "content-type": "application/sdp", authorization: `Bearer ${token}` } });
  if (answer.status !== 201) throw new Error(`WHIP ${answer.status}: ${await answer.text()}`);
  const sdp = await answer.text();
  await peer.setRemoteDescription({ type: "answer", sdp });
  return sdp.match(/^a=rtpmap:\d+ (VP8|VP9|AV1|H264)\/90000/gm);
}, { url: `${server.url}/whip/hall/floor`, token, codec, scalabilityMode });

const received = (page, number = slot) => page.evaluate(async (number) => {
  const receiver = window.__peer.getReceivers().filter(({ track }) => track.kind === "video")[number];
  const reports = [...(await receiver.getStats()).values()];
  const stream = reports.find(({ type }) => type === "inbound-rtp");
  const codec = reports.find(({ type, id }) => type === "codec" && id === stream?.codecId);
  return { codec: codec?.mimeType, frames: stream?.framesDecoded ?? 0, height: stream?.frameHeight };
}, number);

// The lines of the largest picture that a speaker's browser sends within a second: it tells those of the frame before, of whichever layer.
const sent = (page) => page.evaluate(async () => {
  let lines = 0;
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    lines = Math.max(lines, ...[...(await window.__uplink.getStats()).values()]
      .filter(({ type, kind }) => type === "outbound-rtp" && kind === "video").map(({ frameHeight }) => frameHeight ?? 0));
  }
  return lines;
});

for (const codec of ["VP9", "AV1"]) {
  test(`${codec} of a speaker is seen by viewers and by the room`, async () => {
    const speaker = await emptyPage(context, server);
    const joined = await joinMeeting(speaker, server, "hall", server.token("hall", "participant", `Amina ${codec}`));
    const viewer = await openPlayer(context, server, "hall", { audio: 1, video: 2 });
    const room = await openPlayer(context, server, "hall",
      { audio: 1, video: 1, token: server.token("hall", "technician", "Tom"), path: "/whep/hall/return" });
    const { request } = await act(speaker, "floor.request", { key: codec, kind: "statement", topic: "x", language: "en" });
    const answered = await publish(speaker, joined.media_token, codec);
    assert.equal(answered.length, 1, `${answered}`);
    assert.match(answered[0], new RegExp(codec));
    await act(moderator, "floor.grant", { request, override: true });

    await until("ten pictures", async () => {
      const seen = await received(viewer);
      return (seen.codec === `video/${codec}` && seen.frames >= 10) || assert.fail(JSON.stringify(seen));
    });
    await until("a white picture at the viewer", async () => (await pictureIn(viewer, `video${slot}`))?.mean > 180);
    await until("a white picture in the room", async () => (await pictureIn(room, "video0"))?.mean > 180);
    assert.equal(server.log.includes("speaker.no_decoder"), false);

    // Somebody who comes in the middle asks for a key frame.
    const later = await openPlayer(context, server, "hall", { audio: 1, video: 2 });
    await until("ten pictures for who comes later", async () => (await received(later)).frames >= 10);
    await act(moderator, "floor.revoke", { request, reason: "x" });
    for (const page of [speaker, viewer, room, later]) await page.close();
  });
}

for (const codec of ["VP9", "AV1"]) test(`of ${codec} in spatial layers a thin line gets a lower one, everybody else and the room the whole picture`, async () => {
  const line = await lossyLine().open();
  const speaker = await emptyPage(context, server);
  const joined = await joinMeeting(speaker, server, "hall", server.token("hall", "participant", `Li Wei ${codec}`));
  const { request } = await act(speaker, "floor.request", { key: `svc-${codec}`, kind: "statement", topic: "x", language: "en" });
  await publish(speaker, joined.media_token, codec, "L3T3_KEY");
  await act(moderator, "floor.grant", { request, override: true });
  const room = await openPlayer(context, server, "hall",
    { audio: 1, video: 1, token: server.token("hall", "technician", "Tom"), path: "/whep/hall/return" });
  const wide = await openPlayer(context, server, "hall", { audio: 1, video: 2, layers: true });
  // What the line carries beside the room's own picture is less than the whole one takes.
  line.rate = 500_000;
  const thin = await openPlayer(context, server, "hall", { audio: 1, video: 2, line, layers: true });
  // A browser whose encoder is late sends smaller pictures: what is whole is what it says that it sends.
  const sees = (page, what, fits) => until(what, async () => {
    const before = await received(page);
    const whole = await sent(speaker);
    const after = await received(page);
    return (fits(after.height, whole) && after.frames >= before.frames + 5) || assert.fail(JSON.stringify([whole, before, after]));
  }, { within: 120_000 });
  const wholePicture = () => sees(wide, "the whole picture", (height, whole) => height === whole);
  await wholePicture();
  await until("a white picture in the room", async () => (await pictureIn(room, "video0"))?.mean > 150);
  await sees(thin, "a picture of a lower layer", (height, whole) => height > 0 && height <= whole / 2);
  if (codec === "AV1") {
    const unasked = await openPlayer(context, server, "hall", { audio: 1, video: 2 });
    await sees(unasked, "the lowest layer, where nothing tells them apart", (height, whole) => height > 0 && height <= whole / 2);
    await unasked.close();
  }
  await wholePicture();
  line.close();
  await act(moderator, "floor.revoke", { request, reason: "x" });
  for (const page of [speaker, room, wide, thin]) await page.close();
});
