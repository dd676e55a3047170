// The people of a meeting, each in a context of their own as on a computer of their own, and what they see.
import assert from "node:assert/strict";
import { startBrowser } from "./browser.mjs";
import { keepSound } from "./pages.mjs";
import { call } from "./room_player.mjs";
import { freePort, startServer } from "./server.mjs";
import { until } from "./until.mjs";

export const roomTone = 440;
export const microphone = 1_300;
// A busy machine draws several pages late; nothing is judged by it.
export const patient = { timeout: 60_000 };

// Of a page: its peers, the phases of its own card one after the other, and a way to let the server's words come late.
const instrument = () => {
  const Peer = window.RTCPeerConnection;
  window.__peers = [];
  window.RTCPeerConnection = class extends Peer {
    constructor(...more) {
      super(...more);
      window.__peers.push(this);
    }
  };
  let late = null;
  window.__late = (on) => {
    const waiting = late ?? [];
    late = on ? waiting : null;
    if (!on) for (const arrive of waiting) arrive();
  };
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    set onmessage(listen) {
      super.onmessage = (event) => (late ? late.push(() => listen(event)) : listen(event));
    }
    get onmessage() {
      return super.onmessage;
    }
  };
  window.__phases = [];
  new MutationObserver(() => {
    const phase = document.querySelector(".own-card")?.dataset.phase;
    if (phase && phase !== window.__phases.at(-1)) window.__phases.push(phase);
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-phase"] });
};

// `floor` and `room` are lines of TOML, `source` is where the room's picture and sound come from. The return needs nobody who receives it.
export async function openMeeting({ floor = "", room = "", source = `test:?tone=${roomTone},700,1100` } = {}) {
  const port = await freePort("udp");
  const server = await startServer(`
[floor]
${floor}
[[rooms]]
id = "hall"
title = "Hall"
languages = ["en", "fr"]
mix = "server"
${room}
  [[rooms.sources]]
  id = "main"
  url = "${source}"
  audio = { floor = 0, en = 1, fr = 2 }
  [[rooms.returns]]
  id = "wall"
  url = "udp://127.0.0.1:${port}"
`);
  const technician = server.token("hall", "technician", "Theo Tech");
  const browsers = [];
  const meeting = {
    server,
    status: () => server.status("hall", technician),
    async newBrowser() {
      const browser = await startBrowser({ microphone });
      browsers.push(browser);
      return browser;
    },
    // Their page; `path` is behind the room's, `pictures`: false is how people with little data follow.
    // Without a role they come without a token. `prepare` runs in the page before its scripts.
    async open(name, role, { path = "", more = [], pictures = true, browser = browsers[0], url = server.url, prepare, enters = true } = {}) {
      const context = await browser.context({ viewport: { width: 1280, height: 800 } });
      await context.addInitScript(instrument);
      await keepSound(context);
      if (!pictures) await context.addInitScript(() => localStorage.setItem("plenary.low_data", "1"));
      if (prepare) await context.addInitScript(prepare);
      const page = await context.newPage();
      page.setDefaultTimeout(patient.timeout);
      const token = role && `#token=${server.token("hall", role, name, more)}`;
      const place = path.startsWith("/") ? path : `/room/hall${path && `/${path}`}`;
      await page.goto(`${url}${place}${token ?? ""}`, { waitUntil: "commit" });
      if (enters && place === "/room/hall") await enterAs(page);
      return page;
    },
    context: () => browsers[0].context(),
    async stop() {
      for (const browser of browsers) await browser.stop();
      await server.stop();
    },
  };
  try {
    await meeting.newBrowser();
    await until("the return", async () => (await meeting.status()).return_connected);
  } catch (error) {
    await meeting.stop();
    throw error;
  }
  return meeting;
}

const enterAs = async (page) => {
  await page.locator("[data-action=watch]").click();
  await page.locator(".controls").waitFor();
};

const shown = (page, text, within) => page.locator(within ?? "body").getByText(text).filter({ visible: true }).first();

// A text, or all of several, where somebody in front of the page can read it.
export async function sees(page, texts, within) {
  for (const text of [texts].flat()) await shown(page, text, within).waitFor(patient);
}

export const seesNot = (page, text, within) =>
  until(`"${text}" to be gone`, async () => !(await shown(page, text, within).isVisible()));

export const allSee = (pages, texts, within) => Promise.all(pages.map((page) => sees(page, texts, within)));

// The names in the list as they stand on a page; the row's order is the speakers' order.
export const namesIn = (page, list) => page.locator(`${list} > li`).evaluateAll((rows) => rows.map((row) => row.querySelector(".name bdi").textContent.trim()));

export const lists = { participant: ".waiting", moderator: ".queue-box .queue", stage: ".then ol" };

export const listed = (page, kind, names) =>
  until(`${names.join(", ") || "nobody"} in the list`, async () => {
    const now = await namesIn(page, lists[kind]);
    return JSON.stringify(now) === JSON.stringify(names) || assert.fail(JSON.stringify(now));
  });

// The form, filled in. Who is refused stays in it.
export async function ask(page, kind = "statement", topic = "") {
  await page.locator("[data-action=request]").click();
  const form = page.locator("#request");
  await form.locator(`input[name=kind][value=${kind}]`).check();
  await form.locator("input[name=topic]").fill(topic);
  await form.locator("[data-action=ask]").click();
  return form;
}

export const row = (page, name) => page.locator(".queue > li").filter({ hasText: name });

// What stands behind the dots of a row.
export async function more(page, name, action) {
  await row(page, name).locator(".more").click();
  await row(page, name).locator(`.more-menu [data-action=${action}]`).click();
}

// Armed before the button is there, for what stands a few seconds only; `beside` is what has to be written around it.
export const pressAtOnce = (page, selector, beside = "") =>
  page.evaluate(({ selector, beside }) => new Promise((resolve) => {
    const look = () => {
      const button = document.querySelector(`${selector}:not([disabled])`);
      if (!button?.parentElement.innerText.includes(beside)) return setTimeout(look, 20);
      button.click();
      return resolve();
    };
    look();
  }), { selector, beside });

// What a page that joined by a socket alone (joinMeeting) does, and is allowed.
export async function act(page, method, params = {}) {
  const { error } = await call(page, method, params);
  assert.equal(error, undefined, JSON.stringify(error));
}

// From the request to the air: a participant's page beside a moderator without a page, who joined by a socket alone.
export async function putOnAir(page, moderator) {
  await ask(page, "statement");
  const answered = pressAtOnce(page, "[data-action=ready]");
  await until("a request", () => moderator.evaluate(() => window.__state.queue.length > 0));
  const request = await moderator.evaluate(() => window.__state.queue[0].request);
  await act(moderator, "floor.prepare", { request });
  await answered;
  await sees(page, "Picture and sound ready", ".own-card");
  await act(moderator, "floor.grant", { request });
  await sees(page, "You are live", ".own-card");
  return request;
}

// Of their own card, since the last time asked.
export const phases = (page) =>
  page.evaluate(() => {
    const since = window.__phases.slice(window.__phases_read ?? 0);
    window.__phases_read = window.__phases.length;
    return since;
  });
