// An organiser's links on the whole server: made in the page, used, revoked, after which their pages and media end at once;
// and a moderator who removes somebody.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { askForFloor, enter, link, seesPicture } from "./lib/pages.mjs";
import { emptyPage, joinMeeting, openPlayer } from "./lib/room_player.mjs";
import { program, startServer } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";
import { offer, postOffer } from "./lib/wire.mjs";

const kHeld = { delay: 1_000 };
let server;
let browser;
let context;
let organiser; // token
let page; // the organiser's
let amina; // her link

before(async () => {
  server = await startServer(`
[auth]
anonymous = "none"
[[rooms]]
id = "hall"
title = "Hall"
languages = ["en"]
  [[rooms.sources]]
  id = "main"
  url = "test:"
  audio = { floor = 0, en = 1 }
[[rooms]]
id = "annex"
languages = []
  [[rooms.sources]]
  id = "main"
  url = "test:"
  audio = { floor = 0 }
`);
  organiser = server.token("hall", "organiser", "Organiser");
  browser = await startBrowser();
  context = await browser.context();
  // What the pages receive, by the clock of the machine.
  await context.addInitScript(() => {
    const Plain = window.RTCPeerConnection;
    const peers = (window.__peers = []);
    window.RTCPeerConnection = class extends Plain {
      constructor(...more) {
        super(...more);
        peers.push(this);
      }
    };
    let packets = 0;
    setInterval(async () => {
      let sum = 0;
      for (const peer of peers) {
        for (const report of (await peer.getStats()).values()) if (report.type === "inbound-rtp") sum += report.packetsReceived;
      }
      if (sum > packets) window.__last = Date.now();
      packets = sum;
    }, 20);
  });
  page = await context.newPage();
  await page.goto(`${server.url}/organiser#token=${organiser}`);
});
after(async () => {
  await browser?.stop();
  await server?.stop();
});

async function links(method, { path = "", body, token = organiser, room = "hall" } = {}) {
  const answer = await fetch(`${server.url}/api/v1/rooms/${room}/links${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : null };
}

const button = (where, name) => where.getByRole("button", { name, exact: true });
const person = { role: "participant", name: 'Amina "Q" Diallo', organisation: "Ministry", category: "government", expires: "2h" };
const tokenOf = (url) => new URLSearchParams(url.split("#")[1]).get("token");
const rowOf = async (name) => (await links("GET")).body.find((row) => row.name === name);

// Everything that a token could open is closed to it, with the word.
async function opensNothing(token, word) {
  const empty = await emptyPage(context, server);
  await assert.rejects(joinMeeting(empty, server, "hall", token), new RegExp(word));
  await empty.close();
  const answer = await postOffer(server, offer(), { token });
  assert.equal(answer.status, 401);
  assert.match(await answer.text(), new RegExp(word));
}

async function makeInPage(name) {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await button(page, "Make the link").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("img", { name: `QR code of ${name}` }).waitFor();
  const url = await dialog.getByLabel("Link", { exact: true }).inputValue();
  await page.keyboard.press("Escape");
  return url;
}

test("what makes no link, and who may not, is refused with a word", async () => {
  const wrong = [
    [{ ...person, role: "emperor" }, 400, "bad_role"],
    [{ ...person, role: "admin" }, 403, "not_allowed"],
    [{ ...person, name: " \u202e " }, 400, "bad_name"],
    [{ ...person, name: 7 }, 400, "bad_json"],
    [{ ...person, category: "nobility" }, 400, "bad_category"],
    [{ ...person, where: "moon" }, 400, "bad_where"],
    [{ ...person, expires: "for ever" }, 400, "bad_expires"],
    [[], 400, "bad_json"],
  ];
  for (const [body, status, code] of wrong) {
    const answer = await links("POST", { body });
    assert.equal(answer.status, status, code);
    assert.equal(answer.body.code, code);
  }
  assert.equal((await links("DELETE", { path: "/nothing" })).body.code, "no_link");
  assert.equal((await links("PUT", { body: {} })).status, 405);
  assert.equal((await links("GET", { room: "annex" })).body.code, "wrong_room");
  for (const role of ["participant", "moderator", "technician"]) {
    assert.equal((await links("GET", { token: server.token("hall", role, "X") })).status, 403, role);
  }
  const own = (await links("GET")).body.find((row) => row.own);
  assert.equal((await links("DELETE", { path: `/${own.id}` })).body.code, "own_link");
  // What is above them they neither see nor end.
  const above = [server.token("hall", "admin", "Root"), server.token("*", "technician", "Everywhere")];
  for (const token of above) assert.equal((await links("GET", { token })).status, token === above[0] ? 200 : 403);
  const ids = above.map((token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url")).jti);
  assert.ok((await links("GET")).body.every(({ id }) => !ids.includes(id)));
  for (const id of ids) assert.equal((await links("DELETE", { path: `/${id}` })).body.code, "no_link");
  assert.ok((await links("GET", { token: above[0] })).body.some(({ id }) => id === ids[0]));
});

test("an organiser makes a link in the page, and a participant comes in by it", async () => {
  const url = await makeInPage(person.name);
  assert.ok(url.startsWith(`${server.url}/room/hall#token=`));
  const row = await rowOf(person.name);
  assert.equal(new URL(row.url, server.url).href, url);
  assert.ok(Math.abs(row.expires - row.made_at - 24 * 3_600_000) < 1_000);
  amina = { url, id: row.id, page: await context.newPage() };
  await amina.page.goto(url);
  await enter(amina.page);
  await seesPicture(amina.page);
});

test("a revoked link's page says so, its media end within a second, and nothing opens with it again", async () => {
  const token = tokenOf(amina.url);
  const player = await openPlayer(context, server, "hall", { token });
  await until("the player's media", () => player.evaluate(() => window.__last !== undefined));
  const session = await player.evaluate(() => window.__session);
  const asked = page.waitForRequest((request) => request.method() === "DELETE").then(() => Date.now());
  await button(page, `Revoke the link of ${person.name}`).click(kHeld);
  const started = await asked;
  await amina.page.getByRole("heading", { name: "This link has been revoked" }).waitFor();
  const told = Date.now() - started;
  await until("the session to be gone", async () => (await fetch(session, { headers: { authorization: `Bearer ${token}` } })).status === 404);
  await until("the player to be told", () => player.evaluate(() => ["failed", "closed", "disconnected"].includes(window.__peer.connectionState)));
  for (const one of [amina.page, player]) {
    const more = (await one.evaluate(() => window.__last)) - started;
    assert.ok(more < 1_000, `media came for ${more} ms more`);
    console.log(`media came for ${more} ms after the organiser's press, the page said so after ${told} ms`);
  }
  await page.getByRole("listitem").filter({ hasText: "Revoked" }).waitFor();
  assert.equal((await rowOf(person.name)).url, null);
  await amina.page.reload();
  await amina.page.getByRole("heading", { name: "This link has been revoked" }).waitFor();
  await opensNothing(token, "revoked");
  await Promise.all([amina.page.close(), player.close()]);
});

test("a token of the command line is revoked, too, once it was used, and all of it lasts through kill -9", async () => {
  const elsewhere = server.token("hall", "participant", "Olga Petrova");
  assert.equal(await rowOf("Olga Petrova"), undefined);
  const olga = await emptyPage(context, server);
  await joinMeeting(olga, server, "hall", elsewhere);
  const { id, made_at, url } = await rowOf("Olga Petrova");
  assert.deepEqual([made_at, url], [null, null]);
  assert.equal((await links("DELETE", { path: `/${id}` })).status, 204);
  assert.equal((await until("the word", () => olga.evaluate(() => window.__notes.find(({ method }) => method === "meeting.excluded")))).params.code, "revoked");
  await opensNothing(elsewhere, "revoked");
  const other = (await links("POST", { body: { ...person, name: "Mona", role: "moderator" } })).body;
  assert.match(other.url, /^\/room\/hall\/moderator#token=/);

  await server.kill("SIGKILL");
  await server.start();
  for (const token of [elsewhere, tokenOf(amina.url)]) await opensNothing(token, "revoked");
  assert.equal((await rowOf("Olga Petrova")).revoked, true);
  await joinMeeting(olga, server, "hall", tokenOf(other.url));
  await olga.close();
});

test("a moderator removes somebody from the meeting, who does not come back, after kill -9 neither", async () => {
  const url = await makeInPage("Li Wei");
  const theirs = await context.newPage();
  await theirs.goto(url);
  await enter(theirs);
  await seesPicture(theirs);
  await askForFloor(theirs, "Roads");
  const moderator = await context.newPage();
  await moderator.goto(link(server, "/room/hall/moderator", "moderator", "Mona Idris"));
  await button(moderator, "More for Li Wei").click();
  await button(moderator, "Remove Li Wei from the meeting").click(kHeld);
  await theirs.getByRole("heading", { name: "You were removed from this meeting" }).waitFor();
  await until("the row to be gone", async () => (await moderator.getByText("Li Wei").count()) === 0);
  await opensNothing(tokenOf(url), "removed");
  await server.kill("SIGKILL");
  await server.start();
  await opensNothing(tokenOf(url), "removed");
  await theirs.reload();
  await theirs.getByRole("heading", { name: "You were removed from this meeting" }).waitFor();
  assert.deepEqual([(await rowOf("Li Wei")).removed, (await rowOf("Li Wei")).url], [true, null]);
  await Promise.all([theirs.close(), moderator.close()]);
});

test("the speakers' list is exported beside the running server", async () => {
  const page = await emptyPage(context, server);
  const { body } = await links("POST", { body: { ...person, name: "=SUM(A1)" } });
  await joinMeeting(page, server, "hall", tokenOf(body.url));
  const asked = await page.evaluate(() =>
    window.__call("floor.request", { key: "k", kind: "question", topic: "+1, \"or\" 2", language: "en" }));
  assert.equal(asked.result.position, 1);
  const exported = (...more) => execFileSync(program, ["export", "hall", "--config", server.config, ...more], { encoding: "utf8" });
  const row = exported().split("\r\n").find((line) => line.startsWith(`${asked.result.request},`));
  assert.match(row, /^r-\d+,'=SUM\(A1\),Ministry,,government,question,,"'\+1, ""or"" 2",en,20\d\d-/);
  const request = JSON.parse(exported("--format", "json")).requests.find(({ request: id }) => id === asked.result.request);
  assert.equal(request.name, "=SUM(A1)");
  assert.equal(request.outcome, null);
  await page.close();
});
