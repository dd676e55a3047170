// Speech that is understood or not: espeak-ng reads, a file plays it round and round beneath a moving picture (a room's source), and
// what a page plays of it is recorded and compared.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { rate } from "./stoi.mjs";

export const FRAMES = 25; // pictures a second
const SECONDS = 24; // of one round
const text =
  "The committee resumed its consideration of the draft resolution on water, food and public health. " +
  "Several delegations asked that the fourth paragraph be shortened before the vote. " +
  "The chair thanked the secretariat for seventeen new documents, and gave the floor to the next speaker. " +
  "Our region has built forty small bridges since the spring, yet most villages still wait for a doctor. " +
  "We therefore propose to move the deadline from July to October, and to meet again in this hall.";

function pcm(input, more = []) {
  const bytes = execFileSync("ffmpeg", ["-loglevel", "error", ...input.arguments, ...more, "-f", "s16le", "-ac", "1", "-ar", String(rate), "pipe:1"],
    { input: input.data, maxBuffer: 64 << 20 });
  return Float64Array.from(new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1), (sample) => sample / 32_768);
}

// A file for a source's `file://`, and what is said in one round of it.
export function speechFile(folder) {
  const wav = join(folder, "speech.wav");
  const file = join(folder, "speech.mp4");
  execFileSync("espeak-ng", ["-v", "en", "-s", "150", "-w", wav, text]);
  execFileSync("ffmpeg", ["-loglevel", "error", "-y", "-i", wav, "-f", "lavfi", "-i", `testsrc2=size=640x360:rate=${FRAMES}`, "-t", String(SECONDS),
    "-af", "apad", "-map", "1:v", "-map", "0:a", "-c:v", "libx264", "-profile:v", "baseline", "-level", "3.1", "-preset", "veryfast", "-tune", "zerolatency",
    "-pix_fmt", "yuv420p", "-b:v", "600k", "-g", String(2 * FRAMES), "-c:a", "aac", "-b:a", "160k", "-ar", "48000", "-ac", "1", file]);
  return { file, said: pcm({ arguments: ["-i", file] }, ["-vn"]) };
}

// In the page: what the element's sound track gives for one round and a bit, as it would be heard.
export async function record(page, name) {
  const base64 = await page.evaluate(
    async ({ name, seconds }) => {
      const track = window.__streams[name].getAudioTracks()[0].clone();
      const reader = new MediaStreamTrackProcessor({ track, maxBufferSize: 1_000 }).readable.getReader();
      const wanted = seconds * 48_000;
      const all = new Int16Array(wanted);
      let have = 0;
      while (have < wanted) {
        const { value: piece, done } = await reader.read();
        if (done) break;
        const plane = new Float32Array(piece.numberOfFrames);
        piece.copyTo(plane, { planeIndex: 0, format: "f32-planar" });
        if (piece.sampleRate !== 48_000) throw new Error(`${piece.sampleRate} Hz`);
        for (const value of plane) if (have < wanted) all[have++] = Math.max(-1, Math.min(1, value)) * 32_767;
        piece.close();
      }
      track.stop();
      const bytes = new Uint8Array(all.buffer);
      let text = "";
      for (let i = 0; i < bytes.length; i += 32_768) text += String.fromCharCode(...bytes.subarray(i, i + 32_768));
      return btoa(text);
    },
    { name, seconds: SECONDS + 4 },
  );
  return pcm({ data: Buffer.from(base64, "base64"), arguments: ["-f", "s16le", "-ar", "48000", "-ac", "1", "-i", "pipe:0"] });
}

// Intelligibility (0 to 1) of one round of `said` as it was `heard`, counted beside this thread: a relay may run in it.
export function intelligibility(said, heard) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./stoi_worker.mjs", import.meta.url), { workerData: { said, heard } });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
