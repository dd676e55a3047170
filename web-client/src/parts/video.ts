// Pictures. Always silent: sound comes from Listening, at the listener's own volume.
import { html, nothing, type TemplateResult } from 'lit';

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
}

export function picture({ track, label, mirrored }: PictureOptions): TemplateResult {
  return html`<video
    class=${mirrored ? 'mirrored' : nothing}
    aria-label=${label}
    .muted=${true}
    .srcObject=${track ? streamOf(track) : null}
    autoplay
    playsinline
    disablepictureinpicture
  ></video>`;
}
