// Row F8 of the fault table: names, titles, organisations and topics that try to be code stay text on every page.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { enter } from "./lib/pages.mjs";
import { startServer } from "./lib/server.mjs";
import { corpus } from "./lib/target.mjs";
import { emptyPage } from "./lib/room_player.mjs";
import { until } from "./lib/until.mjs";

const own = [
  "<script>window.__ran()</script>", "<img src=x onerror=window.__ran()>", "<svg/onload=window.__ran()>", "</bdi><b onclick=window.__ran()>b</b>",
  "javascript:window.__ran()", "\" onmouseover=\"window.__ran()", "' autofocus onfocus='window.__ran()", "{{constructor.constructor('window.__ran()')()}}",
  "${window.__ran()}", "<iframe srcdoc='<script>parent.__ran()</script>'>", "<math><mi xlink:href=\"javascript:window.__ran()\">", "<!--<img src=x onerror=window.__ran()>-->",
  "<details open ontoggle=window.__ran()>", "<a href=javascript:window.__ran()>x", "{count, plural, other {<script>window.__ran()</script>}}", "'{name}'", "{", "\u202Etxt.exe",
  "\u200B\u200B", "Zalgo " + "\u0301".repeat(60), "\r\nSet-Cookie: a=b", "=HYPERLINK(\"http://x\")", "العربية <script>window.__ran()</script>", "𝒻𝒶𝓃𝒸𝓎", "a".repeat(5_000),
];
const rooms = ["hall", "annex"];
const strings = [...new Set([...own, ...corpus("strings", "blns.json").flatMap((file) => JSON.parse(file))])];

let server;
let browser;
let secret;

before(async () => {
  const room = (id) => `[[rooms]]\nid = "${id}"\ntitle = "<img src=x onerror=window.__ran()>"\nmix = "server"\n`;
  server = await startServer(rooms.map(room).join(""));
  browser = await startBrowser();
  secret = readFileSync(join(server.data, "secret"), "utf8").trimEnd();
});
after(async () => {
  await browser?.stop();
  await server?.stop();
});

function token(room, role, text, number) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const name = text.slice(0, 150); // a token has at most 4,096 bytes
  const claims = { sub: `${role}-${number}`, jti: `${role}-${room}-${number}`, name, title: name, organisation: name, country: name, role, room, exp: Math.floor(Date.now() / 1_000) + 3_600 };
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

// Each joins under the string and asks with it as topic; a place is kept after its page has gone.
const askAll = (page, url, people) =>
  page.evaluate(async ({ url, people }) => {
    const one = ({ token, text, number }) => new Promise((resolve) => {
      const socket = new WebSocket(url, "plenary.v1");
      const call = (id, method, params) => socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
      socket.onopen = () => call(1, "meeting.join", { token });
      socket.onmessage = ({ data }) => {
        const { id, result, error } = JSON.parse(data);
        if (id === 1 && result) call(2, "floor.request", { key: `k${number}`, kind: "statement", topic: text, language: "en" });
        if (error || id === 2) { socket.close(); resolve(error ? `${number}: ${error.data.code}` : null); }
      };
      socket.onclose = () => resolve(`${number}: closed`);
    });
    const failed = [];
    for (const person of people) failed.push(await one(person));
    return failed.filter(Boolean);
  }, { url, people });

const injected = () => document.querySelectorAll("[onerror], [onload], [onclick], [onmouseover], [onfocus], [ontoggle], iframe, object, embed, math, script:not([src])").length;

for (const [index, room] of rooms.entries()) {
  test(`no script of ${room} runs on any page`, async () => {
    const texts = strings.filter((_, number) => number % rooms.length === index);
    const context = await browser.context();
    await context.addInitScript(() => {
      window.__runs = 0;
      window.__ran = () => { window.__runs += 1; };
      window.alert = window.prompt = window.confirm = window.__ran;
    });
    const seen = [];
    const open = async (path, role) => {
      const page = await context.newPage();
      page.on("pageerror", (error) => seen.push(`${path}: ${error.message}`));
      page.on("dialog", (dialog) => { seen.push(`${path}: a dialog`); void dialog.dismiss(); });
      page.on("request", (request) => { if (!/^(https?|wss?|blob|data):/.test(request.url()) || !/^(data|blob)|127\.0\.0\.1/.test(request.url())) seen.push(`${path}: ${request.url()}`); });
      await page.goto(role ? `${server.url}${path}#token=${token(room, role, own[index], 9_000)}` : server.url + path);
      return page;
    };
    const pages = [
      await open(`/room/${room}`, "participant"), await open(`/room/${room}/moderator`, "moderator"), await open(`/room/${room}/chair`, "chair"),
      await open(`/room/${room}/stage`, "observer"), await open("/technician", "technician"), await open("/organiser", "organiser"), await open("/"),
    ];
    await enter(pages[0]);
    const people = texts.map((text, number) => ({ token: token(room, "participant", text, number), text, number }));
    const asking = await emptyPage(context, server);
    assert.deepEqual(await askAll(asking, `${server.url.replace("http", "ws")}/ws/${room}`, people), []);
    await until("the moderator to see all", async () => (await pages[1].locator(".queue > li").count()) === texts.length, { within: 180_000 });
    await until("the organiser's page to be there", async () => (await pages[5].locator("form").count()) > 0);
    await pages[5].reload();
    await until("the participant to see the front", async () => (await pages[0].locator(".waiting .row").count()) > 0);
    for (const page of pages) {
      assert.equal(await page.evaluate(() => window.__runs), 0, page.url());
      assert.equal(await page.evaluate(injected), 0, page.url());
    }
    assert.deepEqual(seen, []);
    await context.close();
  });
}
