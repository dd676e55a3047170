// What a viewer in Chromium still understands and sees at 0 to 30 % loss and 100 ms of round trip, and without redundant sound. Prints a table.
import { startLossFigures } from "../browser/lib/loss_figures.mjs";

const percent = (share) => `${(100 * share).toFixed(1)} %`;

console.log("| loss | intelligibility (STOI) | sound lost on the line · made up | pictures whole · shown | in | RED packets | RTX packets |\n|---|---|---|---|---|---|---|");
for (const red of [true, false]) {
  const figures = await startLossFigures({ red });
  try {
    for (const loss of red ? [0, 0.1, 0.2, 0.3] : [0.1, 0.2, 0.3]) {
      const f = await figures.at(loss);
      console.log(`| ${percent(loss)}${red ? "" : ", without RED"} | ${f.stoi.toFixed(3)} | ${percent(f.lost)} · ${percent(f.concealed)} ` +
        `| ${percent(f.arrived)} · ${percent(f.decoded)} | ${f.seconds.toFixed(0)} s | ${f.red} | ${f.rtx} |`);
    }
  } finally {
    await figures.stop();
  }
}
