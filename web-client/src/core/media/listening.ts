// The two audio slots as a listener hears them: slot 1 at the own volume, slot 2 (the floor under an interpretation) at
// its share of it. Pictures are muted; sound comes from here only.
import { computed, effect, signal, type ReadonlySignal } from '@preact/signals-core';

import type { Shelf } from '../memory.ts';

const kVolumeKey = 'plenary.volume';
const kUnderKey = 'plenary.floor_under';
// More would drown the interpreter.
export const kMostUnder = 30;

export class Listening {
  readonly volume = signal(100); // percent
  readonly muted = signal(false);
  // What arrives is not what was chosen, and is not to be heard.
  readonly withheld = signal(false);
  readonly under = signal(0); // percent of the floor under an interpretation, 0…30
  readonly language = signal('floor');
  // The browser wants a click before it plays sound.
  readonly blocked = signal(false);
  readonly playing = signal(false);

  // What each slot is heard at, 0…1.
  readonly #shares = computed(() => {
    const volume = this.muted.value || this.withheld.value ? 0 : this.volume.value / 100;
    return [volume, this.language.value === 'floor' ? 0 : (volume * this.under.value) / 100];
  });
  readonly #elements: HTMLAudioElement[] = [];
  readonly #shelf: Shelf;
  readonly #language_key: string;

  constructor(shelf: Shelf, room: string) {
    this.#shelf = shelf;
    this.#language_key = `plenary.language.${room}`;
    this.volume.value = percent(shelf.get(kVolumeKey), 100, 100);
    this.under.value = percent(shelf.get(kUnderKey), 0, kMostUnder);
    this.language.value = shelf.get(this.#language_key) ?? 'floor';
  }

  remember(): void {
    this.#shelf.set(kVolumeKey, String(this.volume.value));
    this.#shelf.set(kUnderKey, String(this.under.value));
    this.#shelf.set(this.#language_key, this.language.value);
  }

  play(tracks: ReadonlySignal<readonly MediaStreamTrack[]>): () => void {
    const stop_tracks = effect(() => {
      tracks.value.forEach((track, slot) => this.#attach(slot, track));
    });
    const stop_volume = effect(() => {
      const shares = this.#shares.value;
      this.#elements.forEach((element, slot) => set_share(element, shares[slot] ?? 0));
    });
    return () => {
      stop_tracks();
      stop_volume();
      for (const element of this.#elements.splice(0)) element.srcObject = null;
      this.playing.value = false;
    };
  }

  unblock(): void {
    for (const element of this.#elements) void this.#start(element);
  }

  #attach(slot: number, track: MediaStreamTrack): void {
    const element = (this.#elements[slot] ??= new Audio());
    // Before it plays: a new element is loud.
    set_share(element, this.#shares.peek()[slot] ?? 0);
    element.autoplay = true;
    element.srcObject = new MediaStream([track]);
    void this.#start(element);
  }

  // Only the first slot tells whether the browser allows sound: the second may be silent, which is always allowed.
  async #start(element: HTMLAudioElement): Promise<void> {
    const first = element === this.#elements[0];
    try {
      await element.play();
      if (!first) return;
      this.blocked.value = false;
      this.playing.value = true;
    } catch (error) {
      if (first && error instanceof DOMException && error.name === 'NotAllowedError') this.blocked.value = true;
    }
  }
}

function set_share(element: HTMLAudioElement, share: number): void {
  element.volume = share;
  // Where a page may not set the volume (iOS), silence at least works.
  element.muted = share === 0;
}

function percent(text: string | null, otherwise: number, most: number): number {
  const value = text === null ? NaN : Number(text);
  return Number.isFinite(value) ? Math.min(most, Math.max(0, value)) : otherwise;
}
