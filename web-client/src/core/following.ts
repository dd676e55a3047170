// How somebody follows the meeting: with pictures, by sound alone to save data, or in the room itself, where the page has
// neither picture nor sound nor devices. Chosen before joining, remembered on the device.
import { signal } from '@preact/signals-core';

import type { Shelf } from './memory.ts';

const kLowKey = 'plenary.low_data';

export interface Slots {
  audio: number;
  video: number;
}

export class Following {
  readonly low = signal(false);
  readonly here = signal(false);
  readonly #shelf: Shelf;
  readonly #here_key: string;

  constructor(shelf: Shelf, room: string) {
    this.#shelf = shelf;
    // Another room's meeting is followed from far away.
    this.#here_key = `plenary.here.${room}`;
    this.low.value = shelf.get(kLowKey) !== null;
    this.here.value = shelf.get(this.#here_key) !== null;
  }

  setLow(on: boolean): void {
    this.low.value = on;
    this.#remember(kLowKey, on);
  }

  setHere(on: boolean): void {
    this.here.value = on;
    this.#remember(this.#here_key, on);
  }

  // What is asked for of the room: the chosen channel and the floor under it; the room's picture and the speaker's.
  slots(): Slots {
    return { audio: 2, video: this.low.value ? 0 : 2 };
  }

  #remember(key: string, on: boolean): void {
    if (on) this.#shelf.set(key, '1');
    else this.#shelf.remove(key);
  }
}
