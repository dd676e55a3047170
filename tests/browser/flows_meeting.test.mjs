// What happens around the list: the agenda, the private line for help, being in the room, the meeting's states and its
// audience, and sending somebody away; from both sides.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { allSee, ask, listed, more, openMeeting, roomTone, row, sees } from "./lib/cast.mjs";
import { tonesIn } from "./lib/measure.mjs";
import { until } from "./lib/until.mjs";

let meeting;
let mona;
let chair;
let stage;
let technician;
let amina;
let li;
let guest;

before(async () => {
  meeting = await openMeeting({ floor: 'ready_within = "0s"\ngrace = "2m"' });
  mona = await meeting.open("Mona Idris", "moderator", { path: "moderator" });
  chair = await meeting.open("Carla Chair", "chair", { path: "chair" });
  stage = await meeting.open("Screen", "observer", { path: "stage" });
  technician = await meeting.open("Theo Tech", "technician", { path: "/technician" });
  amina = await meeting.open("Amina Diallo", "participant", { pictures: false });
  guest = await meeting.open("", null, { pictures: false });
});
after(() => meeting?.stop());

const hears = (page) => until("the room's sound", async () => (await tonesIn(page, "heard0", [roomTone]))?.[roomTone] > -60);
const hearsNothing = (page) => until("silence", async () => !((await tonesIn(page, "heard0", [roomTone]))?.[roomTone] > -80));
// What people outside notice is held, or pressed with Ctrl.
const decide = (action) => mona.locator(`.hear [data-action=${action}]`).click({ modifiers: ["Control"] });
const viewers = async () => (await meeting.status()).viewers;

test("the agenda: written by a moderator, one item chosen, the next, and taken back; in every head", async () => {
  await mona.locator("[data-action=agenda-edit]").click();
  await mona.locator("#agenda-form textarea").fill("Opening\n4a Connectivity\nAny other business");
  await mona.locator("[data-action=agenda-send]").click();
  await mona.locator(".agenda [data-action=item]").filter({ hasText: "Opening" }).click();
  // The next one is the one after what the moderator's own page shows as the present one.
  const everywhere = async (head, item) => {
    await allSee([chair, stage, amina, guest], head, "header");
    await sees(mona, item, ".agenda [aria-current=step]");
  };
  // A press before anybody can have read the change meant what stood there before.
  const read = () => mona.waitForTimeout(600);
  await everywhere("Item 1: Opening", "Opening");
  await ask(amina, "statement");
  await sees(amina, "You are number 1 in the list", ".own-card");
  await read();
  await mona.locator("[data-action=item-next]").click();
  await everywhere("Item 4a: Connectivity", "Connectivity");
  await sees(mona, "Item 1", ".queue-box");
  await read();
  await mona.keyboard.press("]");
  await everywhere(/Any other business/, "Any other business");
  await read();
  await mona.keyboard.press("[");
  await everywhere("Item 4a: Connectivity", "Connectivity");
  await amina.locator(".controls [data-action=withdraw]").click();
  await sees(amina, "You have withdrawn your request.", ".own-card");
  await listed(mona, "moderator", []);
});

test("the line for help: asked by a participant, seen by moderator and technician, answered, closed", async () => {
  await amina.locator("[data-action=help]").click();
  await amina.locator("help-ask input[name=text]").fill("I hear an echo");
  await amina.locator("help-ask [data-action=help-ask]").click();
  await sees(amina, "Sent. The answer appears here.", "help-ask");
  await amina.keyboard.press("Escape");
  await allSee([mona, technician], "1 call for help", "header");
  await technician.locator("[data-action=helps]").click();
  await sees(technician, ["Amina Diallo", "I hear an echo"], "#helps");
  await technician.locator("#helps input[name=text]").fill("Please use a headset");
  await technician.locator("#helps [data-action=help-answer]").click();
  await sees(amina, ["Theo Tech", "Please use a headset"], ".help-answer");
  await mona.keyboard.press("h");
  await sees(mona, ["I hear an echo", "Please use a headset"], "#helps");
  await mona.locator("#helps [data-action=help-close]").click();
  await sees(mona, "Nobody asks for help.", "#helps");
  await mona.keyboard.press("Escape");
  await technician.keyboard.press("Escape");
  await amina.locator("[data-action=help]").click();
  await sees(amina, "This call has been closed. Write again if you need more help.", "help-ask");
  await amina.keyboard.press("Escape");
  for (const page of [chair, stage, guest]) assert.equal(await page.getByText("echo").count(), 0);
});

test("who is in the room opens nothing, is live at once when granted, and moves only when they do not speak", async () => {
  li = await meeting.open("Li Wei", "participant", {
    enters: false,
    prepare: () => {
      window.__asked = 0;
      const devices = navigator.mediaDevices;
      const plain = devices.getUserMedia.bind(devices);
      devices.getUserMedia = (wish) => { window.__asked += 1; return plain(wish); };
    },
  });
  await li.locator("[data-choice=here]").check();
  await li.locator("[data-action=watch]").click();
  await li.locator("[data-action=request]").click();
  await sees(li, "You will speak at a microphone in the room.", "#request");
  await li.locator("#request [data-action=ask]").click();
  await sees(li, "You are number 1 in the list", ".own-card");
  await sees(mona, "In the room", ".queue-box");
  assert.equal(await row(mona, "Li Wei").locator("[data-action=prepare]").count(), 0, "nobody is called who is there");
  await row(mona, "Li Wei").locator("[data-action=grant]").click();
  await sees(li, ["You are live", "You speak at a microphone in the room."], ".own-card");
  await allSee([mona, chair, stage, amina], "Li Wei");
  assert.deepEqual(await li.evaluate(() => [window.__peers.length, window.__asked]), [0, 0], "no media session, no device");
  await li.locator("[data-action=far]").click();
  await sees(li, "You have the floor: say where you are afterwards.", ".notices");
  await li.locator("[data-action=release]").click();
  await sees(li, /thank you$/, ".own-card");
  await li.locator("[data-action=far]").click();
  await until("a media session", () => li.evaluate(() => window.__peers.length > 0));
});

test("suspended, people far away have slate and silence, and every page says so; resumed, all comes back", async () => {
  await hears(amina);
  await hears(guest);
  await decide("meeting-suspend");
  await allSee([amina, guest], ["Suspended", "Picture and sound come back by themselves when it goes on."], ".stage");
  await allSee([mona, chair, technician], "Nobody outside: the meeting is suspended.");
  await sees(stage, "Suspended");
  await hearsNothing(amina);
  await hearsNothing(guest);
  await decide("meeting-resume");
  await allSee([mona, chair, technician], "Everybody: the room, remote participants and the public webcast.");
  await hears(amina);
  await hears(guest);
});

test("closed, the list lapses; in rehearsal only who is called hears and speaks; opened, the rehearsal is over", async () => {
  await ask(amina, "statement");
  await sees(amina, "You are number 1 in the list", ".own-card");
  await decide("meeting-close");
  await sees(amina, ["Your request has lapsed.", "The meeting was closed."], ".own-card");
  await allSee([amina, guest, stage], "The meeting is closed");
  await hearsNothing(amina);
  await amina.locator(".own-card").getByRole("button", { name: "Close" }).click();
  await sees(amina, "The meeting is closed", ".controls");

  await mona.locator(".hear [data-action=meeting-rehearse]").click();
  await allSee([amina, guest], ["Rehearsal", "Picture and sound begin with the meeting."], ".stage");
  await sees(amina, "The list is open", ".speakers");
  await ask(amina, "statement");
  await row(mona, "Amina Diallo").locator("[data-action=prepare]").click();
  await sees(amina, "Picture and sound ready", ".own-card");
  await hears(amina);
  await hearsNothing(guest);
  await row(mona, "Amina Diallo").locator("[data-action=grant]").click();
  await sees(amina, "You are live", ".own-card");
  await decide("meeting-open");
  await sees(amina, "The rehearsal is over.", ".own-card");
  await hears(guest);
  await hears(amina);
});

// Pages that do not obey: they let their connections stand, so that what still comes is what the server still sends.
const keepsOpen = () => {
  RTCPeerConnection.prototype.close = () => {};
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...more) {
      super(...more);
      this.addEventListener("message", ({ data }) => {
        if (JSON.parse(data).method === "meeting.excluded") window.__told = Date.now();
      });
    }
  };
};
// When packets came, by the clock that all pages of a machine have, and how late this page's own looks were at worst.
const watchPackets = (page) =>
  page.evaluate(() => {
    const look_ms = 25;
    const seen = (window.__seen = { packets: 0, last: 0, late: 0 });
    let looked = Date.now();
    const look = async () => {
      let packets = 0;
      for (const peer of window.__peers) {
        for (const report of (await peer.getStats()).values()) if (report.type === "inbound-rtp") packets += report.packetsReceived;
      }
      const now = Date.now();
      seen.late = Math.max(seen.late, now - looked - look_ms);
      looked = now;
      if (packets > seen.packets) Object.assign(seen, { packets, last: now });
      setTimeout(look, look_ms);
    };
    void look();
  });
const packets = (page) => page.evaluate(() => window.__seen);

test("made for invited people only, the meeting sends those who are not nothing any more within a second, while others go on", async () => {
  const outside = [
    await meeting.open("", null, { prepare: keepsOpen }),
    await meeting.open("Greta Guest", "observer", { prepare: keepsOpen }),
  ];
  const inside = [amina, li];
  for (const page of [...outside, ...inside]) {
    await hears(page);
    await watchPackets(page);
  }
  for (const page of [...outside, ...inside]) await until("packets", async () => (await packets(page)).packets > 0);
  await decide("audience-closed");
  const told = await Promise.all(outside.map((page) => until("the page to be told", () => page.evaluate(() => window.__told))));
  // Long after the promise, as those who stay have it: a hundred packets each.
  for (const page of inside) {
    const { packets: before } = await packets(page);
    await until("a hundred packets more", async () => (await packets(page)).packets > before + 100);
  }
  await until("several seconds to have passed", () => Date.now() > Math.max(...told) + 5_000);
  for (const [index, page] of outside.entries()) {
    const { last, late } = await packets(page);
    assert.ok(late < 2_000, `the machine is too busy to measure: a look was ${late} ms late`);
    assert.ok(last < told[index] + 1_000 + late, `media came for ${last - told[index]} ms more`);
    assert.ok(await page.evaluate(() => window.__peers.every(({ connectionState }) => connectionState !== "new")), "there was no connection to measure");
  }
  for (const page of inside) assert.ok((await packets(page)).last > Math.max(...told) + 1_000, "those who are invited hear nothing");
  await decide("audience-public");
  for (const page of outside) await page.context().close();
  await sees(guest, "Only invited people may watch");
  await guest.locator("[data-action=retry]").click();
  await hears(guest);
});

test("for registered people only, and then for invited ones, others are cut and refused, and read what to do", async () => {
  const before = await viewers();
  await decide("audience-registered");
  await sees(guest, ["Only registered people may watch", "Open your personal link."]);
  await until("the guest's media to have ended", async () => (await viewers()) === before - 1);
  assert.ok(await guest.evaluate(() => window.__peers.every(({ connectionState }) => connectionState === "closed")));
  await allSee([mona, chair, technician], "The room and registered participants.");
  await hears(amina);
  await guest.locator("[data-action=retry]").click();
  await sees(guest, "Only registered people may watch");
  await decide("audience-closed");
  await sees(stage, "Only invited people may watch");
  await hears(amina);
  await decide("audience-public");
  await guest.locator("[data-action=retry]").click();
  await hears(guest);
});

test("removed while on air, somebody is out of the meeting for good and the floor is free", async () => {
  await amina.locator(".own-card").getByRole("button", { name: "Close" }).click();
  await ask(amina, "statement");
  await row(mona, "Amina Diallo").locator("[data-action=prepare]").click();
  await sees(amina, "Picture and sound ready", ".own-card");
  await row(mona, "Amina Diallo").locator("[data-action=grant]").click();
  await sees(amina, "You are live", ".own-card");
  const before = await viewers();
  await mona.locator(".now-box .more").click();
  await mona.locator(".now-box [data-action=remove]").click({ modifiers: ["Control"] });
  await sees(amina, ["You were removed from this meeting", "Your link no longer opens it."]);
  await allSee([mona, chair], "The floor is free.");
  await until("their media to have ended", async () => (await viewers()) === before - 1);
  assert.ok(await amina.evaluate(() => window.__peers.every(({ connectionState }) => connectionState === "closed")));
  await amina.reload();
  await sees(amina, "You were removed from this meeting");
  const token = new URL(amina.url()).hash.slice("#token=".length);
  const answer = await fetch(`${meeting.server.url}/whep/hall`, { method: "POST", headers: { authorization: `Bearer ${token}`, "content-type": "application/sdp" }, body: "v=0\r\n" });
  assert.equal((await answer.json()).code, "removed");
  await allSee([guest], "Nobody has the floor", ".speakers");
});
