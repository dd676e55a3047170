// Each page on a phone's and on a large screen: its words, its picture, nothing wider than the window. Screenshots of
// all are kept in build/screenshots to be looked at.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { askForFloor, enter, screenshot, seesPicture } from "./lib/pages.mjs";
import { root, startServer } from "./lib/server.mjs";

const shots = join(root, "build/screenshots");
const sizes = { phone: { width: 360, height: 740 }, large: { width: 1920, height: 1080 } };
const pages = [
  { name: "index", path: "/", words: ["Hall", "Room two"] },
  { name: "participant", path: "/room/hall", role: "participant", words: ["Speakers' list", "Request the floor"], picture: "video", enter: true },
  { name: "moderator", path: "/room/hall/moderator", role: "moderator", words: ["The floor is free", "Grant next"], picture: "canvas" },
  { name: "chair", path: "/room/hall/chair", role: "chair", words: ["The floor is free", "Give the floor"] },
  { name: "technician", path: "/technician", role: "technician", words: ["Hall", "main", "wall", "Remote speakers"], picture: "canvas" },
  { name: "organiser", path: "/organiser", role: "organiser", words: ["Make a link", "Valid for"] },
  { name: "stage", path: "/room/hall/stage", role: "observer", words: ["Hall"] },
  { name: "timer", path: "/room/hall/timer", words: ["Hall", "Nobody has the floor"] },
  { name: "return", path: "/room/hall/return", role: "technician", words: [], picture: "video" },
];
let server;
let browser;

before(async () => {
  mkdirSync(shots, { recursive: true });
  server = await startServer(`
[[rooms]]
id = "hall"
title = "Hall"
languages = ["en", "fr"]
mix = "server"
  [[rooms.sources]]
  id = "main"
  url = "test:?tone=440,700,1100"
  audio = { floor = 0, en = 1, fr = 2 }
  [[rooms.returns]]
  id = "wall"
  url = "udp://127.0.0.1:5999"
[[rooms]]
id = "two"
title = "Room two"
mix = "server"
  [[rooms.sources]]
  id = "main"
  url = "test:"
  audio = { floor = 0 }
`);
  browser = await startBrowser();
});
after(async () => {
  await browser?.stop();
  await server?.stop();
});

// Elements that reach beyond the window and are not cut by a scrolling parent of their own.
const tooWide = () => {
  const wide = [];
  if (document.documentElement.scrollWidth > innerWidth) wide.push(`the page: ${document.documentElement.scrollWidth} px`);
  for (const element of document.querySelectorAll("body *")) {
    const { left, right, width, height } = element.getBoundingClientRect();
    if (width < 2 || height < 2 || (right <= innerWidth + 1 && left >= -1)) continue;
    let parent = element.parentElement;
    while (parent && getComputedStyle(parent).overflowX === "visible") parent = parent.parentElement;
    if (!parent || parent === document.documentElement || parent === document.body) wide.push(element.outerHTML.slice(0, 120));
  }
  return wide;
};

for (const { name, path, role, words, picture, enter: enters } of pages) {
  for (const [size, viewport] of Object.entries(sizes)) {
    test(`the ${name} page at ${viewport.width} px`, async () => {
      const context = await browser.context({ viewport });
      const page = await context.newPage();
      const faults = [];
      page.on("pageerror", (error) => faults.push(error.message));
      await page.goto(role ? `${server.url}${path}#token=${server.token("hall", role, "Amina Diallo")}` : server.url + path);
      if (enters) await enter(page);
      for (const word of words) await page.getByText(word).first().waitFor({ timeout: 60_000 });
      if (picture) await seesPicture(page, "the", picture);
      await screenshot(page, join(shots, `${name}-${size}.png`));
      assert.deepEqual(await page.evaluate(tooWide), []);
      assert.deepEqual(faults, []);
      await context.close();
    });
  }
}

test("a room without interpretation takes requests", async () => {
  const context = await browser.context();
  const page = await context.newPage();
  await page.goto(`${server.url}/room/two#token=${server.token("two", "participant", "Amina Diallo")}`);
  await enter(page);
  await askForFloor(page, "No language to choose");
  await context.close();
});
