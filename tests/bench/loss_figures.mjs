// What a viewer in Chromium still understands and sees at 0 to 30 % loss and 100 ms of round trip, with redundant sound and without. Prints a table.
//   loss_figures.mjs                                  behind a relay that loses, towards the viewer
//   loss_figures.mjs VIEWERS SERVER ADDRESS           behind a cable that loses, each way (loss_path.py)
//   loss_figures.mjs VIEWERS SERVER ADDRESS --check   fails where speech with redundant sound is not understood, or no picture comes
import assert from "node:assert/strict";
import { loadavg } from "node:os";
import { startLossFigures } from "../browser/lib/loss_figures.mjs";
import { lossyCable } from "./lossy_cable.mjs";

const LOSSES = [0.1, 0.2, 0.3];
const UNDERSTOOD = 0.88; // as in tests/browser/intelligibility.test.mjs
const ROUNDS = 3; // a busy machine's browser leaves out sound of its own in some

const [viewers, server, address, check] = process.argv.slice(2);
const cable = viewers && lossyCable({ viewers, server, address });
const percent = (share) => `${(100 * share).toFixed(1)} %`;

function print(f, red) {
  console.log(`| ${percent(f.loss)}${red ? "" : ", without RED"} | ${f.stoi.toFixed(3)} | ${percent(f.lost)} · ${percent(f.concealed)} ` +
    `| ${f.arrived.toFixed(1)} · ${f.decoded.toFixed(1)} | ${f.red} | ${f.rtx} | ${f.soon} · ${f.old} · ${f.over} |`);
}

async function checkLoss(figures, loss) {
  for (let round = 1; ; round++) {
    const f = await figures.at(loss);
    print(f, true);
    assert.ok(f.lost > loss / 2, "the line loses");
    if (f.stoi > UNDERSTOOD && f.decoded > 0) return;
    assert.ok(round < ROUNDS, `${percent(loss)} lost: ${f.stoi.toFixed(3)} understood, ${f.decoded.toFixed(1)} pictures a second`);
  }
}

console.log(`load ${loadavg()[0].toFixed(1)} before the run\n`);
console.log("| loss | intelligibility (STOI) | sound lost on the line · made up | pictures a second, whole · shown | RED packets | RTX packets | refused: too soon · too old · beyond the budget |\n|---|---|---|---|---|---|---|");
for (const red of check ? [true] : [true, false]) {
  const figures = await startLossFigures({ red, cable });
  try {
    for (const loss of check || !red ? LOSSES : [0, ...LOSSES]) {
      if (check) await checkLoss(figures, loss);
      else print(await figures.at(loss), red);
    }
  } finally {
    await figures.stop();
  }
}
