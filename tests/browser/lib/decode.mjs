// What was received, decoded by ffmpeg: Opus packets to samples, an H.264 stream to pictures.
import { spawn } from "node:child_process";

function ffmpeg(args, input) {
  return new Promise((resolve, reject) => {
    const child = spawn("ffmpeg", ["-hide_banner", "-loglevel", "error", ...args], { stdio: ["pipe", "pipe", "pipe"] });
    const out = [];
    let errors = "";
    child.stdout.on("data", (chunk) => out.push(chunk));
    child.stderr.on("data", (chunk) => (errors = (errors + chunk).slice(-4_000)));
    child.stdin.on("error", () => {});
    child.once("error", reject);
    child.once("close", () => resolve({ data: Buffer.concat(out), errors }));
    child.stdin.end(input);
  });
}

const crcTable = Array.from({ length: 256 }, (_, index) => {
  let value = (index << 24) >>> 0;
  for (let bit = 0; bit < 8; bit++) value = (value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1) >>> 0;
  return value;
});

// RFC 3533 §6: one packet a page.
function oggPage(flags, granule, number, packet) {
  const segments = [...Array(Math.floor(packet.length / 255)).fill(255), packet.length % 255];
  const head = Buffer.alloc(27 + segments.length);
  head.write("OggS", 0);
  head[5] = flags;
  head.writeBigInt64LE(BigInt(granule), 6);
  head.writeUInt32LE(1, 14);
  head.writeUInt32LE(number, 18);
  head[26] = segments.length;
  head.set(segments, 27);
  const page = Buffer.concat([head, packet]);
  let crc = 0;
  for (const byte of page) crc = ((crc << 8) ^ crcTable[(crc >>> 24) ^ byte]) >>> 0;
  page.writeUInt32LE(crc, 22);
  return page;
}

// Samples from -1 to 1, mono, 48 kHz, of Opus packets of 20 ms (RFC 7845).
export async function decodeOpus(packets) {
  const head = Buffer.from("OpusHead\x01\x02\x00\x00\x80\xbb\x00\x00\x00\x00\x00", "latin1");
  const tags = Buffer.from("OpusTags\x00\x00\x00\x00\x00\x00\x00\x00", "latin1");
  const pages = [oggPage(2, 0, 0, head), oggPage(0, 0, 1, tags)];
  packets.forEach((packet, index) =>
    pages.push(oggPage(index === packets.length - 1 ? 4 : 0, (index + 1) * 960, index + 2, packet)));
  const { data } = await ffmpeg(
    ["-f", "ogg", "-i", "pipe:0", "-ac", "1", "-ar", "48000", "-f", "s16le", "pipe:1"], Buffer.concat(pages));
  return Array.from({ length: Math.floor(data.length / 2) }, (_, index) => data.readInt16LE(2 * index) / 32_768);
}

// Luma planes of an Annex B stream, each `width` × `height`, and what the decoder complained about.
export async function decodeH264(stream, width = 160, height = 90) {
  const { data, errors } = await ffmpeg(
    ["-f", "h264", "-i", "pipe:0", "-fps_mode", "passthrough", "-vf", `scale=${width}:${height}`, "-pix_fmt", "gray",
      "-f", "rawvideo", "pipe:1"], stream);
  const size = width * height;
  return {
    errors,
    pictures: Array.from({ length: Math.floor(data.length / size) }, (_, index) =>
      data.subarray(index * size, (index + 1) * size)),
  };
}
