// A room's technician with plain ffmpeg: a picture that counts and moves, and a tone for each audio track.
import { spawn, spawnSync } from "node:child_process";

export const frameRate = 30;
const columns = 16;
const rows = 9;
const counterRow = 4;

// Frames are drawn 16 × 9 pixels small and blown up: row 4 is the frame's number in binary, row 5 its complement, so that
// a reader knows a number from a picture of something else; a column runs through the other rows.
function countingPicture(size) {
  const bit = `mod(floor(N/pow(2,${columns - 1}-X)),2)`;
  const luma =
    `if(eq(Y,${counterRow}),255*${bit},if(eq(Y,${counterRow + 1}),255-255*${bit},` +
    `if(eq(X,mod(N,${columns})),235,40+10*Y)))`;
  return `nullsrc=size=${columns}x${rows}:rate=${frameRate},format=gray,geq=lum='${luma}',` +
    `scale=${size}:flags=neighbor,format=yuv420p`;
}

// The number in a picture's luma, or null. Also runs inside pages: it uses nothing from outside.
export function readCounter(luma, width, height) {
  let value = 0;
  for (let column = 0; column < 16; column++) {
    const x = Math.floor(((column + 0.5) * width) / 16);
    const above = luma[Math.floor((4.5 * height) / 9) * width + x];
    const below = luma[Math.floor((5.5 * height) / 9) * width + x];
    if (Math.abs(above - below) < 100) return null;
    value = value * 2 + (above > below ? 1 : 0);
  }
  return value;
}

const encoders = {
  // Suits viewers as it is: constrained baseline, a key frame a second.
  suitable: ["-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline", "-bf", "0", "-g", `${frameRate}`],
  bFrames: ["-preset", "ultrafast", "-profile:v", "main", "-bf", "2", "-b_strategy", "0", "-x264-params", "cabac=0",
    "-g", `${frameRate}`],
};

function inputs(tones, { size = "640x360", paced = true } = {}) {
  const pace = paced ? ["-re"] : [];
  const all = [...pace, "-f", "lavfi", "-i", countingPicture(size)];
  for (const tone of tones) all.push(...pace, "-f", "lavfi", "-i", `sine=frequency=${tone}:sample_rate=48000`);
  all.push("-map", "0:v");
  tones.forEach((_, index) => all.push("-map", `${index + 1}:a`));
  return all;
}

function coding(video) {
  return ["-c:v", "libx264", ...encoders[video], "-threads", "1", "-b:v", "800k", "-c:a", "aac", "-ac", "2"];
}

// Pushes MPEG-TS until stopped, and calls again, as encoders do, when nobody takes it or the connection breaks.
export function startSender(url, tones, { video = "suitable", size } = {}) {
  const sender = { errors: "", calls: 0 };
  let child;
  let ended;
  let stopped = false;
  const call = () => {
    sender.calls++;
    child = spawn(
      "ffmpeg",
      ["-hide_banner", "-loglevel", "error", "-nostdin", ...inputs(tones, { size }), ...coding(video), "-f", "mpegts", url],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    child.stderr.on("data", (chunk) => (sender.errors = (sender.errors + chunk).slice(-4_000)));
    ended = new Promise((resolve) => child.once("exit", resolve));
    ended.then(() => stopped || setTimeout(() => stopped || call(), 500));
  };
  call();
  sender.stop = async (signal = "SIGKILL") => {
    stopped = true;
    child.kill(signal);
    await ended;
  };
  return sender;
}

export function writeFile(path, tones, { seconds = 4, video = "suitable" } = {}) {
  const done = spawnSync(
    "ffmpeg",
    ["-hide_banner", "-loglevel", "error", "-nostdin", "-y", ...inputs(tones, { paced: false }), ...coding(video),
      "-t", `${seconds}`, path],
    { encoding: "utf8" },
  );
  if (done.status !== 0) throw new Error(`ffmpeg: ${done.stderr}`);
  return path;
}
