// A source whose picture says when it was made: the low 16 bits of the clock's milliseconds, as sender.mjs draws numbers.
import { spawn } from "node:child_process";

const columns = 16;
const rows = 9;
const frameRate = 30;

function frameOf(number) {
  const luma = Buffer.alloc(columns * rows, 60);
  for (let column = 0; column < columns; column++) {
    const bit = (number >> (columns - 1 - column)) & 1;
    luma[4 * columns + column] = 255 * bit;
    luma[5 * columns + column] = 255 - 255 * bit;
  }
  return luma;
}

export const stamp = (milliseconds) => milliseconds & 0xffff;

export function startStampedSender(url) {
  const child = spawn(
    "ffmpeg",
    ["-hide_banner", "-loglevel", "error", "-fflags", "nobuffer", "-probesize", "32", "-f", "rawvideo", "-pix_fmt", "gray",
      "-video_size", `${columns}x${rows}`, "-framerate", `${frameRate}`, "-use_wallclock_as_timestamps", "1", "-i", "pipe:0",
      "-vf", "scale=1280x720:flags=neighbor,format=yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency",
      "-profile:v", "baseline", "-bf", "0", "-g", `${frameRate}`, "-flush_packets", "1", "-muxdelay", "0", "-muxpreload", "0",
      "-f", "mpegts", url],
    { stdio: ["pipe", "ignore", "inherit"] },
  );
  child.stdin.on("error", () => {});
  const timer = setInterval(() => child.stdin.write(frameOf(stamp(Date.now()))), 1000 / frameRate);
  return {
    stop() {
      clearInterval(timer);
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      return ended;
    },
  };
}
