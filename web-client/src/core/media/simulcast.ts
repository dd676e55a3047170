// In which sizes a camera is sent: whoever watches over a thin line gets a small one, everybody else the whole picture.
// The server asks for at most 2.5 Mbit/s in all, sound included.

interface Layer {
  rid: string;
  scale: number;
  bitrate: number; // bit/s at most
}

// The lowest first, as browsers give bits away in this order. Of 720 lines they have 180, 360 and 720; more would only be
// scaled down again in the room.
const kThree: readonly Layer[] = [
  { rid: 'l', scale: 4, bitrate: 150_000 },
  { rid: 'm', scale: 2, bitrate: 450_000 },
  { rid: 'h', scale: 1, bitrate: 1_500_000 },
];
const kTwo: readonly Layer[] = [
  { rid: 'l', scale: 2, bitrate: 200_000 },
  { rid: 'h', scale: 1, bitrate: 1_000_000 },
];
const kSingleBitrate = 1_800_000;
const kLinesOfThree = 540;
const kLinesOfTwo = 360;

// Lines are those of the shorter side: phones are held upright.
export function encodingsOf(camera: { width?: number; height?: number }): RTCRtpEncodingParameters[] {
  const lines = Math.min(camera.width ?? 0, camera.height ?? 0);
  const layers = lines >= kLinesOfThree ? kThree : lines >= kLinesOfTwo ? kTwo : null;
  if (!layers) return [{ maxBitrate: kSingleBitrate }];
  return layers.map(({ rid, scale, bitrate }) => ({ rid, scaleResolutionDownBy: scale, maxBitrate: bitrate }));
}
