// Debian's Chromium, as the program that has its engine and none of its windows, with fake devices: a camera of Chromium's own and a microphone that plays a tone of the test's.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const chromiumPath = "/usr/bin/chromium-headless-shell";
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream=fps=30",
  "--allow-loopback-in-peer-connection",
];

export function toneFile(folder, frequency, seconds = 2, rate = 48_000) {
  const samples = rate * seconds;
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write("RIFF", 0);
  wav.writeUInt32LE(36 + samples * 2, 4);
  wav.write("WAVEfmt ", 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write("data", 36);
  wav.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i++) {
    // In pulses of a syllable's length: a browser's noise suppression takes a steady tone out. Their soft edges keep
    // the tone's neighbours free of it.
    const loud = Math.max(0.02, Math.sin((2 * Math.PI * 4 * i) / rate));
    wav.writeInt16LE(Math.round(12_000 * loud * Math.sin((2 * Math.PI * frequency * i) / rate)), 44 + i * 2);
  }
  const file = join(folder, `tone-${frequency}.wav`);
  writeFileSync(file, wav);
  return file;
}

function programIn(folder, namespace) {
  const file = join(folder, "chromium");
  writeFileSync(file, `#!/bin/sh\nexec ip netns exec ${namespace} ${chromiumPath} "$@"\n`, { mode: 0o755 });
  return file;
}

// `sound` makes the file that the microphone plays instead of a tone, in the folder that it is given.
// `more`: further flags. `autoplay`: false is how people's browsers are, where a page may sound only after a click.
// `namespace`: the network namespace that the browser lives in.
export async function startBrowser({ microphone = 1_000, sound = (folder) => toneFile(folder, microphone), autoplay = true, more = [], namespace } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "plenary-chromium-"));
  const browser = await chromium.launch({
    executablePath: namespace ? programIn(folder, namespace) : chromiumPath,
    headless: true,
    args: [
      ...flags,
      ...more,
      `--autoplay-policy=${autoplay ? "no-user-gesture-required" : "user-gesture-required"}`,
      `--use-file-for-fake-audio-capture=${sound(folder)}`,
    ],
  });
  return {
    context: (options = {}) => browser.newContext({ permissions: ["camera", "microphone"], ...options }),
    async stop() {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
