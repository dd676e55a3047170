// Row F8 of the fault table: what staff write, and what people write to them, stays text on every page: agenda titles, calls for help
// and their answers, notes, for whom somebody asks, reasons of refusals, the names on links; and no cell of the record is a formula.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { isBlank, naughtyToken, openGuarded, own, strings } from "./lib/naughty.mjs";
import { enter } from "./lib/pages.mjs";
import { program, startServer } from "./lib/server.mjs";
import { SocketPage } from "./lib/socket_page.mjs";
import { until } from "./lib/until.mjs";

const rooms = ["items", "help", "people", "chairs", "reasons", "links"];
// What is dangerous is a place where text is put, and each has its turn with our own texts; the whole corpus is for the long run.
const sampled = process.env.PLENARY_STRINGS === "all" ? strings : strings.filter((text, index) => own.includes(text) || index % 4 === 0);
const texts = sampled.filter((text) => !isBlank(text));
const agendaMax = 50; // items
const perMinute = 10; // requests of one person
const batch = 60; // fewer than the calls for help that are open at once
const chairsMax = 4; // who speak at once
const sockets = 8; // one page may send 20 messages a second

let server;
let browser;

before(async () => {
  server = await startServer(rooms.map((id) => `[[rooms]]\nid = "${id}"\ntitle = "${id}"\nmix = "server"\n`).join(""));
  browser = await startBrowser();
});
after(async () => {
  await browser?.stop();
  await server?.stop();
});

const batches = (all, size) => Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
const naughty = (room, role, number) => naughtyToken(server, room, role, own[number], number);

async function joined(room, token) {
  const page = await SocketPage.open(server, room);
  await page.call("meeting.join", { token });
  return page;
}

// One person of the staff, on as many pages as it takes to write that fast.
async function staff(room, role) {
  const pages = await Promise.all(Array.from({ length: sockets }, () => joined(room, naughty(room, role, 3))));
  let next = 0;
  return {
    call(method, params) {
      const page = pages[next++ % pages.length];
      page.notified.length = 0;
      return page.call(method, params);
    },
    cut: () => pages.forEach((page) => page.cut()),
  };
}

const person = (room, text, number) => naughtyToken(server, room, "participant", text, 1_000 + number, { where: "room", delegation: text.slice(0, 150) });

// Every page of a room; changes reach it in their order, and it draws each of them.
async function openAll(guarded, room) {
  const open = (path, role) => guarded.open(path, role && naughty(room, role, 1));
  const pages = {
    participant: await open(`/room/${room}`, "participant"), moderator: await open(`/room/${room}/moderator`, "moderator"), chair: await open(`/room/${room}/chair`, "chair"),
    stage: await open(`/room/${room}/stage`, "observer"), timer: await open(`/room/${room}/timer`, "observer"), return: await open(`/room/${room}/return`, "technician"), technician: await open("/technician", "technician"), index: await open("/"),
  };
  await enter(pages.participant);
  await until("the moderator's page", async () => (await pages.moderator.locator(".queue-box").count()) > 0);
  return pages;
}

const reads = (page, selector, text) =>
  page.waitForFunction(([where, what]) => [...document.querySelectorAll(where)].some(({ textContent }) => textContent.includes(what)), [selector, text], { polling: 50, timeout: 180_000 });
const counts = (page, selector, count) =>
  page.waitForFunction(([where, many]) => document.querySelectorAll(where).length === many, [selector, count], { polling: 50, timeout: 180_000 });

test("an agenda's titles", async () => {
  const guarded = await openGuarded(browser, server);
  const pages = await openAll(guarded, "items");
  const moderator = await staff("items", "moderator");
  const numbered = texts.map((title, index) => ({ item: index === 0 ? "<a/onclick=b()>" : `${index + 1}`, title }));
  for (const items of batches(numbered, agendaMax)) {
    await moderator.call("agenda.set", { items });
    await counts(pages.moderator, ".agenda .items > li", items.length);
    for (const { item } of items) await moderator.call("agenda.select", { item });
    for (const page of [pages.participant, pages.chair, pages.stage]) await reads(page, ".item", ` ${items.at(-1).item}: `);
  }
  await guarded.assertNothingRan();
  moderator.cut();
  await guarded.close();
});

test("calls for help, and their answers", async () => {
  const guarded = await openGuarded(browser, server);
  const pages = await openAll(guarded, "help");
  const technician = await staff("help", "technician");
  for (const some of batches(texts, batch)) {
    const calls = [];
    for (const text of some) {
      const asking = await joined("help", person("help", text, texts.indexOf(text)));
      calls.push({ text, help: (await asking.call("help.ask", { text })).help });
      asking.cut();
    }
    for (const page of [pages.moderator, pages.technician]) await counts(page, ".helps-list > .help", some.length);
    for (const { text, help } of calls) await technician.call("help.answer", { help, text });
    for (const page of [pages.moderator, pages.technician]) await counts(page, ".help-lines [data-staff=true]", some.length);
    for (const { help } of calls) await technician.call("help.close", { help });
  }
  const same = await joined("help", naughty("help", "participant", 1));
  const { help } = await same.call("help.ask", { text: "How?" });
  for (const [index, text] of [...texts, "the last one"].entries()) {
    await technician.call("help.answer", { help, text });
    same.notified.length = 0;
    if (index === texts.length) await reads(pages.participant, ".help-answer", text);
  }
  await guarded.assertNothingRan();
  same.cut();
  technician.cut();
  await guarded.close();
});

test("for whom somebody asks, their delegation, and the moderator's notes; each of them speaks", async () => {
  const guarded = await openGuarded(browser, server);
  const pages = await openAll(guarded, "people");
  const moderator = await staff("people", "moderator");
  let last;
  for (const some of batches(texts, batch)) {
    const requests = [];
    for (const text of some) {
      const asking = await joined("people", person("people", text, texts.indexOf(text)));
      const asked = { key: "k", kind: "statement", topic: text, language: "en", beneficiary: text, beneficiary_title: text };
      const { request } = await asking.call("floor.request", asked);
      asking.cut();
      await moderator.call("floor.note", { request, text });
      requests.push(request);
    }
    await counts(pages.moderator, ".queue > li .note", some.length);
    for (const request of requests) await moderator.call("floor.grant", { request });
    last = requests.at(-1);
    await moderator.call("floor.release", { request: last });
    await counts(pages.moderator, ".queue > li", 0);
    for (const page of [pages.stage, pages.chair, pages.participant]) await counts(page, ".waiting .row, .then li, .next .row", 0);
  }
  const added = { name: own[0], organisation: own[1], category: "", where: "room", kind: "statement" };
  await moderator.call("floor.grant", { request: (await moderator.call("floor.add", added)).request });
  for (const page of [pages.moderator, pages.stage, pages.chair, pages.participant, pages.index]) await reads(page, "body", own[0]);
  await guarded.assertNothingRan();
  moderator.cut();
  await guarded.close();
});

test("a chair who speaks without queueing", async () => {
  const guarded = await openGuarded(browser, server);
  const pages = await openAll(guarded, "chairs");
  const chair = (text, number) => joined("chairs", naughtyToken(server, "chairs", "chair", text, 1_000 + number, { where: "room" }));
  for (const some of batches(texts, chairsMax)) {
    const speaking = [];
    for (const text of some) {
      const page = await chair(text, texts.indexOf(text));
      const { request } = await page.call("floor.speak", { key: "k" });
      speaking.push({ page, request });
    }
    await counts(pages.moderator, ".now-box .speaker", some.length);
    for (const { page, request } of speaking) {
      await page.call("floor.release", { request });
      page.cut();
    }
    await counts(pages.moderator, ".now-box .speaker", 0);
  }
  const last = await chair(own[0], texts.length);
  await last.call("floor.speak", { key: "k" });
  for (const page of [pages.moderator, pages.stage, pages.chair, pages.participant]) await reads(page, "body", own[0]);
  await guarded.assertNothingRan();
  last.cut();
  await guarded.close();
});

test("why a request or a speech was ended", async () => {
  const guarded = await openGuarded(browser, server);
  const moderator = await staff("reasons", "moderator");
  for (const [round, some] of batches(texts, perMinute).entries()) {
    const token = person("reasons", own[1], round);
    const page = await guarded.open("/room/reasons", token);
    await page.locator("[data-action=watch]").click({ timeout: 180_000 });
    await counts(page, "[data-action=request]", 1);
    const asking = await joined("reasons", token);
    for (const [index, text] of some.entries()) {
      const { request } = await asking.call("floor.request", { key: `k${index}`, kind: "statement", topic: text, language: "en" });
      if (index % 2) await moderator.call("floor.grant", { request });
      await moderator.call(index % 2 ? "floor.revoke" : "floor.deny", { request, reason: text });
      const ended = () => asking.notified.find(([method, params]) => method === "floor.ended" && params.request === request)?.[1];
      const { outcome_reason } = await until("the end", ended, { every: 5 });
      await reads(page, ".own-card .hint bdi", outcome_reason);
    }
    asking.cut();
    await guarded.assertNothingRan();
    await guarded.closePages();
  }
  moderator.cut();
  await guarded.close();
});

test("the names, titles, delegations and countries on an organiser's links", async () => {
  const guarded = await openGuarded(browser, server);
  const token = naughty("links", "organiser", 1);
  for (const text of texts) {
    const body = JSON.stringify({ role: "participant", name: text, title: text, organisation: text, category: "", country: text, where: "room", expires: "8h" });
    const made = await fetch(`${server.url}/api/v1/rooms/links/links`, { method: "POST", headers: { authorization: `Bearer ${token}` }, body });
    assert.equal(made.status, 201, `${text}: ${await made.text()}`);
  }
  const page = await guarded.open("/organiser", token);
  await counts(page, "li.link [data-action=qr]", texts.length);
  await page.locator("[data-action=qr]").evaluateAll((buttons) => buttons.forEach((button) => button.click()));
  await page.locator("#link[open]").waitFor();
  await page.locator("[data-action=sheet]").evaluate((button) => button.click());
  await counts(page, ".poster", texts.length);
  await guarded.assertNothingRan();
  await guarded.close();
});

// RFC 4180.
function cellsOf(csv) {
  const rows = [[]];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1).push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "\r\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

test("no cell of the record is a formula, and each is the text behind at most an apostrophe", () => {
  const record = (room, format) => execFileSync(program, ["export", room, "--config", server.config, "--format", format], { encoding: "utf8", maxBuffer: 2 ** 26 });
  let neutral = 0;
  for (const room of ["people", "reasons"]) {
    const [names, ...rows] = cellsOf(record(room, "csv"));
    const { requests } = JSON.parse(record(room, "json"));
    assert.equal(rows.length, requests.length);
    assert.ok(requests.length >= texts.length);
    for (const [index, row] of rows.entries()) {
      assert.equal(row.length, names.length);
      for (const [column, cell] of row.entries()) {
        assert.doesNotMatch(cell, /^[=+\-@\t\r]/);
        const text = String(requests[index][names[column]] ?? "");
        const danger = /^[=+\-@\t\r]/.test(text);
        neutral += danger;
        assert.equal(cell, danger ? `'${text}` : text);
      }
    }
  }
  const dangers = texts.filter((text) => /^\s*[=+\-@]/.test(text)).length;
  assert.ok(neutral >= 6 * dangers, `${neutral} of ${dangers} texts`);
});
