// A voice without words, for a fake microphone: a buzz of 120 Hz in syllables, and a breath now and then. Its harmonics end
// where the microphone ends.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const rate = 48_000;
const pitch = 120; // Hz; 400 samples a period, so that one period tells them all
const period = rate / pitch;
const phrase = 3.35; // seconds, the last 0.6 of them silent

// Each harmonic is weaker than the last by the falling tone of a voice (6 dB an octave).
function onePeriod(from, to) {
  const wave = new Float64Array(period);
  for (let harmonic = 1; harmonic * pitch <= to; harmonic++) {
    if (harmonic * pitch < from) continue;
    for (let i = 0; i < period; i++) wave[i] += Math.sin((2 * Math.PI * harmonic * i) / period) / harmonic;
  }
  const loudest = wave.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return wave.map((value) => value / loudest);
}

export function voiceFile(folder, { from = 100, to = 18_000 } = {}) {
  const wave = onePeriod(from, to);
  const samples = Math.round(rate * phrase);
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
    const time = i / rate;
    const within = (time % 0.25) / 0.18;
    // Soft edges: a syllable that is cut off sharply has a spectrum of its own.
    const loud = time > phrase - 0.6 || within > 1 ? 0 : Math.sin(Math.PI * within) ** 0.5;
    wav.writeInt16LE(Math.round(10_000 * loud * wave[i % period]), 44 + i * 2);
  }
  const file = join(folder, `voice-${from}-${to}.wav`);
  writeFileSync(file, wav);
  return file;
}
