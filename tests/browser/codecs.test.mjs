// A speaker's picture for who cannot decode what they send: a viewer of VP8 sees who sends H.264, one of H.264 who sends VP8, and neither
// opens another connection when the speaker changes. It is encoded while somebody needs it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { act, openMeeting, putOnAir } from "./lib/cast.mjs";
import { pictureIn } from "./lib/measure.mjs";
import { emptyPage, joinMeeting, openPlayer } from "./lib/room_player.mjs";
import { until } from "./lib/until.mjs";

let meeting;
let mona;
let players;

before(async () => {
  meeting = await openMeeting({ floor: 'ready_within = "2m"' });
  const context = await meeting.context();
  // The moderator without a page: this machine has encoders and decoders enough to run.
  mona = await emptyPage(context, meeting.server);
  await joinMeeting(mona, meeting.server, "hall", meeting.server.token("hall", "moderator", "Mona Idris"));
  // The second slot carries the speaker; where there is one, they are laid into the room's picture.
  const player = async (codec, slots) =>
    ({ codec, slot: slots - 1, page: await openPlayer(context, meeting.server, "hall", { audio: 1, video: slots, codec }) });
  players = { vp8: await player("VP8", 2), h264: await player("H264", 2), small: await player("VP8", 1) };
});
after(() => meeting?.stop());

// Their page can send that codec and no other. Their camera is a small one: all that is encoded and decoded
// for it is so on one machine here.
async function speak(name, codec) {
  const page = await meeting.open(name, "participant", {
    prepare: `(() => {
      const known = RTCRtpSender.getCapabilities("video").codecs;
      const offered = known.filter(({ mimeType }) => ["video/${codec}", "video/rtx"].includes(mimeType));
      const add = RTCPeerConnection.prototype.addTransceiver;
      RTCPeerConnection.prototype.addTransceiver = function (...more) {
        const transceiver = add.apply(this, more);
        if (transceiver.sender.track?.kind === "video") transceiver.setCodecPreferences(offered);
        return transceiver;
      };
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (wish) =>
        open({ ...wish, ...(wish.video && { video: { width: 640, height: 360, frameRate: 15 } }) });
    })()`,
  });
  return { page, request: await putOnAir(page, mona) };
}

const sent = (page) => page.evaluate(async () => {
  for (const peer of window.__peers) {
    const reports = await peer.getStats();
    const video = [...reports.values()].find(({ type, kind, framesSent }) => type === "outbound-rtp" && kind === "video" && framesSent > 0);
    if (video) return reports.get(video.codecId).mimeType;
  }
  return null;
});

const received = ({ page, slot }) => page.evaluate(async (slot) => {
  const receiver = window.__peer.getReceivers().filter(({ track }) => track.kind === "video")[slot];
  const reports = await receiver.getStats();
  const report = [...reports.values()].find(({ type }) => type === "inbound-rtp");
  return { height: report?.frameHeight ?? 0, frames: report?.framesDecoded ?? 0, codec: reports.get(report?.codecId)?.mimeType };
}, slot);

async function seesSpeaker(player, height) {
  const { frames } = await received(player);
  const seen = await until(`the speaker in ${player.codec}`, async () => {
    const now = await received(player);
    const moves = now.frames >= frames + 30 && (!height || now.height === height);
    return (moves && (await pictureIn(player.page, `video${player.slot}`))?.spread > 10 && now) || assert.fail(JSON.stringify(now));
  }, { within: 120_000 });
  assert.equal(seen.codec, `video/${player.codec}`);
}

const encoders = async () => {
  const text = await (await fetch(`${meeting.server.url}/metrics`)).text();
  return Number(/^plenary_speaker_encoders\{room="hall"\} (\d+)$/m.exec(text)?.[1]);
};
const encodersAre = (count) => until(`${count} encoders`, async () => (await encoders()) === count || assert.fail(`${await encoders()}`));

test("who decodes VP8 only sees a speaker who sends H.264, beside somebody who needs no encoder", async () => {
  await encodersAre(0);
  const { page, request } = await speak("Amina Diallo", "H264");
  assert.equal(await sent(page), "video/H264");
  await seesSpeaker(players.vp8, 360);
  await seesSpeaker(players.h264);
  await seesSpeaker(players.small, 360);
  await encodersAre(1);
  await act(mona, "floor.release", { request });
  await encodersAre(0);
  await page.close();
});

test("with the next speaker, who sends VP8, it is the other way round on the same connections", async () => {
  const { page } = await speak("Chen Wei", "VP8");
  assert.equal(await sent(page), "video/VP8");
  await seesSpeaker(players.vp8);
  await seesSpeaker(players.h264, 360);
  await encodersAre(1);
});

test("a room process that dies encodes again when it is back", async () => {
  const before = meeting.server.roomProcess();
  process.kill(before, "SIGKILL");
  await until("the next room process", () => ![null, before].includes(meeting.server.roomProcess()));
  await encodersAre(1);
  await seesSpeaker(players.h264, 360);
});

test("the encoder ends with the last viewer who needs it", async () => {
  await players.h264.page.evaluate(() => fetch(window.__session, { method: "DELETE" }));
  await encodersAre(0);
  await seesSpeaker(players.vp8);
});
