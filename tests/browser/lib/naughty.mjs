// Texts that try to be code, links for people of such names, and pages that notice when one of them is.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { corpus } from "./target.mjs";

export const own = [
  "<script>window.__ran()</script>", "<img src=x onerror=window.__ran()>", "<svg/onload=window.__ran()>", "</bdi><b onclick=window.__ran()>b</b>",
  "javascript:window.__ran()", "\" onmouseover=\"window.__ran()", "' autofocus onfocus='window.__ran()", "{{constructor.constructor('window.__ran()')()}}",
  "${window.__ran()}", "<iframe srcdoc='<script>parent.__ran()</script>'>", "<math><mi xlink:href=\"javascript:window.__ran()\">", "<!--<img src=x onerror=window.__ran()>-->",
  "<details open ontoggle=window.__ran()>", "<a href=javascript:window.__ran()>x", "{count, plural, other {<script>window.__ran()</script>}}", "'{name}'", "{", "\u202Etxt.exe",
  "\u200B\u200B", "Zalgo " + "\u0301".repeat(60), "\r\nSet-Cookie: a=b", "=HYPERLINK(\"http://x\")", "العربية <script>window.__ran()</script>", "𝒻𝒶𝓃𝒸𝓎", "a".repeat(5_000),
];
export const strings = [...new Set([...own, ...corpus("strings", "blns.json").flatMap((file) => JSON.parse(file))])];

// Of which nothing is left when the server has cleaned it.
export const isBlank = (text) => !/[^\p{C}\p{Z}\u115F\u1160\u3164\uFFA0\u2800]/u.test(text);

// A link of somebody whose name, title, country and delegation are the text.
export function naughtyToken(server, room, role, text, number, more = {}) {
  const secret = readFileSync(join(server.data, "secret"), "utf8").trimEnd();
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const name = text.slice(0, 150); // a token has at most 4,096 bytes
  const person = { sub: `${role}-${number}`, jti: `${role}-${room}-${number}`, name, title: name, organisation: name, country: name };
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ ...person, role, room, exp: Math.floor(Date.now() / 1_000) + 3_600, ...more })}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

const injected = () => document.querySelectorAll("[onerror], [onload], [onclick], [onmouseover], [onfocus], [ontoggle], iframe, object, embed, math, script:not([src])").length;

// Pages that count the scripts of others which run in them, and write down dialogs, errors and requests to anywhere else.
export async function openGuarded(browser, server) {
  const context = await browser.context();
  await context.addInitScript(() => {
    window.__runs = 0;
    window.__ran = () => { window.__runs += 1; };
    window.alert = window.prompt = window.confirm = window.__ran;
    window.print = () => {};
  });
  const seen = [];
  const pages = [];
  return {
    context,
    async open(path, token) {
      const page = await context.newPage();
      page.on("pageerror", (error) => seen.push(`${path}: ${error.message}`));
      page.on("dialog", (dialog) => { seen.push(`${path}: a dialog`); void dialog.dismiss(); });
      page.on("request", (request) => { if (!/^(https?|wss?|blob|data):/.test(request.url()) || !/^(data|blob)|127\.0\.0\.1/.test(request.url())) seen.push(`${path}: ${request.url()}`); });
      await page.goto(`${server.url}${path}${token ? `#token=${token}` : ""}`);
      pages.push(page);
      return page;
    },
    async assertNothingRan() {
      for (const page of pages) {
        assert.equal(await page.evaluate(() => window.__runs), 0, page.url());
        assert.equal(await page.evaluate(injected), 0, page.url());
      }
      assert.deepEqual(seen, []);
    },
    async closePages() {
      for (const page of pages.splice(0)) await page.close();
    },
    close: () => context.close(),
  };
}
