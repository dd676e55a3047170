// A viewer that watches while others misbehave: in Chromium, from the first attack to the last.
import assert from "node:assert/strict";
import { tonesIn } from "./measure.mjs";
import { openPlayer } from "./room_player.mjs";
import { until } from "./until.mjs";

const received = (page) =>
  page.evaluate(async () => {
    const found = { state: window.__peer.connectionState, sound: 0, lost: 0, frames: 0 };
    for (const report of (await window.__peer.getStats()).values()) {
      if (report.type !== "inbound-rtp") continue;
      if (report.kind === "audio") Object.assign(found, { sound: report.packetsReceived, lost: report.packetsLost });
      else found.frames = report.framesReceived;
    }
    return found;
  });

export async function startCanary(context, server, room, tone) {
  const page = await openPlayer(context, server, room, { audio: 1, video: 1 });
  const process = server.process;
  const roomProcess = server.roomProcess();
  const hears = () => until("the canary to hear the room", async () => (await tonesIn(page, "audio0", [tone]))?.[tone] > -50);
  await hears();
  const first = await received(page);
  return {
    page,
    // The same connection to the same processes goes on, and next to nothing was lost since the beginning.
    async lives() {
      const before = await received(page);
      await until("the canary's sound and picture to go on", async () => {
        const now = await received(page);
        return now.sound >= before.sound + 50 && now.frames >= before.frames + 15;
      });
      await hears();
      const now = await received(page);
      assert.equal(now.state, "connected");
      assert.equal(server.process, process, "the server was started anew");
      assert.equal(process.exitCode, null, `the server ended: ${server.log.slice(-2_000)}`);
      assert.equal(server.roomProcess(), roomProcess, "the room process was started anew");
      const lost = now.lost - first.lost;
      const all = now.sound - first.sound + lost;
      assert.ok(lost <= Math.max(5, 0.005 * all), `${lost} of ${all} packets of sound were lost`);
    },
  };
}
