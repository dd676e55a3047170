// What only a browser can tell: how old a picture is when it is decoded there, and how long a grant takes until the
// return carries the speaker. Prints one JSON object.
import { openPlayer, joinMeeting, call } from "../browser/lib/room_player.mjs";
import { startBrowser } from "../browser/lib/browser.mjs";
import { askForFloor, enter, link } from "../browser/lib/pages.mjs";
import { readCounter } from "../browser/lib/sender.mjs";
import { freePort, startServer } from "../browser/lib/server.mjs";
import { until } from "../browser/lib/until.mjs";
import { startStampedSender } from "./stamped_sender.mjs";

const srtLatency = 50; // ms, the least that SRT on a local network wants
const watchFor = 10_000; // ms
const grants = 5;
const viewers = 20; // one after the other

const room = (id, mix, port) => `
[[rooms]]
id = "${id}"
title = "${id}"
mix = "${mix}"
  [[rooms.sources]]
  id = "main"
  url = "srt://127.0.0.1:${port}?mode=listener&latency=${srtLatency}"
  audio = { floor = 0 }
`;

// Milliseconds from the making of each frame to its decoding in the page, beyond SRT's latency.
async function pictureAges(page) {
  await page.evaluate(`window.__readCounter = ${readCounter}`);
  await until("stamps in the picture", () => page.evaluate(() => window.__videos.video0.videoWidth > 0));
  return page.evaluate(
    async ({ watchFor, srtLatency }) => {
      const [width, height] = [160, 90];
      const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
      const luma = new Uint8Array(width * height);
      const track = window.__streams.video0.getVideoTracks()[0].clone();
      const reader = new MediaStreamTrackProcessor({ track, maxBufferSize: 2 }).readable.getReader();
      const ages = [];
      const end = Date.now() + watchFor;
      while (Date.now() < end) {
        const { value: frame, done } = await reader.read();
        if (done) break;
        const now = Date.now();
        context.drawImage(frame, 0, 0, width, height);
        frame.close();
        const { data } = context.getImageData(0, 0, width, height);
        for (let i = 0; i < luma.length; i++) luma[i] = data[4 * i + 1];
        const number = window.__readCounter(luma, width, height);
        if (number !== null) ages.push(((now - number) & 0xffff) - srtLatency);
      }
      track.stop();
      return ages;
    },
    { watchFor, srtLatency },
  );
}

async function measurePicture(context, mix) {
  const port = await freePort("udp");
  const server = await startServer(room("bench", mix, port));
  const technician = server.token("bench", "technician", "Technician");
  let sender;
  try {
    sender = startStampedSender(`srt://127.0.0.1:${port}?mode=caller&latency=${srtLatency * 1000}`);
    await until("the source", async () => (await server.status("bench", technician)).sources[0].state === "live");
    const first = [];
    let ages;
    for (let number = 0; number < viewers; number++) {
      const page = await openPlayer(context, server, "bench", { audio: 1, video: 1 });
      first.push(await until("the first picture", () => page.evaluate(() => window.__firstPicture)));
      ages ??= await pictureAges(page);
      await page.close();
    }
    const { picture } = (await server.status("bench", technician)).sources[0];
    return { ages, first_picture: first, passthrough: picture?.passthrough ?? false };
  } finally {
    await sender?.stop();
    await server.stop();
  }
}

// Milliseconds from the call to the page's knowing that the return carries the speaker's first mixed output.
const grantTime = (page, request) =>
  page.evaluate(async (request) => {
    const started = performance.now();
    const answer = await window.__call("floor.grant", { request });
    if (answer.error) throw new Error(JSON.stringify(answer.error));
    const onAir = () => window.__state.floor.some((entry) => entry.request === request && entry.state === "on_air");
    while (!onAir()) await new Promise((resolve) => setTimeout(resolve, 1));
    return performance.now() - started;
  }, request);

async function measureGrants(context) {
  const port = await freePort("udp");
  const server = await startServer(`
[[rooms]]
id = "bench"
title = "bench"
mix = "server"
  [[rooms.sources]]
  id = "main"
  url = "test:"
  audio = { floor = 0 }
  [[rooms.returns]]
  id = "wall"
  url = "udp://127.0.0.1:${port}"
`);
  try {
    const participant = await context.newPage();
    await participant.goto(link(server, "/room/bench", "participant", "Amina Diallo"));
    await enter(participant);
    const moderator = await context.newPage();
    await moderator.goto(`${server.url}/livez`);
    await joinMeeting(moderator, server, "bench", server.token("bench", "moderator", "Moderator"));
    const times = [];
    for (let round = 0; round < grants; round++) {
      await askForFloor(participant, `Round ${round}`);
      const request = await until("the request", () => moderator.evaluate(() => window.__state.queue[0]?.request));
      await call(moderator, "floor.prepare", { request });
      await until("the speaker's media", () => moderator.evaluate(() => window.__state.queue[0]?.media === "decoding"));
      times.push(await grantTime(moderator, request));
      await call(moderator, "floor.release", { request });
      await participant.getByRole("button", { name: "Close" }).first().click();
    }
    return times;
  } finally {
    await server.stop();
  }
}

const browser = await startBrowser();
try {
  const context = await browser.context();
  const result = { passed: await measurePicture(context, "desk"), encoded: await measurePicture(context, "server") };
  result.grants = await measureGrants(context);
  console.log(JSON.stringify(result));
} finally {
  await browser.stop();
}
