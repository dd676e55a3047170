// Two moderators press on the same row at the same moment. Nothing is held back: both calls are on their way before either
// page knows of the other's. Whatever comes first at the server, there is one outcome, and one clear refusal or none.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openMeeting, row, sees } from "./lib/cast.mjs";
import { until } from "./lib/until.mjs";

// As many as it takes for each of the two to win against a call that was on its way; more is a server that prefers one.
const kRaces = 30;

let meeting;
let mona;
let karim;
let rows = 0;

// What the page said and was told, in the order in which it was.
const record = () => {
  window.__wire = [];
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...more) {
      super(...more);
      window.__socket = this;
      this.addEventListener("message", ({ data }) => window.__wire.push({ told: JSON.parse(data) }));
    }
    send(text) {
      window.__wire.push({ said: JSON.parse(text) });
      super.send(text);
    }
  };
};

before(async () => {
  meeting = await openMeeting({ floor: 'ready_within = "0s"\nspeakers_max = 1' });
  mona = await meeting.open("Mona Idris", "moderator", { path: "moderator", prepare: record });
  karim = await meeting.open("Karim Said", "moderator", { path: "moderator", prepare: record });
});
after(() => meeting?.stop());

// Somebody more at the end of the list, without a page; as the form for it does.
async function add(where) {
  const name = `Speaker ${++rows}`;
  await mona.evaluate(({ name, where }) => window.__socket.send(JSON.stringify({
    jsonrpc: "2.0", id: `add ${name}`, method: "floor.add", params: { name, category: "", where, kind: "statement" },
  })), { name, where });
  for (const page of [mona, karim]) await row(page, name).waitFor();
  return name;
}

const handles = (name, presses) =>
  Promise.all(presses.map(([page, action]) => row(page, name).locator(`[data-action=${action}]`).first().elementHandle()));

// Both press; what came of each, who was first at the server, and whether both had said it before either was told.
async function race(name, presses) {
  const buttons = await handles(name, presses);
  for (const [page] of presses) await page.evaluate(() => { window.__wire.length = 0; });
  await Promise.all(buttons.map((button) => button.evaluate((element) => element.click())));
  const outcomes = await Promise.all(presses.map(([page, action]) => until("an answer", () => page.evaluate((method) => {
    const said = window.__wire.findIndex(({ said }) => said?.method === method);
    const call = window.__wire[said]?.said;
    const answer = window.__wire.find(({ told }) => told?.id !== undefined && told.id === call?.id)?.told;
    if (!answer) return null;
    const before = window.__wire.slice(0, said);
    return {
      refused: answer.error?.data.code ?? null,
      request: call.params.request,
      unaware: !before.some(({ told }) => told?.method === "meeting.changed"),
    };
  }, `floor.${action}`))));
  assert.equal(outcomes[0].request, outcomes[1].request, "both meant the same row");
  return outcomes;
}

// Nobody was ever told of two who have the floor, and now all pages show the one.
async function oneSpeaks(name) {
  for (const page of [mona, karim]) {
    const most = await page.evaluate(() => Math.max(...window.__wire.map(({ told }) => told?.params?.set?.floor?.filter(({ state }) => state !== "paused").length ?? 0)));
    assert.ok(most <= 1, `${most} people have the floor`);
    await sees(page, name, ".now-box");
    await until("one speaker", async () => (await page.locator(".now-box .speaker").count()) === 1);
  }
}

// Until each of both has been first while the other's call was on its way. Who begins takes turns.
async function raceUntilBothHaveWon(where, presses, judge) {
  const won = [0, 0];
  for (let run = 0; run < kRaces && won.includes(0); run++) {
    const order = run % 2 === 0 ? [0, 1] : [1, 0];
    const name = await add(where);
    const outcomes = await race(name, order.map((index) => presses[index]));
    const by_press = [outcomes[order.indexOf(0)], outcomes[order.indexOf(1)]];
    const winner = await judge(name, by_press);
    if (by_press.every(({ unaware }) => unaware)) won[winner]++;
  }
  assert.ok(!won.includes(0), `first were ${won} times the one and the other: both orders have to be seen`);
}

// One of two refusals is said on the page of who was second, and nothing on the other one.
async function saysOnlyTo(second, first, words) {
  await sees(second, words);
  assert.equal(await first.getByRole("alert").count(), 0, "who was first reads a refusal");
  await second.getByRole("alert").getByRole("button", { name: "Close" }).click();
}

test("both grant the same row: one has given the floor, the other one reads that somebody else has", () =>
  raceUntilBothHaveWon("room", [[mona, "grant"], [karim, "grant"]], async (name, outcomes) => {
    const refused = outcomes.map((outcome) => outcome.refused);
    assert.deepEqual([...refused].sort(), ["granted_already", null], JSON.stringify(refused));
    const first = refused.indexOf(null);
    await oneSpeaks(name);
    await saysOnlyTo(...(first === 0 ? [karim, mona] : [mona, karim]), "Somebody else has given them the floor already.");
    return first;
  }));

test("both call the same row to the green room: it is called once", () =>
  raceUntilBothHaveWon("remote", [[mona, "prepare"], [karim, "prepare"]], async (name, outcomes) => {
    const refused = outcomes.map((outcome) => outcome.refused);
    assert.deepEqual([...refused].sort(), ["called_already", null], JSON.stringify(refused));
    const first = refused.indexOf(null);
    for (const page of [mona, karim]) await sees(page, name, ".guests");
    await saysOnlyTo(...(first === 0 ? [karim, mona] : [mona, karim]), "Somebody else has called them already.");
    return first;
  }));

test("one calls the row that the other one grants: they have the floor, and a call that came too late is refused", async () => {
  await raceUntilBothHaveWon("remote", [[mona, "prepare"], [karim, "grant"]], async (name, [called, granted]) => {
    assert.equal(granted.refused, null);
    assert.ok([null, "on_floor"].includes(called.refused), called.refused);
    await oneSpeaks(name);
    if (called.refused) await saysOnlyTo(mona, karim, "They have the floor already.");
    else for (const page of [mona, karim]) assert.equal(await page.getByRole("alert").count(), 0);
    return called.refused ? 1 : 0;
  });
});
