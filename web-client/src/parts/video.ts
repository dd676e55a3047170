// Pictures. Always silent: sound comes from Listening, at the listener's own volume.
import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';

const streams = new WeakMap<MediaStreamTrack, MediaStream>();

// The same stream object for the same track, so that rendering again does not restart the picture.
function streamOf(track: MediaStreamTrack): MediaStream {
  let stream = streams.get(track);
  if (!stream) {
    stream = new MediaStream([track]);
    streams.set(track, stream);
  }
  return stream;
}

export interface PictureOptions {
  track: MediaStreamTrack | undefined;
  label: string;
  mirrored?: boolean;
  live?: boolean; // `data-still` says when no frame comes any more
}

// A camera that is off sends nothing, and the element goes on showing its last frame.
const kStillAfter = 3_000;
const kLook = 1_000;
const watched = new Map<HTMLVideoElement, { frames: number; at: number }>();
let looking = false;

function look(): void {
  for (const [element, seen] of watched) {
    if (!element.isConnected) {
      watched.delete(element);
      continue;
    }
    const frames = element.getVideoPlaybackQuality().totalVideoFrames;
    if (frames !== seen.frames) watched.set(element, { frames, at: performance.now() });
    element.toggleAttribute('data-still', frames === seen.frames && performance.now() - seen.at >= kStillAfter);
  }
}

const watch = ref((element) => {
  if (!(element instanceof HTMLVideoElement)) return;
  watched.set(element, { frames: 0, at: performance.now() });
  if (!looking) setInterval(look, kLook);
  looking = true;
});

export function picture({ track, label, mirrored, live }: PictureOptions): TemplateResult {
  return html`<video
    class=${mirrored ? 'mirrored' : nothing}
    aria-label=${label}
    .muted=${true}
    .srcObject=${track ? streamOf(track) : null}
    autoplay
    playsinline
    ${live ? watch : nothing}
    disablepictureinpicture
  ></video>`;
}
