// The measure of lib/stoi.mjs itself: what is as it was said counts 1, and less the more of it is noise or missing.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { speechFile } from "./lib/speech.mjs";
import { aligned, lagOf, rate, stoi } from "./lib/stoi.mjs";

const SPLIT = 3 * rate; // where a stretch of time is put in

let folder;
let said;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "plenary-stoi-"));
  said = speechFile(folder).said.subarray(0, 6 * rate);
});
after(() => rmSync(folder, { recursive: true, force: true }));

function chance(seed) {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}
const power = (samples) => samples.reduce((total, value) => total + value * value, 0) / samples.length;

function noisy(decibels) {
  const next = chance(1);
  const noise = Float64Array.from(said, () => next() + next() + next() - 1.5);
  const gain = Math.sqrt(power(said) / power(noise) / 10 ** (decibels / 10));
  return said.map((value, i) => value + gain * noise[i]);
}

// Silence for packets of 20 ms that did not come.
function gappy(share) {
  const next = chance(2);
  const gone = Array.from({ length: said.length / (rate / 50) + 1 }, () => next() < share);
  return said.map((value, i) => (gone[Math.floor(i / (rate / 50))] ? 0 : value));
}

const falls = (values) => values.every((value, i) => i === 0 || value < values[i - 1] - 0.03);

test("what is heard as it was said counts 1, loud or quiet", () => {
  assert.ok(stoi(said, said) > 0.9999);
  assert.ok(stoi(said, said.map((value) => value / 10)) > 0.9999);
});

test("the more noise, the less is understood", () => {
  const values = [20, 10, 0, -10, -20].map((decibels) => stoi(said, noisy(decibels)));
  assert.ok(falls(values) && values[0] > 0.9 && values.at(-1) < 0.5, values.join(" "));
});

test("the more is missing, the less is understood", () => {
  const values = [0.05, 0.2, 0.4, 0.7].map((share) => stoi(said, gappy(share)));
  assert.ok(falls(values), values.join(" "));
});

test("other speech is not understood", () => {
  const other = Float64Array.from(said, (_, i) => said[said.length - 1 - i]);
  assert.ok(stoi(said, other) < 0.4, `${stoi(said, other)}`);
});

test("a start that comes late, and a stretch of time within, cost nothing", () => {
  const late = rate + 123;
  const heard = new Float64Array(said.length + 2 * rate);
  heard.set(said.subarray(0, SPLIT), late);
  heard.set(said.subarray(SPLIT), late + SPLIT + 300);
  assert.equal(lagOf(said.subarray(0, SPLIT), heard), late);
  const value = stoi(said, aligned(said, heard, late));
  assert.ok(value > 0.95, `${value}`);
});
