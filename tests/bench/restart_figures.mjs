// How long it takes until pages in Chromium are back after the server was restarted in order. Prints a table.
import { loadavg } from "node:os";
import { startRestart } from "../browser/lib/restart.mjs";

const rounds = 10;
const load = loadavg()[0];
const meeting = await startRestart();
const down = [], listed = [], media = [];
let acknowledged = 0, lost = 0;
try {
  for (let round = 0; round < rounds; round++) {
    const one = await meeting.restart(round);
    down.push(one.down);
    acknowledged += one.acknowledged.length;
    lost += one.lost.length;
    listed.push(...one.back.map((page) => page.listed));
    media.push(...one.back.map((page) => page.media));
  }
} finally {
  await meeting.stop();
}
const spread = (all) => {
  const sorted = all.toSorted((one, other) => one - other);
  return `p50 ${(sorted[Math.floor(sorted.length / 2)] / 1_000).toFixed(1)} s, most ${(sorted.at(-1) / 1_000).toFixed(1)} s`;
};
console.log(`load ${load.toFixed(1)} before the run\n\n| what | measured | to reach |\n|---|---|---|`);
console.log(`| acknowledgements lost | ${lost} of ${acknowledged} | 0 |`);
console.log(`| from SIGTERM to the next server's first answer | ${spread(down)} | |`);
console.log(`| from there, a page has the list again | ${spread(listed)} | ≤ 5 s |`);
console.log(`| … and picture and sound | ${spread(media)} | ≤ 5 s |`);
