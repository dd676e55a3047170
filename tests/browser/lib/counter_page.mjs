// Reads the numbers of a counting picture (sender.mjs) in a page, from every frame that its decoder gave out.
import { readCounter } from "./sender.mjs";

// One entry a decoded frame: its number, or null where the picture is another. Frames are read from the track that the
// <video> element plays, drawn on a canvas: an element alone shows only as many as the page is painted.
export async function watchCounter(page, slot = "video0") {
  await page.evaluate(`window.__readCounter = ${readCounter}`);
  await page.evaluate((slot) => {
    const width = 160;
    const height = 90;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const luma = new Uint8Array(width * height);
    const seen = [];
    window.__counters = seen;
    const track = window.__streams[slot].getVideoTracks()[0].clone();
    const reader = new MediaStreamTrackProcessor({ track, maxBufferSize: 60 }).readable.getReader();
    window.__stopCounter = () => { track.stop(); };
    (async () => {
      for (;;) {
        const { value: frame, done } = await reader.read();
        if (done) return;
        context.drawImage(frame, 0, 0, width, height);
        frame.close();
        const { data } = context.getImageData(0, 0, width, height);
        for (let i = 0; i < luma.length; i++) luma[i] = data[4 * i + 1];
        seen.push(window.__readCounter(luma, width, height));
      }
    })();
  }, slot);
}

export const countersIn = (page) => page.evaluate(() => window.__counters);
export const forgetCounters = (page) => page.evaluate(() => { window.__counters.length = 0; });

// Of the numbers between the first and the last one, how many there are; one that starts anew begins a new range.
export function judgeCounters(counters) {
  const numbers = counters.filter((number) => number !== null);
  const distinct = new Set(numbers).size;
  const span = numbers.length === 0 ? 0 : Math.max(...numbers) - Math.min(...numbers) + 1;
  let backwards = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i] < numbers[i - 1]) backwards++;
  return { distinct, span, backwards, share: span === 0 ? 0 : distinct / span, unreadable: counters.length - numbers.length };
}
