// How somebody follows the meeting: with pictures, by sound alone to save data, or in the room itself, where the page has
// neither picture nor devices, and no sound but an interpretation by earphone for who chooses one. Chosen before joining,
// remembered on the device; the earphone only in its tab: a page opened another day is silent.
import { signal } from '@preact/signals-core';

import { emptyShelf, type Shelf } from './memory.ts';

const kLowKey = 'plenary.low_data';

export interface Slots {
  audio: number;
  video: number;
}

export class Following {
  readonly low = signal(false);
  readonly here = signal(false);
  // In the room: the interpretation that is heard by earphone. The floor is heard from the room itself.
  readonly earphone = signal<string | null>(null);
  readonly #shelf: Shelf;
  readonly #tab: Shelf;
  readonly #here_key: string;
  readonly #earphone_key: string;

  constructor(shelf: Shelf, room: string, tab: Shelf = emptyShelf()) {
    this.#shelf = shelf;
    this.#tab = tab;
    this.#earphone_key = `plenary.earphone.${room}`;
    this.earphone.value = tab.get(this.#earphone_key);
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

  setEarphone(language: string | null): void {
    this.earphone.value = language;
    if (language) this.#tab.set(this.#earphone_key, language);
    else this.#tab.remove(this.#earphone_key);
  }

  // What is asked for of the room: the chosen channel and the floor under it; the room's picture and the speaker's.
  slots(): Slots {
    if (this.here.value) return { audio: 1, video: 0 };
    return { audio: 2, video: this.low.value ? 0 : 2 };
  }

  #remember(key: string, on: boolean): void {
    if (on) this.#shelf.set(key, '1');
    else this.#shelf.remove(key);
  }
}
