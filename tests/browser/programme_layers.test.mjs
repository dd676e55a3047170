// A player with one picture gets the room with the speaker laid in. On a thin line that becomes smaller as the room's picture does, with the speaker
// still in it, and is whole again on a wide one.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openMeeting, putOnAir } from "./lib/cast.mjs";
import { lossyLine } from "./lib/lossy_line.mjs";
import { pictureIn } from "./lib/measure.mjs";
import { emptyPage, joinMeeting, openPlayer } from "./lib/room_player.mjs";
import { until } from "./lib/until.mjs";

// Noise takes all of an encoder's rate, and is dark beside anybody's camera.
const picture = ["-f", "lavfi", "-i", "color=black:size=320x180:rate=15,noise=alls=40:allf=t", "-f", "lavfi", "-i", "sine=440",
  "-c:v", "libx264", "-preset", "ultrafast", "-b:v", "2M", "-g", "30", "-pix_fmt", "yuv420p",
  "-c:a", "aac", "-t", "8"];

let folder;
let meeting;
let mona;
let line;
let player;
let room; // the mean luma of its picture

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "plenary-programme-"));
  const file = join(folder, "picture.mp4");
  execFileSync("ffmpeg", ["-hide_banner", "-loglevel", "error", "-nostdin", ...picture, file]);
  meeting = await openMeeting({ floor: 'ready_within = "2m"', source: `file://${file}` });
  line = await lossyLine().open();
  const context = await meeting.context();
  // The moderator without a page: this machine has encoders and decoders enough to run.
  mona = await emptyPage(context, meeting.server);
  await joinMeeting(mona, meeting.server, "hall", meeting.server.token("hall", "moderator", "Mona Idris"));
  player = await openPlayer(context, meeting.server, "hall", { audio: 1, video: 1, line });
});
after(async () => {
  line?.close();
  await meeting?.stop();
  if (folder) rmSync(folder, { recursive: true });
});

const received = () => player.evaluate(async () => {
  const report = [...(await window.__peer.getStats()).values()].find(({ type, kind }) => type === "inbound-rtp" && kind === "video");
  return { height: report?.frameHeight ?? 0, frames: report?.framesDecoded ?? 0 };
});

// Laid into the ninth part of a dark picture, a camera is seen in its mean.
async function sees(what, fits) {
  const { frames } = await received();
  await until(what, async () => {
    const now = { ...(await received()), ...(await pictureIn(player, "video0")) };
    return (now.frames >= frames + 30 && fits(now)) || assert.fail(JSON.stringify({ ...now, room }));
  }, { within: 180_000 });
}
const withSpeaker = ({ mean }) => mean > room + 4;

test("while somebody remote is on air they are in the picture", async () => {
  await sees("the room", ({ height, width }) => height === 720 && width === 1280);
  room = (await pictureIn(player, "video0")).mean;
  const amina = await meeting.open("Amina Diallo", "participant");
  await putOnAir(amina, mona);
  await sees("the speaker in it", withSpeaker);
});

test("a thin line gets it smaller, and whole again when it is wide", async () => {
  line.rate = 1_000_000;
  await sees("a smaller picture with the speaker in it", (now) => now.height < 720 && withSpeaker(now));
  line.rate = 0;
  await sees("the whole picture with the speaker in it", (now) => now.height === 720 && withSpeaker(now));
});
