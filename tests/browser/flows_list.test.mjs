// The speakers' list from both sides: two moderators and the chair act on it, three people in the room wait in it.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { allSee, ask, listed, more, openMeeting, phases, pressAtOnce, row, sees, seesNot } from "./lib/cast.mjs";

let meeting;
let mona;
let karim;
let chair;
let stage;
let amina;
let li;
let olga;

before(async () => {
  meeting = await openMeeting();
  const here = (name, category, ...more) => meeting.open(name, "participant", { more: ["--where", "room", "--category", category, ...more] });
  mona = await meeting.open("Mona Idris", "moderator", { path: "moderator" });
  karim = await meeting.open("Karim Said", "moderator", { path: "moderator" });
  chair = await meeting.open("Carla Chair", "chair", { path: "chair" });
  stage = await meeting.open("Screen", "observer", { path: "stage" });
  amina = await here("Amina Diallo", "government");
  li = await here("Li Wei", "private_sector", "--rank", "20");
  olga = await here("Olga Petrova", "civil_society", "--rank", "3");
});
after(() => meeting?.stop());

const everywhere = async (...names) => {
  for (const page of [mona, karim]) await listed(page, "moderator", names);
  for (const page of [amina, li, olga]) await listed(page, "participant", names);
  await listed(stage, "stage", names);
  await sees(chair, names[0] ?? "Nobody is waiting.", ".next");
};
const press = async (page, key) => {
  await page.locator("h1").first().click();
  await page.keyboard.press(key);
};
const select = (page, name) => row(page, name).locator(".pick").click();
// A row under the pointer stays where it is, and so would it here.
beforeEach(() => Promise.all([mona, karim].map((page) => page.mouse.move(0, 0))));

test("three ask, and every page has them in the order asked, with place and reason", async () => {
  await ask(amina, "statement", "Affordable access");
  await sees(amina, ["You are number 1 in the list", "It is nearly your turn.", "first to ask"], ".own-card");
  await ask(li, "question", "Who pays?");
  await sees(li, ["You are number 2 in the list", "about 3 minutes", "in the order asked"], ".own-card");
  await ask(olga, "statement");
  await sees(olga, ["You are number 3 in the list", "about 5 minutes"], ".own-card");
  await everywhere("Amina Diallo", "Li Wei", "Olga Petrova");
  await allSee([mona, karim], ["Question", "Who pays?", "Private sector", "In the room", "in the order asked"], ".queue-box");
  await allSee([chair], ["3 people are waiting to speak", "Affordable access", "Government"], ".next");
});

test("Alt and arrows, and Alt and Home, move a row everywhere, and each page says that a hand has placed it", async () => {
  await select(mona, "Olga Petrova");
  await press(mona, "Alt+ArrowUp");
  await everywhere("Amina Diallo", "Olga Petrova", "Li Wei");
  await sees(olga, ["You are number 2 in the list", "placed by the moderator"], ".own-card");
  await allSee([mona, karim], "Manual order", ".queue-box .manual");
  await press(mona, "Alt+Home");
  await everywhere("Olga Petrova", "Amina Diallo", "Li Wei");
  await press(mona, "Alt+ArrowDown");
  await everywhere("Amina Diallo", "Olga Petrova", "Li Wei");
  await mona.getByRole("button", { name: "Back to: As asked" }).click();
  await everywhere("Amina Diallo", "Li Wei", "Olga Petrova");
  await seesNot(karim, "Manual order", ".queue-box .manual");
});

test("the other moderator undoes a denial, and the same one a move: all is as before, and everybody was told", async () => {
  await phases(li);
  const undone = pressAtOnce(karim, "[data-action=undo]", "Denied · Li Wei (Mona Idris)");
  await more(mona, "Li Wei", "deny");
  await undone;
  await everywhere("Amina Diallo", "Li Wei", "Olga Petrova");
  await sees(li, "You are number 2 in the list", ".own-card");
  assert.deepEqual(await phases(li), ["ended", "queued"]);

  await select(mona, "Olga Petrova");
  const taken = pressAtOnce(mona, "[data-action=undo]", "Moved · Olga Petrova");
  await press(mona, "Alt+Home");
  await taken;
  await everywhere("Amina Diallo", "Li Wei", "Olga Petrova");
  await seesNot(mona, "Manual order", ".queue-box .manual");
});

test("passed over, somebody waits one place further down and reads why; denied, they read that too", async () => {
  await select(karim, "Amina Diallo");
  await press(karim, "Delete");
  await everywhere("Li Wei", "Amina Diallo", "Olga Petrova");
  await sees(amina, ["You are number 2 in the list", "passed over once"], ".own-card");
  await more(karim, "Olga Petrova", "deny");
  await sees(olga, "The moderator did not take your request.", ".own-card");
  await everywhere("Li Wei", "Amina Diallo");
  await olga.locator(".own-card").getByRole("button", { name: "Close" }).click();
  await ask(olga, "statement");
  await everywhere("Li Wei", "Amina Diallo", "Olga Petrova");
});

test("two moderators act on the same row at once: one outcome, and one refusal beside it", async () => {
  await karim.evaluate(() => window.__late(true));
  await row(mona, "Li Wei").locator("[data-action=grant]").click();
  await sees(li, "You are live", ".own-card");
  // Karim still sees the list as it was.
  await row(karim, "Li Wei").locator("[data-action=grant]").click();
  await karim.evaluate(() => window.__late(false));
  await sees(karim, "Somebody else has given them the floor already.", ".speaker");
  for (const page of [mona, karim]) assert.equal(await page.locator(".now-box .speaker").count(), 1);
  await karim.locator(".speaker .at-row").getByRole("button", { name: "Close" }).click();

  await karim.evaluate(() => window.__late(true));
  await more(mona, "Amina Diallo", "deny");
  await sees(amina, "The moderator did not take your request.", ".own-card");
  await more(karim, "Amina Diallo", "pass");
  await karim.evaluate(() => window.__late(false));
  await sees(karim, "That request has ended already.", ".notices");
  await everywhere("Olga Petrova");
  await seesNot(mona, /already/, ".notices");
});

test("the moderator who takes over is in charge on every console", async () => {
  await allSee([mona, karim], "Nobody is in charge yet", ".charge");
  await mona.getByRole("button", { name: "Take over" }).click();
  await sees(mona, "You are in charge", ".charge");
  await allSee([karim, chair], "Mona Idris is in charge");
  await karim.getByRole("button", { name: "Take over" }).click();
  await sees(karim, "You are in charge", ".charge");
  await allSee([mona, chair], "Karim Said is in charge");
});

test("a closed list refuses in words who saw it open; a point of order, a right of reply and whom a moderator adds pass", async () => {
  await amina.locator(".own-card").getByRole("button", { name: "Close" }).click();
  await amina.evaluate(() => window.__late(true));
  await press(mona, "k");
  await allSee([mona, karim, li, olga], "The list is closed");
  const refused = await ask(amina, "statement", "Too late");
  await amina.evaluate(() => window.__late(false));
  await sees(amina, ["The list is closed.", "only points of order and rights of reply are taken now"], "#request");
  assert.equal(await refused.locator("input[value=statement]").isDisabled(), true);
  await refused.locator("input[value=right_of_reply]").check();
  await refused.locator("[data-action=ask]").click();
  await sees(amina, ["You are number 2 in the list", "rights of reply come at the end"], ".own-card");

  // Li Wei has the floor; Olga waits with a statement and asks for a point of order beside it.
  await olga.locator(".own-card [data-action=order]").click();
  assert.deepEqual(await olga.locator("#request input[name=kind]").evaluateAll((kinds) => kinds.map(({ value }) => value)), ["point_of_order"]);
  await olga.locator("#request [data-action=ask]").click();
  await sees(olga, ["You are number 1 in the list", "points of order go first"], ".own-card");
  await everywhere("Olga Petrova", "Olga Petrova", "Amina Diallo");
  await allSee([mona, karim, stage, chair, li], "Point of order");

  await press(karim, "a");
  const add = karim.locator("#add");
  await add.locator("input[name=name]").fill("Nadia Haddad");
  await add.locator("select[name=category]").selectOption("academia");
  await add.locator("[data-action=add-send]").click();
  await everywhere("Olga Petrova", "Olga Petrova", "Nadia Haddad", "Amina Diallo");
});

test("a granted point of order pauses the speech, which goes on when it is over", async () => {
  await press(mona, "n");
  await sees(olga, "You are live", ".own-card");
  await sees(li, "Paused by the moderator", ".own-card");
  for (const [page, floor] of [[mona, ".now-box"], [karim, ".now-box"], [stage, ".now"], [amina, ".speakers .now"]]) await sees(page, ["Paused", "Live", "Li Wei", "Olga Petrova"], floor);
  await sees(chair, ["Live", "Point of order", "Olga Petrova", "Li Wei"], ".card.now");
  await olga.locator("[data-action=release]").click();
  await sees(olga, "You are number 1 in the list", ".own-card");
  await chair.locator("[data-action=pause]").click();
  await sees(li, "You are live", ".own-card");
  await everywhere("Olga Petrova", "Nadia Haddad", "Amina Diallo");
});

test("a speech is ended for a reason: each reads it in their own language", async () => {
  await li.locator("[data-action=locale]").selectOption("fr");
  await karim.locator(".speaker .more").click();
  await karim.locator(".more-menu:popover-open [data-action=revoke-why]").click();
  await karim.locator("#revoke input[value=over_time]").check();
  await karim.locator("#revoke [data-action=revoke-send]").click();
  await sees(li, ["Le modérateur a mis fin à votre intervention.", "Votre temps était écoulé."], ".own-card");
  await allSee([mona, karim, chair], "The floor is free.");
  await li.locator("[data-action=locale]").selectOption("en");
  await sees(li, ["The moderator has ended your speech.", "Your time was over."], ".own-card");
});

test("the list opens again, and may go by balance, by protocol or as asked", async () => {
  await press(karim, "k");
  await allSee([mona, karim, li, olga], "The list is open");
  await li.locator(".own-card").getByRole("button", { name: "Close" }).click();
  await allSee([stage, mona], "Li Wei", ".before, .side");
  for (const name of ["Olga Petrova", "Nadia Haddad", "Amina Diallo"]) await more(mona, name, "deny");
  await everywhere();
  for (const page of [olga, amina]) await page.locator(".own-card").getByRole("button", { name: "Close" }).click();
  for (const [page, name] of [[li, "Li Wei"], [olga, "Olga Petrova"], [amina, "Amina Diallo"]]) {
    await ask(page, "statement");
    await sees(page, /You are number/, ".own-card");
    await row(mona, name).waitFor();
  }
  await everywhere("Li Wei", "Olga Petrova", "Amina Diallo");
  const order = (page, value) => page.locator("[data-action=order]").selectOption(value);
  await order(mona, "balance");
  await everywhere("Olga Petrova", "Amina Diallo", "Li Wei");
  await sees(olga, "balance: this group has spoken least", ".own-card");
  assert.equal(await karim.locator("[data-action=order]").inputValue(), "balance");
  await order(karim, "protocol");
  await everywhere("Olga Petrova", "Li Wei", "Amina Diallo");
  await sees(olga, ["You are number 1 in the list", "by protocol rank"], ".own-card");
  assert.equal(await mona.locator("[data-action=order]").inputValue(), "protocol");
  await order(mona, "asked");
  await everywhere("Li Wei", "Olga Petrova", "Amina Diallo");
});
