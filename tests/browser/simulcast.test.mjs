// A speaker's camera in three sizes: the page sends them, a viewer on a thin line gets a smaller one and everybody else the whole picture, and it goes on
// when the camera's best one stops.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openMeeting, putOnAir } from "./lib/cast.mjs";
import { lossyLine } from "./lib/lossy_line.mjs";
import { emptyPage, joinMeeting, openPlayer } from "./lib/room_player.mjs";
import { until } from "./lib/until.mjs";

// Of a player's slots, the one that carries the speaker.
const slot = 1;
let meeting;
let amina;
let line;

before(async () => {
  meeting = await openMeeting({ floor: 'ready_within = "2m"' });
  line = await lossyLine().open();
});
after(async () => {
  line?.close();
  await meeting?.stop();
});

// By rid, what the page sends of its camera.
const sent = () => amina.evaluate(async () => {
  const found = {};
  for (const peer of window.__peers) {
    for (const report of (await peer.getStats()).values()) {
      if (report.type !== "outbound-rtp" || report.kind !== "video") continue;
      found[report.rid ?? ""] = { height: report.frameHeight };
    }
  }
  return found;
});

const received = (page) => page.evaluate(async (slot) => {
  const peer = window.__peer;
  const receiver = peer.getReceivers().filter(({ track }) => track.kind === "video")[slot];
  const report = [...(await receiver.getStats()).values()].find(({ type }) => type === "inbound-rtp");
  return { height: report?.frameHeight, frames: report?.framesDecoded ?? 0 };
}, slot);

// A busy machine's browser may send every size smaller: they are compared with each other. H.264 has even lines only.
const seesLayer = (page, rids) => until(`the picture ${rids.join(" or ")}`, async () => {
  const { height } = await received(page);
  const layers = await sent();
  return rids.some((rid) => Math.abs(layers[rid].height - height) <= 2) || assert.fail(`${height} lines of ${JSON.stringify(layers)}`);
}, { within: 180_000 });

test("a speaker's page sends three sizes", async () => {
  const { server } = meeting;
  // The moderator without a page: this machine has three encoders and a decoder to run.
  const mona = await emptyPage(await meeting.context(), server);
  await joinMeeting(mona, server, "hall", server.token("hall", "moderator", "Mona Idris"));
  amina = await meeting.open("Amina Diallo", "participant");
  await putOnAir(amina, mona);
  await mona.close();
  await until("three sizes", async () => {
    const layers = await sent();
    const [low, middle, high] = ["l", "m", "h"].map((rid) => layers[rid]?.height);
    return (low > 0 && Math.abs(middle - 2 * low) <= 2 && Math.abs(high - 2 * middle) <= 2) || assert.fail(JSON.stringify(layers));
  }, { within: 180_000 });
  assert.deepEqual(Object.keys(await sent()).sort(), ["h", "l", "m"]);
});

test("who has room for it gets the whole picture, a thin line a smaller one", async () => {
  const context = await meeting.context();
  const wide = await openPlayer(context, meeting.server, "hall", { audio: 1, video: 2 });
  await seesLayer(wide, ["h"]);
  await wide.close();
  const thin = await openPlayer(context, meeting.server, "hall", { audio: 1, video: 2, line });
  line.rate = 1_000_000;
  await seesLayer(thin, ["l", "m"]);
  await thin.close();
});

test("when the best one stops its viewers get the next, which moves, and the best again when it is back", async () => {
  const page = await openPlayer(await meeting.context(), meeting.server, "hall", { audio: 1, video: 2 });
  await seesLayer(page, ["h"]);
  const setActive = (active) => amina.evaluate(async (active) => {
    const sender = window.__peers.flatMap((peer) => peer.getSenders()).find(({ track }) => track?.kind === "video");
    const parameters = sender.getParameters();
    parameters.encodings.find(({ rid }) => rid === "h").active = active;
    await sender.setParameters(parameters);
  }, active);
  await setActive(false);
  await seesLayer(page, ["m"]);
  const { frames } = await received(page);
  await until("a picture that moves", async () => (await received(page)).frames > frames + 30);
  await setActive(true);
  await seesLayer(page, ["h"]);
  await page.close();
});
