// What is really in sound and picture: the strongest tone, and whether a picture is black.
import { spawn } from "node:child_process";

// Strength of one frequency in PCM, relative to full scale (Goertzel).
export function strength(samples, frequency, rate = 48_000) {
  const k = (2 * Math.PI * frequency) / rate;
  const coefficient = 2 * Math.cos(k);
  let one = 0;
  let two = 0;
  for (const sample of samples) {
    const now = sample + coefficient * one - two;
    two = one;
    one = now;
  }
  return (2 * Math.sqrt(one * one + two * two - coefficient * one * two)) / samples.length;
}

// In the page: decibels of each wanted frequency in what an <audio> or <video> element or a stream is playing now.
export function tonesIn(page, selector, frequencies, milliseconds = 700) {
  return page.evaluate(
    async ({ selector, frequencies, milliseconds }) => {
      const element = document.querySelector(selector);
      const stream = window.__streams?.[selector] ?? element?.srcObject;
      if (!stream || stream.getAudioTracks().length === 0) return null;
      const context = (window.__measure ??= new AudioContext({ sampleRate: 48_000 }));
      await context.resume();
      const source = context.createMediaStreamSource(new MediaStream(stream.getAudioTracks()));
      const analyser = new AnalyserNode(context, { fftSize: 16_384, smoothingTimeConstant: 0 });
      source.connect(analyser);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      const bins = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(bins);
      source.disconnect();
      const result = {};
      for (const frequency of frequencies) {
        const at = Math.round((frequency * analyser.fftSize) / context.sampleRate);
        result[frequency] = Math.max(...bins.slice(Math.max(0, at - 3), at + 4));
      }
      return result;
    },
    { selector, frequencies, milliseconds },
  );
}

// In the page: mean luma and its spread over a picture that plays or stands there now.
export function pictureIn(page, selector) {
  return page.evaluate((selector) => {
    const picture = window.__videos?.[selector] ?? document.querySelector(selector);
    const width = picture?.videoWidth ?? picture?.width;
    if (!width) return null;
    const canvas = new OffscreenCanvas(160, 90);
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0, 160, 90);
    const { data } = context.getImageData(0, 0, 160, 90);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < data.length; i += 4) {
      const luma = 0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2];
      sum += luma;
      squares += luma * luma;
    }
    const count = data.length / 4;
    const mean = sum / count;
    return { mean, spread: Math.sqrt(squares / count - mean * mean), width, height: picture.videoHeight ?? picture.height };
  }, selector);
}

// Reads a stream URL by ffmpeg for as long as needed; `sound()` is the last second of PCM, `picture()` the last frame.
export function listen(url, { width = 160, height = 90 } = {}) {
  const child = spawn(
    "ffmpeg",
    ["-hide_banner", "-loglevel", "error", "-fflags", "nobuffer", "-analyzeduration", "2000000", "-i", url,
      "-map", "0:a:0", "-ac", "1", "-ar", "48000", "-f", "s16le", "pipe:3",
      "-map", "0:v:0", "-vf", `fps=5,scale=${width}:${height}`, "-pix_fmt", "gray", "-f", "rawvideo", "pipe:4"],
    { stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"] },
  );
  let pcm = Buffer.alloc(0);
  let video = Buffer.alloc(0);
  let errors = "";
  let frames = 0;
  child.stderr.on("data", (chunk) => (errors = (errors + chunk).slice(-4_000)));
  child.stdio[3].on("data", (chunk) => {
    pcm = Buffer.concat([pcm, chunk]);
    if (pcm.length > 96_000) pcm = pcm.subarray(pcm.length - 96_000 - ((pcm.length - 96_000) % 2));
  });
  child.stdio[4].on("data", (chunk) => {
    video = Buffer.concat([video, chunk]);
    const size = width * height;
    while (video.length >= 2 * size) {
      video = video.subarray(size);
      frames++;
    }
  });
  return {
    tone(frequency) {
      if (pcm.length < 48_000) return null;
      const even = pcm.subarray(pcm.length % 2);
      const samples = [];
      for (let i = 0; i + 1 < even.length; i += 2) samples.push(even.readInt16LE(i) / 32_768);
      return 20 * Math.log10(strength(samples, frequency) + 1e-9);
    },
    picture() {
      const size = width * height;
      if (video.length < size) return null;
      const frame = video.subarray(0, size);
      const mean = frame.reduce((sum, value) => sum + value, 0) / size;
      const spread = Math.sqrt(frame.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size);
      return { mean, spread, frame: Buffer.from(frame) };
    },
    get frames() { return frames; },
    get errors() { return errors; },
    stop() {
      return new Promise((resolve) => {
        if (child.exitCode !== null) return resolve();
        child.once("exit", resolve);
        child.kill("SIGKILL");
      });
    },
  };
}
