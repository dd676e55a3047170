import { signal } from '@preact/signals-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { emptyShelf } from '../memory.ts';
import { Listening } from './listening.ts';

class FakeAudio {
  volume = 1;
  muted = false;
  autoplay = false;
  heard: { volume: number; muted: boolean } | null = null;
  #source: unknown = null;

  constructor() {
    elements.push(this);
  }

  // How loud it is from the first moment on.
  set srcObject(source: unknown) {
    this.#source = source;
    if (source) this.heard = { volume: this.volume, muted: this.muted };
  }

  get srcObject(): unknown {
    return this.#source;
  }

  play(): Promise<void> {
    return refuse && !this.muted ? Promise.reject(new DOMException('a click is needed', 'NotAllowedError')) : Promise.resolve();
  }
}

class FakeStream {
  readonly tracks: unknown[];

  constructor(tracks: unknown[]) {
    this.tracks = tracks;
  }
}

let elements: FakeAudio[] = [];
let refuse = false;

beforeEach(() => {
  elements = [];
  refuse = false;
  vi.stubGlobal('Audio', FakeAudio);
  vi.stubGlobal('MediaStream', FakeStream);
});

afterEach(() => vi.unstubAllGlobals());

const two = [{ id: 'channel' }, { id: 'floor' }] as unknown as MediaStreamTrack[];

function listening(language: string): { ears: Listening; tracks: ReturnType<typeof signal<readonly MediaStreamTrack[]>>; stop: () => void } {
  const ears = new Listening(emptyShelf(), 'room-a');
  ears.language.value = language;
  const tracks = signal<readonly MediaStreamTrack[]>([]);
  return { ears, tracks, stop: ears.play(tracks) };
}

test('each slot has an element of its own', () => {
  const { tracks } = listening('fr');
  tracks.value = two;
  expect(elements.map(({ srcObject }) => (srcObject as FakeStream).tracks)).toEqual([[two[0]], [two[1]]]);
});

test('the floor beneath is mixed at its own share of the volume', () => {
  const { ears, tracks } = listening('fr');
  tracks.value = two;
  ears.volume.value = 80;
  ears.under.value = 25;
  expect(elements.map(({ volume }) => volume)).toEqual([0.8, 0.2]);
  ears.under.value = 0;
  expect(elements.map(({ muted }) => muted)).toEqual([false, true]);
});

test('the floor beneath is never loud, not even for a moment', () => {
  const { tracks } = listening('fr');
  tracks.value = two;
  expect(elements[1]?.heard).toEqual({ volume: 0, muted: true });
});

test('who listens to the floor does not hear it twice', () => {
  const { ears, tracks } = listening('floor');
  ears.under.value = 30;
  tracks.value = two;
  expect(elements[1]?.muted).toBe(true);
  ears.language.value = 'fr';
  expect(elements[1]).toMatchObject({ muted: false, volume: 0.3 });
});

test('muting silences both, and gives both back', () => {
  const { ears, tracks } = listening('fr');
  ears.under.value = 30;
  tracks.value = two;
  ears.muted.value = true;
  expect(elements.map(({ muted }) => muted)).toEqual([true, true]);
  ears.muted.value = false;
  expect(elements.map(({ volume }) => volume)).toEqual([1, 0.3]);
});

test('new tracks of a new session go to the same elements', () => {
  const { tracks } = listening('fr');
  tracks.value = two;
  tracks.value = [...two].reverse();
  expect(elements).toHaveLength(2);
  expect((elements[0]?.srcObject as FakeStream).tracks).toEqual([two[1]]);
});

test('a browser that wants a click is told by the first slot alone', async () => {
  refuse = true;
  const { ears, tracks } = listening('fr');
  tracks.value = two;
  await vi.waitFor(() => expect(ears.blocked.value).toBe(true));
  expect(ears.playing.value).toBe(false);
  refuse = false;
  ears.unblock();
  await vi.waitFor(() => expect(ears.playing.value).toBe(true));
  expect(ears.blocked.value).toBe(false);
});

test('leaving lets go of the sound', () => {
  const { tracks, stop } = listening('fr');
  tracks.value = two;
  stop();
  expect(elements.map(({ srcObject }) => srcObject)).toEqual([null, null]);
});
