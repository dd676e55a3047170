// A viewer of a room that speaks, behind a line that loses: how much of the speech is understood there, and how much of the picture is decoded.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBrowser } from "./browser.mjs";
import { lossyLine } from "./lossy_line.mjs";
import { openPlayer } from "./room_player.mjs";
import { startServer } from "./server.mjs";
import { FRAMES, intelligibility, record, speechFile } from "./speech.mjs";
import { until } from "./until.mjs";

const DELAY_MS = 50; // each way

export const roomThatSpeaks = (file) => `
[[rooms]]
id = "hall"
title = "Hall"
layers = [{ height = 360, fps = ${FRAMES}, kbps = 600 }]
  [[rooms.sources]]
  id = "main"
  url = "file://${file}"
  audio = { floor = 0 }
`;

const inbound = (page) =>
  page.evaluate(async () => {
    const found = {};
    for (const report of (await window.__peer.getStats()).values()) if (report.type === "inbound-rtp") found[report.kind] = { ...report };
    return found;
  });

// `red`: the viewer takes redundant sound. `cable`: a line that loses by itself (tests/bench/lossy_cable.mjs) instead of the relay, which then only makes it long.
export async function startLossFigures({ red = true, cable } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "plenary-speech-"));
  const { file, said } = speechFile(folder);
  const server = await startServer(roomThatSpeaks(file), cable && { http: "0.0.0.0" });
  const browser = await startBrowser(cable && { namespace: cable.viewers });
  const line = await lossyLine(cable).open();
  line.delay = DELAY_MS;
  cable?.lose(0);
  const url = cable ? server.url.replace("127.0.0.1", cable.address) : server.url;
  const page = await openPlayer(await browser.context(), { url }, "hall", { audio: 1, video: 1, line, red });
  await until("a picture and sound", async () => {
    const now = await inbound(page);
    return now.video?.framesDecoded > FRAMES && now.audio?.packetsReceived > 100;
  });
  const counters = async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const read = (name) => Number(new RegExp(`^plenary_${name}_total (\\d+)`, "m").exec(text)?.[1]);
    return {
      red: read("red_packets_sent"),
      rtx: read("rtx_packets_sent"),
      soon: read("nack_too_soon"),
      old: read("nack_too_old"),
      over: read("nack_over_budget"),
    };
  };
  return {
    // Over one round of the speech. `stoi` is 0 to 1 (lib/stoi.mjs); `arrived` and `decoded` are pictures a second (the source makes
    // FRAMES), whole by repair and shown; `red` and `rtx` count packets; `soon`, `old` and `over` what was asked for and not sent again: too soon after
    // the last time, too old, beyond the budget. Only a machine with time to spare shows what arrives.
    async at(loss) {
      if (cable) cable.lose(loss);
      else line.loss = loss;
      // Reports of loss come every second or so, and what answers them.
      const settled = (await inbound(page)).audio.packetsReceived + 250;
      await until("the line as it is now", async () => (await inbound(page)).audio.packetsReceived > settled);
      const [before, sent] = [await inbound(page), await counters()];
      const heard = await record(page, "audio0");
      const [now, sentNow] = [await inbound(page), await counters()];
      const seconds = (now.video.timestamp - before.video.timestamp) / 1_000;
      const of = (kind, name) => now[kind][name] - before[kind][name];
      return {
        loss,
        stoi: await intelligibility(said, heard),
        lost: of("audio", "packetsLost") / (of("audio", "packetsLost") + of("audio", "packetsReceived")),
        concealed: of("audio", "concealedSamples") / of("audio", "totalSamplesReceived"),
        arrived: of("video", "framesReceived") / seconds,
        decoded: of("video", "framesDecoded") / seconds,
        seconds,
        ...Object.fromEntries(Object.entries(sentNow).map(([name, count]) => [name, count - sent[name]])),
      };
    },
    async stop() {
      await browser.stop();
      await server.stop();
      line.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
