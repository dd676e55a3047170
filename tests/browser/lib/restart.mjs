// A server that is asked to end with people in the room, and starts again on the same data: what was acknowledged, and when everybody is back.
import { startBrowser } from "./browser.mjs";
import { enter, link, seesPicture } from "./pages.mjs";
import { startServer } from "./server.mjs";
import { SocketPage } from "./socket_page.mjs";
import { until } from "./until.mjs";

const asking = 40; // people, one after the other
const askedFirst = 10; // before the server is asked to end

const room = `
[[rooms]]
id = "hall"
title = "Hall"
mix = "server"
  [[rooms.sources]]
  id = "main"
  url = "test:?tone=440"
  audio = { floor = 0 }
`;

// For addInitScript(): the page's connections stand in window.__peers.
export const keepPeers = () => {
  const Plain = window.RTCPeerConnection;
  window.__peers = [];
  window.RTCPeerConnection = class extends Plain {
    constructor(...more) {
      super(...more);
      window.__peers.push(this);
    }
  };
};

// The newest connection brings picture and sound.
const hasMedia = async (before) => {
  const peer = window.__peers.at(-1);
  if (window.__peers.length === before || peer.connectionState !== "connected") return false;
  const streams = [...(await peer.getStats()).values()].filter(({ type }) => type === "inbound-rtp");
  const some = (kind, counter) => streams.some((stream) => stream.kind === kind && stream[counter] > 0);
  return some("video", "framesDecoded") && some("audio", "packetsReceived");
};

// Several at once, so that some are on their way when the server ends.
const lanes = 4;

async function joined(server, token) {
  const page = await SocketPage.open(server, "hall");
  await page.call("meeting.join", { token });
  return page;
}

export async function startRestart({ watching = 3 } = {}) {
  const server = await startServer(room);
  const browser = await startBrowser();
  const context = await browser.context();
  await context.addInitScript(keepPeers);
  const pages = [];
  for (let number = 0; number < watching; number++) {
    const page = await context.newPage();
    await page.goto(link(server, "/room/hall", "participant", `Watching ${number}`));
    await enter(page);
    await seesPicture(page);
    pages.push(page);
  }

  // Acknowledged while the server ends, too: who is answered no more has none.
  async function askUntilTheEnd(tokens, acknowledged) {
    for (const [number, token] of tokens.entries()) {
      try {
        const page = await joined(server, token);
        acknowledged.push((await page.call("floor.request", { key: `k${number}`, kind: "statement", topic: "x", language: "floor" })).request);
      } catch {
        return;
      }
    }
  }

  // `back`: for each page the milliseconds from the new server's first answer until it has heard of a new row, and has its media again.
  async function restart(round) {
    const tokens = Array.from({ length: asking }, (_, number) => server.token("hall", "participant", `Asking ${round} ${number}`, ["--where", "room"]));
    const before = await Promise.all(pages.map((page) => page.evaluate(() => { window.__since = "before"; return window.__peers.length; })));
    const acknowledged = [];
    const asked = Promise.all(Array.from({ length: lanes }, (_, lane) => askUntilTheEnd(tokens.filter((_, number) => number % lanes === lane), acknowledged)));
    await until("some to have asked", () => acknowledged.length >= askedFirst, { every: 1 });
    const began = performance.now();
    await server.kill("SIGTERM");
    const status = server.process.exitCode;
    await asked;
    await server.start();
    const ready = performance.now();
    const moderator = await joined(server, server.token("hall", "moderator", "Mona"));
    const name = `Added after restart ${round}`;
    await moderator.call("floor.add", { name, organisation: "", category: "", where: "room", kind: "point_of_order" });
    const back = await Promise.all(pages.map(async (page, index) => {
      await until("the list of the new server", () => page.getByText(name).first().isVisible(), { every: 20 });
      const listed = performance.now() - ready;
      await until("its media", () => page.evaluate(hasMedia, before[index]), { every: 20 });
      return { listed, media: performance.now() - ready, same: await page.evaluate(() => window.__since === "before") };
    }));
    const known = new Set((await moderator.call("meeting.state")).queue.map(({ request }) => request));
    moderator.cut();
    return { status, down: ready - began, acknowledged, lost: acknowledged.filter((request) => !known.has(request)), back };
  }

  const stop = async () => {
    await browser.stop();
    await server.stop();
  };
  return { restart, stop };
}
